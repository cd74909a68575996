import Quantities

/// Tries a server's remote read on a few samples that a query shows too.
struct RemoteReadProbe: Sendable {
  /// Unit: milliseconds: as long as a query looks back for a sample.
  private static let spanMilliseconds: Int64 = 300_000
  private static let spansMaximum: Int64 = 4
  private static let targetsMaximum = 40

  let reader: RemoteReadAPI

  /// The labels that remote read adds; nil where nothing in `range` tells.
  ///
  /// - Throws: ``CollectorError`` where the server doesn't let samples be read.
  func externalLabels(
    of targets: [String], in range: TimeRange
  ) async throws(CollectorError) -> [String: String]? {
    if targets.isEmpty { return nil }
    let selector = Selector(
      names: GPUField.names,
      reader.api.settings.matchers + [Selector.anyOf(Self.some(of: targets), label: "instance")])
    for span in Self.spans(of: range) {
      let question = "last_over_time(\(selector.text(over: span.milliseconds)))"
      guard case .answer(let answer) = try await reader.api.query(question, at: span.end - 1),
        !answer.series.isEmpty
      else { continue }
      // A Prometheus 2 has looked at the millisecond before the span, too.
      let wider = TimeRange(span.start - 1, span.end)
      switch try await reader.read(selector, in: wider) {
      case .series(let read):
        if let external = ExternalLabels.compared(read: read, asked: answer.series) {
          return external
        }
      case .tooManySamples: continue
      case .unreadable(let words): throw .noRemoteRead(url: reader.api.shownURL, reason: words)
      }
    }
    return nil
  }

  /// The ends of the quarters of `range`, then all of it.
  private static func spans(of range: TimeRange) -> [TimeRange] {
    if range.milliseconds <= spanMilliseconds + 1 { return [range] }
    let ends = (1...spansMaximum).map { range.start + range.milliseconds / spansMaximum * $0 }
    return ends.map { TimeRange($0 - spanMilliseconds, $0) } + [range]
  }

  /// A few of `targets` from all along their order.
  private static func some(of targets: [String]) -> [String] {
    let count = min(targets.count, targetsMaximum)
    return (0..<count).map { targets[$0 * targets.count / count] }
  }
}
