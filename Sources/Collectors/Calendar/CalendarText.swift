import Quantities

/// One event of a calendar: the properties of it that are read.
struct CalendarEvent {
  /// What is read of an event.
  static let names: Set<String> = [
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID",
    "STATUS", "SEQUENCE", "CREATED", "LOCATION", "SUMMARY", "ORGANIZER", "CATEGORIES",
  ]

  /// The line that it begins on.
  let line: Int
  /// What its calendar is for: `REQUEST`, `CANCEL`; empty where it doesn't tell.
  let method: String
  var properties: [String: [ContentLine]] = [:]

  /// The first property of a name.
  subscript(name: String) -> ContentLine? { properties[name]?.first }

  /// The text of a property without blanks around it, empty where it is absent.
  func text(_ name: String) -> String { String((self[name]?.text ?? "").trimmingBlanks()) }

  var isCancelled: Bool { method == "CANCEL" || text("STATUS").uppercased() == "CANCELLED" }

  var sequence: Int { Int(text("SEQUENCE")) ?? 0 }
}

/// A text of calendars, cut into events.
///
/// - Source: RFC 5545, 3.4 to 3.6. Lines that are no property are passed over: LibreBooking writes
///   descriptions as they are, line feeds included.
struct CalendarText {
  /// A text has at most so many events.
  static let eventsMax = 200_000
  /// Components stand in each other at most so deep.
  private static let depthMax = 8
  /// What a calendar may be for: others answer or ask for a change, and hold no bookings.
  private static let methods: Set<String> = ["", "PUBLISH", "REQUEST", "ADD", "CANCEL"]

  private(set) var events: [CalendarEvent] = []
  /// By a name of the calendar's own: the zone that it stands for.
  private(set) var zones: [String: String] = [:]

  /// Why a text holds no events.
  struct Fault: Error, Equatable {
    let line: Int
    let reason: String
  }

  // What is open at the line that is being read.
  private var open: [String] = []
  private var isCalendar = false
  private var method = ""
  private var event: CalendarEvent?
  private var zone = (id: "", location: "")

  init(_ text: String) throws(Fault) {
    var last = 1
    for (text, number) in UnfoldedLines(text) {
      last = number
      guard let line = ContentLine(Substring(text), line: number) else { continue }
      try read(line)
      guard events.count <= Self.eventsMax else {
        throw Fault(line: number, reason: "it has more than \(Self.eventsMax) events")
      }
    }
    guard isCalendar else {
      throw Fault(line: 1, reason: "expected 'BEGIN:VCALENDAR' of an iCalendar file")
    }
    guard open.isEmpty else {
      // A broken-off download must not look like deleted bookings.
      throw Fault(
        line: last,
        reason: "the text breaks off inside \(open.joined(separator: ", ")); "
          + "expected 'END:\(open.last ?? "")'")
    }
  }

  private mutating func read(_ line: ContentLine) throws(Fault) {
    switch line.name {
    case "BEGIN": try begin(line)
    case "END": try end(line)
    case "METHOD" where open == ["VCALENDAR"]:
      method = line.value.uppercased()
      guard Self.methods.contains(method) else {
        throw Fault(
          line: line.line,
          reason: "METHOD:\(method.prefix(40)) is no list of bookings; expected a "
            + "published calendar")
      }
    case "TZID" where open.last == "VTIMEZONE": zone.id = line.value
    case "X-LIC-LOCATION" where open.last == "VTIMEZONE": zone.location = line.value
    default:
      if open.count == 2, CalendarEvent.names.contains(line.name) {
        event?.properties[line.name, default: []].append(line)
      }
    }
  }

  private mutating func begin(_ line: ContentLine) throws(Fault) {
    let name = line.value.uppercased()
    // 'Begin: 9:00' may be a line of a description.
    guard name.hasPrefix("V") || name.hasPrefix("X-") || ["STANDARD", "DAYLIGHT"].contains(name)
    else { return }
    open.append(name)
    guard open[0] == "VCALENDAR", open.count <= Self.depthMax else {
      throw Fault(line: line.line, reason: "expected 'BEGIN:VCALENDAR' of an iCalendar file")
    }
    isCalendar = true
    if open.count == 1 { method = "" }
    if open == ["VCALENDAR", "VEVENT"] { event = CalendarEvent(line: line.line, method: method) }
    if name == "VTIMEZONE" { zone = ("", "") }
  }

  private mutating func end(_ line: ContentLine) throws(Fault) {
    let name = line.value.uppercased()
    guard open.contains(name) else { return }
    guard open.last == name else {
      throw Fault(
        line: line.line, reason: "found 'END:\(name)'; expected 'END:\(open.last ?? "")' before it")
    }
    if open == ["VCALENDAR", "VEVENT"], let whole = event {
      events.append(whole)
      event = nil
    }
    if name == "VTIMEZONE", !zone.id.isEmpty { zones[zone.id] = zone.location }
    open.removeLast()
  }
}
