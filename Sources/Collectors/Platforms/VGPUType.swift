/// A type of NVIDIA vGPU, as its name tells it: `NVIDIA A100-10C`, `grid_a100-10c`.
///
/// A card is divided by memory among vGPUs that take turns, or by compute slices where it is
/// partitioned (`A100-3-20C`).
package struct VGPUType: Hashable, Sendable {
  /// How many parts of a card it is, and of how many.
  package let parts: Int
  package let divisor: Int
  /// The card's name in the type.
  package let card: String

  /// The compute slices of a card that is partitioned.
  ///
  /// - Source: seven on A100, H100 and H200; an A30 has four.
  private static let slices = ["A30": 4]
  private static let slicesUsual = 7

  /// The memory of the cards that types name.
  ///
  /// - Unit: GB, as types count it. - Source: NVIDIA's reference of virtual GPU types (Hopper,
  ///   Ampere), `vgpuConfig.xml` of its driver 510; of Ada's the cards' own memory.
  private static let memory: [String: Int] = [
    "A2": 16, "A10": 24, "A16": 16, "A30": 24, "A40": 48, "A100": 40, "A100D": 80, "A100X": 40,
    "A100DX": 80, "A800": 40, "A800D": 80, "A800DX": 80, "H20": 96, "H20X": 141, "H100": 80,
    "H100L": 94, "H100XM": 80, "H100XL": 94, "H100XS": 64, "H200": 141, "H200X": 141, "H800": 80,
    "H800L": 94, "H800XM": 80, "L2": 24, "L4": 24, "L20": 48, "L40": 48, "L40S": 48, "T4": 16,
    "V100": 16, "V100D": 32, "V100DX": 32, "V100X": 16, "V100L": 16, "V100S": 32, "P4": 8,
    "P6": 16, "P40": 24, "P100": 16, "P100X": 16, "P100C": 12, "M6": 8, "M10": 8, "M60": 8,
    "RTX6000": 24, "RTX6000P": 24, "RTX8000": 48, "RTX8000P": 48, "RTXA5000": 24, "RTXA5500": 24,
    "RTXA6000": 48, "RTX6000ADA": 48, "RTX5000ADA": 32, "RTX5880ADA": 48,
  ]
  /// A card is divided among no more vGPUs.
  ///
  /// - Source: the same, `H200-4C`.
  private static let partsMaximum = 32

  /// - Parameter name: with any separators, as platforms spell it.
  /// - Returns: nil where the name is none of a type, or of a card that isn't known.
  package init?(name: String) {
    var words = name.uppercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    guard let profile = words.popLast(), let size = Self.halfGigabytes(profile) else { return nil }
    words.removeAll { ["NVIDIA", "GRID", "COM", "TESLA", "QUADRO"].contains($0) }
    // The slices of a partitioned card stand between the card and the memory.
    var partition: Int?
    if words.count > 1, let last = words.last, let number = Int(last) {
      partition = number
      words.removeLast()
    }
    let card = words.joined()
    guard let memory = Self.memory[card], size <= 2 * memory else { return nil }
    self.card = card
    if let partition {
      divisor = Self.slices[card] ?? Self.slicesUsual
      parts = partition
      if !(1...divisor).contains(partition) { return nil }
    } else {
      divisor = min(Self.partsMaximum, 2 * memory / size)
      parts = 1
    }
  }

  /// `40C`, `4Q` and so on: memory and what it is licensed for; 0 is half a GB.
  private static func halfGigabytes(_ profile: String) -> Int? {
    let digits = profile.prefix { $0.isNumber }
    let kind = profile.dropFirst(digits.count)
    guard ["Q", "C", "B", "B4", "A", "CME", "ME"].contains(kind), let number = Int(digits),
      number <= 1_000
    else { return nil }
    return max(1, 2 * number)
  }
}
