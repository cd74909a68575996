import Quantities
import Reports
import Testing

@testable import Store

/// What the same work would have needed in other portions, over ``Fleet``.
@Suite struct GranularityReportTests {
  let report: Report

  init() throws {
    let period = try Fleet.period("p", "2026-11-01", "2026-11-03")
    report = try Fleet.runner(try Fleet.store()).report(
      ReportRequest(name: "granularity", period: period))
  }

  /// The cells of a column, by model and granularity.
  private func cells(_ name: String) throws -> [String: Int64] {
    let index = { (name: String) in try #require(report.columns.firstIndex { $0.name == name }) }
    let (model, granularity, column) = try (index("gpu_model"), index("granularity"), index(name))
    return report.rows.reduce(into: [:]) { cells, row in
      guard case .text(let model) = row[model], case .text(let granularity) = row[granularity],
        case .integer(let value) = row[column]
      else { return }
      cells["\(model.contains("H100") ? "H100" : "A100") \(granularity)"] = value
    }
  }

  private static let hour: Int64 = 3_600_000

  @Test func `a whole server is all GPUs of each host of which a workload has any`() throws {
    let hours = try cells("gpu_hours").mapValues { Int($0 / Self.hour) }
    // train-7 and notebook had one of the host's three GPUs each for 24 hours, train-7 for two more.
    #expect(hours["H100 as_it_was"] == 24 + 24 + 2)
    #expect(hours["H100 whole_servers"] == 3 * (24 + 24 + 2))
    #expect(hours["A100 as_it_was"] == 24 && hours["A100 whole_servers"] == 24)
    let peaks = try cells("peak_gpus")
    #expect(peaks["H100 as_it_was"] == 2 && peaks["H100 whole_servers"] == 6)
    #expect(try cells("spare_at_peak_gpus")["H100 whole_servers"] == -3)
  }

  @Test func `work is conserved, whatever it is given`() throws {
    let busy = try cells("busy_gpu_hours")
    let (needed, added) = try (cells("gpu_hours"), cells("added_gpu_hours"))
    for model in ["H100", "A100"] {
      let ways = ["as_it_was", "single_gpus", "whole_servers"].map { "\(model) \($0)" }
      #expect(Set(ways.map { busy[$0] }).count == 1 && busy[ways[0]] != nil)
      #expect(Set(ways.map { (needed[$0] ?? 0) - (added[$0] ?? 0) }) == [needed[ways[0]]])
    }
  }

  @Test func `single GPUs leave out those that their holder never used`() throws {
    // All of this fleet's were used at some time.
    let hours = try cells("gpu_hours")
    #expect(hours["H100 single_gpus"] == hours["H100 as_it_was"])
  }
}
