import Records
import Simulator

/// A fleet's samples as time series databases import them.
final class PrometheusText {
  /// The forms.
  enum Form {
    /// For `promtool tsdb create-blocks-from openmetrics`.
    case openMetrics
    /// For VictoriaMetrics' `/api/v1/import`.
    case importLines
  }

  private let generator: WorkloadGenerator
  private let form: Form
  private let sink: ByteSink

  init(file: String, form: Form, of generator: WorkloadGenerator) throws {
    self.generator = generator
    self.form = form
    sink = try ByteSink(file: file)
    if form == .openMetrics {
      for metric in WorkloadPlan.metrics { sink.append("# TYPE \(metric.exporterName) gauge\n") }
    }
  }

  /// Adds one host's day at the end.
  func append(_ day: HostDay) throws {
    for (gpu, card) in day.cards.enumerated() {
      for metric in WorkloadPlan.metrics {
        for stay in card.stays {
          let labels = labels(metric, of: day.host, gpu, stay.allocation)
          try append(labels, metric, card, stay.rows, day)
        }
      }
    }
  }

  func close() throws {
    if form == .openMetrics { sink.append("# EOF\n") }
    try sink.close()
  }

  private func append(
    _ labels: [(String, String)], _ metric: Metric, _ card: CardDay, _ rows: Range<Int>,
    _ day: HostDay
  ) throws {
    let start = generator.plan.range(ofDay: day.day).start.milliseconds
    let times = rows.map { start + Int64($0) * WorkloadPlan.interval }
    let (values, scale) = card.scaled(metric, rows: rows)
    switch form {
    case .openMetrics:
      let inner = labels.dropFirst().map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
      let head = Array("\(metric.exporterName){\(inner)} ".utf8)
      for (time, value) in zip(times, values) {
        sink.appendSample(head, value: value, scale: scale, milliseconds: time)
      }
    case .importLines:
      let inner = labels.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
      sink.append("{\"metric\":{\(inner)},\"values\":[")
      for (index, value) in values.enumerated() {
        if index > 0 { sink.append(",") }
        sink.append(value, scale: scale)
      }
      let stamps = times.map(String.init).joined(separator: ",")
      sink.append("],\"timestamps\":[\(stamps)]}\n")
    }
    try sink.flushIfFull()
  }

  /// As a Prometheus with `honor_labels: true` keeps them.
  private func labels(
    _ metric: Metric, of host: Int, _ gpu: Int, _ allocation: Int?
  ) -> [(String, String)] {
    let schedule = generator.schedules[host]
    let name = generator.plan.hostName(host)
    var labels = [
      ("__name__", metric.exporterName), ("Hostname", name), ("UUID", schedule.uuids[gpu]),
      ("device", "nvidia\(gpu)"), ("gpu", "\(gpu)"), ("instance", name + ":9400"),
      ("job", "dcgm-exporter"), ("modelName", WorkloadPlan.model),
    ]
    if let allocation {
      let pod = schedule.allocations[allocation].pod
      labels += [("container", "main"), ("namespace", pod.namespace), ("pod", pod.name)]
    }
    return labels
  }
}

extension Metric {
  /// The name under which dcgm-exporter prints it.
  var exporterName: String {
    switch self {
    case .gpuUtilization: "DCGM_FI_DEV_GPU_UTIL"
    case .graphicsEngineActive: "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
    case .framebufferUsed: "DCGM_FI_DEV_FB_USED"
    case .powerUsage: "DCGM_FI_DEV_POWER_USAGE"
    case .totalEnergy: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
    }
  }
}

extension CardDay {
  /// Whole numbers and what to divide them by.
  fileprivate func scaled(_ metric: Metric, rows: Range<Int>) -> ([Int], Int) {
    switch metric {
    case .gpuUtilization: (utilization[rows].map { Int($0) }, 1)
    case .framebufferUsed: (framebuffer[rows].map { Int($0) }, 1)
    case .powerUsage: (power[rows].map { Int($0) }, 1_000)
    case .graphicsEngineActive: (engine[rows].map { Int($0) }, 1_000_000)
    case .totalEnergy: ([], 1)
    }
  }
}
