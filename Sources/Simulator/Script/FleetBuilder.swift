import Quantities

/// Writes the script of a fleet from the seed of its plan.
struct FleetBuilder {
  let plan: FleetPlan
  private let teams: [String]
  private var generator: SplitMix64
  private var crew: Crew

  init(_ plan: FleetPlan) {
    self.plan = plan
    teams = Names.teams(plan.teams)
    generator = SplitMix64(seed: plan.seed)
    crew = Crew(plan: plan, teams: teams)
  }

  /// The whole script.
  func fleet() -> Fleet {
    var builder = self
    return builder.made()
  }

  private mutating func made() -> Fleet {
    let kubeState = kubeStateClock()
    let hosts = (0..<plan.hosts).map { host($0) }
    return Fleet(
      plan: plan, teams: teams, pods: crew.pods, hosts: hosts, spare: spareHost(),
      kubeState: kubeState)
  }

  private mutating func offset(_ interval: Int64) -> Int64 {
    let offset = Int64(generator.pick(1...Int(interval - 1)))
    return plan.isAligned ? 0 : offset
  }

  private mutating func kubeStateClock() -> Fleet.KubeStateClock {
    let ticks = plan.kubeStateTicks
    var isScraped = [Bool](repeating: true, count: ticks)
    let offset = offset(plan.kubeStateInterval)
    guard plan.ticks >= HostEvents.ticksMin, ticks >= HostEvents.ticksMin else {
      return Fleet.KubeStateClock(offset: offset, isScraped: isScraped)
    }
    isScraped[generator.pick(2...(ticks / 10))] = false
    // A run of missing scrapes while some node is drained: the drain is not proven throughout.
    let start = ticks * 480 / 1_000
    for tick in start..<(start + generator.pick(4...6)) { isScraped[tick] = false }
    return Fleet.KubeStateClock(offset: offset, isScraped: isScraped)
  }

  private mutating func spareHost() -> Fleet.SpareHost {
    func instant(_ permille: Int64) -> UTCInstant {
      plan.start + (plan.span.milliseconds / 1_000 * permille) / 1_000 * 1_000
    }
    let registered = Int64(generator.pick(180...220))
    let inService = Int64(generator.pick(330...380))
    return Fleet.SpareHost(
      name: Names.host(plan.hosts, of: plan.hosts + 1), model: GPUModel.all[0],
      registered: TimeRange(instant(registered), plan.span.end),
      cordoned: TimeRange(instant(registered), instant(inService)))
  }

  private mutating func host(_ index: Int) -> Host {
    let roles = Role.roles(ofHost: index, of: plan.hosts)
    let name = Names.host(index, of: plan.hosts + 1)
    let model = GPUModel.all[index * GPUModel.all.count / plan.hosts]
    let events = HostEvents(roles: roles, ticks: plan.ticks, generator: &generator)
    let layout = HostLayout(roles: roles, gpus: plan.gpusPerHost)
    var cards = (0..<plan.gpusPerHost).map { card($0, layout: layout, model: model) }
    let script = HostScript(
      plan: plan, roles: roles, events: events, layout: layout, node: name, model: model)
    script.write(into: &cards, crew: &crew, &generator)
    return Host(
      index: index, name: name, model: model,
      driverVersion: index % 2 == 0 ? "550.90.07" : "580.65.06",
      usesOldLabels: index % 2 == 0, offset: offset(plan.scrapeInterval), cards: cards,
      events: events, isScraped: events.isScraped(ticks: plan.ticks),
      exporters: exporters(events))
  }

  /// The exporter's pods: another one after a restart, and after the node was down.
  private mutating func exporters(_ events: HostEvents) -> [Host.ExporterPod] {
    let starts = [0] + [events.restart, events.down].compactMap { $0?.upperBound }
    return starts.filter { $0 < plan.ticks }.map {
      Host.ExporterPod(from: $0, name: "dcgm-exporter-" + generator.suffix(5))
    }
  }

  private mutating func card(_ index: Int, layout: HostLayout, model: GPUModel) -> Card {
    let uuid = "GPU-" + generator.uuid()
    let salt = generator.next()
    let sharing = layout.sharing(of: index)
    var parts: [CardPart] = []
    if sharing == .instances {
      for (instance, slices) in layout.instances(of: index) {
        parts.append(
          CardPart(
            instance: instance, profile: model.profile(slices: slices), slices: slices,
            salt: generator.next(), stretches: []))
      }
    } else {
      parts.append(
        CardPart(
          instance: nil, profile: nil, slices: Card.slices, salt: generator.next(), stretches: []))
    }
    let buses = [
      "0F", "1B", "3D", "4E", "5F", "61", "9D", "AB", "BC", "CB", "CD", "D0", "DB", "E0",
    ]
    let bus = index < buses.count ? buses[index] : "F\(index - buses.count)"
    return Card(
      index: index, uuid: uuid, busID: "00000000:\(bus):00.0", sharing: sharing, salt: salt,
      parts: parts, lostFrom: nil)
  }
}

/// All pods made so far.
struct Crew {
  let plan: FleetPlan
  let teams: [String]
  private(set) var pods: [Pod] = []

  init(plan: FleetPlan, teams: [String]) {
    self.plan = plan
    self.teams = teams
  }

  /// Adds a pod that holds GPUs of `node` while `holding` lasts.
  ///
  /// - Parameter predecessor: the pod before on the same lane; a notebook's stateful set may make
  ///   its pod anew under the same name.
  /// - Returns: its index.
  mutating func hire(
    _ holding: Holding, node: String, resource: String, count: Int, after predecessor: Int?,
    _ generator: inout SplitMix64
  ) -> Int {
    let number = pods.count
    let drawn = generator.pick(from: teams)
    // Every thirteenth pod runs in the namespace that belongs to no team.
    var team: String? = number % 13 == 5 ? nil : drawn
    var identity = Names.identity(holding.kind, number: number, &generator)
    let isSuccessor = generator.happens(50)
    if let predecessor, isSuccessor, holding.kind == .notebook,
      pods[predecessor].kind == .notebook
    {
      let former = pods[predecessor]
      team = former.team
      identity = Names.Identity(
        pod: former.name, container: former.container, ownerKind: former.ownerKind,
        owner: former.ownerName)
    }
    let start = plan.start + Int64(holding.ticks.lowerBound) * plan.scrapeInterval
    let end = plan.start + Int64(holding.ticks.upperBound) * plan.scrapeInterval
    pods.append(
      Pod(
        kind: holding.kind, namespace: Names.namespace(team, holding.kind), name: identity.pod,
        uid: generator.uuid(), container: identity.container, ownerKind: identity.ownerKind,
        ownerName: identity.owner, team: team, node: node, ticks: holding.ticks,
        life: TimeRange(start, end), resource: resource, resourceCount: count))
    return number
  }
}
