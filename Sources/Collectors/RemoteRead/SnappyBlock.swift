/// The block format of snappy, written without compressing: a request is some hundred bytes.
enum SnappyBlock {
  /// - Source: snappy's format_description.txt: two bytes of length are enough for this many.
  private static let literalBytesMaximum = 65_536

  /// A block that decodes to `bytes`: their count, then literals.
  static func literal(_ bytes: [UInt8]) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.append(UInt64(bytes.count))
    var block = writer.bytes
    for start in stride(from: 0, to: bytes.count, by: literalBytesMaximum) {
      let part = bytes[start..<min(bytes.count, start + literalBytesMaximum)]
      let last = part.count - 1
      if last < 60 {
        block.append(UInt8(last << 2))
      } else if last < 256 {
        block += [60 << 2, UInt8(last)]
      } else {
        block += [61 << 2, UInt8(last & 0xff), UInt8(last >> 8)]
      }
      block += part
    }
    return block
  }
}
