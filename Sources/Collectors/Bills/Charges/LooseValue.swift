/// A value in the half-JSON that bills carry in their cells.
///
/// JSON, the same without its outer braces, and what Python prints of its dictionaries and lists.
indirect enum LooseValue: Equatable {
  case text(String)
  /// `true`, `None`, `12.5`: whatever stands without quotation marks.
  case word(String)
  case object([(key: String, value: LooseValue)])
  case list([LooseValue])

  static func == (left: LooseValue, right: LooseValue) -> Bool {
    switch (left, right) {
    case (.text(let one), .text(let other)), (.word(let one), .word(let other)): one == other
    case (.list(let one), .list(let other)): one == other
    case (.object(let one), .object(let other)):
      one.count == other.count
        && zip(one, other).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  /// Reads a whole cell; braces may be left out around `"key": value`.
  ///
  /// - Returns: nil for anything else.
  init?(cell: [UInt8]) {
    var parser = LooseParser(cell)
    guard let value = parser.cell() else { return nil }
    self = value
  }

  /// What stands under a key of an object.
  subscript(key: String) -> LooseValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// As text: nil for what says that there is nothing.
  var scalar: String? {
    switch self {
    case .text(let text): text
    case .word("null"), .word("None"): nil
    case .word(let word): word
    case .object, .list: nil
    }
  }
}

/// Takes values off the front of a cell.
private struct LooseParser {
  private static let depthMax = 16

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func cell() -> LooseValue? {
    skipBlanks()
    guard let first = current else { return nil }
    let isBare = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
    guard let value = isBare ? members(until: nil, depth: 0) : value(depth: 0) else { return nil }
    skipBlanks()
    return index == bytes.count ? value : nil
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || (0x09...0x0d).contains(byte) { index += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard current == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) -> LooseValue? {
    guard depth < Self.depthMax else { return nil }
    skipBlanks()
    switch current {
    case UInt8(ascii: "{"):
      index += 1
      return members(until: "}", depth: depth + 1)
    case UInt8(ascii: "["):
      index += 1
      return elements(depth: depth + 1)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map { .text($0) }
    default: return word()
    }
  }

  private mutating func members(until end: Unicode.Scalar?, depth: Int) -> LooseValue? {
    var members: [(key: String, value: LooseValue)] = []
    if let end, accept(end) { return .object([]) }
    repeat {
      skipBlanks()
      guard let key = string(), accept(":"), let value = value(depth: depth) else { return nil }
      members.append((key, value))
    } while accept(",")
    if let end, !accept(end) { return nil }
    return .object(members)
  }

  private mutating func elements(depth: Int) -> LooseValue? {
    var values: [LooseValue] = []
    if accept("]") { return .list([]) }
    repeat {
      guard let value = value(depth: depth) else { return nil }
      values.append(value)
    } while accept(",")
    return accept("]") ? .list(values) : nil
  }

  private mutating func word() -> LooseValue? {
    let start = index
    while let byte = current, byte > 0x20, !Array(",]}:{[\"'".utf8).contains(byte) { index += 1 }
    guard index > start else { return nil }
    return .word(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  /// A text in either quotation mark, unescaped.
  private mutating func string() -> String? {
    guard let mark = current, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") else {
      return nil
    }
    index += 1
    var text: [UInt8] = []
    while let byte = current {
      index += 1
      if byte == mark { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = escape() else { return nil }
      text += escaped
    }
    return nil
  }

  private mutating func escape() -> [UInt8]? {
    guard let byte = current else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "u"): return unicode().map { Array(String(Character($0)).utf8) }
    default: return [byte]
    }
  }

  private mutating func unicode() -> Unicode.Scalar? {
    guard var code = hexadecimal() else { return nil }
    if code & 0xfc00 == 0xd800 {
      guard current == UInt8(ascii: "\\") else { return nil }
      index += 1
      guard current == UInt8(ascii: "u") else { return nil }
      index += 1
      guard let low = hexadecimal(), low & 0xfc00 == 0xdc00 else { return nil }
      code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
    }
    return Unicode.Scalar(code)
  }

  private mutating func hexadecimal() -> UInt32? {
    guard index + 4 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[index..<(index + 4)], as: UTF8.self)
    index += 4
    return digits.utf8.allSatisfy { $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }
      ? UInt32(digits, radix: 16) : nil
  }
}
