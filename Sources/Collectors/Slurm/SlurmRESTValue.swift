/// A number in the ways slurmrestd writes one: `7`, `null`, or an object that says whether it is
/// set.
enum SlurmRESTNumber: Equatable {
  /// Not told, not set or without a limit.
  case none
  case whole(Int64)
  /// Something else, as it was written.
  case odd(String)

  /// The number, nil where there is none.
  ///
  /// - Throws: ``SacctRow/Fault`` that names `field` where it is no whole number in `range`.
  func value(
    _ field: String, in range: ClosedRange<Int64>, expected: String
  ) throws(SacctRow.Fault) -> Int64? {
    switch self {
    case .none: return nil
    case .whole(let number) where range.contains(number): return number
    case .whole(let number):
      throw SacctRow.Fault(rule: "unreadable \(field)", found: "\(number)", expected: expected)
    case .odd(let text):
      throw SacctRow.Fault(rule: "unreadable \(field)", found: text, expected: expected)
    }
  }
}

/// Values whose kinds differ between the versions of slurmrestd. What is of a kind that none of
/// them has is passed over.
extension JSONCursor {
  /// A number, bare or in an object.
  mutating func slurmNumber() throws(MalformedJSON) -> SlurmRESTNumber {
    switch peek() {
    case UInt8(ascii: "{"): return try wrappedNumber()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let start = index
      let text = String(decoding: numberCharacters(), as: UTF8.self)
      if let number = Int64(text) { return .whole(number) }
      rewind(to: start)
      try skipValue()
      return .odd(String(text.prefix(40)))
    case UInt8(ascii: "\""):
      let text = try string()
      return Int64(text).map(SlurmRESTNumber.whole) ?? .odd(String(text.prefix(40)))
    default:
      try skipValue()
      return .none
    }
  }

  private mutating func wrappedNumber() throws(MalformedJSON) -> SlurmRESTNumber {
    var number = SlurmRESTNumber.none
    var isSet = true
    try object { cursor, key throws(MalformedJSON) in
      switch key {
      case "set" where cursor.isAtBoolean: if try !cursor.boolean() { isSet = false }
      case "infinite" where cursor.isAtBoolean: if try cursor.boolean() { isSet = false }
      case "number" where cursor.peek() != UInt8(ascii: "{"): number = try cursor.slurmNumber()
      default: try cursor.skipValue()
      }
    }
    return isSet ? number : .none
  }

  private var isAtBoolean: Bool {
    mutating get { [UInt8(ascii: "t"), UInt8(ascii: "f")].contains(peek()) }
  }
}
