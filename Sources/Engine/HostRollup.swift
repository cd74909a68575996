import Quantities
import Records

/// What the ledger of a host is made from.
package struct HostInput: Sendable {
  /// GPUs that the inventory says are there.
  package struct Slots: Hashable, Sendable {
    package let range: TimeRange
    package let count: Int

    package init(range: TimeRange, count: Int) {
      self.range = range
      self.count = count
    }
  }

  package let host: String
  /// The hours to make the ledger of: whole UTC hours.
  package let window: TimeRange
  /// In the order of time: all days with samples in the window, and for each GPU the days of its
  /// last sample before the window and of its first after it.
  package let days: [ScrapedDay]
  package let slots: [Slots]
  /// When the host was out of service.
  package let outages: [TimeRange]
  /// - Unit: millionths of full activity; what lies strictly below is idle.
  package let idleBelowPartsPerMillion: Int64

  package init(
    host: String, window: TimeRange, days: [ScrapedDay], slots: [Slots], outages: [TimeRange],
    idleBelowPartsPerMillion: Int64
  ) {
    self.host = host
    self.window = window
    self.days = days
    self.slots = slots
    self.outages = outages
    self.idleBelowPartsPerMillion = idleBelowPartsPerMillion
  }
}

/// Samples of a host to its ledger: every millisecond of every GPU in exactly one state.
///
/// A sample speaks until the GPU's next one, but no longer than twice the scrape interval; what
/// is then left until the next one is silence, in which a workload that both samples name goes
/// on holding. What inventory slots no GPU fills is unknown. Energy is what the card's counter rose
/// by from sample to sample, silence included, else power while a sample speaks.
package struct HostRollup {
  private let input: HostInput
  private let fault: DeliberateFault
  private let outages: DisjointRanges
  private var holders = Holders()
  private var ledger = HostLedger(facts: [], idlePieces: [], findings: [])

  private init(_ input: HostInput, fault: DeliberateFault) {
    self.input = input
    self.fault = fault
    outages = DisjointRanges(input.outages)
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
    var presences: [TimeRange] = []
    for stream in streams {
      guard let first = stream.times.first else { continue }
      let end = stream.speakingEnd(stream.times.count - 1)
      let presence = TimeRange(milliseconds: first..<max(first, end))
      guard let part = presence.intersection(input.window) else { continue }
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
      let set = share.isRest ? Holders.nobody : entity.holders[index]
      let isActive = Int64(activity) >= threshold
      let reading = Reading(activity: activity, power: power, counted: counted)
      if set != Holders.nobody {
        let state: State = activity < 0 ? .allocatedUnknown : isActive ? .busy : .idle
        hours.add(start, end, share, state, set, reading)
      } else {
        let free: State = isActive ? .unattributed : .unallocated
        if outages.isEmpty {
          hours.add(start, end, share, free, set, reading)
          continue
        }
        for (from, to, isOut) in outages.split(start, end) {
          hours.add(from, to, share, isOut ? .outOfService : free, set, reading)
        }
      }
    }
  }

  /// The silence between sample `index` and the next one.
  private mutating func keepSilent(
    _ stream: GPUStream, _ index: Int, from start: Int64, to end: Int64, _ hours: inout HourWriter
  ) {
    let reading = Reading(counted: stream.countedEnergy(index, fault))
    for share in shares(of: stream, at: index) {
      let entity = stream.entities[share.entity]
      let next = entity.holders[fault == .holdsThroughAnySilence ? index : index + 1]
      let set =
        share.isRest ? Holders.nobody : holders.intersection(entity.holders[index], next)
      if set > Holders.nobody {
        hours.add(start, end, share, .allocatedUnknown, set, reading)
      } else {
        for (from, to, isOut) in outages.split(start, end) {
          hours.add(from, to, share, isOut ? .outOfService : .unknown, Holders.nobody, reading)
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

  // MARK: Slots

  /// The time of inventory slots that no GPU fills.
  private mutating func rollSlots(besides presences: [TimeRange]) {
    var changes: [Int64: (slots: Int, seen: Int)] = [:]
    func add(_ range: TimeRange, slots: Int, seen: Int) {
      changes[range.start.milliseconds, default: (0, 0)].slots += slots
      changes[range.start.milliseconds, default: (0, 0)].seen += seen
      changes[range.end.milliseconds, default: (0, 0)].slots -= slots
      changes[range.end.milliseconds, default: (0, 0)].seen -= seen
    }
    for slot in input.slots {
      if let part = slot.range.intersection(input.window) { add(part, slots: slot.count, seen: 0) }
    }
    for presence in presences { add(presence, slots: 0, seen: 1) }
    let times = changes.keys.sorted()
    var (slots, seen) = (0, 0)
    var hours = SlotHours()
    for (time, next) in zip(times, times.dropFirst()) {
      slots += changes[time]?.slots ?? 0
      seen += changes[time]?.seen ?? 0
      if slots > seen {
        for (from, to, isOut) in outages.split(time, next) {
          hours.add(from, to, count: slots - seen, isOut ? .outOfService : .unknown)
        }
      } else if seen > slots, !input.slots.isEmpty {
        ledger.findings.insert(.moreGPUsThanSlots(seen: seen, slots: slots))
      }
    }
    ledger.facts += hours.facts
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
}

/// A part of a card at one sample.
struct EntityShare {
  static let wholeCard = [EntityShare(entity: 0, slices: 1, isRest: false)]
  let entity: Int
  let slices: Int
  /// Whether it is what no instance covers, and no series of the card speaks for.
  let isRest: Bool
}
