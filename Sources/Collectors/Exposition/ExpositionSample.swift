/// Why bytes are not the exposition text that was expected.
package struct MalformedExposition: Error, Equatable, CustomStringConvertible {
  /// From 1.
  package let line: Int
  package let expected: String

  package var description: String { "malformed metrics in line \(line): expected \(expected)" }
}

/// One line of an exporter's page.
struct ExpositionSample: Equatable, Sendable {
  var name: String
  var labels: [String: String] = [:]
  var value: Double
  /// Unit: milliseconds UTC; nil where the line tells no time, as an exporter's mostly don't.
  var timestamp: Int64?
  /// Whether an exemplar came with it; what it says isn't kept.
  var hasExemplar = false
}

/// The two forms in which exporters print their metrics.
enum ExpositionFormat: Equatable, Sendable {
  /// Prometheus text 0.0.4: blanks are free, timestamps are milliseconds, nothing marks the end.
  case text
  /// OpenMetrics 1.0: single spaces, timestamps in seconds, `# EOF` at the end.
  case openMetrics

  /// What a server says of its answer by `Content-Type`.
  init(mediaType: String) {
    self = mediaType == "application/openmetrics-text" ? .openMetrics : .text
  }

  /// Reads a whole page.
  ///
  /// - Throws: ``MalformedExposition`` with the first line that doesn't fit. Nothing of a page that
  ///   breaks off is kept.
  func samples(of bytes: [UInt8]) throws(MalformedExposition) -> [ExpositionSample] {
    switch self {
    case .text:
      var parser = TextFormatParser()
      return try parser.samples(of: bytes)
    case .openMetrics:
      var parser = OpenMetricsParser()
      return try parser.samples(of: bytes)
    }
  }
}

/// Splits a page into its lines.
struct ExpositionLines {
  let lines: [ArraySlice<UInt8>]
  /// Whether the last line has its line end: without it the page may have been cut.
  let isEnded: Bool

  init(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    isEnded = lines.last?.isEmpty ?? true
    if isEnded { lines.removeLast() }
    self.lines = lines
  }
}
