import Ledger
import Quantities
import Records
import Testing

/// Random months that can be made again from their seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// - Source: Sebastiano Vigna, SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Months of random state time, and prices.
enum RandomMonth {
  private static let prices = ["3250", "2.49", "0.000000000001", "0", "0.333333333333", "98.32765"]

  /// A month of up to three pools, some of whose days, states and holders are missing.
  static func times(seed: UInt64, gpus: Int64, days: Int = 30) throws -> [StateTime] {
    var random = SeededGenerator(seed: seed)
    var times: [StateTime] = []
    let names = ["alpha", "beta", "gamma", "nobody"]
    for number in 0..<Int.random(in: 1...3, using: &random) {
      let pool = PoolKey(site: "s", provider: "p\(number)", cluster: "c", gpuModel: "m\(number)")
      for day in 1...days where Int.random(in: 0..<8, using: &random) > 0 {
        let date = try #require(CivilDate(year: 2026, month: 11, day: day))
        for gpu in 1...gpus {
          for state in State.allCases where Bool.random(using: &random) {
            let name = state.isHeld ? names.randomElement(using: &random) ?? "" : ""
            let owner = [nil, "alpha", "owners"].randomElement(using: &random) ?? nil
            times.append(
              StateTime(
                day: date, pool: pool, hostID: gpu / 8 + Int64(number) * 1_000, gpuID: gpu,
                workloadID: name.isEmpty ? 0 : Book.id(name), state: state, owner: owner,
                gpuMilliseconds: Int64.random(in: 0...10_800_000, using: &random)))
          }
        }
      }
    }
    return times.shuffled(using: &random)
  }

  static func price(_ seed: UInt64) -> String { prices[Int(seed) % prices.count] }
}
