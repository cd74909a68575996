import Quantities
import Records
import Simulator
import Store
import Testing

@testable import Pipeline

/// Months that are closed while data is still on its way.
@Suite struct CorrectionTests {
  /// Who pays for what nobody holds, in several ways.
  static let policies = [
    "{ unallocated: proportional, out_of_service: platform }",
    """
    { unallocated: proportional, out_of_service: platform, borrowed: { owner_percent: 30 } }
    exchange_rates:
      - { month: 2026-10, currency: USD, rate: "1385.50" }
      - { month: 2026-11, currency: USD, rate: "1401.123456789" }
    cost_pools:
      - name: owned
        site: pangyo
        recovery: full
        hardware:
          - { name: batch 1, price: "123456.78", currency: USD, in_service: 2025-01-01,
              useful_life_months: 47, residual: "1000.01" }
        costs:
          - { name: staff, kind: staff, flat_month: "1000000.000007" }
        power:
          pue: "1.35"
          nameplate_watts_per_gpu: 700
          tariffs:
            - { per_kwh: "0.1123", hours: "09:00-18:00" }
            - { per_kwh: "0.0777" }
          currency: USD
    """,
    "{ unallocated: even, out_of_service: owner, unattributed: proportional, platform: infra }",
    "{ unallocated: keep, out_of_service: proportional, unattributed: keep }",
  ]

  private static func with(_ policies: String) -> (String) -> String {
    {
      $0.replacing("{ unallocated: proportional, out_of_service: platform }", with: policies)
        // A price that leaves rests wherever a day is split.
        .replacing("\"3250\"", with: "\"3250.000001\"").replacing("\"1870\"", with: "\"0.777777\"")
    }
  }

  /// Everything collected, rolled up and posted at once, without a close.
  private static func truth(
    _ fleet: Fleet, adjust: (String) -> String = { $0 }
  ) throws -> ClosingFleet {
    let truth = try ClosingFleet(fleet, adjust: adjust)
    try truth.collect(0, 96)
    try truth.roll()
    try truth.post()
    return truth
  }

  /// Takes away what the first exporter said of a window.
  private static func lacking(_ window: inout CollectedWindow) { window.frames.removeFirst() }

