import Quantities
import Records

/// What slurmrestd's page of the controller says of a job's GPUs.
///
/// - Source: `/slurm/v0.0.38/jobs/` to `/slurm/v0.0.41/jobs/`: `gres_detail` has a text for each node
///   of the job, in their order.
struct SlurmRESTRunningJob {
  private var number = SlurmRESTNumber.none
  private var states: [String] = []
  private var nodes = ""
  private var details: [String] = []

  /// Reads the text of one job.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case "job_id": number = try cursor.slurmNumber()
        case "job_state": states = try cursor.looseTexts()
        case "nodes": nodes = try cursor.looseText()
        case "gres_detail": details = try cursor.looseTexts()
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  /// The job's number, nil where it has none.
  var id: String? {
    if case .whole(let number) = number, number > 0 { "\(number)" } else { nil }
  }

  /// What the job has of its nodes; nil where it doesn't run, or where that isn't told.
  var placements: [Job.Placement]? {
    guard states.contains("RUNNING"), let hosts = HostRange.expand(nodes),
      hosts.count == details.count
    else { return nil }
    var placements: [Job.Placement] = []
    for (host, detail) in zip(hosts, details) {
      guard case .told(let indexes)? = GresText.numbers(detail[...]) else { return nil }
      placements.append(Job.Placement(host: host, indexes: indexes))
    }
    return placements
  }
}
