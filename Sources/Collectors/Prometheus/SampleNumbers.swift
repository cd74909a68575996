/// Reads the two numbers of a sample as Prometheus writes them: `[1435781451.781,"0.25"]`.
enum SampleNumbers {
  /// 10^0 to 10^22: the powers of ten that a Double holds exactly.
  private static let powers: [Double] = (0...22).map { exponent in
    (0..<exponent).reduce(1.0) { power, _ in power * 10 }
  }

  /// Seconds as milliseconds, without floating point; further decimals are rounded.
  @inline(__always)
  static func timestamp(_ cursor: inout JSONCursor) throws(MalformedJSON) -> Int64 {
    cursor.skipBlanks()
    let isNegative = cursor.current == UInt8(ascii: "-")
    if isNegative { cursor.advance() }
    var number: Int64 = 0
    let start = cursor.index
    var digit = cursor.current &- 48
    while digit <= 9 {
      number = number &* 10 &+ Int64(digit)
      cursor.advance()
      digit = cursor.current &- 48
    }
    let length = cursor.index - start
    guard length > 0, length <= 15 else { throw cursor.failure("a time in seconds") }
    number &*= 1_000
    if cursor.current == UInt8(ascii: ".") {
      cursor.advance()
      number &+= try milliseconds(&cursor)
    }
    if cursor.current | 0x20 == UInt8(ascii: "e") { throw cursor.failure("a time in seconds") }
    return isNegative ? -number : number
  }

  @inline(__always)
  private static func milliseconds(_ cursor: inout JSONCursor) throws(MalformedJSON) -> Int64 {
    var weight: Int64 = 100
    var sum: Int64 = 0
    var decimals = 0
    var digit = cursor.current &- 48
    while digit <= 9 {
      if decimals < 3 { sum &+= Int64(digit) &* weight }
      if decimals == 3, digit >= 5 { sum &+= 1 }
      weight /= 10
      decimals &+= 1
      cursor.advance()
      digit = cursor.current &- 48
    }
    if decimals == 0 { throw cursor.failure("decimals") }
    return sum
  }

  /// A value in quotation marks, exactly.
  ///
  /// Up to 15 digits are a whole number and a power of ten, each exact in a Double, so that one
  /// division rounds correctly; anything else goes the long way.
  @inline(__always)
  static func value(_ cursor: inout JSONCursor) throws(MalformedJSON) -> Double {
    try cursor.expect(UInt8(ascii: "\""))
    let start = cursor.index
    let isNegative = cursor.current == UInt8(ascii: "-")
    if isNegative { cursor.advance() }
    var mantissa: UInt64 = 0
    var digits = 0
    var decimals = 0
    var digit = cursor.current &- 48
    while digit <= 9 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      digits &+= 1
      cursor.advance()
      digit = cursor.current &- 48
    }
    if digits > 0, cursor.current == UInt8(ascii: ".") {
      cursor.advance()
      digit = cursor.current &- 48
      while digit <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        decimals &+= 1
        cursor.advance()
        digit = cursor.current &- 48
      }
      if decimals == 0 { throw cursor.failure("decimals") }
    }
    guard cursor.current == 0x22, digits > 0, digits &+ decimals <= 15 else {
      cursor.rewind(to: start - 1)
      return try unusualValue(&cursor)
    }
    cursor.advance()
    let value = decimals == 0 ? Double(mantissa) : Double(mantissa) / powers[decimals]
    return isNegative ? -value : value
  }

  @inline(never)
  private static func unusualValue(_ cursor: inout JSONCursor) throws(MalformedJSON) -> Double {
    let start = cursor.index
    let bytes = try cursor.quotedCharacters()
    if let value = double(bytes) { return value }
    cursor.rewind(to: start)
    throw cursor.failure("a number in quotation marks")
  }

  /// A number as Go writes it, or nil for what is none. Hexadecimal and the like are none.
  static func double(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    let text = String(decoding: bytes, as: UTF8.self)
    switch text {
    case "NaN": return .nan
    case "+Inf", "Inf": return .infinity
    case "-Inf": return -.infinity
    default:
      let isDecimal = bytes.allSatisfy {
        ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
          || $0 == UInt8(ascii: "+") || $0 | 0x20 == UInt8(ascii: "e")
      }
      guard isDecimal, let value = Double(text), value.isFinite else { return nil }
      return value
    }
  }
}
