/// Why bytes are not the JSON that was expected.
struct MalformedJSON: Error, Equatable, CustomStringConvertible {
  /// Unit: bytes from the beginning.
  let offset: Int
  let expected: String

  var description: String { "malformed JSON at byte \(offset): expected \(expected)" }
}

/// Walks strictly over the bytes of one JSON text.
///
/// - Complexity: one look at each byte; a `while` over a pointer, since iterators over buffers are
///   several times slower.
struct JSONCursor {
  /// - Source: answers of Prometheus nest five deep.
  private static let depthMaximum = 64

  private let base: UnsafePointer<UInt8>
  let count: Int
  private(set) var index = 0

  /// - Throws: where there are no bytes at all.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(MalformedJSON) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else {
      throw MalformedJSON(offset: 0, expected: "a JSON text")
    }
    self.base = base
    count = bytes.count
  }

  /// The byte at the cursor, or 0, which no JSON text contains, at the end.
  @inline(__always) var current: UInt8 { index < count ? base[index] : 0 }

  @inline(__always) mutating func advance() { index &+= 1 }

  @inline(never) func failure(_ expected: String) -> MalformedJSON {
    MalformedJSON(offset: index, expected: expected)
  }

  @inline(__always) mutating func skipBlanks() {
    while index < count {
      let byte = base[index]
      if byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09 { return }
      index &+= 1
    }
  }

  /// Steps over `byte`, which must be next.
  @inline(__always) mutating func expect(_ byte: UInt8) throws(MalformedJSON) {
    if current != byte { skipBlanks() }
    guard index < count, base[index] == byte else {
      throw failure("'\(Character(UnicodeScalar(byte)))'")
    }
    index &+= 1
  }

  /// Steps over `byte` where it is next.
  @inline(__always) mutating func accept(_ byte: UInt8) -> Bool {
    if current != byte { skipBlanks() }
    guard index < count, base[index] == byte else { return false }
    index &+= 1
    return true
  }

  /// The byte that comes next after blanks, or 0 at the end.
  mutating func peek() -> UInt8 {
    skipBlanks()
    return current
  }

  /// Only blanks may be left.
  mutating func expectEnd() throws(MalformedJSON) {
    skipBlanks()
    if index < count { throw failure("the end") }
  }

  /// Calls `each` with every key, the cursor standing before the value.
  mutating func object(
    _ each: (inout JSONCursor, String) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    try expect(UInt8(ascii: "{"))
    if accept(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try expect(UInt8(ascii: ":"))
      try each(&self, key)
    } while accept(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Calls `each` with the cursor before every element.
  mutating func array(
    _ each: (inout JSONCursor) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    try expect(UInt8(ascii: "["))
    if accept(UInt8(ascii: "]")) { return }
    repeat { try each(&self) } while accept(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  /// A string, unescaped.
  mutating func string() throws(MalformedJSON) -> String {
    try expect(UInt8(ascii: "\""))
    let start = index
    while index < count, base[index] != 0x22, base[index] != 0x5c, base[index] >= 0x20 {
      index &+= 1
    }
    guard current == 0x22 else { return try escapedString(from: start) }
    let text = try text(UnsafeBufferPointer(start: base + start, count: index - start))
    index &+= 1
    return text
  }

  /// The rest of a number's characters, checked by nobody yet.
  mutating func numberCharacters() -> UnsafeBufferPointer<UInt8> {
    let start = index
    while index < count {
      switch base[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        index &+= 1
      default:
        return UnsafeBufferPointer(start: base + start, count: index - start)
      }
    }
    return UnsafeBufferPointer(start: base + start, count: index - start)
  }

  /// The bytes up to the next quotation mark, and steps over both.
  mutating func quotedCharacters() throws(MalformedJSON) -> UnsafeBufferPointer<UInt8> {
    try expect(UInt8(ascii: "\""))
    let start = index
    while index < count, base[index] != 0x22 { index &+= 1 }
    guard index < count else { throw failure("'\"'") }
    index &+= 1
    return UnsafeBufferPointer(start: base + start, count: index - start - 1)
  }

  /// Goes back to `earlier`, where the cursor stood before.
  mutating func rewind(to earlier: Int) { index = earlier }

  /// Steps over a value of any kind.
  mutating func skipValue(depth: Int = 0) throws(MalformedJSON) {
    if depth > Self.depthMaximum { throw failure("less nesting") }
    switch peek() {
    case UInt8(ascii: "\""):
      _ = try string()
    case UInt8(ascii: "{"):
      try object { cursor, _ throws(MalformedJSON) in try cursor.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { cursor throws(MalformedJSON) in try cursor.skipValue(depth: depth + 1) }
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default:
      let start = index
      let text = String(decoding: numberCharacters(), as: UTF8.self)
      if Double(text) == nil || text.hasPrefix("+") {
        index = start
        throw failure("a value")
      }
    }
  }

  /// `true` or `false`.
  mutating func boolean() throws(MalformedJSON) -> Bool {
    let isTrue = peek() == UInt8(ascii: "t")
    try literal(isTrue ? "true" : "false")
    return isTrue
  }

  private mutating func literal(_ word: StaticString) throws(MalformedJSON) {
    for position in 0..<word.utf8CodeUnitCount {
      guard current == word.utf8Start[position] else { throw failure("'\(word)'") }
      index &+= 1
    }
  }
}

extension JSONCursor {
  private func text(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(MalformedJSON) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("UTF-8") }
    return text
  }

  @inline(never)
  private mutating func escapedString(from start: Int) throws(MalformedJSON) -> String {
    var bytes = Array(UnsafeBufferPointer(start: base + start, count: index - start))
    while index < count {
      let byte = base[index]
      if byte < 0x20 { break }
      index &+= 1
      if byte == 0x22 { return try bytes.withUnsafeBufferPointer(text) }
      if byte == 0x5c { try escape(into: &bytes) } else { bytes.append(byte) }
    }
    throw failure("the end of a string")
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(MalformedJSON) {
    guard index < count else { throw failure("an escape") }
    let byte = base[index]
    index &+= 1
    switch byte {
    case 0x22, 0x5c, 0x2f: bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0c)
    case UInt8(ascii: "n"): bytes.append(0x0a)
    case UInt8(ascii: "r"): bytes.append(0x0d)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"): bytes += Array(String(Character(try scalar())).utf8)
    default: throw failure("an escape")
    }
  }

  private mutating func scalar() throws(MalformedJSON) -> UnicodeScalar {
    var code = try hexadecimal()
    if code & 0xfc00 == 0xd800 {
      guard current == 0x5c else { throw failure("the second half of a character") }
      index &+= 1
      guard current == UInt8(ascii: "u") else { throw failure("the second half of a character") }
      index &+= 1
      let low = try hexadecimal()
      guard low & 0xfc00 == 0xdc00 else { throw failure("the second half of a character") }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = UnicodeScalar(code) else { throw failure("a character") }
    return scalar
  }

  private mutating func hexadecimal() throws(MalformedJSON) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(UnicodeScalar(current)).hexDigitValue, current < 128 else {
        throw failure("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      index &+= 1
    }
    return code
  }
}
