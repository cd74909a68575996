import Quantities

/// A decimal number read off bytes.
struct DecimalField {
  /// - Unit: 1e-12.
  var units: Int128
  /// Whether it had more than twelve decimals, of which some were not zero.
  var isRounded = false

  /// Decimals that are kept.
  static let places = 12
  /// More digits before the point are no amount of money: 1e15 of any currency.
  static let wholeDigitsMax = 15
  /// Byte-seconds of a month of storage have 19 digits.
  static let quantityDigitsMax = 22

  /// Reads `-12.5`, `35.2E-7`, `.5`; what is finer than twelve decimals is rounded half to even.
  ///
  /// - Returns: nil for anything else, and for more than `wholeDigitsMax` digits before the point.
  @inline(__always)
  init?(_ field: Field, wholeDigitsMax: Int = DecimalField.wholeDigitsMax) {
    var index = 0
    let count = field.count
    guard count > 0 else { return nil }
    let isNegative = field[0] == UInt8(ascii: "-")
    if isNegative || field[0] == UInt8(ascii: "+") { index = 1 }
    let first = index
    var value: UInt64 = 0
    var point = -1
    while index < count {
      let digit = field[index] &- 0x30
      if digit < 10 {
        value = value &* 10 &+ UInt64(digit)
      } else if field[index] == UInt8(ascii: "."), point < 0 {
        point = index
      } else {
        break
      }
      index &+= 1
    }
    let fraction = point < 0 ? 0 : count - point - 1
    let digits = count - first - (point < 0 ? 0 : 1)
    // Eighteen digits fit into 64 bits; the rest is rare, and read with care.
    guard index == count, digits > 0, digits <= 18, fraction <= Self.places,
      digits - fraction <= wholeDigitsMax
    else {
      guard let rare = Self.rare(field, wholeDigitsMax: wholeDigitsMax) else { return nil }
      self = rare
      return
    }
    let units = Int128(value) &* Int128(Self.powers[Self.places - fraction])
    self.units = isNegative ? 0 &- units : units
  }

  /// 10 to the power of the index.
  private static let powers: [Int64] = (0...18).map { power in
    (0..<power).reduce(1) { value, _ in value * 10 }
  }

  /// Significant digits that are read at all: a product of the largest is within Int128.
  private static let digitsMax = 36
  private static let exponentMax = 60

  private init(units: Int128, isRounded: Bool) {
    self.units = units
    self.isRounded = isRounded
  }

  @inline(never)
  private static func rare(_ field: Field, wholeDigitsMax: Int) -> DecimalField? {
    var index = 0
    let isNegative = field[0] == UInt8(ascii: "-")
    if isNegative || field[0] == UInt8(ascii: "+") { index = 1 }
    var value: Int128 = 0
    var digits = 0  // significant ones
    var zeros = 0  // at the end of those, not yet counted
    var scale = 0  // the power of ten of the last digit in `value`
    var isAfterPoint = false
    var isAnyDigit = false
    while index < field.count {
      let byte = field[index]
      if byte == UInt8(ascii: "."), !isAfterPoint {
        isAfterPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        isAnyDigit = true
        if isAfterPoint { scale -= 1 }
        if byte == 0x30 {
          if digits > 0 { zeros += 1 }
        } else {
          guard digits + zeros < digitsMax else { return nil }
          for _ in 0...zeros { value *= 10 }
          value += Int128(byte - 0x30)
          digits += zeros + 1
          zeros = 0
        }
      } else {
        break
      }
      index += 1
    }
    guard isAnyDigit, let exponent = exponent(field, from: index) else { return nil }
    // `value` is without the zeros at the end of the digits.
    guard
      let (units, isRounded) = scaled(
        value, digits: digits, power: scale + zeros + exponent, wholeDigitsMax: wholeDigitsMax)
    else { return nil }
    return DecimalField(units: isNegative ? -units : units, isRounded: isRounded)
  }

  /// The number after `E`; 0 at the end of the field.
  private static func exponent(_ field: Field, from start: Int) -> Int? {
    guard start < field.count else { return 0 }
    guard field[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var index = start + 1
    guard index < field.count else { return nil }
    let isNegative = field[index] == UInt8(ascii: "-")
    if isNegative || field[index] == UInt8(ascii: "+") { index += 1 }
    guard index < field.count, field.count - index <= 3 else { return nil }
    var value = 0
    while index < field.count {
      let digit = field[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
      index += 1
    }
    guard value <= exponentMax else { return nil }
    return isNegative ? -value : value
  }

  /// `value` times ten to the power of `power`, in units of 1e-12.
  private static func scaled(
    _ value: Int128, digits: Int, power: Int, wholeDigitsMax: Int
  ) -> (Int128, isRounded: Bool)? {
    if value == 0 { return (0, false) }
    guard digits + power <= wholeDigitsMax else { return nil }
    var shift = power + places
    var units = value
    if shift >= 0 {
      // At most `wholeDigitsMax` and twelve digits come of it, which Int128 holds.
      while shift > 0 {
        units *= 10
        shift -= 1
      }
      return (units, false)
    }
    guard shift >= -digitsMax - 1 else { return (0, true) }
    var divisor: Int128 = 1
    while shift < 0 {
      divisor *= 10
      shift += 1
    }
    return (Rounding.halfEven(units, dividedBy: divisor), units % divisor != 0)
  }
}
