import Quantities
import Records

/// Lays a host's claims on its GPUs.
///
/// The time is cut where anything may change, and at each hour. In each piece, first jobs take the
/// GPUs that are known to be theirs, by an exporter's label, the scheduler's detail, or since they
/// have the whole host. Jobs of which only the number is known share what is left: as many GPUs as
/// they have together, those first that were active longest in the piece, each divided by the
/// jobs' numbers. What no job has, virtual machines have, then assignments, then who is billed for
/// the instance; parts of cards are had by as many cards as they fill, each divided by the parts.
/// Reservations cover the GPUs that they name; of those with a number only, the ones that are held
/// count first, so that whoever uses as many as are reserved leaves none unused.
struct ClaimPlanner {
  private let input: HostInput
  private let streams: [GPUStream]
  private let evidence: LabelledJobs
  private var holders: Holders
  private var numbers: [Int32] = []
  private var plan = ClaimPlan()
  private var findings: Set<Finding> = []

  /// What claims are laid on: a GPU that is there, or a slot that none fills.
  private struct Place {
    /// nil for a slot.
    let stream: Int?
    var members: [Int32] = []
    var isShared = false
    var reservations: [Int32] = []
    /// Whether a sample names who holds it.
    var isNamed = false

    var isHeld: Bool { isNamed || !members.isEmpty }
  }

  private init(_ input: HostInput, streams: [GPUStream], holders: Holders) {
    self.input = input
    self.streams = streams
    self.holders = holders
    evidence = LabelledJobs(streams, holders: holders, claims: input.claims)
  }

  /// The plan of `input`'s window.
  ///
  /// - Parameter holders: gets the workloads and sets of the claims.
  static func plan(
    _ input: HostInput, streams: [GPUStream], holders: inout Holders,
    findings: inout Set<Finding>
  ) -> ClaimPlan {
    if input.claims.isEmpty { return .empty }
    var planner = ClaimPlanner(input, streams: streams, holders: holders)
    planner.run()
    holders = planner.holders
    findings.formUnion(planner.findings)
    return planner.plan
  }

  private mutating func run() {
    let claims = input.claims.sorted {
      ($0.range.start, $0.workload, $0.range.end) < ($1.range.start, $1.workload, $1.range.end)
    }
    numbers = claims.map { holders.number(of: $0.workload) }
    plan.labelled = evidence.known
    let times = borders(claims)
    var next = 0
    var active: [Int] = []
    for (start, end) in zip(times, times.dropFirst()) {
      active.removeAll { claims[$0].range.end.milliseconds <= start }
      while next < claims.count, claims[next].range.start.milliseconds <= start {
        if claims[next].range.end.milliseconds > start { active.append(next) }
        next += 1
      }
      if !active.isEmpty { lay(active.map { (numbers[$0], claims[$0]) }, start, end) }
    }
  }

  // MARK: Time

  /// The instants of the window at which claims or GPUs may change.
  private func borders(_ claims: [Claim]) -> [Int64] {
    let (start, end) = (input.window.start.milliseconds, input.window.end.milliseconds)
    var borders = Set(stride(from: start, through: end, by: 3_600_000))
    for range in claims.map(\.range) + input.slots.map(\.range) {
      borders.formUnion([range.start.milliseconds, range.end.milliseconds])
    }
    for stream in streams {
      guard let presence = stream.presence else { continue }
      borders.formUnion([presence.lowerBound, presence.upperBound])
      if claims.contains(where: \.reservesSomeOnly) {
        borders.formUnion(namingChanges(of: stream))
      }
    }
    return borders.filter { start <= $0 && $0 <= end }.sorted()
  }

  /// When samples begin or stop to name a holder.
  private func namingChanges(of stream: GPUStream) -> [Int64] {
    var was: Bool?
    return stream.times.indices.compactMap { index in
      let isNamed = self.isNamed(stream, index)
      defer { was = isNamed }
      return isNamed == was ? nil : stream.times[index]
    }
  }

