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

  package static func + (left: Self, right: Self) -> Self {
    Self(milliseconds: left.milliseconds + right.milliseconds)
  }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  package var description: String { hours + " GPU-hours" }
}
