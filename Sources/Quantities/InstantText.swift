extension UTCInstant {
  /// Creates the instant from RFC 3339 text; seconds may be left out.
  ///
  /// - Shape: `2026-11-23T04:05Z`, `2026-11-23T04:05:06.250+09:00`; one to nine digits after the
  ///   point, of which what is finer than a millisecond is cut off.
  /// - Returns: nil for anything else, among it a leap second and a time without an offset.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    var reader = Reader(bytes: bytes[...])
    guard let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), let date = CivilDate(year: year, month: month, day: day),
      reader.skip("T") || reader.skip("t"),
      let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
      let minute = reader.number(digits: 2), minute < 60,
      let milliseconds = reader.seconds(), let offset = reader.offsetMinutes(),
      reader.bytes.isEmpty
    else { return nil }
    let minutes = Int64(hour * 60 + minute - offset)
    self = date.startInUTC + (minutes * 60_000 + milliseconds)
  }

  /// Takes parts off the front of a text.
  private struct Reader {
    var bytes: ArraySlice<UInt8>

    /// Takes one character, if it is the next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard bytes.first == UInt8(ascii: character) else { return false }
      bytes = bytes.dropFirst()
      return true
    }

    /// Takes a number of exactly so many digits.
    mutating func number(digits: Int) -> Int? {
      let head = bytes.prefix(digits)
      guard head.count == digits, head.allSatisfy({ (48...57).contains($0) }) else { return nil }
      bytes = bytes.dropFirst(digits)
      return head.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Milliseconds of `:SS` or `:SS.fff`; 0 where there is neither, nil where it is malformed.
    mutating func seconds() -> Int64? {
      guard skip(":") else { return 0 }
      guard let whole = number(digits: 2), whole < 60 else { return nil }
      guard skip(".") else { return Int64(whole) * 1_000 }
      let count = bytes.prefix { (48...57).contains($0) }.count
      guard (1...9).contains(count), let fraction = number(digits: count) else { return nil }
      let nanoseconds = (count..<9).reduce(fraction) { value, _ in value * 10 }
      return Int64(whole * 1_000 + nanoseconds / 1_000_000)
    }

    /// Minutes ahead of UTC: `Z` or `+09:00`.
    mutating func offsetMinutes() -> Int? {
      if skip("Z") || skip("z") { return 0 }
      let sign = bytes.first == UInt8(ascii: "-") ? -1 : 1
      guard skip("+") || skip("-"), let hours = number(digits: 2), hours < 24, skip(":"),
        let minutes = number(digits: 2), minutes < 60
      else { return nil }
      return sign * (hours * 60 + minutes)
    }
  }
}
