/// A series as the server sent it.
struct RawSeries: Equatable, Sendable {
  var labels: [String: String] = [:]
  /// Unit: milliseconds UTC. - Shape: as many as `values`.
  var timestamps: [Int64] = []
  var values: [Double] = []
  /// When the series was marked as ended: its target or itself was gone at a scrape.
  ///
  /// - Unit: milliseconds UTC. Only remote read tells; queries leave the marks out.
  var ends: [Int64] = []

  /// The label's value; empty where there is no such label, as PromQL has it.
  subscript(label: String) -> String { labels[label] ?? "" }

  /// The series by their labels: an order that doesn't hang on the server's. Equal ones keep
  /// theirs.
  static func ordered(_ series: [RawSeries]) -> [RawSeries] {
    let identities = series.map { one in
      one.labels.sorted { $0.key < $1.key }.map { $0.key + "\u{1}" + $0.value }
        .joined(separator: "\u{2}")
    }
    let order = series.indices.sorted {
      identities[$0] != identities[$1] ? identities[$0] < identities[$1] : $0 < $1
    }
    return order.map { series[$0] }
  }
}

/// What a Prometheus, or anything that speaks like one, answered.
struct PrometheusAnswer: Equatable, Sendable {
  var status = ""
  var errorType = ""
  var error = ""
  var warnings: [String] = []
  /// VictoriaMetrics' word for an answer that lacks a part.
  var isPartial = false
  /// Of a query.
  var series: [RawSeries] = []
  /// Of a question for label values.
  var texts: [String] = []
  /// Of the build information.
  var version: String?

  /// Reads a whole answer.
  ///
  /// - Throws: ``MalformedJSON`` at the first byte that doesn't fit, at the end for one cut short.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    self = try Self.parsed(bytes) { cursor throws(MalformedJSON) in
      var answer = PrometheusAnswer()
      try answer.read(&cursor)
      return answer
    }
  }

  /// Reads one series: an element of `data.result`.
  static func series(_ bytes: [UInt8]) throws(MalformedJSON) -> RawSeries {
    try parsed(bytes) { cursor throws(MalformedJSON) in
      let series = try oneSeries(&cursor)
      try cursor.expectEnd()
      return series
    }
  }

  private static func parsed<Value>(
    _ bytes: [UInt8], _ read: (inout JSONCursor) throws(MalformedJSON) -> Value
  ) throws(MalformedJSON) -> Value {
    let result: Result<Value, MalformedJSON> = bytes.withUnsafeBufferPointer { buffer in
      do throws(MalformedJSON) {
        var cursor = try JSONCursor(buffer)
        return .success(try read(&cursor))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init() {}

  private mutating func read(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    try cursor.object { cursor, key throws(MalformedJSON) in
      switch key {
      case "status": status = try cursor.string()
      case "errorType": errorType = try cursor.string()
      case "error": error = try cursor.string()
      case "warnings": warnings = try Self.texts(&cursor)
      case "isPartial": isPartial = try cursor.boolean()
      case "data": try readData(&cursor)
      default: try cursor.skipValue()
      }
    }
    try cursor.expectEnd()
    if status.isEmpty { throw cursor.failure("a member 'status'") }
  }

  private mutating func readData(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    switch cursor.peek() {
    case UInt8(ascii: "["):
      texts = try Self.texts(&cursor)
    case UInt8(ascii: "{"):
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case "result": try readResult(&cursor)
        case "version": version = try cursor.string()
        default: try cursor.skipValue()
        }
      }
    default:
      try cursor.skipValue()
    }
  }

  private mutating func readResult(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    try cursor.array { cursor throws(MalformedJSON) in
      if cursor.peek() == UInt8(ascii: "{") {
        series.append(try Self.oneSeries(&cursor))
      } else {
        // A scalar or a string is a bare pair.
        try cursor.skipValue()
      }
    }
  }

  private static func oneSeries(_ cursor: inout JSONCursor) throws(MalformedJSON) -> RawSeries {
    var series = RawSeries()
    try cursor.object { cursor, key throws(MalformedJSON) in
      switch key {
      case "metric":
        try cursor.object { cursor, name throws(MalformedJSON) in
          series.labels[name] = try cursor.string()
        }
      case "values":
        try samples(&cursor, into: &series)
      case "value":
        try sample(&cursor, into: &series)
      default:
        // `histogram` and `histograms`: no GPU metric is one.
        try cursor.skipValue()
      }
    }
    return series
  }

  private static func samples(
    _ cursor: inout JSONCursor, into series: inout RawSeries
  ) throws(MalformedJSON) {
    try cursor.expect(UInt8(ascii: "["))
    if cursor.accept(UInt8(ascii: "]")) { return }
    repeat { try sample(&cursor, into: &series) } while cursor.accept(UInt8(ascii: ","))
    try cursor.expect(UInt8(ascii: "]"))
  }

  @inline(__always)
  private static func sample(
    _ cursor: inout JSONCursor, into series: inout RawSeries
  ) throws(MalformedJSON) {
    try cursor.expect(UInt8(ascii: "["))
    series.timestamps.append(try SampleNumbers.timestamp(&cursor))
    try cursor.expect(UInt8(ascii: ","))
    series.values.append(try SampleNumbers.value(&cursor))
    try cursor.expect(UInt8(ascii: "]"))
  }

  private static func texts(_ cursor: inout JSONCursor) throws(MalformedJSON) -> [String] {
    var texts: [String] = []
    if cursor.peek() == UInt8(ascii: "n") {
      try cursor.skipValue()
      return texts
    }
    try cursor.array { cursor throws(MalformedJSON) in texts.append(try cursor.string()) }
    return texts
  }
}
