import Configuration
import Quantities
import Records

/// What the configuration says of hosts, ready to be asked.
struct Inventory {
  private let entries: [HostKey: [InventoryEntry]]
  private let calendar: BillingCalendar

  init(_ configuration: Configuration) {
    calendar = configuration.calendar
    var entries: [HostKey: [InventoryEntry]] = [:]
    for entry in configuration.inventory {
      for host in entry.hosts {
        let key = HostKey(site: entry.site, cluster: entry.cluster, name: host)
        entries[key, default: []].append(entry)
      }
    }
    self.entries = entries
  }

  var hosts: [HostKey] { entries.keys.sorted() }

  /// Of which model a GPU is: as it was seen, else as its host's entry says, else as a scheduler
  /// does.
  static func model(seen: String?, entry: InventoryEntry?, type: String?) -> String {
    if let seen, !seen.isEmpty { return seen }
    return entry?.gpuModel ?? type ?? ""
  }

  /// Whether any entry names `host`.
  func lists(_ host: HostKey) -> Bool { entries[host] != nil }

  /// The entry that describes `host` on a billing day, else its nearest one.
  func entry(of host: HostKey, on day: CivilDate) -> InventoryEntry? {
    let all = entries[host] ?? []
    return all.first { entry in
      day.isWithin(entry.inService, entry.retired)
    } ?? all.last
  }

  /// When how many GPUs are in service on `host`, cut to `window`.
  func slots(of host: HostKey, in window: TimeRange) -> [(range: TimeRange, count: Int)] {
    (entries[host] ?? []).compactMap { entry in
      let start = entry.inService.map { calendar.start(of: $0) } ?? window.start
      let end = entry.retired.map { calendar.start(of: $0) } ?? window.end
      guard start < end else { return nil }
      return TimeRange(start, end).intersection(window).map { ($0, entry.gpusPerHost) }
    }
  }
}
