import Collectors
import Configuration
import Quantities
import Records
import Store
import Transport

/// Takes in what a Rancher calls its projects.
struct RancherCollection {
  let store: Store
  let calendar: BillingCalendar
  let client: HTTPClient

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ rancher: RancherSource, of source: Source, now: UTCInstant
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    do {
      let names = try await RancherCollector(
        settings: RancherSettings(rancher, source.connection), client: client
      ).collect()
      let hour = TimeRange(
        now.startOfHour, now.startOfHour + UTCInstant.millisecondsPerHour)
      try store.keepProjects(
        names.observations(in: hour), of: source.name, in: hour, unposting: openMonths())
      outcome.told = "\(names.clusters.count) clusters, \(names.projects.count) projects"
      outcome.rejections = names.rejections
    } catch let error as CollectorError {
      outcome.miss(TimeRange(now, now), "\(error)")
    }
    return outcome
  }

  /// An hour of each posted month that isn't closed: a name may be of days that are over, and says
  /// whose they are.
  private func openMonths() throws(StoreError) -> [UTCInstant] {
    let closed = Set(try store.closedMonths().map(\.month))
    return try store.postedMonths().map(\.month).filter { !closed.contains($0) }
      .map { calendar.range(of: $0).start.startOfHour }
  }
}
