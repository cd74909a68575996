import Configuration
import Foundation
import Quantities
import Simulator
import Store
import TestSupport

/// A simulated fleet's day inside a real Prometheus.
final class SimulatedSite: Sendable {
  let fleet: Fleet
  let prometheus: RealPrometheus

  /// Just after the fleet's day: what is complete then is the whole of it.
  var now: String { (fleet.plan.span.end + 120_000).description }

  init(_ plan: FleetPlan, honorsLabels: Bool = false) async throws {
    fleet = try Fleet(plan)
    let folder = TemporaryFolder()
    let file = folder.path + "/fleet.om"
    try fleet.writeOpenMetrics(to: file, honorsLabels: honorsLabels)
    prometheus = try await RealPrometheus(openMetricsFile: file)
  }

  /// The day of 64 GPUs that several tests read, made once.
  static let wholeDay = SharedSite {
    var plan = FleetPlan(start: day)
    plan.seed = 20
    return try await SimulatedSite(plan)
  }

  /// Some hours of a few GPUs, for tests that run the program often.
  static let small = SharedSite {
    var plan = FleetPlan(start: day)
    plan.seed = 7
    plan.hosts = 3
    plan.gpusPerHost = 4
    plan.hours = 6
    return try await SimulatedSite(plan)
  }

  static let day = UTCInstant(milliseconds: 1_793_577_600_000)

  /// A program in a folder of its own, configured for this site.
  ///
  /// - Parameters:
  ///   - url: what stands in front of the Prometheus, nil for itself.
  ///   - adjust: a change of the configuration's text.
  func program(url: String? = nil, adjust: (String) -> String = { $0 }) throws -> Program {
    let program = Program(folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": now])
    try program.write(
      "gputally.yaml", adjust(fleet.configuration(url: url ?? prometheus.url)))
    return program
  }
}

/// A site that is started by the first test that wants it.
actor SharedSite {
  private let make: @Sendable () async throws -> SimulatedSite
  private var task: Task<SimulatedSite, any Error>?

  init(_ make: @escaping @Sendable () async throws -> SimulatedSite) {
    self.make = make
  }

  func site() async throws -> SimulatedSite {
    let running = task ?? Task { try await make() }
    task = running
    return try await running.value
  }
}

/// The rows of some tables by name.
typealias Facts = [String: [[Cell]]]

extension Program {
  /// Everything in the store that must not depend on when or in which order it was collected.
  func facts() throws -> Facts {
    let calendar = try BillingCalendar(zone: "UTC")
    let store = try QueryStore(path: folder.path + "/gputally.sqlite", calendar: calendar)
    var facts: Facts = [:]
    let tables = [
      "state_hour": "*", "idle_piece": "*", "posting": "*", "observation": "*", "sighting": "*",
      "segment": "source, target, day_ms, metric, samples, step_ms, hex(bytes)",
    ]
    for (table, columns) in tables {
      let count = columns == "*" ? 5 : 4
      let order = (1...count).map(String.init).joined(separator: ", ")
      facts[table] = try store.query(
        "SELECT \(columns) FROM \(table) ORDER BY \(order)", parameters: [:], rowLimit: nil
      ).rows.sorted { "\($0)" < "\($1)" }
    }
    return facts
  }
}
