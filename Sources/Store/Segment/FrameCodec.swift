import Columnar
import Records

/// One column of a target's day, as it lies in the table `segment`.
struct EncodedColumn: Equatable {
  /// 0 for the frame itself, ``FrameCodec/summaryNumber`` for its sums, else the raw value of the
  /// metric.
  let metric: Int
  let samples: Int
  let bytes: [UInt8]
}

/// A ``SampleFrame`` as columns: its timestamps and names once, one column a metric, and the sums
/// of its hours where sums can tell them.
///
/// The order of names and lines is that of their keys, so that equal frames are equal bytes.
/// The layout is drawn in SegmentFormat.md.
enum FrameCodec {
  static let frameKind: UInt16 = 1
  static let metricKind: UInt16 = 2
  static let summaryKind: UInt16 = 3
  /// The number of the summary among a frame's columns.
  static let summaryNumber = 255

  static func encode(_ frame: SampleFrame) -> [EncodedColumn] {
    let lines = FrameLines(frame)
    var columns = [
      EncodedColumn(
        metric: 0, samples: 0,
        bytes: SegmentEnvelope.seal(FrameColumn.encode(lines.frame), kind: frameKind))
    ]
    for metric in Metric.allCases {
      let series = zip(frame.series, lines.lineOfSeries)
        .filter { $0.0.key.metric == metric }.map { (line: $0.1, values: $0.0.values) }
        .sorted { $0.line < $1.line }
      guard !series.isEmpty else { continue }
      var figures = SegmentFigures()
      for one in series { figures.add(one.values) }
      columns.append(
        EncodedColumn(
          metric: metric.rawValue, samples: figures.count,
          bytes: SegmentEnvelope.seal(
            MetricColumn.encode(series, of: lines.frame), kind: metricKind, figures: figures)))
    }
    if let summary = DaySummary(of: frame, lines: lines) {
      columns.append(
        EncodedColumn(
          metric: summaryNumber, samples: 0,
          bytes: SegmentEnvelope.seal(SummaryColumn.encode(summary), kind: summaryKind)))
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
    let payload = try SegmentEnvelope.open(head.bytes, kind: frameKind)
    let metrics = columns.filter { $0.metric != 0 && $0.metric != summaryNumber }
      .sorted { $0.metric < $1.metric }
    if payload.version == 1 {
      return try FirstFormat.decode(target: target, head: payload, metrics: metrics)
    }
    let frame = try FrameColumn.decode(payload)
    var series: [SampleFrame.Series] = []
    for column in metrics {
      guard let metric = Metric(rawValue: column.metric) else {
        throw .malformed(offset: 0, what: "metric \(column.metric)")
      }
      let values = try MetricColumn(
        try SegmentEnvelope.open(column.bytes, kind: metricKind), of: frame)
      for (index, one) in values.lines.enumerated() {
        let line = frame.lines[one.line]
        series.append(
          SampleFrame.Series(
            key: SeriesKey(
              metric: metric, entity: frame.entities[line.entity],
              workload: line.workload < 0 ? nil : frame.workloads[line.workload]),
            runs: line.runs, values: values.values(line: index)))
      }
    }
    return SampleFrame(target: target, timestamps: frame.timestamps, series: series)
  }

  /// The summary among `columns`, nil where the day has none.
  ///
  /// - Parameter isForMeans: whether utilization and power are all that is asked for.
  static func summary(
    of columns: [(metric: Int, bytes: [UInt8])], isForMeans: Bool = false
  ) throws(ColumnarError) -> DaySummary? {
    guard let head = columns.first(where: { $0.metric == 0 }),
      let sums = columns.first(where: { $0.metric == summaryNumber })
    else { return nil }
    let frame = try FrameColumn.decode(try SegmentEnvelope.open(head.bytes, kind: frameKind))
    return try SummaryColumn.decode(
      try SegmentEnvelope.open(sums.bytes, kind: summaryKind), of: frame,
      isForMeans: isForMeans)
  }

  /// The kind of segment that a column of that number is.
  static func kind(of metric: Int) -> UInt16 {
    switch metric {
    case 0: frameKind
    case summaryNumber: summaryKind
    default: metricKind
    }
  }

  /// The name of the first column whose bytes are not what was written; `all` where each is right
  /// by itself.
  static func brokenColumn(of columns: [(metric: Int, bytes: [UInt8])]) -> String {
    for column in columns {
      if (try? SegmentEnvelope.open(column.bytes, kind: kind(of: column.metric))) == nil {
        return name(of: column.metric)
      }
    }
    return "all"
  }

  private static func name(of metric: Int) -> String {
    switch metric {
    case 0: "frame"
    case summaryNumber: "summary"
    default: Metric(rawValue: metric).map { "\($0)" } ?? "\(metric)"
    }
  }
}
