/// A day of the proleptic Gregorian calendar, without a time zone.
package struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let year: Int
  package let month: Int
  package let day: Int

  /// Creates the date if the calendar has it.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, year: year)
    else { return nil }
    self.init(validYear: year, month: month, day: day)
  }

  /// Creates the date from `2026-11-23`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      let year = Self.number(parts[0]), let month = Self.number(parts[1]),
      let day = Self.number(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The UTC day that contains `instant`.
  ///
  /// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
  package init(instant: UTCInstant) {
    let days = instant.startOfDay.milliseconds / UTCInstant.millisecondsPerDay + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    self.init(
      validYear: Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), month: Int(month),
      day: Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
  }

  private init(validYear year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Midnight UTC at which the day starts.
  ///
  /// - Source: the same, days_from_civil.
  package var startInUTC: UTCInstant {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    return UTCInstant(milliseconds: days * UTCInstant.millisecondsPerDay)
  }

  package func adding(days: Int) -> CivilDate {
    CivilDate(instant: startInUTC + Int64(days) * UTCInstant.millisecondsPerDay)
  }

  /// The same day of the month that many months later, or that month's last where it has none.
  ///
  /// - Precondition: `months` is not negative, and the year is at most 9999.
  package func adding(months: Int) -> CivilDate {
    precondition(months >= 0, "BUG: negative months, got \(months)")
    let count = month - 1 + months
    let (year, month) = (year + count / 12, count % 12 + 1)
    precondition(year <= 9999, "BUG: \(self) and \(months) months is after the last day there is")
    return CivilDate(
      validYear: year, month: month, day: min(day, Self.days(inMonth: month, year: year)))
  }

  /// How many days `other` is later, negative where it is earlier.
  package func days(until other: CivilDate) -> Int {
    Int((other.startInUTC - startInUTC) / UTCInstant.millisecondsPerDay)
  }

  package var weekday: Weekday {
    // 1970-01-01 was a Thursday.
    let days = Int(startInUTC.milliseconds / UTCInstant.millisecondsPerDay)
    return Weekday.allCases[((days + 3) % 7 + 7) % 7]
  }

  package var description: String {
    Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  private static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func number(_ digits: some StringProtocol) -> Int? {
    digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }
}

// Spans of days whose ends may be open.
extension CivilDate {
  /// Whether it is in the span from `first` up to but without `end`; nil is for ever, and never.
  package func isWithin(_ first: CivilDate?, _ end: CivilDate?) -> Bool {
    (first.map { $0 <= self } ?? true) && (end.map { self < $0 } ?? true)
  }

  /// More than 0 where a span from `left` on starts later than one from `right` on, 0 where neither
  /// does; nil is for ever.
  package static func order(ofStarts left: CivilDate?, _ right: CivilDate?) -> Int {
    switch (left, right) {
    case (nil, nil): 0
    case (_?, nil): 1
    case (nil, _?): -1
    case (let one?, let other?): one == other ? 0 : one > other ? 1 : -1
    }
  }
}

/// A day of the week, by the name it has in a configuration.
package enum Weekday: String, CaseIterable, Sendable {
  case monday = "mon"
  case tuesday = "tue"
  case wednesday = "wed"
  case thursday = "thu"
  case friday = "fri"
  case saturday = "sat"
  case sunday = "sun"
}