  /// October with two gaps and, in the evening of the 30th, samples of another fleet on the same
  /// hosts, which later turn out to be wrong; all of it closed.
  private static func closedOctober(
    seed: UInt64, adjust: (String) -> String = { $0 }
  ) throws -> ClosingFleet {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: seed), adjust: adjust)
    try fleet.collect(0, 5)
    try fleet.collect(6, 18)
    let wrong = try ClosingFleet.fleet(seed: seed + 1_000)
    try fleet.collect(18, 22) { $0.frames = wrong.window($0.range).frames }
    try fleet.collect(22, 40)
    try fleet.collect(41, 44, alter: lacking)
    try fleet.collect(44, 48)
    try fleet.roll()
    try fleet.post()
    try fleet.close("2026-10")
    return fleet
  }

  @Test(arguments: [1, 2, 3] as [UInt64], policies)
  func `months closed while data is late sum to what is true, by team and pool, to the micro`(
    seed: UInt64, policies: String
  ) throws {
    let adjust = Self.with(policies)
    let fleet = try Self.closedOctober(seed: seed, adjust: adjust)
    let truth = try Self.truth(fleet.fleet, adjust: adjust)
    let october = try fleet.frozen("2026-10")
    #expect(try fleet.charges() != truth.charges())

    // The hours of November come, and one of October.
    try fleet.collect(48, 60)
    try fleet.collect(5, 6)
    try fleet.roll()
    let first = try fleet.post()
    #expect(first.corrections.map(\.month.description) == ["2026-11"])
    #expect(first.written.map(\.description) == ["2026-11"])
    #expect(first.corrections.first?.count ?? 0 > 0)
    #expect(try fleet.problems() == [])

    // What was wrong is taken back: use is removed, not only added.
    try fleet.collect(18, 22)
    try fleet.roll()
    try fleet.post()
    #expect(try fleet.rows("SELECT 1 FROM correction WHERE gpu_ms < 0 LIMIT 1") == ["1"])
    #expect(try fleet.problems() == [])

    // November is closed with what it bears, and still something comes of both.
    try fleet.collect(60, 96, alter: Self.lacking)
    try fleet.roll()
    try fleet.post()
    let closed = try fleet.close("2026-11")
    let november = try fleet.frozen("2026-11")
    #expect(
      try fleet.rows(
        """
        SELECT (SELECT sum(cost_micros) FROM posting WHERE month = '2026-11')
          + (SELECT sum(cost_micros) FROM correction WHERE month = '2026-11')
        """) == ["\(closed.costMicros)"])
    try fleet.collect(40, 44)
    try fleet.collect(60, 96)
    try fleet.roll()
    let last = try fleet.post()
    #expect(last.corrections.map(\.month.description) == ["2026-12", "2026-12"])
    #expect(last.corrections.map(\.chargeMonth.description) == ["2026-10", "2026-11"])

    #expect(try fleet.charges() == truth.charges())
    #expect(try fleet.owed() == truth.owed())
    #expect(try fleet.frozen("2026-10") == october)
    #expect(try fleet.frozen("2026-11") == november)
    #expect(try fleet.problems() == [])
  }

  @Test func `posting again, and collecting in another order, books the same`() throws {
    let windows = [(5, 6), (18, 22), (40, 41), (41, 44), (48, 96)]
    let one = try Self.closedOctober(seed: 4)
    for (first, end) in windows {
      try one.collect(first, end)
      try one.roll()
      try one.post()
      try one.post()
    }
    let booked = try one.corrections()
    #expect(booked.count > 20)
    let october = try one.configuration.calendar.range(of: #require(BillingMonth("2026-10")))
    #expect(try one.post(october).corrections.map(\.month.description) == ["2026-11"])
    #expect(try one.post().written == [])
    #expect(try one.corrections() == booked)

    let other = try Self.closedOctober(seed: 4)
    for (first, end) in windows.reversed() { try other.collect(first, end) }
    try other.roll()
    try other.post()
    #expect(try other.corrections() == booked)
  }

  @Test func `late data that changes nothing books nothing`() throws {
    let fleet = try Self.closedOctober(seed: 5)
    try fleet.collect(22, 40)
    try fleet.roll(window: fleet.fleet.plan.span)
    #expect(try fleet.post().written == [])
    #expect(try fleet.corrections() == [])
    let october = try fleet.configuration.calendar.range(of: #require(BillingMonth("2026-10")))
    #expect(try fleet.post(october).corrections.map(\.count) == [0])
    #expect(try fleet.rows("SELECT count(*) FROM corrected_month") == ["0"])
  }

  /// Changes of the configuration, which closed months know nothing of.
  static let changes: [(old: String, new: String)] = [
    ("per_gpu_hour: \"", "per_gpu_hour: \"1"),
    ("cost_center: CC-100", "cost_center: CC-999"),
    ("unallocated: proportional", "unallocated: keep"),
    ("owner: platform", "owner: somebody"), ("below_percent: 5", "below_percent: 50"),
    ("gpus: 4", "gpus: 5"),
  ]

  @Test(arguments: changes.indices)
  func `a configuration that changes leaves closed months as they are`(row: Int) throws {
    let (old, new) = Self.changes[row]
    let fleet = try Self.closedOctober(seed: 6)
    try fleet.collect(48, 96)
    try fleet.roll()
    try fleet.post()
    #expect(fleet.text.contains(old))
    let october = try fleet.frozen("2026-10")
    let corrections = try fleet.corrections()
    fleet.text = fleet.text.replacing(old, with: new)
    try fleet.roll()
    let outcome = try fleet.post()
    #expect(outcome.months.map(\.month.description) == ["2026-11"])
    #expect(outcome.corrections == [])
    #expect(try fleet.frozen("2026-10") == october)
    #expect(try fleet.corrections() == corrections)
    #expect(try fleet.problems() == [])
  }

  @Test func `a closed month is priced anew when it is asked for, and stays so`() throws {
    let fleet = try Self.closedOctober(seed: 7)
    let before = fleet.text
    let cheaper: (String) -> String = {
      $0.replacing("\"3250\"", with: "\"2999.5\"").replacing("CC-101", with: "CC-7")
        .replacing("unallocated: proportional", with: "unallocated: platform")
    }
    fleet.text = cheaper(before)
    try fleet.collect(48, 96)
    try fleet.roll()
    #expect(try fleet.post().corrections == [])
    let repriced = try fleet.correct("2026-10")
    #expect(repriced.corrections.map(\.month.description) == ["2026-11"])
    let booked = try fleet.corrections()
    #expect(booked.count > 20)
    try fleet.post(fleet.fleet.plan.span)
    #expect(try fleet.corrections() == booked)
    #expect(try fleet.problems() == [])

    // What comes late is priced as the rest is now, also once that is closed.
    try fleet.collect(5, 6)
    try fleet.roll()
    try fleet.post()
    try fleet.close("2026-11")
    for (first, end) in [(18, 22), (40, 44)] { try fleet.collect(first, end) }
    try fleet.roll()
    try fleet.post()
    let truth = try Self.truth(fleet.fleet, adjust: cheaper)
    #expect(try fleet.charges() == truth.charges())

    // And back again: both months as they were meant first.
    fleet.text = before
    try fleet.correct("2026-10")
    try fleet.correct("2026-11")
    #expect(try fleet.charges() == Self.truth(fleet.fleet).charges())
    #expect(try fleet.owed() == Self.truth(fleet.fleet).owed())
    #expect(
      try fleet.rows("SELECT month, configuration IS NULL FROM corrected_month")
        == ["2026-10 1", "2026-11 0"])
    #expect(try fleet.problems() == [])
  }

  @Test func `what was closed with no price for what came later says how to go on`() throws {
    let fleet = try Self.closedOctober(seed: 8)
    let model = try #require(fleet.fleet.hosts.first?.model.name)
    try fleet.collect(48, 96)
    // A GPU of another model shows up late.
    try fleet.collect(5, 6) { window in
      window.frames = window.frames.map { Self.renamed($0, model) }
    }
    try fleet.roll()
    let error = #expect(throws: ClosingError.self) { try fleet.post() }
    let text = try #require(error).description
    #expect(
      text.hasPrefix(
        "2026-10 is closed, and what it was closed with has no price for what came later: "
          + "pangyo/train: no rate for 'NVIDIA B300' from 2026-10-30 on ("))
    #expect(
      text.hasSuffix(
        "\nprice it with gputally.yaml as it is now, and charge the difference: 'gputally post "
          + "--period 2026-10 --correct'"))
    #expect(try fleet.corrections() == [])
    fleet.text = fleet.text.replacing(
      "rates:\n", with: "rates:\n  - { gpu_model: \"NVIDIA B300\", per_gpu_hour: \"9\" }\n")
    #expect(try fleet.correct("2026-10").corrections.first?.count ?? 0 > 0)
    #expect(try fleet.post().corrections == [])
    #expect(try fleet.problems() == [])
  }

  /// A frame in which the GPUs of one model are others of another model.
  private static func renamed(_ frame: SampleFrame, _ model: String) -> SampleFrame {
    SampleFrame(
      target: frame.target,
      points: frame.series.filter { $0.key.entity.model == model }.map { series in
        let old = series.key.entity
        let entity = GPUEntity(
          uuid: "GPU-new-" + old.uuid, instance: old.instance, slices: old.slices,
          model: "NVIDIA B300", host: old.host)
        var points = SeriesPoints(
          key: SeriesKey(metric: series.key.metric, entity: entity, workload: series.key.workload))
        for run in series.runs {
          points.timestamps += frame.timestamps[run]
        }
        points.values = points.timestamps.map { _ in 50 }
        return points
      })
  }
}
