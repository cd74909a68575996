import Ledger
import Quantities
import Testing

@Suite struct RateCardTests {
  private static func rate(
    _ price: String, site: Pattern? = nil, cluster: Pattern? = nil, model: Pattern? = nil,
    from: String? = nil, to: String? = nil
  ) throws -> RateCard.Rate {
    let won = try #require(Currency("KRW"))
    return RateCard.Rate(
      site: site, cluster: cluster, gpuModel: model,
      perGPUHour: try #require(Money(price, currency: won)),
      from: from.flatMap { CivilDate($0) }, to: to.flatMap { CivilDate($0) })
  }

  private static func card() throws -> RateCard {
    RateCard([
      try rate("1"),
      try rate("2", model: "NVIDIA H100*"),
      try rate("3", site: "pangyo", model: "NVIDIA H100*"),
      try rate("4", site: "*", cluster: "train", model: "NVIDIA H100*"),
      try rate("5", site: "pangyo", cluster: "train", model: "NVIDIA H100*"),
      try rate("6", site: "pangyo", cluster: "train", model: "NVIDIA H100*", from: "2026-06-01"),
      try rate("7", model: "NVIDIA H100 80GB HBM3", to: "2026-03-01"),
      try rate("8", cluster: "twice"),
      try rate("9", cluster: "twice"),
      try rate("10", model: "NVIDIA B200", from: "2026-11-01"),
    ])
  }

  @Test(arguments: [
    ("seoul", "lab", "Tesla T4", "2026-11-01", "1"),
    ("seoul", "lab", "NVIDIA H100 NVL", "2026-11-01", "2"),
    ("pangyo", "lab", "NVIDIA H100 NVL", "2026-11-01", "3"),
    ("seoul", "train", "NVIDIA-H100-NVL", "2026-11-01", "4"),
    ("pangyo", "train", "NVIDIA H100 NVL", "2026-05-31", "5"),
    ("pangyo", "train", "NVIDIA H100 NVL", "2026-06-01", "6"),
    ("pangyo", "train", "NVIDIA-H100-80GB-HBM3", "2026-02-28", "7"),
    ("pangyo", "train", "NVIDIA H100 80GB HBM3", "2026-03-01", "5"),
    ("seoul", "twice", "Tesla T4", "2026-11-01", "9"),
    ("seoul", "lab", "NVIDIA B200", "2026-10-31", "1"),
    ("seoul", "lab", "NVIDIA B200", "2026-11-01", "10"),
  ])
  func `the most specific rate of the day wins`(
    site: String, cluster: String, model: String, day: String, price: String
  ) throws {
    let date = try #require(CivilDate(day))
    let found = try Self.card().price(site: site, cluster: cluster, gpuModel: model, day: date)
    #expect(found?.description == price + " KRW")
  }

  @Test func `what no rate fits has no price`() throws {
    let card = RateCard([try Self.rate("1", site: "aws", from: "2026-01-02", to: "2026-01-03")])
    let found = try ["2026-01-01", "2026-01-02", "2026-01-03"].map { text in
      let day = try #require(CivilDate(text))
      return card.price(site: "aws", cluster: "c", gpuModel: "m", day: day) != nil
    }
    #expect(found == [false, true, false])
  }
}
