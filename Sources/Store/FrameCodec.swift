import Columnar
import Records

/// One column of a target's day, as it lies in the table `segment`.
struct EncodedColumn: Equatable {
  /// 0 for the frame itself, else the raw value of the metric.
  let metric: Int
  let samples: Int
  let bytes: [UInt8]
}

/// A ``SampleFrame`` as columns: its timestamps and names once, then one column a metric.
///
/// The order of names and series is that of their keys, so that equal frames are equal bytes.
/// The layout is drawn in SegmentFormat.md.
enum FrameCodec {
  static let frameKind: UInt16 = 1
  static let metricKind: UInt16 = 2
  /// At one sample a second a day has 86,400.
  private static let rowsMax = 10_000_000
  private static let namesMax = 1_000_000

  static func encode(_ frame: SampleFrame) -> [EncodedColumn] {
    let entities = Set(frame.series.map(\.key.entity)).sorted()
    let workloads = Set(frame.series.compactMap(\.key.workload)).sorted()
    var head = ByteWriter()
    TimestampColumn.encode(frame.timestamps, into: &head)
    write(entities, into: &head)
    write(workloads, into: &head)
    let entityIndex = Dictionary(uniqueKeysWithValues: zip(entities, entities.indices))
    let workloadIndex = Dictionary(uniqueKeysWithValues: zip(workloads, workloads.indices))
    var columns = [
      EncodedColumn(
        metric: 0, samples: 0, bytes: SegmentEnvelope.seal(head.bytes, kind: frameKind))
    ]
    for metric in Metric.allCases {
      let series = frame.series.filter { $0.key.metric == metric }
      guard !series.isEmpty else { continue }
      var body = ByteWriter()
      body.varint(series.count)
      for one in series {
        body.varint(entityIndex[one.key.entity] ?? 0)
        body.varint(one.key.workload.flatMap { workloadIndex[$0] }.map { $0 + 1 } ?? 0)
        RunColumn.encode(one.runs, into: &body)
        ValueColumn.encode(one.values, into: &body)
      }
      columns.append(
        EncodedColumn(
          metric: metric.rawValue, samples: series.reduce(0) { $0 + $1.values.count },
          bytes: SegmentEnvelope.seal(body.bytes, kind: metricKind)))
    }
    return columns
  }

  /// The frame that `columns` were made from.
  ///
  /// - Parameter columns: the frame's own column and those of its metrics, in any order.
  static func decode(target: String, columns: [(metric: Int, bytes: [UInt8])])
    throws(ColumnarError) -> SampleFrame
  {
    guard let head = columns.first(where: { $0.metric == 0 }) else {
      throw .malformed(offset: 0, what: "no frame column")
    }
    var reader = ByteReader(try SegmentEnvelope.open(head.bytes, kind: frameKind))
    let timestamps = try TimestampColumn.decode(from: &reader, limit: rowsMax)
    let entities = try readEntities(from: &reader)
    let workloads = try readWorkloads(from: &reader)
    guard reader.isAtEnd else {
      throw .malformed(offset: reader.offset, what: "bytes after the last name")
    }
    var series: [SampleFrame.Series] = []
    for column in columns.sorted(by: { $0.metric < $1.metric }) where column.metric != 0 {
      guard let metric = Metric(rawValue: column.metric) else {
        throw .malformed(offset: 0, what: "metric \(column.metric)")
      }
      var body = ByteReader(try SegmentEnvelope.open(column.bytes, kind: metricKind))
      for _ in 0..<(try body.count(limit: namesMax)) {
        let entity = try body.count(limit: entities.count - 1)
        let workload = try body.count(limit: workloads.count)
        let runs = try RunColumn.decode(rows: timestamps.count, from: &body)
        let values = try ValueColumn.decode(
          count: runs.reduce(0) { $0 + $1.count }, from: &body)
        let key = SeriesKey(
          metric: metric, entity: entities[entity],
          workload: workload == 0 ? nil : workloads[workload - 1])
        series.append(SampleFrame.Series(key: key, runs: runs, values: values))
      }
      guard body.isAtEnd else {
        throw .malformed(offset: body.offset, what: "bytes after the last series")
      }
    }
    return SampleFrame(target: target, timestamps: timestamps, series: series)
  }

  /// The name of the first column whose bytes are not what was written; `all` where each is right
  /// by itself.
  static func brokenColumn(of columns: [(metric: Int, bytes: [UInt8])]) -> String {
    for column in columns {
      let kind = column.metric == 0 ? frameKind : metricKind
      if (try? SegmentEnvelope.open(column.bytes, kind: kind)) == nil {
        return column.metric == 0
          ? "frame" : Metric(rawValue: column.metric).map { "\($0)" } ?? "\(column.metric)"
      }
    }
    return "all"
  }

  private static func write(_ entities: [GPUEntity], into writer: inout ByteWriter) {
    writer.varint(entities.count)
    for entity in entities {
      writer.text(entity.uuid)
      writer.varint(entity.instance.map { $0 + 1 } ?? 0)
      writer.varint(entity.slices.map { $0 + 1 } ?? 0)
      writer.text(entity.model)
      writer.text(entity.host)
    }
  }

  private static func write(_ workloads: [WorkloadKey], into writer: inout ByteWriter) {
    writer.varint(workloads.count)
    for workload in workloads {
      writer.varint(workload.kind.rawValue)
      writer.text(workload.namespace)
      writer.text(workload.name)
      writer.text(workload.uid)
    }
  }

  private static func readEntities(from reader: inout ByteReader) throws(ColumnarError)
    -> [GPUEntity]
  {
    var entities: [GPUEntity] = []
    for _ in 0..<(try reader.count(limit: namesMax)) {
      let uuid = try reader.text()
      let instance = try reader.count(limit: namesMax)
      let slices = try reader.count(limit: namesMax)
      entities.append(
        GPUEntity(
          uuid: uuid, instance: instance == 0 ? nil : instance - 1,
          slices: slices == 0 ? nil : slices - 1, model: try reader.text(),
          host: try reader.text()))
    }
    return entities
  }

  private static func readWorkloads(from reader: inout ByteReader) throws(ColumnarError)
    -> [WorkloadKey]
  {
    var workloads: [WorkloadKey] = []
    for _ in 0..<(try reader.count(limit: namesMax)) {
      let offset = reader.offset
      guard let kind = WorkloadKey.Kind(rawValue: try reader.count(limit: 255)) else {
        throw .malformed(offset: offset, what: "an unknown kind of workload")
      }
      workloads.append(
        WorkloadKey(
          kind: kind, namespace: try reader.text(), name: try reader.text(),
          uid: try reader.text()))
    }
    return workloads
  }
}
