/// Time that GPUs spent, one GPU for an hour being one GPU-hour.
///
/// - Unit: whole milliseconds of one GPU.
package struct GPUTime: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// GPU-hours as decimal text with six places, rounded half to even.
  package var hours: String { Self.hours(Int128(milliseconds)) }

  /// GPU-hours of `milliseconds` as decimal text with six places, rounded half to even.
  package static func hours(_ milliseconds: Int128) -> String {
    Decimals.text(Rounding.halfEven(milliseconds * 10, dividedBy: 36), places: 6)
  }

  /// GPU-hours of `milliseconds` as decimal text with up to twelve places, so that even a price
  /// times them gives the amount.
  package static func exactHours(_ milliseconds: Int64) -> String {
    Decimals.text(picoHours(milliseconds), places: 12, trimmed: true)
  }

  /// GPU-hours of `milliseconds`, rounded half to even.
  ///
  /// - Unit: 1e-12 of an hour.
  static func picoHours(_ milliseconds: Int64) -> Int128 {
    Rounding.halfEven(Int128(milliseconds) * 2_500_000, dividedBy: 9)
  }

  package static func + (left: Self, right: Self) -> Self {
    Self(milliseconds: left.milliseconds + right.milliseconds)
  }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  package var description: String { hours + " GPU-hours" }
}
