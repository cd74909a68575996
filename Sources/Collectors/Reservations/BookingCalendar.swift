import Quantities
import Records

/// Reads bookings from a calendar: iCalendar, LibreBooking's among it.
struct BookingCalendar {
  /// Series without an end are told up to so many days from now.
  static let daysAhead = 366

  private let settings: ReservationSettings
  private let last: CivilDate
  private var zones: CalendarZones
  private var budget = ExpansionBudget()
  private var resources: BookedResources
  private var intake: BookingIntake

  init(settings: ReservationSettings, now: UTCInstant) {
    self.settings = settings
    last = CivilDate(instant: now).adding(days: Self.daysAhead)
    zones = CalendarZones(floating: settings.clock)
    resources = BookedResources(known: settings.hosts)
    intake = BookingIntake(
      file: settings.place.shown, isMerging: settings.format == .librebooking, now: now)
  }

  /// The bookings of `text`.
  ///
  /// - Throws: ``CollectorError/unusableText(place:reason:)`` where it is no calendar at all.
  mutating func read(_ text: String) throws(CollectorError) -> ReservationImport {
    let calendar: CalendarText
    do {
      calendar = try CalendarText(text)
    } catch {
      throw .unusableText(
        place: "\(settings.place.shown):\(error.line)", reason: error.reason)
    }
    zones.told = calendar.zones
    var order: [String] = []
    var groups: [String: [CalendarEvent]] = [:]
    for event in calendar.events {
      let id = id(of: event)
      if id.isEmpty {
        refuse(
          EventFault(
            "no UID", found: "an event without UID", expected: "UID", line: event.line), id: "")
      } else {
        if groups[id] == nil { order.append(id) }
        groups[id, default: []].append(event)
      }
    }
    for id in order { read(id, groups[id] ?? []) }
    return intake.finish()
  }

  /// LibreBooking writes the booking's number, an ampersand and its own address.
  private func id(of event: CalendarEvent) -> String {
    let id = event.text("UID")
    return settings.format == .librebooking ? String(id.prefix { $0 != "&" }) : id
  }

  private mutating func refuse(_ error: EventFault, id: String) {
    intake.refuse(error.fault, line: error.line, id: id)
  }

  /// Takes the events of one UID: the event itself, and occurrences of it that were changed.
  private mutating func read(_ id: String, _ events: [CalendarEvent]) {
    let changes = changes(id, events.filter { $0["RECURRENCE-ID"] != nil })
    let plain = events.filter { $0["RECURRENCE-ID"] == nil }
    var changed = ExcludedTimes()
    for change in changes { changed.insert(change.original) }
    let newest = plain.map(\.sequence).max()
    for event in plain where event.sequence == newest {
      do {
        try read(event, id: id, without: changed)
      } catch {
        refuse(error, id: id)
      }
    }
    for change in changes {
      if change.event.isCancelled {
        intake.leaveOutCancelled(start: nil)
        continue
      }
      do {
        let series = try EventSeries(change.event, zones: &zones)
        try add(series, of: change.event, id: id, isOfSeries: true)
      } catch {
        refuse(error, id: id)
      }
    }
  }

  private typealias Change = (original: CalendarTime, event: CalendarEvent)

  /// The changed occurrences; of several changes of one the newest.
  private mutating func changes(_ id: String, _ events: [CalendarEvent]) -> [Change] {
    var changes: [UTCInstant: Change] = [:]
    for event in events {
      guard let line = event["RECURRENCE-ID"] else { continue }
      do throws(EventFault) {
        if line.parameters["RANGE"] != nil {
          throw EventFault(
            "unsupported recurrence", found: "'RECURRENCE-ID;RANGE'",
            expected: "changes of single occurrences", line: line.line)
        }
        let original = try EventSeries.time(line, &zones)
        let other = changes[original.instant]
        if other.map({ $0.event.sequence <= event.sequence }) ?? true {
          changes[original.instant] = (original, event)
        }
      } catch {
        refuse(error, id: id)
      }
    }
    return changes.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func read(
    _ event: CalendarEvent, id: String, without changed: ExcludedTimes
  ) throws(EventFault) {
    var series = try EventSeries(event, zones: &zones)
    if event.isCancelled {
      intake.leaveOutCancelled(start: series.isRepeating ? nil : series.start.instant)
      return
    }
    series.changed = changed
    try add(series, of: event, id: id, isOfSeries: series.isRepeating)
  }

  private mutating func add(
    _ series: EventSeries, of event: CalendarEvent, id: String, isOfSeries: Bool
  ) throws(EventFault) {
    let property = settings.resource.rawValue
    let line = event[property]?.line ?? event.line
    let resource: BookedResource
    do {
      resource = try resources.resource(event.text(property))
    } catch {
      throw EventFault(
        error.rule, found: "\(property) \(error.found)", expected: error.expected, line: line)
    }
    var isCut = false
    guard let ranges = series.occurrences(upTo: last, &budget, isCut: &isCut) else {
      throw EventFault(
        "too many occurrences", found: "a series of more than is left",
        expected: "at most \(ExpansionBudget().occurrences) occurrences of all series together",
        line: event.line)
    }
    if isCut { intake.noteEndlessSeries() }
    let created = event["CREATED"].flatMap { try? EventSeries.time($0, &zones) }
    let user = user(of: event)
    let team = event.text("CATEGORIES").prefix { $0 != "," }
    for range in ranges {
      intake.add(
        Reservation(
          id: id, range: range, hosts: resource.hosts, uuids: resource.uuids,
          team: String(team.trimmingBlanks()), user: user, booked: created?.instant),
        line: event.line, isOfSeries: isOfSeries)
    }
  }

  /// The organizer's mail address, or the name where there is none.
  private func user(of event: CalendarEvent) -> String {
    guard let line = event["ORGANIZER"] else { return "" }
    let isOurs = settings.format == .librebooking
    let parts = line.value.lowercased().ranges(of: "mailto:")
    var mail = parts.last.map { String(line.value[$0.upperBound...].trimmingBlanks()) } ?? ""
    // LibreBooking changes the address of who asks for the calendar, so that no mail is sent.
    if isOurs { mail = mail.replacing("-noreply@", with: "@") }
    let name = line.parameters["CN"] ?? ""
    let user = mail.contains("@") ? mail : name.isEmpty ? mail : name
    return isOurs && user == "Private" ? "" : user
  }
}
