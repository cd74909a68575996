import Quantities

/// What several answers hold together.
struct FetchedSeries: Sendable {
  /// A series may come in several pieces.
  var series: [RawSeries] = []
  var warnings: Set<String> = []

  mutating func add(_ other: FetchedSeries) {
    series += other.series
    warnings.formUnion(other.warnings)
  }
}

/// Asks for series of targets, and for less at once where the server finds it too much.
struct SampleFetcher: Sendable {
  /// Unit: milliseconds. - Source: no target is scraped so often that a minute of it is much.
  static let pieceMillisecondsMinimum: Int64 = 60_000

  let api: PrometheusAPI

  /// Returns the samples in `range` of what `expression` selects for `targets`.
  ///
  /// The question is put as of the last millisecond before `range.end` and reaches back the whole
  /// length. A Prometheus 2 takes both ends of that, so that it also sends the millisecond before
  /// `range.start`, which is dropped here; a Prometheus 3 leaves it out itself. Either way every
  /// sample of `range` comes once.
  func samples(
    of targets: [String], in range: TimeRange,
    expression: @Sendable (_ targets: [String], _ milliseconds: Int64) -> String
  ) async throws(CollectorError) -> FetchedSeries {
    let question = expression(targets, range.milliseconds)
    switch try await api.query(question, at: range.end - 1) {
    case .answer(let answer):
      var fetched = FetchedSeries(warnings: Set(answer.warnings))
      fetched.series = answer.series.compactMap { $0.limited(to: range) }
      return fetched
    case .tooManySamples(let words):
      api.log.debug("too many samples at once, asking for less: \(words)")
      let parts = try parts(of: targets, range, words)
      var fetched = FetchedSeries()
      for (targets, range) in parts {
        fetched.add(try await samples(of: targets, in: range, expression: expression))
      }
      return fetched
    }
  }

  /// Half the targets each, or, of a single one, half the time each.
  private func parts(
    of targets: [String], _ range: TimeRange, _ words: String
  ) throws(CollectorError) -> [(targets: [String], range: TimeRange)] {
    if targets.count > 1 {
      let middle = targets.count / 2
      return [(Array(targets[..<middle]), range), (Array(targets[middle...]), range)]
    }
    if range.milliseconds < 2 * Self.pieceMillisecondsMinimum {
      throw .tooManySamples(
        url: api.shownURL, target: targets.first ?? "every series", message: words)
    }
    let half = range.milliseconds / 2 / Self.pieceMillisecondsMinimum
    let middle = range.start + half * Self.pieceMillisecondsMinimum
    return [(targets, TimeRange(range.start, middle)), (targets, TimeRange(middle, range.end))]
  }
}

extension RawSeries {
  /// The samples in `range`, nil where there are none.
  func limited(to range: TimeRange) -> RawSeries? {
    let start = range.start.milliseconds
    let end = range.end.milliseconds
    guard let first = timestamps.first, let last = timestamps.last else { return nil }
    if first >= start && last < end { return self }
    var limited = RawSeries(labels: labels)
    for (time, value) in zip(timestamps, values) where time >= start && time < end {
      limited.timestamps.append(time)
      limited.values.append(value)
    }
    return limited.timestamps.isEmpty ? nil : limited
  }
}
