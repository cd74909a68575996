import Foundation
import Quantities
import Records

@testable import Simulator

/// Fleets for the tests of this folder.
enum Fleets {
  static let start = UTCInstant(milliseconds: 1_795_132_800_000)

  static func plan(
    seed: UInt64 = 1, hosts: Int = 8, gpus: Int = 8, hours: Int = 24
  ) -> FleetPlan {
    var plan = FleetPlan(start: start)
    plan.seed = seed
    plan.hosts = hosts
    plan.gpusPerHost = gpus
    plan.hours = hours
    return plan
  }

  static func lines(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// A new file name in the folder for temporary files.
  static func temporaryFile() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("simulator-" + UUID().uuidString).path
  }

  /// One host with one whole card, scraped every ten minutes of one hour, a minute after the
  /// ten; a pod of the team `perception` holds the card at `held`.
  static func handmade(
    isScraped: [Bool], held: Range<Int>, conduct: Conduct, drain: Range<Int>? = nil
  ) -> Fleet {
    var plan = plan(hosts: 1, gpus: 1, hours: 1)
    plan.scrapeInterval = 600_000
    var generator = SplitMix64(seed: 1)
    var events = HostEvents(roles: [], ticks: 6, generator: &generator)
    events.drain = drain
    var crew = Crew(plan: plan, teams: ["perception"])
    _ = crew.hire(
      Holding(ticks: held, kind: .training), node: "gpu1", resource: "nvidia_com_gpu", count: 1,
      after: nil, &generator)
    let stretches = [
      Stretch(ticks: 0..<held.lowerBound, pods: [], conduct: .free),
      Stretch(ticks: held, pods: [0], conduct: conduct),
      Stretch(ticks: held.upperBound..<6, pods: [], conduct: .free),
    ].filter { !$0.ticks.isEmpty }
    let part = CardPart(instance: nil, profile: nil, slices: 7, salt: 7, stretches: stretches)
    let card = Card(
      index: 0, uuid: "GPU-1", busID: "00000000:0F:00.0", sharing: .whole, salt: 8,
      parts: [part], lostFrom: nil)
    let host = Host(
      index: 0, name: "gpu1", model: GPUModel.all[0], driverVersion: "1", usesOldLabels: true,
      offset: 60_000, cards: [card], events: events, isScraped: isScraped,
      exporters: [Host.ExporterPod(from: 0, name: "dcgm-exporter-a")])
    let nothing = TimeRange(plan.start, plan.start)
    return Fleet(
      plan: plan, teams: ["perception"], pods: crew.pods, hosts: [host],
      spare: Fleet.SpareHost(
        name: "gpu2", model: GPUModel.all[1], registered: nothing, cordoned: nothing),
      kubeState: Fleet.KubeStateClock(
        offset: 0, isScraped: [Bool](repeating: true, count: 60)))
  }
}