  private func isNamed(_ stream: GPUStream, _ index: Int) -> Bool {
    stream.entities.contains { entity in
      let set = entity.holders[index]
      return set > Holders.nobody
        && holders.sets[Int(set)].contains { !evidence.known.contains($0) }
    }
  }

  // MARK: One piece of time

  private mutating func lay(_ claims: [(number: Int32, claim: Claim)], _ start: Int64, _ end: Int64)
  {
    var places = self.places(at: start)
    let jobs = claims.filter { $0.claim.workload.kind == .job }
    hold(jobs, on: &places, start, end)
    for kind in [WorkloadKey.Kind.machine, .assignment, .instance] {
      hold(claims.filter { $0.claim.workload.kind == kind }, on: &places, start, end)
    }
    for (number, claim) in claims where claim.workload.kind == .reservation {
      for place in reserved(claim, places) { places[place].reservations.append(number) }
    }
    write(places, start, end)
  }

  private func places(at start: Int64) -> [Place] {
    var places: [Place] = []
    for (number, stream) in streams.enumerated()
    where stream.presence?.contains(start) ?? false {
      var place = Place(stream: number)
      if let index = stream.index(at: start) { place.isNamed = isNamed(stream, index) }
      places.append(place)
    }
    let slots = input.slots.reduce(0) { sum, slot in
      sum + (slot.range.contains(UTCInstant(milliseconds: start)) ? slot.count : 0)
    }
    let unseen = max(0, slots - places.count)
    return places + Array(repeating: Place(stream: nil), count: unseen)
  }

  /// Gives the places that nobody has by a claim of another kind to `claims`.
  private mutating func hold(
    _ claims: [(number: Int32, claim: Claim)], on places: inout [Place], _ start: Int64,
    _ end: Int64
  ) {
    let free = Set(places.indices.filter { places[$0].members.isEmpty })
    var pool: [Part] = []
    for (number, claim) in claims {
      let (known, rest) = known(claim, places, at: start)
      for place in known where free.contains(place) { places[place].members.append(number) }
      if rest > 0 { pool.append(Part(number: number, count: rest, divisor: claim.divisor)) }
    }
    if pool.isEmpty { return }
    let left = free.filter { places[$0].members.isEmpty }.sorted()
    // Parts of cards and whole ones are never of one card.
    let kinds = [pool.filter { $0.divisor == 1 }, pool.filter { $0.divisor > 1 }]
    let asked = kinds.reduce(0) { $0 + Self.cards($1) }
    if asked > left.count, !input.slots.isEmpty || left.isEmpty {
      findings.insert(.moreClaimedThanGPUs(asked: asked, left: left.count))
    }
    var ordered = asked < left.count ? ranked(left, places, start, end)[...] : left[...]
    for kind in asked > left.count ? [pool] : kinds where !kind.isEmpty {
      let chosen = ordered.prefix(Self.cards(kind))
      ordered = ordered.dropFirst(chosen.count)
      let isShared = pool.count > 1 || asked < left.count
      for (place, members) in zip(chosen, members(kind, on: chosen.map { places[$0] })) {
        places[place].members = members
        places[place].isShared = isShared
      }
    }
  }

  /// How many cards claims fill together.
  private static func cards(_ claims: [Part]) -> Int {
    let card = claims.reduce(1) { Divisors.leastCommonMultiple($0, $1.divisor) }
    return (claims.reduce(0) { $0 + $1.count * (card / $1.divisor) } + card - 1) / card
  }

  /// Who has each of `places`: all claims together, each as much as its number.
  private func members(_ claims: [Part], on places: [Place]) -> [[Int32]] {
    let card = claims.reduce(1) { Divisors.leastCommonMultiple($0, $1.divisor) }
    // Slots that nobody sees are one like the other: each claim has its own of them, to the
    // millisecond.
    let sum = claims.reduce(0) { $0 + $1.count }
    if card == 1, sum == places.count, places.allSatisfy({ $0.stream == nil }) {
      return claims.flatMap { Array(repeating: [$0.number], count: $0.count) }
    }
    let counts = claims.map { $0.count * (card / $0.divisor) }
    let unit = counts.reduce(0, Divisors.greatestCommon)
    let members = zip(claims, counts).flatMap { Array(repeating: $0.number, count: $1 / unit) }
    return places.map { _ in members }
  }

