import Configuration
import Ledger
import Quantities
import Records
import Store

/// Finds whose reservations and waits are: the team on the billing day on which each began.
struct Requesters {
  let store: Store
  let configuration: Configuration

  func run() throws(StoreError) {
    let requests = try store.requests()
    var teams: [Int64: String] = [:]
    if let first = requests.values.min(), let last = requests.values.max() {
      let attributes = try WorkloadAttributes(
        store: store, configuration: configuration,
        range: TimeRange(first.startOfHour, last.endOfHour + UTCInstant.millisecondsPerHour)
      ).of(Set(requests.keys))
      let map = configuration.teamMap
      for (workload, start) in requests {
        teams[workload] = map.team(
          for: attributes[workload] ?? [:], on: configuration.calendar.day(of: start))
      }
    }
    try store.replaceRequesters(teams)
  }
}
