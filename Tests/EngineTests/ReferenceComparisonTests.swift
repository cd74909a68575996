import Engine
import Foundation
import Quantities
import Records
import Testing

/// How many random hosts are tried, and from which seed on.
///
/// `GPUTALLY_FUZZ_ROUNDS` raises the number, `GPUTALLY_FUZZ_SEED` starts at a seed that failed.
enum Fuzz {
  static let rounds = environment("GPUTALLY_FUZZ_ROUNDS") ?? 3_000
  static let firstSeed = environment("GPUTALLY_FUZZ_SEED") ?? 1
  /// Tests run in this many parts at once.
  static let parts: UInt64 = 4

  /// The part's seeds of the first `rounds`.
  static func seeds(part: UInt64, of rounds: UInt64 = Fuzz.rounds) -> [UInt64] {
    (firstSeed..<(firstSeed + rounds)).filter { $0 % parts == part }
  }

  private static func environment(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  /// Runs `differences` for each seed of a part, and reports the first seed with some.
  static func expectNone(part: UInt64, of rounds: UInt64, _ differences: (HostInput) -> [String]) {
    for seed in seeds(part: part, of: rounds) {
      let lines = differences(RandomHost.input(seed: seed))
      if !lines.isEmpty {
        Issue.record("seed \(seed):\n\(lines.prefix(8).joined(separator: "\n"))")
        return
      }
    }
  }
}

@Suite struct `The engine and the slow reference` {
  @Test(arguments: 0..<Fuzz.parts)
  func `agree on every fact of a random host`(part: UInt64) {
    Fuzz.expectNone(part: part, of: Fuzz.rounds) { input in
      ComparableLedger(HostRollup.ledger(of: input))
        .differences(from: ReferenceEngine.ledger(of: input))
    }
  }

