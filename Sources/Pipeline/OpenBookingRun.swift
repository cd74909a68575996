import Configuration
import Engine
import Ledger
import Quantities
import Records
import Store

/// Lays bookings for any GPUs of their cluster on its hours, once its hosts' ledgers are made.
struct OpenBookingRun {
  let store: Store
  let configuration: Configuration

  /// The setting that keeps by which teams they were laid.
  private static let teamSetting = "booking_teams"

  /// Lays those of the hours of `span` that changed.
  func run(_ span: TimeRange) throws(StoreError) {
    let bookings = try store.openBookings()
    try markOtherTeams(bookings, span)
    let places = Set(bookings.keys).union(
      configuration.sources.map(\.origin).map {
        WorkloadPlace(site: $0.site, cluster: $0.cluster)
      })
    let byNumber = Dictionary(
      uniqueKeysWithValues: places.map { (Identifier.ofOpenBookings($0), $0) })
    for stale in try store.staleHours() {
      guard let place = byNumber[stale.host], let range = stale.range.intersection(span)
      else { continue }
      for day in configuration.calendar.days(in: range) {
        guard let part = configuration.calendar.range(of: day).intersection(range) else { continue }
        try lay(bookings[place] ?? [], of: place, in: part, on: day)
      }
    }
  }

  /// Whose workloads are decides what bookings have.
  private func markOtherTeams(
    _ bookings: [WorkloadPlace: [StoredBooking]], _ span: TimeRange
  ) throws(StoreError) {
    let teams = configuration.teamFingerprint
    guard !bookings.isEmpty, try store.setting(Self.teamSetting) != teams else { return }
    let open = try store.openParts(of: span, configuration.calendar)
    try store.markOpenBookings(
      bookings.mapValues { bookings in
        open.flatMap { part in bookings.compactMap { $0.range.intersection(part) } }
      }, settings: [Self.teamSetting: teams])
  }

  /// Lays the bookings of a cluster on hours of a billing day.
  private func lay(
    _ bookings: [StoredBooking], of place: WorkloadPlace, in range: TimeRange, on day: CivilDate
  ) throws(StoreError) {
    let own = bookings.filter { $0.range.intersection(range) != nil }
    let models = try ClusterModels(store, configuration, in: range)
    var hours: [ClusterHour] = []
    var hour = range.start.startOfHour
    while hour < range.end {
      hours.append(try store.clusterHour(hour, of: place))
      hour = hour + UTCInstant.millisecondsPerHour
    }
    let workloads = Set(hours.flatMap { $0.rows.map(\.workload) }).subtracting([0])
    let attributes = try WorkloadAttributes(
      store: store, configuration: configuration, range: range
    ).of(workloads.union(own.map(\.workload)))
    let map = configuration.teamMap
    let holders = attributes.mapValues {
      BookableTime.Holder(team: map.team(for: $0, on: day), user: $0["user"] ?? "")
    }
    let laid = hours.map { hour in
      let window = TimeRange(hour.hour, hour.hour + UTCInstant.millisecondsPerHour)
      let parts = OpenBookings.lay(
        own.compactMap { booking in
          let holder = holders[booking.workload]
          return booking.range.intersection(window).map {
            OpenBooking(
              workload: booking.workload,
              gpuMilliseconds: $0.milliseconds * Int64(booking.count), model: booking.model,
              team: holder?.team ?? "", user: holder?.user ?? "")
          }
        },
        on: hour.rows.map { row in
          BookableTime(
            model: models.model(of: row.gpu, on: row.host, day: day),
            holder: row.state.isHeld ? holders[row.workload] : nil,
            gpuMilliseconds: row.state.isHeld && holders[row.workload] != nil
              ? row.gpuMilliseconds - row.boundMilliseconds
              : row.state == .unallocated ? row.gpuMilliseconds : 0)
        })
      return (
        hour,
        parts.map {
          LaidPart(booking: $0.booking, row: $0.time, gpuMilliseconds: $0.gpuMilliseconds)
        }
      )
    }
    try store.layBookings(laid, of: place, range: range)
  }
}

/// Of which model GPUs and slots are.
private struct ClusterModels {
  private let hosts: [Int64: HostKey]
  private let models: [Int64: String]
  private let types: [HostKey: String]
  private let inventory: Inventory

  init(
    _ store: Store, _ configuration: Configuration, in range: TimeRange
  ) throws(StoreError) {
    hosts = try store.hosts()
    models = try store.gpuModels()
    types = try store.gpuTypes(configuration, in: range)
    inventory = Inventory(configuration)
  }

  func model(of gpu: Int64, on host: Int64, day: CivilDate) -> String {
    let host = hosts[host]
    return Inventory.model(
      seen: models[gpu], entry: host.flatMap { inventory.entry(of: $0, on: day) },
      type: host.flatMap { types[$0] })
  }
}

extension Store {
  /// Of which type schedulers say that their nodes' GPUs are.
  func gpuTypes(
    _ configuration: Configuration, in range: TimeRange
  ) throws(StoreError) -> [HostKey: String] {
    var types: [HostKey: String] = [:]
    for origin in configuration.sources.map(\.origin) {
      for node in try observations(.schedulerNode, sources: [origin.name], in: range) {
        let host = HostKey(site: origin.site, cluster: origin.cluster, name: node.subject)
        types[host] = node.attributes["gpu_type"]
      }
    }
    return types
  }
}
