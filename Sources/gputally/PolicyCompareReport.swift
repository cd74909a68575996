import Configuration
import Pipeline
import Quantities
import Reports
import Store

/// `report policy-compare`: what the teams owe under each policy.
enum PolicyCompareReport {
  static let name = "policy-compare"
  static let question =
    "What would each team owe if all that nobody holds were shared by one policy?"

  /// - Throws: ``WrongUsage`` where `period` cuts a billing day.
  static func make(_ period: ReportPeriod, _ configuration: Configuration) throws -> Report {
    let calendar = configuration.calendar
    let ends = [period.range.start, period.range.end]
    guard ends.allSatisfy({ calendar.start(of: calendar.day(of: $0)) == $0 }) else {
      throw WrongUsage(
        "\(ReportError.cutsDay(report: name, period: period.label, zone: calendar.zone, canHour: false))"
      )
    }
    let lines: [PolicyComparing.Line]
    do {
      let store = try Store(path: configuration.store, access: .read)
      lines = try PolicyComparing(store: store, configuration: configuration)
        .run(range: period.range)
    } catch let error as StoreError {
      throw Failure("\(error)")
    }
    return Report(
      name: name, title: "Policies compared", question: question, period: period,
      columns: [
        ("policy", .text), ("team", .text), ("cost_center", .text), ("own_cost", .money),
        ("shared_cost", .money), ("total_cost", .money), ("currency", .text),
      ],
      rows: lines.map { line in
        [
          .text(line.policy), .text(line.team), line.costCenter.map(Cell.text) ?? .null,
          .integer(line.ownMicros), .integer(line.sharedMicros),
          .integer(line.ownMicros + line.sharedMicros), .text(line.currency),
        ]
      },
      sums: [QueryFile.Sum(total: "total_cost", parts: ["own_cost", "shared_cost"])],
      totalsBy: "policy", currency: configuration.currency)
  }
}
