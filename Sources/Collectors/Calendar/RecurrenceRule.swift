import Quantities

/// How an event repeats: `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10`.
///
/// - Source: RFC 5545, 3.3.10, without BYYEARDAY, BYWEEKNO, BYHOUR, BYMINUTE, BYSECOND and what
///   repeats within a day.
struct RecurrenceRule: Equatable {
  enum Frequency: String, CaseIterable {
    case daily = "DAILY"
    case weekly = "WEEKLY"
    case monthly = "MONTHLY"
    case yearly = "YEARLY"
  }
  /// A weekday, and which of its month or year; nil for all of them.
  struct Day: Equatable {
    var ordinal: Int?
    var weekday: Weekday
  }
  /// When it ends.
  enum End: Equatable {
    case never
    case count(Int)
    /// The last moment at which one may start.
    case until(CalendarTime)
  }

  var frequency: Frequency
  var interval = 1
  var end = End.never
  var days: [Day] = []
  var monthDays: [Int] = []
  var months: [Int] = []
  var positions: [Int] = []
  var weekStart = Weekday.monday

  /// Why a rule isn't followed.
  struct Unsupported: Error, Equatable {
    let found: String
    let expected: String
  }

  private static let weekdays: [Substring: Weekday] = [
    "MO": .monday, "TU": .tuesday, "WE": .wednesday, "TH": .thursday, "FR": .friday,
    "SA": .saturday, "SU": .sunday,
  ]

  /// No rule is longer: 742 numbered weekdays are 3,500 letters.
  private static let bytesMax = 10_000

  /// - Parameter clock: of an end without a zone.
  init(_ text: String, clock: CivilClock) throws(Unsupported) {
    guard text.utf8.count <= Self.bytesMax else {
      throw Unsupported(
        found: String(text.prefix(80)), expected: "a rule of at most \(Self.bytesMax) letters")
    }
    var parts: [Substring: Substring] = [:]
    for part in text.uppercased().split(separator: ";").map({ Substring($0) }) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, parts.updateValue(pair[1], forKey: pair[0]) == nil else {
        throw Unsupported(found: String(part), expected: "parts such as FREQ=WEEKLY, each once")
      }
    }
    guard let word = parts.removeValue(forKey: "FREQ"),
      let frequency = Frequency(rawValue: String(word))
    else {
      throw Unsupported(
        found: String(text.prefix(80)), expected: "FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    }
    self.frequency = frequency
    for (key, value) in parts.sorted(by: { $0.key < $1.key }) {
      do throws(Malformed) {
        try read(key, value, clock)
      } catch {
        throw Unsupported(found: "\(key)=\(value.prefix(80))", expected: error.expected)
      }
    }
    if parts["COUNT"] != nil, parts["UNTIL"] != nil {
      throw Unsupported(found: "COUNT and UNTIL", expected: "one of them")
    }
    if frequency == .weekly, !monthDays.isEmpty {
      throw Unsupported(found: "BYMONTHDAY with FREQ=WEEKLY", expected: "BYDAY")
    }
    if !monthDays.isEmpty, days.contains(where: { $0.ordinal != nil }) {
      throw Unsupported(
        found: "a numbered BYDAY with BYMONTHDAY", expected: "weekdays without numbers")
    }
    if frequency == .daily || frequency == .weekly, days.contains(where: { $0.ordinal != nil }) {
      throw Unsupported(
        found: "a numbered BYDAY with FREQ=\(word)", expected: "weekdays without numbers")
    }
  }

  private struct Malformed: Error {
    let expected: String
  }

  private mutating func read(
    _ key: Substring, _ value: Substring, _ clock: CivilClock
  ) throws(Malformed) {
    switch key {
    case "INTERVAL": interval = try Self.numbers(value, 1...9_999, isSigned: false)[0]
    case "COUNT": end = .count(try Self.numbers(value, 1...99_999_999, isSigned: false)[0])
    case "UNTIL":
      guard let time = try? CalendarTime(value, clock: clock) else {
        throw Malformed(expected: "a time such as 20261231T235959Z or 20261231")
      }
      end = .until(time)
    case "BYDAY": days = try Self.days(value)
    case "BYMONTHDAY": monthDays = try Self.numbers(value, 1...31, isSigned: true)
    case "BYMONTH": months = try Self.numbers(value, 1...12, isSigned: false)
    case "BYSETPOS": positions = try Self.numbers(value, 1...366, isSigned: true)
    case "WKST":
      guard let day = Self.weekdays[value] else { throw Malformed(expected: "MO, TU, ... SU") }
      weekStart = day
    default:
      throw Malformed(
        expected: "a rule of FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS "
          + "and WKST; other parts are not followed")
    }
  }

  private static func numbers(
    _ text: Substring, _ range: ClosedRange<Int>, isSigned: Bool
  ) throws(Malformed) -> [Int] {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(part), range.contains(Int(clamping: number.magnitude)),
        isSigned || number > 0
      else {
        throw Malformed(
          expected: "numbers from \(range.lowerBound) to \(range.upperBound)"
            + (isSigned ? ", or the same from the end" : ""))
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }

  private static func days(_ text: Substring) throws(Malformed) -> [Day] {
    var days: [Day] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let digits = part.dropLast(2)
      let ordinal = digits.isEmpty ? nil : Int(digits)
      guard let weekday = weekdays[part.suffix(2)],
        digits.isEmpty || ordinal.map({ (1...53).contains($0.magnitude) }) == true
      else { throw Malformed(expected: "weekdays such as MO,WE or 2TU or -1FR") }
      let day = Day(ordinal: ordinal, weekday: weekday)
      if !days.contains(day) { days.append(day) }
    }
    return days
  }
}
