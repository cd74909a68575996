import Quantities

/// Times and days read off bytes.
enum TimeField {
  /// Bills are of this century; what is said to be of another one is no time.
  private static let years: ClosedRange<Int> = 2000...2099

  /// Reads `2026-11-23`, `2026-11-23T04:05:06.250Z`, `2026-11-23 04:05:06`, `... UTC`, `...+00:00`.
  ///
  /// - Returns: milliseconds since 1970 UTC; a time without a zone is UTC. Nil for anything else.
  static func milliseconds(_ field: Field) -> Int64? {
    guard field.count >= 10, field[4] == dash, field[7] == dash,
      let year = number(field, 0, 4), let month = number(field, 5, 2),
      let day = number(field, 8, 2), let start = midnight(year, month, day)
    else { return nil }
    if field.count == 10 { return start }
    let sign = field[10]
    guard field.count >= 16, sign == UInt8(ascii: "T") || sign == UInt8(ascii: " "),
      field[13] == colon, let hour = number(field, 11, 2), hour < 24,
      let minute = number(field, 14, 2), minute < 60
    else { return nil }
    var time = Int64(hour * 3_600 + minute * 60) * 1_000
    var index = 16
    if field.count >= 19, field[16] == colon {
      guard let second = number(field, 17, 2), second < 60 else { return nil }
      time += Int64(second) * 1_000
      index = 19
      if field.count > 20, field[19] == UInt8(ascii: ".") {
        index = 20
        var weight: Int64 = 100
        while index < field.count, field[index] >= 0x30, field[index] <= 0x39 {
          time += Int64(field[index] - 0x30) * weight
          weight /= 10
          index += 1
        }
        guard index > 20 else { return nil }
      }
    }
    guard let offset = offsetMinutes(field.suffix(from: index)) else { return nil }
    return start + time - Int64(offset) * 60_000
  }

  /// Reads a day as Azure writes it: `2021-02-02`, `02/28/2021`, `2021-02-02T00:00:00Z`.
  static func day(_ field: Field) -> CivilDate? {
    guard field.count >= 8 else { return nil }
    if field.contains("/") {
      var numbers: [Int] = []
      var rest = field
      while let slash = rest.bytes.firstIndex(of: UInt8(ascii: "/")) {
        guard slash <= 2, let value = number(rest, 0, slash) else { return nil }
        numbers.append(value)
        rest = rest.suffix(from: slash + 1)
      }
      guard numbers.count == 2, rest.count == 4, let year = number(rest, 0, 4),
        years.contains(year)
      else { return nil }
      return CivilDate(year: year, month: numbers[0], day: numbers[1])
    }
    guard let start = milliseconds(field) else { return nil }
    let day = CivilDate(instant: UTCInstant(milliseconds: start))
    return day
  }

  private static let dash = UInt8(ascii: "-")
  private static let colon = UInt8(ascii: ":")

  private static func number(_ field: Field, _ start: Int, _ count: Int) -> Int? {
    guard count > 0, start + count <= field.count else { return nil }
    var value = 0
    var index = start
    while index < start &+ count {
      let digit = field[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
      index &+= 1
    }
    return value
  }

  /// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
  private static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
    guard years.contains(year), month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
    // Days that not every month has are left to the calendar.
    if day > 28 {
      return CivilDate(year: year, month: month, day: day)?.startInUTC.milliseconds
    }
    let shiftedYear = month <= 2 ? year &- 1 : year
    let yearOfEra = shiftedYear &- 1_600
    let shiftedMonth = month > 2 ? month &- 3 : month &+ 9
    let dayOfYear = (153 &* shiftedMonth &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ yearOfEra / 400
    let days = 4 &* 146_097 &+ dayOfEra &+ dayOfYear &- 719_468
    return Int64(days) &* UTCInstant.millisecondsPerDay
  }

  /// Minutes ahead of UTC.
  private static func offsetMinutes(_ field: Field) -> Int? {
    if field.isEmpty || field.equals("Z") || field.equals(" UTC") { return 0 }
    let sign = field[0] == dash ? -1 : 1
    guard field[0] == dash || field[0] == UInt8(ascii: "+"), field.count >= 3,
      let hours = number(field, 1, 2), hours < 24
    else { return nil }
    if field.count == 3 { return sign * hours * 60 }
    let start = field[3] == colon ? 4 : 3
    guard field.count == start + 2, let minutes = number(field, start, 2), minutes < 60 else {
      return nil
    }
    return sign * (hours * 60 + minutes)
  }
}
