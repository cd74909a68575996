import Quantities
import Records

/// Keeps scrapes until a window is complete.
package struct ScrapeBuffer: Sendable {
  private var resultsByTarget: [String: [ScrapeResult]] = [:]

  package init() {}

  /// How many scrapes wait in the buffer.
  package var count: Int { resultsByTarget.values.reduce(0) { $0 + $1.count } }

  /// The instant of the oldest scrape, nil where there is none.
  package var oldest: UTCInstant? { resultsByTarget.values.joined().map(\.instant).min() }

  package mutating func add(_ results: [ScrapeResult]) {
    for result in results { resultsByTarget[result.target, default: []].append(result) }
  }

  /// Takes the scrapes in `range` out of the buffer, as one window.
  ///
  /// Failed scrapes are its shortfalls, one a target.
  package mutating func drain(_ range: TimeRange) -> CollectedWindow {
    var window = CollectedWindow(range: range)
    var tally = RejectionTally()
    var numbers = GPUNumbers()
    for (target, results) in resultsByTarget.sorted(by: { $0.key < $1.key }) {
      let taken = results.filter { range.contains($0.instant) }
      let left = results.filter { !range.contains($0.instant) }
      resultsByTarget[target] = left.isEmpty ? nil : left
      var points: [SeriesPoints] = []
      var failures: [CollectorError] = []
      for result in taken {
        result.rejections.forEach { tally.add($0) }
        numbers.add(result.numbers)
        switch result.points {
        case .success(let scraped): points += scraped
        case .failure(let error): failures.append(error)
        }
      }
      let frame = SampleFrame(target: target, points: points).limited(to: range)
      if !frame.isEmpty { window.frames.append(frame) }
      if let last = failures.last {
        window.shortfalls.append(
          "target \(target): \(failures.count) of \(taken.count) scrapes failed, at last: \(last)")
      }
    }
    window.rejections = tally.all
    window.observations = numbers.observations(in: range)
    return window
  }
}
