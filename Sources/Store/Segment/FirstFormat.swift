import Columnar
import Records

/// Reads segments of format 1, which nothing writes any more.
enum FirstFormat {
  static func decode(
    target: String, head: SegmentPayload, metrics: [(metric: Int, bytes: [UInt8])]
  ) throws(ColumnarError) -> SampleFrame {
    var reader = ByteReader(head)
    let timestamps = try TimestampColumn.decode(from: &reader, limit: FrameColumn.rowsMax)
    let entities = try NamesColumn.readEntities(from: &reader)
    let workloads = try NamesColumn.readWorkloads(from: &reader)
    guard reader.isAtEnd else {
      throw .malformed(offset: reader.offset, what: "bytes after the last name")
    }
    var series: [SampleFrame.Series] = []
    for column in metrics {
      guard let metric = Metric(rawValue: column.metric) else {
        throw .malformed(offset: 0, what: "metric \(column.metric)")
      }
      var body = ByteReader(
        try SegmentEnvelope.open(column.bytes, kind: FrameCodec.metricKind))
      for _ in 0..<(try body.count(limit: FrameColumn.namesMax)) {
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
}
