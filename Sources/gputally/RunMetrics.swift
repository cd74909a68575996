import Foundation
import Pipeline
import Quantities

/// What `run` tells node_exporter's textfile collector.
struct RunMetrics {
  let started: UTCInstant
  let ended: UTCInstant
  let collected: [Collection.SourceOutcome]

  /// The metrics in Prometheus text form.
  var text: String {
    var lines = Self.head("gputally_run_end_time_seconds", "End of the last finished run.")
    lines.append("gputally_run_end_time_seconds \(Self.seconds(ended.milliseconds))")
    lines += Self.head("gputally_run_duration_seconds", "How long it took.")
    lines.append("gputally_run_duration_seconds \(Self.seconds(ended - started))")
    lines += perSource("gputally_collected_hours", "Hours collected.") { $0.hours }
    lines += perSource("gputally_collected_samples", "Samples collected.") { $0.samples }
    lines += perSource("gputally_gaps", "Spans missing or thin.") { $0.gaps.count }
    lines += perSource("gputally_rejected_values", "Values refused.") {
      $0.rejections.reduce(0) { $0 + $1.count }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes the file in one step, so that no reader sees half of it.
  func write(to file: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw Failure(
        "metrics_file \(file) can't be written: \(error.localizedDescription); check the folder")
    }
  }

  private func perSource(
    _ name: String, _ help: String, _ value: (Collection.SourceOutcome) -> Int
  ) -> [String] {
    Self.head(name, help)
      + collected.map { "\(name){source=\"\($0.source)\"} \(value($0))" }
  }

  private static func head(_ name: String, _ help: String) -> [String] {
    ["# HELP \(name) \(help)", "# TYPE \(name) gauge"]
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    Decimals.text(Int128(milliseconds), places: 3)
  }
}
