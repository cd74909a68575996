import Quantities
import Records

@testable import Collectors

/// Answers of slurmrestd in the shapes of its versions, all telling of the same job.
enum SlurmRESTText {
  static let versions = ["38", "39", "40", "41"]

  /// One job: task 2 of array 6, running on four H100 of gpu03 and gpu04 since 1795439048.
  static func job(
    _ version: String, id: String = "9", state: String? = nil, start: Int = 1_795_439_048,
    end: Int = 0, suspended: String = "11", reservation: String? = nil, het: String? = nil,
    array: String? = nil, nodes: String = "\"gpu[03-04]\"", gpus: String = "4"
  ) -> String {
    let isNew = version == "40" || version == "41"
    let wrap = { (number: String?) in
      if version == "38" { return number ?? "null" }
      return #"{"set": \#(number != nil), "infinite": false, "number": \#(number ?? "0")}"#
    }
    let state = state ?? (isNew ? #"["RUNNING"]"# : #""RUNNING""#)
    let exit =
      switch version {
      case "38": #"{"status": "PENDING"}"#
      case "39": #"{"status": "PENDING", "return_code": 0}"#
      default:
        #"{"status": ["PENDING"], "return_code": {"set": false, "infinite": false, "number": 0}, "#
          + #""signal": {"id": {"set": false, "infinite": false, "number": 0}, "name": ""}}"#
      }
    let gres = { (name: String, count: String) in
      #"{"type": "gres", "name": "\#(name)", "id": 1001, "count": \#(count)}"#
    }
    let rest =
      version == "38" ? "" : #", "extra": "a=\"}]\"", "licenses": "", "failed_node": """#
    return """
      {"account": "ml", "comment": {"job": "}{][\\"jobs\\": [{", "system": null},
       "allocation_nodes": 2, "array": \(array ?? """
          {"job_id": 6, "limits": {"max": {"running": {"tasks": 0}}}, "task_id": \(wrap("2")),
           "task": ""}
          """),
       "cluster": "rig", "derived_exit_code": \(exit), "exit_code": \(exit),
       "time": {"elapsed": 60, "eligible": 1795439047, "end": \(end), "start": \(start),
         "submission": 1795439046, "suspended": \(suspended), "limit": \(wrap("10080")),
         "total": {"seconds": 0, "microseconds": 0}},
       "flags": ["STARTED_ON_SCHEDULE"],
       "het": \(het ?? #"{"job_id": 0, "job_offset": \#(wrap(nil))}"#),
       "job_id": \(id), "name": "tr\\u00e4in \\"x\\"", "nodes": \(nodes), "partition": "gpu",
       "priority": \(wrap("1")), "qos": "high",
       "required": {"CPUs": 4, "memory": -9223372036854775806},
       "reservation": {"id": 3, "name": \(reservation ?? #""night""#)},
       "state": {"current": \(state), "reason": "None"}, "steps": [],
       "tres": {
         "allocated": [{"type": "cpu", "name": \(isNew ? #""""# : "null"), "id": 1, "count": 4},
           {"type": "energy", "name": null, "id": 3, "count": null},
           {"type": "node", "name": "", "id": 4, "count": 2},
           \(gres("gpu", gpus)), \(gres("gpu:h100", gpus))],
         "requested": [{"type": "node", "name": "", "id": 4, "count": 2}, \(gres("gpu", "5"))]},
       "user": "alice", "working_directory": "\\/home\\/alice"\(rest)}
      """
  }

  /// A whole answer.
  static func answer(_ jobs: [String], errors: String = "[]") -> String {
    #"{"meta": {"Slurm": {"release": "22.05.8"}}, "errors": \#(errors), "jobs": ["#
      + jobs.joined(separator: ",\n") + #"], "warnings": []}"#
  }

  static func read(
    _ text: String, pieces: Int = .max
  ) throws(MalformedJSON) -> SlurmRESTAnswer<SlurmRESTJobs> {
    try read(Array(text.utf8)[...], pieces: pieces)
  }

  static func read(
    _ bytes: ArraySlice<UInt8>, pieces: Int = .max
  ) throws(MalformedJSON) -> SlurmRESTAnswer<SlurmRESTJobs> {
    let stream = SlurmRESTStream(place: "rest", cluster: "batch")
    var rest = bytes
    while !rest.isEmpty {
      rest.prefix(pieces).withUnsafeBytes { stream.take($0) }
      rest = rest.dropFirst(pieces)
    }
    return try stream.answer()
  }

  /// The job that all versions tell of.
  static let expected = Job(
    cluster: "rig", id: "9", displayID: "6_2", name: "träin \"x\"", account: "ml", user: "alice",
    partition: "gpu", qos: "high", reservation: "night", submitted: instant(1_795_439_046),
    eligible: instant(1_795_439_047), started: instant(1_795_439_048),
    suspendedMilliseconds: 11_000, state: .running, hosts: ["gpu03", "gpu04"], nodeCount: 2,
    cpuCount: 4, gpuCount: 4, gpuType: "h100")

  static func instant(_ seconds: Int64) -> UTCInstant {
    UTCInstant(milliseconds: seconds * 1_000)
  }
}
