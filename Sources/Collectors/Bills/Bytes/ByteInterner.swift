import Foundation

/// Numbers the different texts of a column in the order they come; 0 is the empty one.
///
/// - Complexity: one comparison where a text comes again at once, else one look into a hash table.
final class ByteInterner {
  private var arena: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 12
  private(set) var byteCount = 0
  /// Where text `n` starts; it ends where the next one does.
  private var starts: UnsafeMutablePointer<Int>
  private var hashes: UnsafeMutablePointer<UInt32>
  /// How many texts there are, the empty one included.
  private(set) var count = 1
  private var countMax = 256
  /// Numbers of texts, -1 where none is; a power of two, at most half full.
  private var slots: UnsafeMutablePointer<Int32>
  private var mask = 255
  private var last: UInt32 = 0

  // Plain memory and no arrays: each look into an array of a class is checked for exclusivity.
  init() {
    arena = .allocate(capacity: capacity)
    starts = .allocate(capacity: countMax + 1)
    starts.update(from: [0, 0], count: 2)
    hashes = .allocate(capacity: countMax)
    hashes[0] = 0
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: -1, count: mask + 1)
  }

  deinit {
    arena.deallocate()
    starts.deallocate()
    hashes.deallocate()
    slots.deallocate()
  }

  /// The number of the text.
  func number(_ field: Field) -> UInt32 {
    let size = field.count
    if size == 0 { return 0 }
    let start = starts[Int(last)]
    if starts[Int(last) &+ 1] &- start == size, memcmp(arena + start, field.start, size) == 0 {
      return last
    }
    let hash = Self.hash(field)
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if hashes[number] == hash {
        let start = starts[number]
        if starts[number &+ 1] &- start == size,
          memcmp(arena + start, field.start, size) == 0
        {
          last = UInt32(truncatingIfNeeded: number)
          return last
        }
      }
      slot = (slot &+ 1) & mask
    }
    last = add(field, hash, slot)
    return last
  }

  /// The number of a text of the program.
  func number(_ text: String) -> UInt32 {
    var doubled: [UInt8] = []
    for byte in text.utf8 {
      doubled.append(byte)
      if byte == Field.quote { doubled.append(byte) }
    }
    return doubled.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { number(Field(start: $0, count: bytes.count)) } ?? 0
    }
  }

  /// The text of a number, its quotation marks single again.
  func text(_ number: UInt32) -> String { Field.text(field(number).bytes) }

  /// The bytes of a number, valid until the next text comes.
  func field(_ number: UInt32) -> Field {
    let start = starts[Int(number)]
    return Field(start: arena + start, count: starts[Int(number) + 1] - start)
  }

  /// Forgets all texts; their numbers start anew.
  func removeAll() {
    byteCount = 0
    count = 1
    starts[1] = 0
    last = 0
    slots.update(repeating: -1, count: mask + 1)
  }

  private func add(_ field: Field, _ hash: UInt32, _ slot: Int) -> UInt32 {
    if byteCount + field.count > capacity {
      let larger = max(capacity * 2, byteCount + field.count)
      let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
      grown.update(from: arena, count: byteCount)
      arena.deallocate()
      (arena, capacity) = (grown, larger)
    }
    memcpy(arena + byteCount, field.start, field.count)
    byteCount += field.count
    if count == countMax { lengthen() }
    let number = count
    count += 1
    starts[count] = byteCount
    hashes[number] = hash
    slots[slot] = Int32(number)
    if count * 2 > mask { grow() }
    return UInt32(number)
  }

  private func lengthen() {
    let longer = UnsafeMutablePointer<Int>.allocate(capacity: countMax * 2 + 1)
    longer.update(from: starts, count: countMax + 1)
    starts.deallocate()
    starts = longer
    let more = UnsafeMutablePointer<UInt32>.allocate(capacity: countMax * 2)
    more.update(from: hashes, count: countMax)
    hashes.deallocate()
    hashes = more
    countMax *= 2
  }

  private func grow() {
    slots.deallocate()
    mask = mask * 2 + 1
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: -1, count: mask + 1)
    for number in 1..<count {
      var slot = Int(hashes[number]) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }

  /// Eight bytes a step, each multiplied and turned; the last eight may overlap.
  @inline(__always) private static func hash(_ field: Field) -> UInt32 {
    let bytes = UnsafeRawPointer(field.start)
    let count = field.count
    var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index &+ 8 <= count {
      hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index &+= 8
    }
    if index < count {
      if count >= 8 {
        hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
      } else {
        var rest: UInt64 = 0
        while index < count {
          rest = rest &<< 8 | UInt64(field[index])
          index &+= 1
        }
        hash = mixed(hash, rest)
      }
    }
    hash ^= hash &>> 32
    hash = hash &* 0xD6E8_FEB8_6659_FD93
    return UInt32(truncatingIfNeeded: hash &>> 32)
  }

  @inline(__always) private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9FB2_1C65_1E98_DF25
    return product ^ product &>> 29
  }
}
