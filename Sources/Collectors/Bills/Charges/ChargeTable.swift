/// Sums rows by their keys.
///
/// - Complexity: a hash of 96 bytes and one comparison a row.
final class ChargeTable {
  /// What the rows of a group sum to.
  struct Sums: BitwiseCopyable {
    var billed: Int128 = 0
    var effective: Int128 = 0
    var list: Int128 = 0
    var quantity: Int128 = 0
    var rows = 0
  }

  private(set) var keys: [ChargeWords] = []
  private(set) var sums: [Sums] = []
  /// Numbers of groups, -1 where none is; a power of two, at most half full.
  private var slots: [Int32] = Array(repeating: -1, count: 1 << 10)
  private var hashes: [UInt32] = []

  var count: Int { keys.count }

  /// No sum of a group gets further than this plus one row, so that none leaves Int128.
  private static let sumMax = Int128(1) << 124

  /// Adds a row; `rows` is 0 for a part of a row that is already counted.
  ///
  /// - Returns: false where a sum is so large that the groups are to be handed out.
  func add(_ draft: borrowing ChargeDraft, rows: Int) -> Bool {
    let group = group(of: draft.words)
    return sums.withUnsafeMutableBufferPointer { sums in
      sums[group].billed &+= draft.billed
      sums[group].effective &+= draft.effective
      sums[group].list &+= draft.list
      sums[group].quantity &+= draft.quantity
      sums[group].rows &+= rows
      return sums[group].quantity.magnitude < Self.sumMax.magnitude
    }
  }

  func removeAll() {
    keys.removeAll(keepingCapacity: true)
    sums.removeAll(keepingCapacity: true)
    hashes.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = -1 }
  }

  private func group(of key: ChargeWords) -> Int {
    let hash = Self.hash(key)
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while true {
      let group = Int(slots[slot])
      if group < 0 { break }
      if hashes[group] == hash, Self.isEqual(keys[group], key) { return group }
      slot = (slot &+ 1) & mask
    }
    let group = keys.count
    keys.append(key)
    sums.append(Sums())
    hashes.append(hash)
    slots[slot] = Int32(group)
    if keys.count * 2 > slots.count { grow() }
    return group
  }

  private func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (group, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(group)
    }
  }

  private static let wordCount = MemoryLayout<ChargeWords>.size / 8

  @inline(__always) private static func hash(_ key: ChargeWords) -> UInt32 {
    withUnsafeBytes(of: key) { bytes in
      var hash: UInt64 = 0
      var word = 0
      while word < wordCount {
        let next = bytes.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
        let product = (hash ^ next) &* 0x9FB2_1C65_1E98_DF25
        hash = product ^ product &>> 29
        word &+= 1
      }
      return UInt32(truncatingIfNeeded: (hash &* 0xD6E8_FEB8_6659_FD93) &>> 32)
    }
  }

  @inline(__always) private static func isEqual(_ one: ChargeWords, _ other: ChargeWords) -> Bool {
    withUnsafeBytes(of: one) { one in
      withUnsafeBytes(of: other) { other in
        var difference: UInt64 = 0
        var word = 0
        while word < wordCount {
          difference |=
            one.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
            ^ other.loadUnaligned(fromByteOffset: word &* 8, as: UInt64.self)
          word &+= 1
        }
        return difference == 0
      }
    }
  }
}