  @Test(arguments: DeliberateFault.allCases.filter { $0 != .none })
  func `differ within 100 hosts where the engine has a fault`(fault: DeliberateFault) {
    let found = (1...100 as ClosedRange<UInt64>).first { seed in
      let input = RandomHost.input(seed: seed)
      let faulty = ComparableLedger(HostRollup.ledger(of: input, fault: fault))
      return !faulty.differences(from: ReferenceEngine.ledger(of: input)).isEmpty
    }
    #expect(found != nil, "no host tells \(fault) from a right engine")
  }
}

@Suite struct `The ledger of a random host` {
  @Test(arguments: 0..<Fuzz.parts)
  func `is the same hour by hour as all at once`(part: UInt64) {
    Fuzz.expectNone(part: part, of: Fuzz.rounds / 10) { input in
      let hours = stride(
        from: input.window.start.milliseconds, to: input.window.end.milliseconds, by: 3_600_000)
      let joined = hours.reduce(ComparableLedger()) { sum, hour in
        let window = TimeRange(milliseconds: hour..<(hour + 3_600_000))
        return sum.joined(with: ComparableLedger(HostRollup.ledger(of: input.limited(to: window))))
      }
      return joined.differences(from: ComparableLedger(HostRollup.ledger(of: input)))
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `gives each card every millisecond of its life once`(part: UInt64) {
    Fuzz.expectNone(part: part, of: Fuzz.rounds / 10) { input in
      let facts = HostRollup.ledger(of: input).facts
      return ReferenceEngine(input: input).presences().flatMap { uuid, presence in
        input.hours.compactMap { hour in
          let sum = facts.filter { $0.uuid == uuid && $0.hour == hour.start }
            .reduce(0) { $0 + $1.gpuMilliseconds }
          let lived = presence.intersection(hour)?.milliseconds ?? 0
          return sum == lived ? nil : "\(uuid) in \(hour): \(sum) ms of \(lived)"
        }
      }
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `fills the slots, and exceeds them only by cards that were seen`(part: UInt64) {
    Fuzz.expectNone(part: part, of: Fuzz.rounds / 10) { input in
      let facts = HostRollup.ledger(of: input).facts
      let presences = ReferenceEngine(input: input).presences().map(\.value)
      return input.hours.compactMap { hour in
        let sum = facts.filter { $0.hour == hour.start }.reduce(0) { $0 + $1.gpuMilliseconds }
        let capacity = Self.capacity(of: input.slots, and: presences, in: hour)
        return sum == capacity ? nil : "\(hour): \(sum) ms of \(capacity)"
      }
    }
  }

  /// The larger of slots and cards seen, summed over every millisecond of `hour`.
  static func capacity(
    of slots: [HostInput.Slots], and presences: [TimeRange], in hour: TimeRange
  ) -> Int64 {
    let borders = (slots.map(\.range) + presences + [hour]).flatMap { [$0.start, $0.end] }
    let inside = Set(borders.filter { hour.start <= $0 && $0 <= hour.end }).sorted()
    return zip(inside, inside.dropFirst()).reduce(0) { sum, ends in
      let count = slots.reduce(0) { $0 + ($1.range.contains(ends.0) ? $1.count : 0) }
      let seen = presences.filter { $0.contains(ends.0) }.count
      return sum + (ends.1 - ends.0) * Int64(max(count, seen))
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `keeps all idle time as pieces but short stretches inside an hour`(part: UInt64) {
    Fuzz.expectNone(part: part, of: Fuzz.rounds / 10) { input in
      let ledger = ComparableLedger(HostRollup.ledger(of: input))
      var inPieces: [ComparableLedger.Key: Fraction] = [:]
      for piece in ledger.pieces.union(ReferenceEngine(input: input).shortIdlePieces()) {
        let key = ComparableLedger.Key(
          hour: piece.range.lowerBound / 3_600_000, uuid: piece.uuid, state: .idle,
          workload: piece.workload)
        inPieces[key, default: .zero] =
          (inPieces[key] ?? .zero) + piece.share * Fraction(Int128(piece.range.count))
      }
      return ledger.facts.compactMap { key, amounts in
        guard key.state == .idle else { return nil }
        // A card of up to four parts loses less than a millisecond of each to rounding, twice.
        let distance = Fraction(amounts.milliseconds) - (inPieces[key] ?? .zero)
        let isNear = Fraction(-8) < distance && distance < Fraction(8)
        return isNear ? nil : "\(key): \(amounts.milliseconds) ms, \(distance) more than its pieces"
      }
    }
  }
}

extension HostInput {
  /// The hours of the window.
  var hours: [TimeRange] {
    stride(from: window.start.milliseconds, to: window.end.milliseconds, by: 3_600_000)
      .map { TimeRange(milliseconds: $0..<($0 + 3_600_000)) }
  }

  /// The input for a part of the window: its days, and for each GPU the nearest before and after.
  func limited(to part: TimeRange) -> HostInput {
    let first = part.start.milliseconds / 86_400_000
    let last = (part.end.milliseconds - 1) / 86_400_000
    var wanted = Set(first...last)
    let sightings = Dictionary(
      grouping: days.flatMap { day in
        Set(day.frame.series.map(\.key.entity).filter { $0.host == host }.map(\.uuid))
          .map { (uuid: $0, day: day.day) }
      }, by: \.uuid)
    for days in sightings.values.map({ $0.map(\.day) }) {
      if let before = days.filter({ $0 < first }).max() { wanted.insert(before) }
      if let after = days.filter({ $0 > last }).min() { wanted.insert(after) }
    }
    return HostInput(
      host: host, window: part, days: days.filter { wanted.contains($0.day) }, slots: slots,
      outages: outages, idleBelowPartsPerMillion: idleBelowPartsPerMillion, claims: claims,
      scheduled: scheduled, gpuNumbers: gpuNumbers)
  }
}

extension ReferenceEngine {
  /// From the first to the end of the last sample of each GPU.
  func presences() -> [String: TimeRange] {
    samples().compactMapValues { samples in
      guard let first = samples.first, let last = samples.last else { return nil }
      return TimeRange(milliseconds: first.time..<(last.time + last.speaksAtMost))
    }
  }

  /// The idle pieces that are too short to be kept.
  func shortIdlePieces() -> Set<ComparableLedger.Piece> {
    var result = ComparableLedger()
    for (uuid, samples) in samples() {
      let moments = moments(of: samples, uuid: uuid, findings: &result.findings)
      ReferenceIdle.add(moments, uuid: uuid, keepingShort: true, to: &result)
    }
    return result.pieces
  }
}
