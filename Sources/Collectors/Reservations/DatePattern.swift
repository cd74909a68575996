import Quantities

/// How a table writes times, in the letters of PHP's `date`: `n/j/y g:i A`.
///
/// - Source: LibreBooking, lang/*.php, `short_datetime`.
struct DatePattern {
  private let letters: [Character]

  /// - Parameter text: each of `djmnYyGHghisAa` at most once, anything else stands for itself.
  init(_ text: String) {
    letters = Array(text)
  }

  /// The day and the milliseconds since its midnight that `text` tells, nil for anything else.
  func read(_ text: String) -> (day: CivilDate, milliseconds: Int64)? {
    var rest = Substring(text)
    var parts: [Character: Int] = [:]
    for letter in letters {
      switch letter {
      case "Y":
        guard let year = Self.take(&rest, digits: 4...4) else { return nil }
        parts["Y"] = year
      case "y":
        guard let year = Self.take(&rest, digits: 2...2) else { return nil }
        parts["Y"] = 2000 + year
      case "d", "j", "m", "n", "G", "H", "g", "h", "i", "s":
        guard let number = Self.take(&rest, digits: 1...2) else { return nil }
        parts[Self.part(letter)] = number
      case "A", "a":
        let half = rest.prefix(2).uppercased()
        guard half == "AM" || half == "PM" else { return nil }
        parts["A"] = half == "PM" ? 12 : 0
        rest = rest.dropFirst(2)
      default:
        guard rest.first == letter else { return nil }
        rest = rest.dropFirst()
      }
    }
    guard rest.isEmpty, let day = Self.day(parts), let time = Self.time(parts) else { return nil }
    return (day, time)
  }

  private static func part(_ letter: Character) -> Character {
    switch letter {
    case "d", "j": "d"
    case "m", "n": "m"
    case "i", "s": letter
    default: "H"
    }
  }

  private static func day(_ parts: [Character: Int]) -> CivilDate? {
    guard let year = parts["Y"], let month = parts["m"], let day = parts["d"] else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  private static func time(_ parts: [Character: Int]) -> Int64? {
    var hour = parts["H"] ?? 0
    if let half = parts["A"] {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + half
    }
    return ClockText.milliseconds(hour: hour, minute: parts["i"] ?? 0, second: parts["s"] ?? 0)
  }

  private static func take(_ rest: inout Substring, digits: ClosedRange<Int>) -> Int? {
    let head = rest.prefix(digits.upperBound).prefix { $0.isASCII && $0.isNumber }
    guard digits.contains(head.count) else { return nil }
    rest = rest.dropFirst(head.count)
    return Int(head)
  }
}

/// Times of a clock.
enum ClockText {
  /// Milliseconds since midnight, nil where no clock shows it.
  static func milliseconds(hour: Int, minute: Int, second: Int) -> Int64? {
    guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second) else {
      return nil
    }
    return Int64(hour * 3_600 + minute * 60 + second) * UTCInstant.millisecondsPerSecond
  }
}

/// Reads the times of a table.
struct TableTimes {
  static let expectation =
    "a time such as 2026-11-23T09:00:00+09:00, 2026-11-23 09:00 in the source's time zone, or a day"
  /// - Source: what the rest of the program can count with.
  private static let years = 1970...9998

  private let clock: CivilClock
  private let pattern: DatePattern?
  private let patternText: String?

  init(clock: CivilClock, format: String?) {
    self.clock = clock
    patternText = format
    pattern = format.map { DatePattern($0) }
  }

  /// What is expected of a time.
  var expectation: String {
    patternText.map { Self.expectation + ", or one written as '\($0)'" } ?? Self.expectation
  }

  /// The instant that `text` tells, nil where it is none.
  func instant(_ text: String) -> UTCInstant? {
    if let instant = Self.zoned(text) {
      return Self.years.contains(CivilDate(instant: instant).year) ? instant : nil
    }
    guard let (day, time) = pattern?.read(text) ?? Self.local(text), Self.years.contains(day.year)
    else { return nil }
    return clock.instant(day, time)
  }

  /// RFC 3339, whose T may be a blank.
  private static func zoned(_ text: String) -> UTCInstant? {
    if let instant = UTCInstant(text) { return instant }
    let parts = text.split(separator: " ")
    return parts.count == 2 ? UTCInstant(parts[0] + "T" + parts[1]) : nil
  }

  /// `2026-11-23`, `2026-11-23 9:00`, `2026-11-23T09:00:30`.
  private static func local(_ text: String) -> (day: CivilDate, milliseconds: Int64)? {
    guard let day = CivilDate(text.prefix(10)) else { return nil }
    let rest = text.dropFirst(10)
    if rest.isEmpty { return (day, 0) }
    guard rest.first == " " || rest.first == "T" else { return nil }
    let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...2).contains(parts[0].count),
      parts.dropFirst().allSatisfy({ $0.count == 2 }),
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    return ClockText.milliseconds(
      hour: numbers[0], minute: numbers[1], second: numbers.count > 2 ? numbers[2] : 0
    ).map { (day, $0) }
  }
}
