/// 128 bits of a hash of a day's postings.
///
/// Two different days share one with probability 2e-39; a day that was posted with the same digest
/// isn't written again.
struct PostingDigest {
  private var first: UInt64 = 0xcbf2_9ce4_8422_2325
  private var second: UInt64 = 0x6c62_272e_07bb_0142

  mutating func mix(_ number: Int64) {
    let bits = UInt64(bitPattern: number)
    first = (first ^ bits) &* 0x9e37_79b9_7f4a_7c15
    first ^= first >> 29
    second = (second ^ bits) &* 0xbf58_476d_1ce4_e5b9
    second ^= second >> 32
  }

  mutating func mix(_ number: Int64?) {
    mix(number == nil ? Int64(0) : 1)
    mix(number ?? 0)
  }

  mutating func mix(_ text: String?) {
    mix(Int64(text?.utf8.count ?? -1))
    for byte in (text ?? "").utf8 { mix(Int64(byte)) }
  }

  /// The hash as hexadecimal text.
  var text: String { Self.hexadecimal(first) + Self.hexadecimal(second) }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
