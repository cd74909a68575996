import Engine
import Pipeline
import Quantities
import Reports
import Store

/// What scans found, as reports.
struct ScanTables {
  let period: ReportPeriod
  let currency: Quantities.Currency

  func usage(_ usage: SampleScan.Usage) -> Report {
    Report(
      name: "usage", title: "Usage", question: "What did each team hold, and what did it do?",
      period: period,
      columns: [
        ("day", .text), ("team", .text), ("allocated_gpu_hours", .hours),
        ("busy_gpu_hours", .hours), ("idle_gpu_hours", .hours), ("unknown_gpu_hours", .hours),
        ("mean_activity_percent", .percent), ("energy_kwh", .kilowattHours),
      ],
      rows: usage.lines.map { line in
        let held = line.held
        return [
          .text("\(line.day)"), .text(line.team), .integer(held.allocated), .integer(held.busy),
          .integer(held.idle), .integer(held.unknown),
          Self.mean(held.activity, held.measured, scale: 10_000), .integer(held.energy),
        ]
      }, currency: currency)
  }

  func idle(_ usage: SampleScan.Usage) -> Report {
    Report(
      name: "idle", title: "Idle stretches", question: "When did whose workload leave a GPU idle?",
      period: period,
      columns: [
        ("team", .text), ("site", .text), ("cluster", .text), ("namespace", .text),
        ("workload", .text), ("host", .text), ("gpu_uuid", .text), ("start", .time),
        ("end", .time), ("hours", .hours),
      ],
      rows: usage.stretches.map { one in
        let range = one.stretch.range
        return [
          .text(one.team), .text(one.host.site), .text(one.host.cluster),
          .text(one.stretch.workload.namespace), .text(one.stretch.workload.name),
          .text(one.host.name), .text(one.stretch.uuid), .integer(range.start.milliseconds),
          .integer(range.end.milliseconds), .integer(range.milliseconds),
        ]
      }, currency: currency)
  }

  func fleet(_ hours: [(hour: UTCInstant, sums: FleetHour)]) -> Report {
    Report(
      name: "fleet", title: "Fleet", question: "How much was the fleet used, hour by hour?",
      period: period,
      columns: [
        ("hour", .time), ("gpus", .count), ("mean_utilization_percent", .percent),
        ("mean_power_w", .number),
      ],
      rows: hours.map { hour, sums in
        [
          .integer(hour.milliseconds), .integer(Int64(sums.gpus)),
          Self.mean(sums.utilization, sums.utilizationSamples, scale: 10_000),
          Self.mean(sums.power, sums.powerSamples, scale: 1_000),
        ]
      }, currency: currency)
  }

  /// The mean of a sum of whole parts; unknown where nothing was measured.
  private static func mean(_ sum: Int64, _ count: Int64, scale: Double) -> Cell {
    count == 0 ? .null : .real(Double(sum) / Double(count) / scale)
  }
}
