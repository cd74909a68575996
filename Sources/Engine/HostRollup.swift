import Quantities
import Records

/// Samples of a host to its ledger: every millisecond of every GPU in exactly one state.
///
/// A sample speaks until the GPU's next one, but no longer than twice the scrape interval; what
/// is then left until the next one is silence, in which a workload that both samples name goes
/// on holding. Where no sample names a holder, claims say who has the GPU. What is then left in a
/// silence, or of inventory slots that no GPU fills, is unknown, but where a scheduler accounts for
/// the host: there it is free. Energy is what the card's counter rose
/// by from sample to sample, silence included, else power while a sample speaks.
package struct HostRollup {
  let input: HostInput
  private let fault: DeliberateFault
  let outages: DisjointRanges
  let scheduled: DisjointRanges
  private(set) var plan = ClaimPlan.empty
  private(set) var holders = Holders()
  var ledger = HostLedger(facts: [], idlePieces: [], findings: [])

  private init(_ input: HostInput, fault: DeliberateFault) {
    self.input = input
    self.fault = fault
    outages = DisjointRanges(input.outages)
    scheduled = DisjointRanges(input.scheduled)
  }

  /// The ledger of `input`'s window.
  package static func ledger(of input: HostInput, fault: DeliberateFault = .none) -> HostLedger {
    precondition(
      input.window.start == input.window.start.startOfHour
        && input.window.end == input.window.end.startOfHour,
      "BUG: a rollup window must be whole hours, got \(input.window)")
    var rollup = HostRollup(input, fault: fault)
    rollup.run()
    return rollup.ledger
  }

  private mutating func run() {
    var builder = StreamBuilder(
      host: input.host, intervalsSpoken: fault == .speaksThreeIntervals ? 3 : 2)
    let streams = builder.streams(input.days)
    holders = builder.holders
    plan = ClaimPlanner.plan(
      input, streams: streams, holders: &holders, findings: &ledger.findings)
    var presences: [TimeRange] = []
    for stream in streams {
      guard let presence = stream.presence,
        let part = TimeRange(milliseconds: presence).intersection(input.window)
      else { continue }
      presences.append(part)
      roll(stream)
    }
    rollSlots(besides: presences)
  }

  // MARK: One GPU

  private mutating func roll(_ stream: GPUStream) {
    var hours = HourWriter(stream: stream, input: input)
    let start = input.window.start.milliseconds
    let end = input.window.end.milliseconds
    let after = stream.times.firstIndex { $0 > start } ?? stream.times.count
    var index = max(0, after - 1)
    while index < stream.times.count, stream.times[index] < end {
      let spoken = stream.speakingEnd(index)
      speak(stream, index, from: max(stream.times[index], start), to: min(spoken, end), &hours)
      if index + 1 < stream.times.count, spoken < stream.times[index + 1] {
        let silence = (max(spoken, start), min(stream.times[index + 1], end))
        if silence.0 < silence.1 {
          keepSilent(stream, index, from: silence.0, to: silence.1, &hours)
        }
      }
      index += 1
    }
    hours.finish(holders: holders, into: &ledger)
  }

  /// The time for which sample `index` speaks.
  private mutating func speak(
    _ stream: GPUStream, _ index: Int, from start: Int64, to end: Int64, _ hours: inout HourWriter
  ) {
    guard start < end else { return }
    let power = stream.power[index]
    let counted = stream.countedEnergy(index, fault)
    let threshold = input.idleBelowPartsPerMillion + (fault == .idleAtThreshold ? 1 : 0)
    for share in shares(of: stream, at: index) {
      let entity = stream.entities[share.entity]
      let activity = share.isRest ? -1 : entity.activity[index]
      let set = share.isRest ? Holders.nobody : named(entity.holders[index])
      let isActive = Int64(activity) >= threshold
      let reading = Reading(activity: activity, power: power, counted: counted)
      if set != Holders.nobody {
        let state: State = activity < 0 ? .allocatedUnknown : isActive ? .busy : .idle
        hold(stream.uuid, start, end, share, state, set, reading, &hours)
      } else {
        let free: State = isActive ? .unattributed : .unallocated
        if outages.isEmpty, plan.isEmpty {
          hours.add(start, end, share, free, set, reading)
          continue
        }
        let claimed: State = activity < 0 ? .allocatedUnknown : isActive ? .busy : .idle
        for part in plan.split(stream.uuid, start, end) {
          add(part, share, claimed: claimed, reading, to: &hours) { _ in free }
        }
      }
    }
  }

  /// The holders that a sample names, without those whose claims tell better.
  private mutating func named(_ set: Int32) -> Int32 {
    plan.labelled.isEmpty ? set : holders.removing(plan.labelled, from: set)
  }

  /// Adds a time in which samples name the holders; claims say only who has reserved it.
  private func hold(
    _ uuid: String, _ start: Int64, _ end: Int64, _ share: EntityShare, _ state: State,
    _ set: Int32, _ reading: Reading, _ hours: inout HourWriter
  ) {
    if plan.isEmpty {
      hours.add(start, end, share, state, set, reading)
      return
    }
    for part in plan.split(uuid, start, end) {
      var reading = reading
      reading.reserved = part.reserved
      hours.add(part.from, part.to, share, state, set, reading)
    }
  }

  /// Adds a part of time in which no sample names a holder.
  private func add(
    _ part: ClaimPlan.Part, _ share: EntityShare, claimed: State, _ reading: Reading,
    to hours: inout HourWriter, free: (Bool) -> State
  ) {
    var reading = reading
    reading.reserved = part.reserved
    reading.isShared = part.isShared
    forEachState(of: part, claimed: claimed, free: free) { from, to, state, set in
      hours.add(from, to, share, state, set, reading)
    }
  }

  /// Cuts a part of time in which no sample names a holder where its state changes: held by a
  /// claim, else out of service, else reserved or free.
  ///
  /// - Parameters:
  ///   - claimed: the state where a claim holds the GPU.
  ///   - free: the state where nothing does, by whether the host is scheduled then.
  ///   - body: gets start, end, state and who holds or has reserved it.
  func forEachState(
    of part: ClaimPlan.Part, claimed: State, free: (Bool) -> State,
    _ body: (Int64, Int64, State, Int32) -> Void
  ) {
    if part.holders != Holders.nobody {
      body(part.from, part.to, claimed, part.holders)
      return
    }
    for (from, to, isOut) in outages.split(part.from, part.to) {
      if isOut {
        body(from, to, .outOfService, Holders.nobody)
        continue
      }
      for (from, to, isScheduled) in scheduled.split(from, to) {
        let state = free(isScheduled)
        let isUnused = state == .unallocated && part.reserved != Holders.nobody
        body(
          from, to, isUnused ? .reservedUnused : state, isUnused ? part.reserved : Holders.nobody)
      }
    }
  }

  /// The state of a free GPU of which no sample speaks.
  static func unseen(isScheduled: Bool) -> State { isScheduled ? .unallocated : .unknown }

  /// The silence between sample `index` and the next one.
  private mutating func keepSilent(
    _ stream: GPUStream, _ index: Int, from start: Int64, to end: Int64, _ hours: inout HourWriter
  ) {
    let reading = Reading(counted: stream.countedEnergy(index, fault))
    for share in shares(of: stream, at: index) {
      let entity = stream.entities[share.entity]
      let next = entity.holders[fault == .holdsThroughAnySilence ? index : index + 1]
      let set =
        share.isRest
        ? Holders.nobody : named(holders.intersection(entity.holders[index], next))
      if set > Holders.nobody {
        hold(stream.uuid, start, end, share, .allocatedUnknown, set, reading, &hours)
      } else {
        for part in plan.split(stream.uuid, start, end) {
          add(
            part, share, claimed: .allocatedUnknown, reading, to: &hours, free: Self.unseen)
        }
      }
    }
  }

  /// Which part of the card each entity has at a sample; the parts sum to the card's slices.
  private mutating func shares(of stream: GPUStream, at index: Int) -> [EntityShare] {
    let whole = stream.slices
    if whole == 1 { return EntityShare.wholeCard }
    var left = whole
    var covered = 0
    var shares: [EntityShare] = []
    var card: Int?
    for (number, entity) in stream.entities.enumerated()
    where entity.holders[index] != Holders.absent {
      guard entity.instance != nil else {
        card = number
        continue
      }
      covered += Int(entity.slices[index])
      let slices = min(Int(entity.slices[index]), left)
      left -= slices
      if slices > 0 { shares.append(EntityShare(entity: number, slices: slices, isRest: false)) }
    }
    if covered > whole {
      ledger.findings.insert(.tooManySlices(uuid: stream.uuid, slices: covered, of: whole))
    }
    if left > 0 {
      shares.append(EntityShare(entity: card ?? 0, slices: left, isRest: card == nil))
    }
    return shares
  }
}

/// What a sample says besides who holds the GPU.
struct Reading {
  /// Whole millionths, -1 where not measured.
  var activity: Int32 = -1
  /// Milliwatts of the card, -1 where not measured.
  var power: Int64 = -1
  /// The card's energy until the next sample, nil where it isn't counted; counts before power.
  let counted: CountedEnergy?
  /// Whether only is known how many GPUs the holders have, not which ones.
  var isShared = false
  /// The set of reservations that cover it.
  var reserved = Holders.nobody
}

/// A part of a card at one sample.
struct EntityShare {
  static let wholeCard = [EntityShare(entity: 0, slices: 1, isRest: false)]
  let entity: Int
  let slices: Int
  /// Whether it is what no instance covers, and no series of the card speaks for.
  let isRest: Bool
}
