import Quantities

/// Why an event is no booking, and on which line.
struct EventFault: Error, Equatable {
  let fault: BookingFault
  let line: Int

  init(_ rule: String, found: String, expected: String, line: Int) {
    fault = BookingFault(rule: rule, found: found, expected: expected)
    self.line = line
  }
}

/// How much the events of one text may be expanded.
struct ExpansionBudget {
  /// Occurrences of all series together.
  var occurrences = 100_000
  /// Days looked at, those without an occurrence included.
  var days = 5_000_000
}

/// When occurrences don't take place, or at another time.
struct ExcludedTimes {
  private var instants: Set<UTCInstant> = []
  private var days: Set<CivilDate> = []

  mutating func insert(_ time: CalendarTime) {
    if time.isDay { days.insert(time.day) } else { instants.insert(time.instant) }
  }

  func contains(_ time: CalendarTime) -> Bool {
    if days.contains(time.day) { return true }
    return !instants.isEmpty && instants.contains(time.instant)
  }
}

/// When an event takes place: once, or again and again.
struct EventSeries {
  /// How long an occurrence is.
  private enum Length {
    /// The same milliseconds each time.
    case exact(Int64)
    /// Days on the calendar, then milliseconds.
    case nominal(days: Int, milliseconds: Int64)
  }

  let start: CalendarTime
  private let length: Length
  private let rule: RecurrenceRule?
  private var extra: [(start: CalendarTime, end: UTCInstant?)] = []
  private var excluded = ExcludedTimes()
  /// The occurrences that other events of the same UID tell.
  var changed = ExcludedTimes()

  init(_ event: CalendarEvent, zones: inout CalendarZones) throws(EventFault) {
    guard let line = event["DTSTART"] else {
      throw EventFault(
        "no start", found: "an event without DTSTART", expected: "DTSTART", line: event.line)
    }
    start = try Self.time(line, &zones)
    length = try Self.length(of: event, start: start, &zones)
    rule = try Self.rule(of: event, start: start)
    for line in event.properties["RDATE"] ?? [] {
      extra += try Self.moments(line, &zones)
    }
    for line in event.properties["EXDATE"] ?? [] {
      for moment in try Self.moments(line, &zones) { excluded.insert(moment.start) }
    }
  }

  /// Whether there may be more than one.
  var isRepeating: Bool { rule != nil || !extra.isEmpty }

  /// When it takes place, in order.
  ///
  /// - Parameters:
  ///   - last: the day after which no more occurrences of a rule are told.
  ///   - isCut: set where `last` left some out.
  /// - Returns: nil where the budget doesn't allow for all.
  func occurrences(
    upTo last: CivilDate, _ budget: inout ExpansionBudget, isCut: inout Bool
  ) -> [TimeRange]? {
    guard let days = days(upTo: last, &budget, isCut: &isCut) else { return nil }
    var ends: [UTCInstant: UTCInstant] = [:]
    for time in days.map(start.on) where !isExcluded(time) { ends[time.instant] = end(of: time) }
    for (time, end) in extra where !isExcluded(time) {
      ends[time.instant] = end ?? self.end(of: time)
    }
    budget.occurrences -= isRepeating ? ends.count : 0
    guard budget.occurrences >= 0 else { return nil }
    return ends.filter { $0.value > $0.key }.sorted { $0.key < $1.key }
      .map { TimeRange($0.key, $0.value) }
  }

  private func isExcluded(_ time: CalendarTime) -> Bool {
    excluded.contains(time) || changed.contains(time)
  }

  /// The days of the rule, the event's own being the first whether the rule has it or not.
  private func days(
    upTo last: CivilDate, _ budget: inout ExpansionBudget, isCut: inout Bool
  ) -> [CivilDate]? {
    guard let rule else { return [start.day] }
    var days = [start.day]
    let periods = RecurrenceDays(rule, first: start.day)
    var index = 0
    while let period = periods.period(index, upTo: last) {
      budget.days -= rule.frequency == .yearly ? 366 : rule.frequency == .monthly ? 31 : 7
      guard budget.days >= 0, days.count <= budget.occurrences else { return nil }
      for day in period where day > start.day {
        if isOver(day, rule, count: days.count) { return days }
        if day > last {
          isCut = true
          return days
        }
        days.append(day)
      }
      index += 1
    }
    if !isOver(last.adding(days: 1), rule, count: days.count) { isCut = true }
    return days
  }

