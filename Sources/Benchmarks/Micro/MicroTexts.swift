import Records

/// A host's samples as sources send them.
struct MicroTexts {
  private let generator: WorkloadGenerator
  private let day: HostDay

  init(_ generator: WorkloadGenerator, _ day: HostDay) {
    self.generator = generator
    self.day = day
  }

  /// An exporter's page: `ticks` scrapes, one after the other.
  func exposition(ticks: Int) -> [UInt8] {
    var text = ""
    for tick in 0..<ticks {
      for metric in WorkloadPlan.metrics {
        text += "# TYPE \(metric.exporterName) gauge\n"
        for (gpu, card) in day.cards.enumerated() {
          let value = card.values(of: metric, rows: tick..<(tick + 1)).map { "\($0)" }.joined()
          text += "\(metric.exporterName){\(labels(gpu, "=", ""))} \(value)\n"
        }
      }
    }
    return Array(text.utf8)
  }

  /// What Prometheus answers to a query of the host's whole day.
  func answer() -> [UInt8] {
    var series: [String] = []
    for metric in WorkloadPlan.metrics {
      for (gpu, card) in day.cards.enumerated() {
        let start = generator.plan.range(ofDay: day.day).start.milliseconds / 1_000
        let step = WorkloadPlan.interval / 1_000
        let rows = 0..<WorkloadPlan.ticksPerDay
        let points = zip(rows, card.values(of: metric, rows: rows)).map { row, value in
          "[\(start + Int64(row) * step),\"\(value)\"]"
        }
        series.append(
          "{\"metric\":{\"__name__\":\"\(metric.exporterName)\",\(labels(gpu, ":", "\""))},"
            + "\"values\":[\(points.joined(separator: ","))]}")
      }
    }
    return Array(
      ("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        + series.joined(separator: ",") + "]}}").utf8)
  }

  private func labels(_ gpu: Int, _ between: String, _ quote: String) -> String {
    let schedule = generator.schedules[day.host]
    let labels = [
      ("gpu", "\(gpu)"), ("UUID", schedule.uuids[gpu]), ("device", "nvidia\(gpu)"),
      ("modelName", WorkloadPlan.model), ("Hostname", generator.plan.hostName(day.host)),
      ("container", "main"), ("namespace", "perception"), ("pod", "train-x2k4v-0"),
    ]
    return labels.map { "\(quote)\($0.0)\(quote)\(between)\"\($0.1)\"" }.joined(separator: ",")
  }
}
