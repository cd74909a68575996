import Ledger
import Records
import Testing

/// What is charged besides what was charged already.
@Suite struct CorrectionsTests {
  /// Reads lines `team cost-center state gpu hours cost`, `-` for none.
  private static func charges(_ text: String) throws -> [Charge] {
    try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 6, "\(line)")
      let hours = Int64(words[4])
      return Charge(
        key: Charge.Key(
          poolID: 1, kind: hours == nil ? "shared" : "usage", team: words[0],
          costCenter: words[1] == "-" ? nil : words[1], state: try #require(Int64(words[2])),
          gpuID: try #require(Int64(words[3]))),
        amount: Charge.Amount(
          gpuMilliseconds: hours, energyMicrojoules: hours.map { $0 * 7 },
          costMicros: try #require(Int64(words[5]))))
    }
  }

  private static func text(_ charges: [Charge]) -> String {
    charges.map { charge in
      let (key, amount) = (charge.key, charge.amount)
      return "\(key.team) \(key.costCenter ?? "-") \(key.state) \(key.gpuID) "
        + "\(amount.gpuMilliseconds.map(String.init) ?? "-") \(amount.costMicros)"
    }.joined(separator: "\n")
  }

  private static let cases: [(charged: String, due: String, differences: String)] = [
    ("alpha - 1 1 5 50", "alpha - 1 1 5 50", ""),
    ("", "alpha - 1 1 5 50", "alpha - 1 1 5 50"),
    ("alpha - 1 1 5 50", "", "alpha - 1 1 -5 -50"),
    // Time that changed hands: what one no longer bears, another does.
    (
      "alpha - 1 1 5 50\nbeta - 1 2 3 30", "alpha - 1 1 2 20\nbeta - 1 1 3 30\nbeta - 1 2 3 30",
      "alpha - 1 1 -3 -30\nbeta - 1 1 3 30"
    ),
    // Charged twice, by a posting and a correction of it.
    ("alpha - 1 1 5 50\nalpha - 1 1 -2 -20", "alpha - 1 1 3 30", ""),
    ("alpha - 1 1 5 50\nalpha - 1 1 -5 -50", "alpha - 1 1 1 10", "alpha - 1 1 1 10"),
    // A cost center that changed takes the money with it.
    (
      "alpha CC-1 1 1 5 50", "alpha CC-2 1 1 5 50",
      "alpha CC-1 1 1 -5 -50\nalpha CC-2 1 1 5 50"
    ),
    ("alpha - 6 0 - 7", "alpha CC-1 6 0 - 7", "alpha - 6 0 - -7\nalpha CC-1 6 0 - 7"),
    // Money that policies move has no time, and the time of others stays theirs.
    (
      "alpha - 6 0 - 7\nbeta - 6 0 - -7", "alpha - 6 0 - 5\nbeta - 6 0 - -5",
      "alpha - 6 0 - -2\nbeta - 6 0 - 2"
    ),
    // Time without money counts, money without time too.
    ("alpha - 1 1 5 0", "alpha - 1 1 6 0", "alpha - 1 1 1 0"),
    ("alpha - 1 1 5 50", "alpha - 1 1 5 51", "alpha - 1 1 0 1"),
  ]

  @Test(arguments: cases.indices)
  func `differences make what is due of what was charged`(row: Int) throws {
    let (charged, due, expected) = Self.cases[row]
    let (before, now) = try (Self.charges(charged), Self.charges(due))
    let differences = Corrections.differences(charged: before, due: now)
    #expect(Self.text(differences) == expected)
    #expect(Corrections.differences(charged: before + differences, due: now) == [])
    #expect(
      Corrections.differences(charged: before.reversed(), due: now.reversed()) == differences)
  }

  @Test func `costs are compared by item`() {
    func costs(_ micros: [String: Int64]) -> [CostCharge] {
      micros.map { item, micros in
        CostCharge(
          key: CostCharge.Key(poolID: 1, costPool: "owned", kind: "power", item: item),
          costMicros: micros)
      }
    }
    let differences = Corrections.differences(
      charged: costs(["a": 5, "b": 3, "c": 1]) + costs(["a": -1]),
      due: costs(["d": 2, "b": 3, "a": 5]))
    #expect(differences.map(\.key.item) == ["a", "c", "d"])
    #expect(differences.map(\.costMicros) == [1, -1, 2])
  }

  @Test func `a number that one side lacks is the other's`() throws {
    let key = Charge.Key(poolID: 1, kind: "usage", team: "alpha", state: 1)
    func charge(_ energy: Int64?) -> [Charge] {
      [Charge(key: key, amount: Charge.Amount(gpuMilliseconds: 1, energyMicrojoules: energy))]
    }
    let amounts = [(nil, 5), (5, nil), (nil, nil)].map { (before: Int64?, now: Int64?) in
      Corrections.differences(charged: charge(before), due: charge(now)).map(\.amount)
    }
    #expect(
      amounts == [
        [Charge.Amount(gpuMilliseconds: 0, energyMicrojoules: 5)],
        [Charge.Amount(gpuMilliseconds: 0, energyMicrojoules: -5)], [],
      ])
  }
}
