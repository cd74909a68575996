/// A point in time.
///
/// - Unit: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct UTCInstant: Hashable, Comparable, Sendable, CustomStringConvertible {
  package static let millisecondsPerSecond: Int64 = 1_000
  package static let millisecondsPerHour: Int64 = 3_600_000
  package static let millisecondsPerDay: Int64 = 86_400_000

  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// The start of the UTC hour that contains this instant.
  package var startOfHour: UTCInstant { floored(to: Self.millisecondsPerHour) }

  /// The start of the UTC day that contains this instant.
  package var startOfDay: UTCInstant { floored(to: Self.millisecondsPerDay) }

  /// The first start of a UTC hour that is not before this instant.
  package var endOfHour: UTCInstant {
    let start = startOfHour
    return start == self ? self : start + Self.millisecondsPerHour
  }

  package func floored(to step: Int64) -> UTCInstant {
    let remainder = milliseconds % step
    return UTCInstant(milliseconds: milliseconds - (remainder < 0 ? remainder + step : remainder))
  }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  package static func + (instant: Self, milliseconds: Int64) -> Self {
    Self(milliseconds: instant.milliseconds + milliseconds)
  }

  package static func - (instant: Self, milliseconds: Int64) -> Self {
    Self(milliseconds: instant.milliseconds - milliseconds)
  }

  /// Milliseconds from `right` to `left`.
  package static func - (left: Self, right: Self) -> Int64 {
    left.milliseconds - right.milliseconds
  }

  /// RFC 3339 in UTC; the fraction only where there is one: `2026-11-23T04:05:06.250Z`.
  package var description: String {
    let seconds = floored(to: Self.millisecondsPerSecond)
    let fraction = milliseconds - seconds.milliseconds
    let time = Int((seconds.milliseconds - startOfDay.milliseconds) / Self.millisecondsPerSecond)
    var text = Array(CivilDate(instant: self).description.utf8)
    text.reserveCapacity(24)
    for (sign, number) in zip("T::".utf8, [time / 3600, time / 60 % 60, time % 60]) {
      text += [sign, Self.digit(number / 10), Self.digit(number)]
    }
    if fraction != 0 {
      let number = Int(fraction)
      text += [
        UInt8(ascii: "."), Self.digit(number / 100), Self.digit(number / 10), Self.digit(number),
      ]
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// The last digit of `number`.
  private static func digit(_ number: Int) -> UInt8 { UInt8(ascii: "0") + UInt8(number % 10) }
}
