/// Writes the two kinds of protobuf fields that a read request has.
///
/// - Source: protobuf.dev, "Encoding": a field is its number times eight plus its kind, then a
///   number of seven bits a byte, lowest first, or a length and bytes.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends a number without a field around it.
  mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends a field of kind `int64` or of an enumeration.
  mutating func append(_ value: Int64, field: UInt64) {
    append(field << 3)
    append(UInt64(bitPattern: value))
  }

  /// Appends a field of text, of bytes or of another message.
  mutating func append(_ value: some Collection<UInt8>, field: UInt64) {
    append(field << 3 | 2)
    append(UInt64(value.count))
    bytes += value
  }
}