  /// Whether the rule has ended before `day`.
  private func isOver(_ day: CivilDate, _ rule: RecurrenceRule, count: Int) -> Bool {
    switch rule.end {
    case .never: return false
    case .count(let all): return count >= all
    case .until(let until):
      if until.isDay { return day > until.day }
      if start.isDay { return day > start.clock.reading(at: until.instant).day }
      return start.on(day).instant > until.instant
    }
  }

  private func end(of time: CalendarTime) -> UTCInstant {
    switch length {
    case .exact(let milliseconds): return time.instant + milliseconds
    case .nominal(let days, let milliseconds):
      return time.on(time.day.adding(days: days)).instant + milliseconds
    }
  }
}

// Reading an event's times.
extension EventSeries {
  static func time(
    _ line: ContentLine, _ zones: inout CalendarZones
  ) throws(EventFault) -> CalendarTime {
    do {
      return try CalendarTime(Substring(line.value), clock: zones.clock(of: line))
    } catch {
      throw EventFault(
        "unreadable \(line.name)", found: "'\(error.found)'", expected: error.expected,
        line: line.line)
    }
  }

  private static func length(
    of event: CalendarEvent, start: CalendarTime, _ zones: inout CalendarZones
  ) throws(EventFault) -> Length {
    if let line = event["DTEND"] {
      let end = try time(line, &zones)
      guard end.instant > start.instant, end.isDay == start.isDay else {
        throw EventFault(
          "ends before it starts", found: "'\(line.value.prefix(80))'",
          expected: "an end after DTSTART, and a day where that is a day", line: line.line)
      }
      return start.isDay
        ? .nominal(days: start.day.days(until: end.day), milliseconds: 0)
        : .exact(end.instant - start.instant)
    }
    if let line = event["DURATION"] {
      guard let duration = CalendarDuration(Substring(line.value)),
        duration.days > 0 || duration.milliseconds > 0
      else {
        throw EventFault(
          "unreadable DURATION", found: "'\(line.value.prefix(80))'",
          expected: "a length such as PT2H or P1D", line: line.line)
      }
      return .nominal(days: duration.days, milliseconds: duration.milliseconds)
    }
    guard start.isDay else {
      throw EventFault(
        "no end", found: "neither DTEND nor DURATION", expected: "one of them", line: event.line)
    }
    return .nominal(days: 1, milliseconds: 0)
  }

  private static func rule(
    of event: CalendarEvent, start: CalendarTime
  ) throws(EventFault) -> RecurrenceRule? {
    if let line = event["EXRULE"] ?? event.properties["RRULE"]?.dropFirst().first {
      throw EventFault(
        "unsupported recurrence", found: "'\(line.name):\(line.value.prefix(80))'",
        expected: "one RRULE and no EXRULE", line: line.line)
    }
    guard let line = event["RRULE"] else { return nil }
    do {
      return try RecurrenceRule(line.value, clock: start.clock)
    } catch {
      throw EventFault(
        "unsupported recurrence", found: "'\(error.found)'", expected: error.expected,
        line: line.line)
    }
  }

  /// The times of `RDATE` and `EXDATE`: with commas, each may be a period.
  private static func moments(
    _ line: ContentLine, _ zones: inout CalendarZones
  ) throws(EventFault) -> [(start: CalendarTime, end: UTCInstant?)] {
    var moments: [(start: CalendarTime, end: UTCInstant?)] = []
    do {
      let clock = try zones.clock(of: line)
      for part in line.value.split(separator: ",") {
        let ends = part.split(separator: "/", maxSplits: 1)
        guard let first = ends.first else { continue }
        let start = try CalendarTime(first, clock: clock)
        guard ends.count == 2 else {
          moments.append((start, nil))
          continue
        }
        if let duration = CalendarDuration(ends[1]) {
          let day = start.day.adding(days: duration.days)
          moments.append((start, start.on(day).instant + duration.milliseconds))
        } else {
          moments.append((start, try CalendarTime(ends[1], clock: clock).instant))
        }
      }
    } catch {
      throw EventFault(
        "unreadable \(line.name)", found: "'\(error.found)'", expected: error.expected,
        line: line.line)
    }
    return moments
  }
}
