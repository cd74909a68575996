import Quantities
import Simulator
import Store

/// Writes a simulated fleet straight into a store, as if it had been collected.
enum SimulatedStoreWriter {
  static func write(_ fleet: Fleet, to path: String) throws {
    let store = try Store(path: path, access: .write(holder: "'gputally simulate'"))
    defer { store.close() }
    let plan = fleet.plan
    let origin = SourceOrigin(name: fleet.sourceName, site: plan.site, cluster: plan.cluster)
    var start = plan.span.start
    while start < plan.span.end {
      let end = min(plan.span.end, start.startOfDay + UTCInstant.millisecondsPerDay)
      let range = TimeRange(start, end)
      let window = fleet.window(range)
      let writer = store.window(range, of: origin)
      for frame in window.frames { try writer.add(frame) }
      try writer.commit(window)
      start = end
    }
  }
}
