/// A number made from what a thing is, so that the same thing has the same number in every store.
package enum ContentHash {
  /// 63 bits of a 64-bit hash of `parts`, never zero.
  ///
  /// FNV-1a over the parts and their lengths, then the finaliser of MurmurHash3, so that near
  /// texts differ in all bits. Of a million things two share a number with probability 5e-8;
  /// whoever stores them must compare the keys.
  package static func number(_ parts: [String]) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for part in parts {
      var length = UInt32(truncatingIfNeeded: part.utf8.count)
      for _ in 0..<4 {
        mix(UInt8(truncatingIfNeeded: length))
        length >>= 8
      }
      for byte in part.utf8 { mix(byte) }
    }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= hash >> 33
    return max(1, Int64(hash & 0x7fff_ffff_ffff_ffff))
  }
}
