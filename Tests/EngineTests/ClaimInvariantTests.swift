import Engine
import Quantities
import Records
import Testing

/// What holds of every ledger, whatever is claimed.
@Suite struct `The ledger of a random host with claims` {
  @Test(arguments: 0..<Fuzz.parts)
  func `is the same hour by hour as all at once`(part: UInt64) {
    expectNone(part) { input in
      let whole = HostRollup.ledger(of: input)
      let parts = input.hours.map { HostRollup.ledger(of: input.limited(to: $0)) }
      let joined = parts.reduce(ComparableLedger()) { $0.joined(with: ComparableLedger($1)) }
      let reserved = Set(parts.flatMap(\.reserved)) == Set(whole.reserved)
      return joined.differences(from: ComparableLedger(whole))
        + (reserved ? [] : ["what reserved GPUs did differs"])
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `gives every card and slot each millisecond once`(part: UInt64) {
    expectNone(part) { input in
      let facts = HostRollup.ledger(of: input).facts
      let presences = ReferenceEngine(input: input).presences().map(\.value)
      return input.hours.compactMap { hour in
        let sum = facts.filter { $0.hour == hour.start }.reduce(0) { $0 + $1.gpuMilliseconds }
        let capacity = `The ledger of a random host`.capacity(
          of: input.slots, and: presences, in: hour)
        return sum == capacity ? nil : "\(hour): \(sum) ms of \(capacity)"
      }
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `tells of reserved GPUs what the facts tell`(part: UInt64) {
    expectNone(part) { input in
      let ledger = HostRollup.ledger(of: input)
      return input.hours.compactMap { hour in
        let unused = ledger.facts.filter { $0.hour == hour.start && $0.state == .reservedUnused }
        let told = ledger.reserved.filter { $0.hour == hour.start && $0.state == .reservedUnused }
        let sums = (
          unused.reduce(0) { $0 + $1.gpuMilliseconds }, told.reduce(0) { $0 + $1.gpuMilliseconds }
        )
        // A divided card is rounded once for each.
        return abs(sums.0 - sums.1) <= 8 ? nil : "\(hour): \(sums.0) ms unused, told \(sums.1)"
      }
    }
  }

  @Test(arguments: 0..<Fuzz.parts)
  func `has all the time of jobs that fit on it`(part: UInt64) {
    for seed in Fuzz.seeds(part: part, of: Fuzz.rounds / 10) {
      let input = RandomClaims.fittingJobs(seed: seed)
      let facts = HostRollup.ledger(of: input).facts
      for claim in input.claims {
        guard case .count(let count) = claim.reach else { continue }
        let held = facts.filter { $0.workload == claim.workload }
          .reduce(0) { $0 + $1.gpuMilliseconds }
        let due = (claim.range.intersection(input.window)?.milliseconds ?? 0) * Int64(count)
        // Each piece of time between two events is split into whole milliseconds, hour by hour.
        #expect(abs(held - due) <= 8, "seed \(seed): \(claim) has \(held) of \(due) ms")
      }
    }
  }

  private func expectNone(_ part: UInt64, _ differences: (HostInput) -> [String]) {
    for seed in Fuzz.seeds(part: part, of: Fuzz.rounds / 10) {
      let lines = differences(RandomClaims.added(to: RandomHost.input(seed: seed), seed: seed))
      if !lines.isEmpty {
        Issue.record("seed \(seed):\n\(lines.prefix(8).joined(separator: "\n"))")
        return
      }
    }
  }
}

/// Claims that a seed tells.
enum RandomClaims {
  /// `input` with claims of every kind, reach and length.
  static func added(to input: HostInput, seed: UInt64) -> HostInput {
    var numbers = SeededNumbers(seed: seed &+ 0x5eed)
    let uuids = Set(
      input.days.flatMap(\.frame.series).map(\.key.entity).filter {
        $0.host == input.host
      }.map(\.uuid)
    ).sorted()
    let claims = (0..<numbers.number(1...6)).map { number in
      let reach: Claim.Reach =
        switch numbers.number(0...5) {
        case 0: .all
        case 1 where !uuids.isEmpty: .uuids([numbers.pick(uuids)])
        case 2: .indexes([Int(numbers.number(0...2))])
        case 3 where !uuids.isEmpty: .including([numbers.pick(uuids)], count: 2)
        case 4: .parts(Int(numbers.number(1...5)), of: Int(numbers.number(2...7)))
        default: .count(Int(numbers.number(1...3)))
        }
      let range = range(around: input.window, &numbers)
      return Claim(
        workload: WorkloadKey(
          kind: numbers.pick([.job, .machine, .assignment, .reservation]), namespace: "",
          name: "w\(number)", uid: "c:\(number)"), host: input.host, range: range, reach: reach)
    }
    return HostInput(
      host: input.host, window: input.window, days: input.days, slots: input.slots,
      outages: input.outages, idleBelowPartsPerMillion: input.idleBelowPartsPerMillion,
      claims: claims,
      scheduled: numbers.isTrue(oneIn: 2) ? [range(around: input.window, &numbers)] : [],
      gpuNumbers: Dictionary(uniqueKeysWithValues: uuids.enumerated().map { ($0, $1) }))
  }

  /// A host of eight GPUs that nobody sees, and jobs of which no more than eight GPUs are held at
  /// once.
  static func fittingJobs(seed: UInt64) -> HostInput {
    var numbers = SeededNumbers(seed: seed &+ 0xf17)
    let start: Int64 = 1_795_392_000_000
    let window = TimeRange(milliseconds: start..<(start + 3 * 3_600_000))
    let counts = numbers.pick([[4, 2, 1, 1], [3, 3, 2], [5, 3], [1, 1, 1]])
    let claims = counts.enumerated().map { number, count in
      Claim(
        workload: WorkloadKey(kind: .job, namespace: "", name: "\(number)", uid: "c:\(number)"),
        host: "h", range: range(around: window, &numbers), reach: .count(count))
    }
    return HostInput(
      host: "h", window: window, days: [],
      slots: [HostInput.Slots(range: window, count: 8)], outages: [],
      idleBelowPartsPerMillion: 50_000, claims: claims)
  }

  private static func range(
    around window: TimeRange, _ numbers: inout SeededNumbers
  ) -> TimeRange {
    let hour: Int64 = 3_600_000
    let span = (window.start.milliseconds - hour)...(window.end.milliseconds + hour)
    let (one, other) = (numbers.number(span), numbers.number(span))
    return TimeRange(milliseconds: min(one, other)..<(max(one, other) + 1))
  }
}
