import Quantities
import Records

/// A node as slurmrestd writes it.
///
/// - Source: `/slurm/v0.0.38/nodes/` to `/slurm/v0.0.41/nodes/`: 38 has a state in small letters and
///   a list of flags, the later ones a list of both in capitals.
struct SlurmRESTNode {
  private(set) var name = ""
  private var gpus = ""
  private var states: [String] = []
  private var changed = SlurmRESTNumber.none

  /// Reads the text of one node.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case "name": name = try cursor.looseText()
        case "gres": gpus = try cursor.looseText()
        case "state", "state_flags": states += try cursor.looseTexts()
        case "reason_changed_at": changed = try cursor.slurmNumber()
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  /// The node as it is counted; nil for one without a name.
  func schedulerNode() throws(SacctRow.Fault) -> SchedulerNode? {
    if name.isEmpty { return nil }
    let told: SlurmText.GPUs? = GresText.gpus(gpus[...])
    guard let told else {
      throw SacctRow.Fault(
        rule: "unreadable gres", found: String(gpus.prefix(80)),
        expected: "GPUs as in gpu:h100:8(S:0-1)")
    }
    return SchedulerNode(name: name, gpuCount: told.count, gpuType: told.type)
  }

  /// Since when the node is out of service, nil where it isn't.
  ///
  /// Maintenance is left to the reservations, which tell its times.
  func outage(until now: UTCInstant) throws(SacctRow.Fault) -> Observation? {
    let reasons = Set(states.compactMap { SacctmgrRow.reason($0[...]) })
    guard let reason = ["down", "drained"].first(where: reasons.contains), !name.isEmpty else {
      return nil
    }
    let seconds = try changed.value(
      "reason_changed_at", in: 0...SlurmText.secondsMaximum, expected: "seconds since 1970")
    guard let seconds, seconds > 0 else {
      throw SacctRow.Fault(
        rule: "out of service since an unknown time", found: states.joined(separator: ","),
        expected: "a node that is down or drained with the time of its reason")
    }
    let start = UTCInstant(milliseconds: seconds * UTCInstant.millisecondsPerSecond)
    return Observation(
      kind: .outage, subject: name, attributes: ["reason": reason],
      range: TimeRange(start, max(start, now)))
  }
}
