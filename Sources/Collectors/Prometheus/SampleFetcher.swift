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
  /// What one request gave.
  private enum Piece: Sendable {
    case series(FetchedSeries)
    /// The request is to be put as several, for a reason in words.
    case tooManySamples(String)

    /// The same without the samples that aren't wanted, before more pieces come.
    func keeping(_ kept: KeptSamples) -> Piece {
      guard case .series(var fetched) = self, kept == .lastOfHours else { return self }
      for index in fetched.series.indices { fetched.series[index].keepLastOfHours() }
      return .series(fetched)
    }
  }
  private typealias Asking =
    @Sendable (
      _ targets: [String], _ range: TimeRange
    ) async throws(CollectorError) -> Piece

  /// Unit: milliseconds. - Source: no target is scraped so often that a minute of it is much.
  static let pieceMillisecondsMinimum: Int64 = 60_000

  let api: PrometheusAPI
  /// Nil where everything comes by queries.
  var remote: RemoteSamples?

  /// Returns the samples in `range` of the series that `selector` selects for `targets`, by remote
  /// read where the server has it.
  func samples(
    of targets: [String], in range: TimeRange,
    selector: @escaping @Sendable (_ targets: [String]) -> Selector
  ) async throws(CollectorError) -> FetchedSeries {
    try await stored(of: targets, in: range, keeping: .all, selector)
  }

  /// The same, of each series and hour only the last sample.
  func lastsOfHours(
    of targets: [String], in range: TimeRange,
    selector: @escaping @Sendable (_ targets: [String]) -> Selector
  ) async throws(CollectorError) -> FetchedSeries {
    var fetched = try await stored(of: targets, in: range, keeping: .lastOfHours, selector)
    for index in fetched.series.indices { fetched.series[index].keepLastOfHours() }
    return fetched
  }

  private func stored(
    of targets: [String], in range: TimeRange, keeping kept: KeptSamples,
    _ selector: @escaping @Sendable (_ targets: [String]) -> Selector
  ) async throws(CollectorError) -> FetchedSeries {
    let byQuery = queries { targets, milliseconds in selector(targets).text(over: milliseconds) }
    guard let remote else { return try await pieces(of: targets, in: range, byQuery) }
    let reader = RemoteReadAPI(api: api)
    return try await pieces(of: targets, in: range) { targets, range throws(CollectorError) in
      switch try await reader.read(selector(targets), in: range, keeping: kept) {
      case .series(let series):
        return .series(FetchedSeries(series: series.map(remote.external.removed)))
      case .tooManySamples(let words):
        return .tooManySamples(words)
      case .unreadable(let words):
        try await remote.route.abandon(words)
        return try await byQuery(targets, range).keeping(kept)
      }
    }
  }

  /// Returns the samples in `range` of what `expression` gives for `targets`, by queries.
  func samples(
    of targets: [String], in range: TimeRange,
    expression: @escaping @Sendable (_ targets: [String], _ milliseconds: Int64) -> String
  ) async throws(CollectorError) -> FetchedSeries {
    try await pieces(of: targets, in: range, queries(expression))
  }

  /// A question is put as of the last millisecond before a range's end and reaches back the whole
  /// length. A Prometheus 2 takes both ends of that, so that it also sends the millisecond before
  /// the start, which is dropped here; a Prometheus 3 leaves it out itself. Either way every sample
  /// of the range comes once.
  private func queries(
    _ expression: @escaping @Sendable (_ targets: [String], _ milliseconds: Int64) -> String
  ) -> Asking {
    { [api] targets, range throws(CollectorError) in
      switch try await api.query(expression(targets, range.milliseconds), at: range.end - 1) {
      case .answer(let answer):
        let series = answer.series.compactMap { $0.limited(to: range) }
        return .series(FetchedSeries(series: series, warnings: Set(answer.warnings)))
      case .tooManySamples(let words):
        return .tooManySamples(words)
      }
    }
  }

  private func pieces(
    of targets: [String], in range: TimeRange, _ ask: Asking
  ) async throws(CollectorError) -> FetchedSeries {
    switch try await ask(targets, range) {
    case .series(let fetched):
      return fetched
    case .tooManySamples(let words):
      api.log.debug("too many samples at once, asking for less: \(words)")
      var fetched = FetchedSeries()
      for (targets, range) in try parts(of: targets, range, words) {
        fetched.add(try await pieces(of: targets, in: range, ask))
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
