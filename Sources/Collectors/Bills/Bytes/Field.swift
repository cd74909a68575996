/// The bytes of one field where they stand in a block, without their quotation marks.
///
/// Inside, a quotation mark is still doubled, as CSV has it. Valid until the row is left.
struct Field {
  let start: UnsafePointer<UInt8>
  let count: Int

  @inline(__always) subscript(index: Int) -> UInt8 { start[index] }

  @inline(__always) var isEmpty: Bool { count == 0 }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  /// Whether it is exactly `text`.
  @inline(__always) func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    var index = 0
    while index < count {
      if start[index] != text.utf8Start[index] { return false }
      index &+= 1
    }
    return true
  }

  /// Whether `text` stands in it somewhere.
  func contains(_ text: StaticString) -> Bool {
    let size = text.utf8CodeUnitCount
    guard size <= count else { return false }
    for place in 0...(count - size)
    where Field(start: start + place, count: size).equals(text) {
      return true
    }
    return false
  }

  /// Where `byte` is for the last time.
  func lastIndex(of byte: UInt8) -> Int? {
    var index = count - 1
    while index >= 0 {
      if start[index] == byte { return index }
      index -= 1
    }
    return nil
  }

  /// The rest from `index` on.
  func suffix(from index: Int) -> Field { Field(start: start + index, count: count - index) }

  /// The beginning up to `index`.
  func prefix(upTo index: Int) -> Field { Field(start: start, count: index) }

  /// The text, its quotation marks single again.
  var text: String { Self.text(bytes) }

  /// What is told of it in a rejection.
  var excerpt: String {
    isEmpty ? "nothing" : "'" + String(text.prefix(80)) + "'"
  }

  /// The text of bytes in which quotation marks are doubled.
  static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard bytes.contains(quote) else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: undoubled(bytes), as: UTF8.self)
  }

  /// The bytes with each doubled quotation mark single again.
  static func undoubled(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      result.append(bytes[index])
      index += bytes[index] == quote && index + 1 < bytes.count && bytes[index + 1] == quote ? 2 : 1
    }
    return result
  }

  static let quote = UInt8(ascii: "\"")
}
