import Configuration
import Foundation
import Pipeline
import Quantities
import Records
import Store

/// The steps from sources to money, told to the user as they go.
struct Steps {
  let store: Store
  let configuration: Configuration
  let console: Console

  /// Collects, and lists what is missing or was refused.
  ///
  /// - Returns: what came of each source.
  func collect(_ sources: [Source], window: TimeRange?) async throws
    -> [Collection.SourceOutcome]
  {
    let connecting = Connecting(quiet: console.isQuiet)
    let collection = Collection(
      store: store, configuration: configuration, client: connecting.client,
      log: connecting.log)
    let bar = ProgressBar("collecting", quiet: console.isQuiet)
    let outcomes = try await collection.run(
      sources, window: window, now: Clock.now(), progress: bar.update)
    console.tell(outcomes)
    return outcomes
  }

  func rollup(window: TimeRange? = nil) throws {
    let bar = ProgressBar("rolling up", quiet: console.isQuiet)
    let outcome = try Rollup(store: store, configuration: configuration)
      .run(now: Clock.now(), window: window, progress: bar.update)
    console.say("rolled up \(outcome.hostHours) host-hours")
    if let frozen = outcome.frozenUntil {
      console.say(
        "hours before \(frozen) stay as they are: their samples were dropped by 'retention'")
    }
    let unlisted = outcome.unlisted.keys.sorted()
    if !unlisted.isEmpty {
      let gpus = outcome.unlisted.values.reduce(0, +)
      console.say(
        "\(gpus) GPUs are not in the inventory and count only while they are seen, on hosts "
          + Self.listed(unlisted.map(\.description)))
    }
    for (host, findings) in outcome.findings.sorted(by: { $0.key < $1.key }) {
      for finding in findings.sorted() { console.warn("host \(host): \(finding)") }
    }
  }

  /// A few of `names`, and how many more there are.
  private static func listed(_ names: [String]) -> String {
    let shown = 5
    let more = names.count > shown ? " and \(names.count - shown) more" : ""
    return names.prefix(shown).joined(separator: ", ") + more
  }

  /// - Returns: the months whose charges were written, and whether anything is left without a price.
  @discardableResult
  func post(range: TimeRange? = nil) throws -> Posted {
    let outcome = try PostingRun(store: store, configuration: configuration).run(range: range)
    let months = tell(outcome)
    // Who prices no storage at all isn't told that it has no price.
    guard configuration.pricesStorage else { return Posted(months: months, isComplete: true) }
    for storage in outcome.unpriced { console.warn("\(storage)") }
    return Posted(months: months, isComplete: outcome.unpriced.isEmpty)
  }

  /// What posting came to.
  struct Posted {
    let months: [BillingMonth]
    /// Whether everything that was found has a price.
    let isComplete: Bool
  }

  /// Prices closed months with the configuration as it is now, and charges the difference.
  ///
  /// - Parameter kept: what is kept of the configuration.
  func correct(range: TimeRange, with kept: KeptConfiguration) throws {
    tell(
      try PostingRun(store: store, configuration: configuration)
        .correct(range: range, with: kept))
  }

  @discardableResult
  private func tell(_ outcome: PostingRun.Outcome) -> [BillingMonth] {
    for month in outcome.months {
      let cost = Decimals.text(Int128(month.costMicros), places: 6)
      console.say(
        "posted \(month.month): \(month.postings) postings, \(cost) \(configuration.currency)")
    }
    for corrections in outcome.corrections { console.tell(corrections) }
    if outcome.written.isEmpty { console.say("nothing to post") }
    return outcome.written
  }

  /// Drops the samples that are older than the configuration keeps them.
  func dropOldSamples() throws {
    guard let kept = configuration.samplesKept else { return }
    let outcome = try Retention(store: store).run(kept: kept, now: Clock.now())
    guard outcome.targetDays > 0, let frozen = outcome.frozenUntil else { return }
    console.say("dropped samples before \(frozen): \(outcome.targetDays) days of targets")
  }
}

/// Refused input, told once for each reason.
enum Rejections {
  private static let toldMax = 20

  static func summed(_ rejections: [Rejection]) -> [String] {
    var counts: [Rejection: Int] = [:]
    for rejection in rejections {
      var key = rejection
      key.count = 1
      counts[key, default: 0] += rejection.count
    }
    let told = counts.map { key, count in
      var rejection = key
      rejection.count = count
      return rejection.description
    }.sorted()
    let more = told.count - toldMax
    return Array(told.prefix(toldMax))
      + (more > 0 ? ["and \(more) more kinds; 'gputally query rejections' lists them"] : [])
  }
}

extension Console {
  /// Says what a month bears of a closed one.
  func tell(_ corrections: BookedCorrections) {
    let cost = Decimals.text(Int128(corrections.costMicros), places: 6)
    say(
      "corrected \(corrections.chargeMonth), which is closed: \(corrections.count) corrections in "
        + "\(corrections.month), \(cost) \(corrections.currency)")
  }

  /// Says what came of each source, what is missing and what was refused.
  func tell(_ outcomes: [Collection.SourceOutcome]) {
    for outcome in outcomes {
      if let told = outcome.told {
        say("collected \(outcome.source): \(told)")
      } else if outcome.gaps.allSatisfy({ !$0.range.isEmpty }) {
        let count = outcome.jobs ?? outcome.machines ?? outcome.samples
        let what =
          outcome.jobs != nil
          ? "jobs" : outcome.machines != nil ? "virtual machines with GPUs" : "samples"
        let number = count.formatted(.number.locale(Locale(identifier: "en_US")))
        say("collected \(outcome.source): \(outcome.hours) hours, \(number) \(what)")
      }
      for gap in outcome.gaps {
        // What is read as a whole misses no hours: what was stored of it stays.
        let range = gap.range.isEmpty ? "" : ", \(gap.range)"
        warn("gap in '\(outcome.source)'\(range): \(gap.reason)")
      }
      for rejection in Rejections.summed(outcome.rejections) {
        warn("refused from '\(outcome.source)': \(rejection)")
      }
    }
  }
}