  /// A claim of which only the number is known.
  private struct Part {
    let number: Int32
    let count: Int
    let divisor: Int
  }

  /// The places that are known to be a claim's, and how many more it has.
  private func known(
    _ claim: Claim, _ places: [Place], at start: Int64
  ) -> (places: [Int], rest: Int) {
    let all = Array(places.indices)
    switch claim.reach {
    case .all: return (all, 0)
    case .uuids(let uuids): return (self.places(of: uuids, places), 0)
    case .indexes(let indexes):
      let known = self.places(of: indexes.compactMap { input.gpuNumbers[$0] }, places)
      return indexes.count >= all.count ? (all, 0) : (known, indexes.count - known.count)
    case .count(let count):
      if count >= all.count { return (all, 0) }
      let shown = evidence.streams(of: claim.workload, at: start)
      let known = all.filter { place in places[place].stream.map(shown.contains) ?? false }
      return (known, max(0, count - known.count))
    case .including(let uuids, let count):
      if count >= all.count { return (all, 0) }
      let known = self.places(of: uuids, places)
      return (known, max(0, count - known.count))
    case .parts(let count, of: _): return ([], count)
    }
  }

  private func places(of uuids: [String], _ places: [Place]) -> [Int] {
    places.indices.filter { place in
      places[place].stream.map { uuids.contains(streams[$0].uuid) } ?? false
    }
  }

  /// `places` by how long their GPUs were active, those that nobody sees last.
  private func ranked(_ left: [Int], _ places: [Place], _ start: Int64, _ end: Int64) -> [Int] {
    let active = Dictionary(
      uniqueKeysWithValues: left.map { place in
        (
          place,
          places[place].stream.map {
            streams[$0].activeMilliseconds(
              start, end, threshold: input.idleBelowPartsPerMillion)
          } ?? -1
        )
      })
    return left.sorted { one, other in
      let (first, second) = (active[one] ?? -1, active[other] ?? -1)
      return first != second ? first > second : one < other
    }
  }

  /// The places that a reservation covers.
  private func reserved(_ claim: Claim, _ places: [Place]) -> [Int] {
    switch claim.reach {
    case .all: return Array(places.indices)
    case .uuids(let uuids): return self.places(of: uuids, places)
    case .indexes(let indexes):
      return self.places(of: indexes.compactMap { input.gpuNumbers[$0] }, places)
    case .count(let count), .including(_, let count):
      let heldFirst =
        places.indices.filter { places[$0].isHeld } + places.indices.filter { !places[$0].isHeld }
      return Array(heldFirst.prefix(count))
    case .parts(let count, of: let divisor):
      return reserved(
        Claim(
          workload: claim.workload, host: claim.host, range: claim.range,
          reach: .count((count + divisor - 1) / divisor)), places)
    }
  }

  private mutating func write(_ places: [Place], _ start: Int64, _ end: Int64) {
    var unseen: [(part: ClaimPlan.Part, count: Int)] = []
    for place in places where !place.members.isEmpty || !place.reservations.isEmpty {
      let part = ClaimPlan.Part(
        from: start, to: end, holders: holders.number(ofSet: place.members),
        isShared: place.isShared, reserved: holders.number(ofSet: place.reservations))
      if let stream = place.stream {
        plan.add(part, to: streams[stream].uuid)
      } else if let same = unseen.firstIndex(where: { $0.part == part }) {
        unseen[same].count += 1
      } else {
        unseen.append((part, 1))
      }
    }
    for (part, count) in unseen { plan.add(part, slots: count) }
  }
}
