import Quantities
import Records

extension SlurmCluster {
  /// What the controller told, as sentences of `check`.
  package func check() -> SourceCheck {
    var check = SourceCheck()
    let gpus = nodes.reduce(0) { $0 + $1.gpuCount }
    if !nodes.isEmpty {
      check.findings.append(
        "\(nodes.count) nodes with \(gpus) GPUs; \(reserved.forWork.count) reservations now and later"
      )
    }
    check.warnings += shortfalls
    check.warnings += ReservationCollector.warnings(of: rejections)
    return check
  }
}
