import Configuration
import Foundation
import Quantities
import Store
import TestSupport
import Testing

/// Days of 23 and 25 hours and the ends of months, through the whole program.
@Suite struct DaylightTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let zone: String
    /// The days of the store with their hours.
    let days: [(day: String, hours: Int64)]
    var testDescription: String { "\(zone) \(days.first?.day ?? "")" }
  }

  static let cases: [Case] = [
    Case(
      zone: "Asia/Seoul", days: [("2026-10-31", 24), ("2026-11-01", 24), ("2026-11-02", 24)]),
    Case(
      zone: "America/New_York",
      days: [("2026-03-07", 24), ("2026-03-08", 23), ("2026-03-09", 24)]),
    // The month begins on the day on which clocks go back.
    Case(
      zone: "America/New_York",
      days: [("2026-10-31", 24), ("2026-11-01", 25), ("2026-11-02", 24)]),
    // The month ends on such a day.
    Case(
      zone: "Europe/Berlin", days: [("2027-10-30", 24), ("2027-10-31", 25), ("2027-11-01", 24)]),
    Case(
      zone: "Europe/Berlin", days: [("2024-03-30", 24), ("2024-03-31", 23), ("2024-04-01", 24)]),
    // At midnight itself: the last hour of the month comes twice, the first hour of a day never.
    Case(zone: "Africa/Cairo", days: [("2024-10-31", 25), ("2024-11-01", 24)]),
    Case(zone: "Asia/Beirut", days: [("2026-03-28", 24), ("2026-03-29", 23), ("2026-03-30", 24)]),
  ]

  /// Two hosts that report, and one that is never seen, of two GPUs each.
  private static let gpus: Int64 = 6

  @Test(arguments: cases)
  func `no hour is lost or counted twice where clocks change and months end`(row: Case)
    async throws
  {
    let calendar = try BillingCalendar(zone: row.zone)
    let days = try row.days.map { try #require(CivilDate($0.day)) }
    let first = try #require(days.first)
    let end = try #require(days.last).adding(days: 1)
    let span = TimeRange(calendar.start(of: first), calendar.start(of: end))
    #expect(
      span.milliseconds == row.days.reduce(0) { $0 + $1.hours } * UTCInstant.millisecondsPerHour)
    let fleet = try await WrittenFleet(span, seed: 3) {
      $0.replacing("time_zone: UTC", with: "time_zone: \(row.zone)")
    }
    try await fleet.program.expectSuccess("post")
    try await fleet.program.expectSuccess("verify")
    try Self.expectWholeDays(row, fleet, calendar)
    try await Self.expectMonthsOfDays(days, span, fleet)
    try await Self.expectHoursOfDays(span, fleet, calendar)
  }

  /// Every day has each GPU's every hour, as have the hours of the ledger that fall on it.
  private static func expectWholeDays(
    _ row: Case, _ fleet: WrittenFleet, _ calendar: BillingCalendar
  ) throws {
    let store = try QueryStore(
      path: fleet.program.folder.path + "/gputally.sqlite", calendar: calendar)
    for sql in [
      "SELECT day, sum(gpu_ms) FROM posting WHERE kind = 'usage' GROUP BY day",
      "SELECT day, sum(gpu_ms) FROM posting_by_day WHERE kind = 'usage' GROUP BY day",
      "SELECT billing_day(hour_ms), sum(gpu_ms) FROM state_hour GROUP BY 1",
    ] {
      let expected = row.days.map { day, hours -> [Cell] in
        [.text(day), .integer(hours * gpus * UTCInstant.millisecondsPerHour)]
      }
      #expect(try store.query(sql, parameters: [:], rowLimit: nil).rows == expected, "\(sql)")
    }
  }

  /// A month is the sum of its days, the span that of its months, and all of it what pools cost.
  private static func expectMonthsOfDays(
    _ days: [CivilDate], _ span: TimeRange, _ fleet: WrittenFleet
  ) async throws {
    func total(_ period: String) async throws -> Int128 {
      try await fleet.lines("report", "chargeback", "--period", period).sum("total_cost")
    }
    var whole: Int128 = 0
    for month in Set(days.map(BillingMonth.init(containing:))).sorted() {
      var sum: Int128 = 0
      for day in days where BillingMonth(containing: day) == month {
        sum += try await total(day.description)
      }
      let posted = try await total(month.description)
      #expect(posted == sum && sum > 0, "\(month)")
      #expect(try posted == price(of: month, fleet), "\(month)")
      whole += posted
    }
    #expect(try await total(span.description) == whole)
    let states = try await fleet.lines(
      "report", "states", "--period", span.description, "--by", "cluster")
    #expect(states.sum("cost") == whole)
  }

  /// What the time of a month costs at the rates of the configuration, pool by pool.
  private static func price(of month: BillingMonth, _ fleet: WrittenFleet) throws -> Int128 {
    let configuration = try ConfigurationLoader.parse(fleet.configuration, file: "c.yaml")
    let store = try QueryStore(
      path: fleet.program.folder.path + "/gputally.sqlite", calendar: configuration.calendar)
    let rows = try store.query(
      """
      SELECT pool.gpu_model, sum(gpu_ms)
      FROM state_hour LEFT JOIN gpu ON gpu.id = state_hour.gpu_id
      JOIN (SELECT DISTINCT host_id, gpu_id, pool_id FROM posting WHERE kind = 'usage') AS slot
        ON slot.host_id = state_hour.host_id AND slot.gpu_id = state_hour.gpu_id
      JOIN pool ON pool.id = slot.pool_id
      WHERE billing_month(hour_ms) = :month GROUP BY 1
      """, parameters: ["month": .text(month.description)], rowLimit: nil
    ).rows
    return rows.reduce(0) { sum, row in
      guard case .text(let model) = row[0], case .integer(let time) = row[1],
        let rate = configuration.rates.first(where: { $0.gpuModel?.matches(model) ?? true })
      else { return sum }
      return sum
        + Rounding.halfEven(
          Int128(time) * rate.perGPUHour.picos,
          dividedBy: Int128(UTCInstant.millisecondsPerHour) * Money.picosPerMicro)
    }
  }

  /// States by hour and by day agree, hours that come twice or never included.
  private static func expectHoursOfDays(
    _ span: TimeRange, _ fleet: WrittenFleet, _ calendar: BillingCalendar
  ) async throws {
    let byDay = try await fleet.lines(
      "report", "states", "--period", span.description, "--by", "day,team")
    let byHour = try await fleet.lines(
      "report", "states", "--period", span.description, "--by", "hour,team")
    #expect(Set(byHour.compactMap { $0["hour"] }).count == Int(span.milliseconds / 3_600_000))
    var hours: [String: [[String: String]]] = [:]
    for line in byHour {
      let hour = try #require(UTCInstant(line["hour"] ?? ""))
      hours["\(calendar.day(of: hour)) \(line["team"] ?? "") \(line["state"] ?? "")", default: []]
        .append(line)
    }
    #expect(hours.count == byDay.count)
    for line in byDay {
      let key = "\(line["day"] ?? "") \(line["team"] ?? "") \(line["state"] ?? "")"
      let parts = hours[key] ?? []
      #expect(parts.sum("cost") == [line].sum("cost"), "\(key)")
      // Each hour is rounded to a millionth by itself.
      let difference = parts.sum("gpu_hours") - [line].sum("gpu_hours")
      #expect(difference.magnitude <= parts.count / 2 + 1, "\(key)")
    }
  }

  @Test(arguments: ["Australia/Lord_Howe", "Asia/Kolkata"])
  func `a zone whose days start within an hour is refused by every verb`(zone: String) async throws
  {
    let program = Program(folder: TemporaryFolder())
    try await program.expectSuccess("simulate", "--write-config", "gputally.yaml")
    let text = try program.read("gputally.yaml")
    try program.write(
      "gputally.yaml", text.replacing("time_zone: UTC", with: "time_zone: \(zone)"))
    for words in [
      ["check"], ["run"], ["post"], ["report", "chargeback"], ["budget"], ["status"],
    ] {
      try await program.expectRefusal(
        words,
        "gputally.yaml:4: time_zone: found '\(zone)'; expected a zone whose days start on a full "
          + "UTC hour, which is the ledger's unit")
    }
    #expect(!program.has("gputally.sqlite"))
  }
}
