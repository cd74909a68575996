import Quantities

@testable import Collectors

/// A small encoder of what ``XORDecoder`` reads, bit by bit and slowly.
struct ChunkWriter {
  private var bits: [Bool] = []
  private var count = 0
  private var time: Int64 = 0
  private var delta: Int64 = 0
  private var value: UInt64 = 0
  private var window: (leading: Int, width: Int)?

  /// The chunk so far.
  var bytes: [UInt8] {
    var padded = bits
    while padded.count % 8 != 0 { padded.append(false) }
    let body = stride(from: 0, to: padded.count, by: 8).map { start in
      padded[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    return [UInt8(count >> 8), UInt8(count & 255)] + body
  }

  /// The chunk of some samples.
  static func bytes(_ samples: [(time: Int64, bits: UInt64)]) -> [UInt8] {
    var writer = ChunkWriter()
    for sample in samples { writer.add(sample.time, sample.bits) }
    return writer.bytes
  }

  mutating func add(_ newTime: Int64, _ newValue: UInt64) {
    let newDelta = newTime - time
    switch count {
    case 0:
      number(UInt64(bitPattern: newTime << 1 ^ newTime >> 63))
      put(newValue, 64)
    case 1:
      number(UInt64(newDelta))
      put(difference: newValue ^ value)
    default:
      put(secondDifference: newDelta - delta)
      put(difference: newValue ^ value)
    }
    if count > 0 { delta = newDelta }
    time = newTime
    value = newValue
    count += 1
  }

  private mutating func put(_ number: UInt64, _ width: Int) {
    for place in stride(from: width - 1, through: 0, by: -1) {
      bits.append(number >> UInt64(place) & 1 == 1)
    }
  }

  private mutating func number(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      put(rest & 0x7f | 0x80, 8)
      rest >>= 7
    }
    put(rest, 8)
  }

  private mutating func put(secondDifference: Int64) {
    let raw = UInt64(bitPattern: secondDifference)
    if secondDifference == 0 { return put(0, 1) }
    for (width, prefix, length) in [(14, 0b10, 2), (17, 0b110, 3), (20, 0b1110, 4)] {
      let largest = Int64(1) << Int64(width - 1)
      guard (1 - largest...largest).contains(secondDifference) else { continue }
      put(UInt64(prefix), length)
      return put(raw & (1 << UInt64(width) - 1), width)
    }
    put(0b1111, 4)
    put(raw, 64)
  }

  private mutating func put(difference: UInt64) {
    if difference == 0 { return put(0, 1) }
    let leading = min(31, difference.leadingZeroBitCount)
    let trailing = difference.trailingZeroBitCount
    if let window, leading >= window.leading,
      trailing >= 64 - window.leading - window.width
    {
      put(0b10, 2)
      return put(difference >> UInt64(64 - window.leading - window.width), window.width)
    }
    let width = 64 - leading - trailing
    window = (leading, width)
    put(0b11, 2)
    put(UInt64(leading), 5)
    put(UInt64(width & 63), 6)
    put(difference >> UInt64(trailing), width)
  }
}

/// An answer of remote read, put together by hand.
enum ChunkAnswer {
  /// A frame of one series with some chunks.
  static func frame(
    _ labels: [(String, String)], _ chunks: [[UInt8]], encoding: Int64 = 1, question: Int64 = 0
  ) -> [UInt8] {
    var series = ProtobufWriter()
    for (name, value) in labels {
      var label = ProtobufWriter()
      label.append(name.utf8, field: 1)
      label.append(value.utf8, field: 2)
      series.append(label.bytes, field: 1)
    }
    for data in chunks {
      var chunk = ProtobufWriter()
      chunk.append(0, field: 1)
      chunk.append(1, field: 2)
      chunk.append(encoding, field: 3)
      chunk.append(data, field: 4)
      series.append(chunk.bytes, field: 2)
    }
    var message = ProtobufWriter()
    message.append(series.bytes, field: 1)
    if question != 0 { message.append(question, field: 2) }
    return framed(message.bytes)
  }

  /// Length, checksum and message.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.append(UInt64(message.count))
    let checksum = message.withUnsafeBytes { CRC32C.value(of: $0) }
    return writer.bytes + (0..<4).map { UInt8(checksum >> (24 - 8 * UInt32($0)) & 255) } + message
  }
}
