import Quantities

/// The last value of each series in each hour of a window.
///
/// By remote read the window comes in one piece, of which the last samples are kept; by queries the
/// hours are asked for, some at once. Both give the same.
struct HourlyLasts: Sendable {
  /// How many names a regular expression takes.
  private static let namesPerRequestMaximum = 300

  private(set) var fetcher: SampleFetcher
  let hours: [TimeRange]
  /// Whether a series counts in an hour only where its last value is 1.
  var isOnes = false

  init(fetcher: SampleFetcher, range: TimeRange) {
    self.fetcher = fetcher
    let hour = UTCInstant.millisecondsPerHour
    hours = (0..<range.milliseconds / hour).map { number in
      TimeRange(range.start + number * hour, range.start + (number + 1) * hour)
    }
  }

  /// The same without remote read.
  var byQueries: HourlyLasts {
    var result = self
    result.fetcher.remote = nil
    return result
  }

  /// What the series said that `selectors` select for names.
  ///
  /// - Parameter names: for each hour those whose series are wanted; others' may come too.
  /// - Returns: for each hour its series, with one value each, in an order that doesn't hang on the
  ///   server's.
  func said(
    of names: [[String]], _ warnings: inout Set<String>,
    selectors: @escaping @Sendable ([String]) -> [Selector]
  ) async throws(CollectorError) -> [[RawSeries]] {
    precondition(names.count == hours.count, "BUG: names of \(names.count) hours")
    let byHour =
      fetcher.remote == nil
      ? try await asked(names, &warnings, selectors) : try await read(names, &warnings, selectors)
    return byHour.map(RawSeries.ordered)
  }

  private func read(
    _ names: [[String]], _ warnings: inout Set<String>,
    _ selectors: @escaping @Sendable ([String]) -> [Selector]
  ) async throws(CollectorError) -> [[RawSeries]] {
    guard let first = hours.first, let last = hours.last else { return [] }
    let range = TimeRange(first.start, last.end)
    let questions = Self.parts(Set(names.joined()).sorted()).flatMap { part in
      selectors(part).indices.map { (names: part, selector: $0) }
    }
    let answers = try await SeveralAtOnce.map(questions, atOnce: inFlight) {
      question throws(CollectorError) in
      try await fetcher.lastsOfHours(of: question.names, in: range) {
        selectors($0)[question.selector]
      }
    }
    var byHour = [[RawSeries]](repeating: [], count: hours.count)
    for fetched in answers {
      warnings.formUnion(fetched.warnings)
      for series in fetched.series {
        for (time, value) in zip(series.timestamps, series.values) where !isOnes || value == 1 {
          let hour = (time - first.start.milliseconds) / UTCInstant.millisecondsPerHour
          byHour[Int(hour)].append(
            RawSeries(labels: series.labels, timestamps: [time], values: [value]))
        }
      }
    }
    return byHour
  }

  private func asked(
    _ names: [[String]], _ warnings: inout Set<String>,
    _ selectors: @escaping @Sendable ([String]) -> [Selector]
  ) async throws(CollectorError) -> [[RawSeries]] {
    let answers = try await SeveralAtOnce.map(Array(hours.indices), atOnce: inFlight) {
      hour throws(CollectorError) in
      try await asked(names[hour], in: hours[hour], selectors)
    }
    for fetched in answers { warnings.formUnion(fetched.warnings) }
    return answers.map(\.series)
  }

  private var inFlight: Int { fetcher.api.settings.requestsInFlight }

  private func asked(
    _ names: [String], in hour: TimeRange,
    _ selectors: @escaping @Sendable ([String]) -> [Selector]
  ) async throws(CollectorError) -> FetchedSeries {
    var all = FetchedSeries()
    let comparison = isOnes ? " == 1" : ""
    for part in Self.parts(names) {
      all.add(
        try await fetcher.samples(of: part, in: hour) { names, milliseconds in
          selectors(names).map { "last_over_time(\($0.text(over: milliseconds)))\(comparison)" }
            .joined(separator: " or ")
        })
    }
    return all
  }

  private static func parts(_ names: [String]) -> [[String]] {
    stride(from: 0, to: names.count, by: namesPerRequestMaximum).map {
      Array(names[$0..<min(names.count, $0 + namesPerRequestMaximum)])
    }
  }
}
