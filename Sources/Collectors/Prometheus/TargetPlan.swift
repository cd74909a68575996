import Quantities

/// Which targets are asked for together.
struct TargetPlan: Sendable {
  /// - Source: a target of eight GPUs with four metrics, and as much again for time-slicing.
  private static let seriesAssumed = 64
  /// Unit: milliseconds. - Source: the Helm chart's ServiceMonitor scrapes every 15 s.
  private static let intervalMillisecondsAssumed: Int64 = 15_000
  /// So that a query's regular expression stays small.
  private static let targetsPerBatchMaximum = 200
  /// At how many instants of a window the series of a target are counted.
  private static let countsMaximum: Int64 = 4

  private(set) var batches: [[String]] = []
  private(set) var warnings: Set<String> = []

  /// Finds the targets that have GPU series in `range`, and puts as many together as an answer of
  /// `samplesPerRequest` holds.
  init(for range: TimeRange, over api: PrometheusAPI) async throws(CollectorError) {
    let settings = api.settings
    let selector = Selector(names: GPUField.names, settings.matchers)
    let found = try await api.values(of: "instance", among: selector, in: range)
    warnings.formUnion(found.warnings)
    var seriesCounts: [String: Int] = [:]
    for target in found.texts { seriesCounts[target] = 0 }
    let hours = range.milliseconds / UTCInstant.millisecondsPerHour
    let instants = min(Self.countsMaximum, max(1, hours))
    let ends = (1...instants).map { range.start + range.milliseconds / instants * $0 - 1 }
    let question = "count by (instance) (\(selector.text))"
    let counted = try await SeveralAtOnce.map(ends, atOnce: settings.requestsInFlight) {
      instant throws(CollectorError) -> [RawSeries] in
      guard case .answer(let answer) = try await api.query(question, at: instant) else { return [] }
      return answer.series
    }
    for series in counted.joined() {
      let count = Int(series.values.first ?? 0)
      seriesCounts[series["instance"]] = max(seriesCounts[series["instance"]] ?? 0, count)
    }
    let interval = settings.scrapeIntervalMilliseconds ?? Self.intervalMillisecondsAssumed
    let samplesPerSeries = Int(range.milliseconds / max(1, interval)) + 1
    batches = Self.batches(
      seriesCounts.mapValues { ($0 == 0 ? Self.seriesAssumed : $0) * samplesPerSeries },
      samplesMaximum: settings.samplesPerRequest)
  }

  /// Puts targets together in their order, each batch holding one at least.
  static func batches(_ samples: [String: Int], samplesMaximum: Int) -> [[String]] {
    var batches: [[String]] = []
    var batch: [String] = []
    var sum = 0
    for (target, count) in samples.sorted(by: { $0.key < $1.key }) {
      let isFull = sum + count > samplesMaximum || batch.count == targetsPerBatchMaximum
      if isFull, !batch.isEmpty {
        batches.append(batch)
        batch = []
        sum = 0
      }
      batch.append(target)
      sum += count
    }
    return batch.isEmpty ? batches : batches + [batch]
  }
}
