/// Why bytes are not the protobuf message that was expected.
struct MalformedMessage: Error, Equatable {
  /// A fragment: `a field breaks off`.
  let reason: String
}

/// Walks over the fields of one protobuf message in place; fields of no interest are stepped over.
///
/// Only to be used while the bytes stay where they are.
struct ProtobufReader {
  /// A field's content.
  enum Content {
    case number(UInt64)
    case bytes(UnsafeRawBufferPointer)
    /// Four or eight bytes, which no message of remote read has.
    case fixed
  }

  private let bytes: UnsafeRawBufferPointer
  private var index = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field, nil at the message's end.
  mutating func next() throws(MalformedMessage) -> (field: UInt64, content: Content)? {
    if index == bytes.count { return nil }
    let key = try number()
    let field = key >> 3
    if field == 0 { throw MalformedMessage(reason: "a field has the number 0") }
    switch key & 7 {
    case 0:
      return (field, .number(try number()))
    case 1:
      _ = try part(8)
      return (field, .fixed)
    case 2:
      let length = try number()
      guard length <= UInt64(bytes.count - index) else { throw Self.brokenOff }
      return (field, .bytes(try part(Int(length))))
    case 5:
      _ = try part(4)
      return (field, .fixed)
    default:
      throw MalformedMessage(reason: "a field is of the unknown kind \(key & 7)")
    }
  }

  /// A number of seven bits a byte, lowest first.
  private mutating func number() throws(MalformedMessage) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if shift == 63, byte > 1 { throw MalformedMessage(reason: "a number is too long") }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Self.brokenOff
  }

  private mutating func part(_ count: Int) throws(MalformedMessage) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - index else { throw Self.brokenOff }
    defer { index += count }
    return UnsafeRawBufferPointer(rebasing: bytes[index..<(index + count)])
  }

  private static let brokenOff = MalformedMessage(reason: "a field breaks off")
}
