import Collectors
import Configuration
import Quantities
import Store
import Transport

/// Takes in bookings and assignments, which are read as a whole each time.
struct BookingCollection {
  private let store: Store
  private let calendar: BillingCalendar
  private let client: HTTPClient

  init(store: Store, calendar: BillingCalendar, client: HTTPClient) {
    self.store = store
    self.calendar = calendar
    self.client = client
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ reservations: ReservationSource, of source: Source, now: UTCInstant
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    do {
      let result = try await ReservationCollector(
        settings: ReservationSettings(reservations, of: source, calendar: calendar), client: client
      ).collect(now: now)
      try store.replaceReservations(
        ReservationWindow(
          reservations: result.reservations, start: result.start, refusedIDs: result.refusedIDs,
          rejections: result.rejections), of: source.origin, now: now)
      outcome.rejections = result.rejections
      outcome.told = result.summary
    } catch let error as CollectorError {
      outcome.miss(TimeRange(now, now), "\(error)")
    }
    return outcome
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ assignments: AssignmentSource, of source: Source, now: UTCInstant
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    do {
      let result = try await AssignmentCollector(
        settings: AssignmentSettings(assignments, of: source, calendar: calendar), client: client
      ).collect()
      try store.replaceAssignments(
        AssignmentWindow(
          assignments: result.assignments, refusedHosts: result.refusedHosts,
          rejections: result.rejections), of: source.origin, now: now)
      outcome.rejections = result.rejections
      outcome.told = result.summary
    } catch let error as CollectorError {
      outcome.miss(TimeRange(now, now), "\(error)")
    }
    return outcome
  }
}

// What the configuration says of bookings, in the words of their collectors.
extension ReservationSettings {
  /// - Parameter calendar: of billing days, whose zone holds unless the source has its own.
  init(_ source: ReservationSource, of origin: Source, calendar: BillingCalendar) {
    let format: Format =
      switch source.format {
      case .csv: .csv
      case .ical: .ical
      case .librebooking: .librebooking
      }
    guard let clock = CivilClock(zone: source.timeZone ?? calendar.zone) else {
      preconditionFailure("BUG: zone \(source.timeZone ?? calendar.zone) was known before")
    }
    self.init(
      format: format, place: TextPlace(source.access),
      connection: ConnectionSettings(origin.connection), cluster: origin.cluster, clock: clock,
      columns: source.columns, dateFormat: source.dateFormat,
      resource: source.resource == .location ? .location : .summary, hosts: source.hosts)
  }
}

extension AssignmentSettings {
  init(_ source: AssignmentSource, of origin: Source, calendar: BillingCalendar) {
    self.init(
      place: TextPlace(source.access), connection: ConnectionSettings(origin.connection),
      cluster: origin.cluster, calendar: calendar)
  }
}

extension TextPlace {
  fileprivate init(_ access: TextAccess) {
    switch access {
    case .file(let path): self = .file(path)
    case .url(let url): self = .url(url)
    case .urlFile(let path): self = .urlFile(path)
    }
  }
}
