import Quantities

/// A time of a calendar: on the clock of a zone, or a whole day.
struct CalendarTime: Equatable {
  let day: CivilDate
  /// - Unit: milliseconds since midnight; nil for the whole day.
  let time: Int64?
  let clock: CivilClock

  var isDay: Bool { time == nil }
  var instant: UTCInstant { clock.instant(day, time ?? 0) }

  /// The same time of another day.
  func on(_ day: CivilDate) -> CalendarTime {
    CalendarTime(day: day, time: time, clock: clock)
  }

  static func == (left: Self, right: Self) -> Bool {
    left.day == right.day && left.time == right.time && left.clock.name == right.clock.name
  }

  /// A value that isn't what it should be.
  struct Malformed: Error, Equatable {
    let found: String
    let expected: String
  }

  /// - Source: what the rest of the program can count with.
  private static let years = 1970...9998

  /// Reads `20261123T040500Z`, `20261123T090000` of `clock`, or `20261123`.
  init(_ text: Substring, clock: CivilClock) throws(Malformed) {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count <= 2, let day = Self.day(parts[0]), Self.years.contains(day.year) else {
      throw Self.malformed(text)
    }
    self.day = day
    guard parts.count == 2 else {
      time = nil
      self.clock = clock
      return
    }
    let isUTC = parts[1].hasSuffix("Z")
    let digits = isUTC ? parts[1].dropLast() : parts[1]
    guard digits.count == 6, let time = Self.time(digits) else { throw Self.malformed(text) }
    self.time = time
    guard isUTC else {
      self.clock = clock
      return
    }
    guard let utc = CivilClock(zone: "UTC") else { throw Self.malformed(text) }
    self.clock = utc
  }

  private init(day: CivilDate, time: Int64?, clock: CivilClock) {
    self.day = day
    self.time = time
    self.clock = clock
  }

  private static func malformed(_ text: Substring) -> Malformed {
    Malformed(
      found: String(text.prefix(80)),
      expected: "a time such as 20261123T090000, 20261123T000000Z or 20261123")
  }

  private static func day(_ text: Substring) -> CivilDate? {
    guard text.count == 8, let number = number(text) else { return nil }
    return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
  }

  private static func time(_ text: Substring) -> Int64? {
    guard let number = number(text) else { return nil }
    return ClockText.milliseconds(
      hour: number / 10_000, minute: number / 100 % 100, second: number % 100)
  }

  private static func number(_ text: Substring) -> Int? {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }
}

/// A length of time as calendars write it: `P1D`, `PT2H30M`, `P2W`.
struct CalendarDuration: Equatable {
  var days = 0
  /// What is not whole days.
  var milliseconds: Int64 = 0

  /// - Returns: nil for anything else, a negative length among it.
  init?(_ text: Substring) {
    var rest = text.hasPrefix("+") ? text.dropFirst() : text
    guard rest.first == "P", rest.count >= 3, rest.count <= 40 else { return nil }
    rest = rest.dropFirst()
    var isTime = false
    while !rest.isEmpty {
      if rest.first == "T", !isTime {
        isTime = true
        rest = rest.dropFirst()
        continue
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard (1...7).contains(digits.count), let number = Int(digits),
        let unit = rest.dropFirst(digits.count).first
      else { return nil }
      rest = rest.dropFirst(digits.count + 1)
      switch (unit, isTime) {
      case ("W", false): days += number * 7
      case ("D", false): days += number
      case ("H", true): milliseconds += Int64(number) * UTCInstant.millisecondsPerHour
      case ("M", true): milliseconds += Int64(number) * 60_000
      case ("S", true): milliseconds += Int64(number) * UTCInstant.millisecondsPerSecond
      default: return nil
      }
    }
    guard days < 100_000 else { return nil }
  }
}

/// The clocks that a calendar's times name.
struct CalendarZones {
  /// The names that Windows and Exchange have for zones.
  ///
  /// - Source: Unicode CLDR, windowsZones.xml, territory 001.
  static let windows: [String: String] = [
    "UTC": "UTC", "Korea Standard Time": "Asia/Seoul", "Tokyo Standard Time": "Asia/Tokyo",
    "China Standard Time": "Asia/Shanghai", "Taipei Standard Time": "Asia/Taipei",
    "Singapore Standard Time": "Asia/Singapore", "India Standard Time": "Asia/Kolkata",
    "AUS Eastern Standard Time": "Australia/Sydney", "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw", "E. Europe Standard Time": "Europe/Chisinau",
    "FLE Standard Time": "Europe/Kiev", "GTB Standard Time": "Europe/Bucharest",
    "Russian Standard Time": "Europe/Moscow", "Turkey Standard Time": "Europe/Istanbul",
    "Israel Standard Time": "Asia/Jerusalem", "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver",
    "US Mountain Standard Time": "America/Phoenix", "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage", "Hawaiian Standard Time": "Pacific/Honolulu",
  ]

  /// Of times without a zone.
  let floating: CivilClock
  /// By a name of the calendar's own: the zone's name, as its VTIMEZONE tells it.
  var told: [String: String] = [:]
  private var known: [String: CivilClock] = [:]

  init(floating: CivilClock) {
    self.floating = floating
  }

  /// The clock of a property's times.
  mutating func clock(of line: ContentLine) throws(CalendarTime.Malformed) -> CivilClock {
    guard let name = line.parameters["TZID"], !name.isEmpty else { return floating }
    if let clock = known[name] { return clock }
    for candidate in candidates(name) {
      // Some systems' data bases know abbreviations, which mean several zones.
      guard candidate.contains("/") || candidate == "UTC", let clock = CivilClock(zone: candidate)
      else { continue }
      known[name] = clock
      return clock
    }
    throw CalendarTime.Malformed(
      found: "TZID=\(name.prefix(80))", expected: "a zone of the IANA data base such as Asia/Seoul")
  }

  /// What a name may stand for: `/example.org/20260101/Europe/Berlin` has the zone at its end.
  private func candidates(_ name: String) -> [String] {
    var candidates = [name]
    candidates += [told[name], Self.windows[name]].compactMap(\.self)
    if ["Etc/UTC", "GMT", "Z"].contains(name) { candidates.append("UTC") }
    if name.hasPrefix("/") {
      let parts = name.split(separator: "/")
      candidates += [3, 2].filter { $0 < parts.count }
        .map { parts.suffix($0).joined(separator: "/") }
    }
    return candidates
  }
}
