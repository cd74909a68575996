/// The generator behind every choice of the simulator: the same seed makes the same fleet.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A whole number of `range`, by remainder: the bias is below 2^-40 for ranges of the simulator.
  package mutating func pick(_ range: ClosedRange<Int>) -> Int {
    let size = UInt64(range.upperBound - range.lowerBound + 1)
    return range.lowerBound + Int(next() % size)
  }

  /// One of `choices`, which must not be empty.
  package mutating func pick<Choice>(from choices: [Choice]) -> Choice {
    choices[pick(0...(choices.count - 1))]
  }

  /// Whether an event of `chances` in a hundred happens.
  package mutating func happens(_ chances: Int) -> Bool {
    next() % 100 < UInt64(chances)
  }

  /// Lower-case letters and digits as Kubernetes appends to names of pods.
  package mutating func suffix(_ length: Int) -> String {
    // The alphabet of k8s.io/apimachinery rand.String: no vowels, no look-alikes.
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<length).map { _ in alphabet[pick(0...(alphabet.count - 1))] })
  }

  /// A random UUID of version 4.
  package mutating func uuid() -> String {
    let high = next() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
      text.append(digit)
    }
    return text
  }

  /// The number that belongs to `place` in the endless row that `salt` names.
  package static func noise(_ salt: UInt64, _ place: Int) -> UInt64 {
    mixed(salt &+ UInt64(bitPattern: Int64(place)) &* step)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
