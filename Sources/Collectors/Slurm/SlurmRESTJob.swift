import Quantities
import Records

/// One job as slurmrestd writes it.
///
/// - Source: `/slurmdb/v0.0.38/jobs/` to `/slurmdb/v0.0.41/jobs/`. Numbers became objects with 39,
///   the state a list with 40; the names that are read here stayed.
struct SlurmRESTJob {
  private var id = SlurmRESTNumber.none
  private var cluster = ""
  private var name = ""
  private var account = ""
  private var user = ""
  private var partition = ""
  private var qos = ""
  private var reservation = ""
  private var nodes = ""
  private var states: [String] = []
  private var times: [String: SlurmRESTNumber] = [:]
  private var array = Member()
  private var het = Member()
  private var requiredCPUs = SlurmRESTNumber.none
  private var allocated = Resources()
  private var requested = Resources()

  /// What a job is of an array or of a heterogeneous job.
  private struct Member {
    var id = SlurmRESTNumber.none
    var index = SlurmRESTNumber.none
    /// The tasks that a pending array still stands for: `1-3,7%2`.
    var tasks = ""
  }

  /// What is read of a list of trackable resources.
  private struct Resources {
    /// As sacct prints it: `gres/gpu=8,gres/gpu:h100=8`.
    var gpus: [String] = []
    var cpus = SlurmRESTNumber.none
    var nodes = SlurmRESTNumber.none
  }

  /// Reads the text of one job.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in try read(&cursor, key) }
      try cursor.expectEnd()
    }
  }

  private mutating func read(_ cursor: inout JSONCursor, _ key: String) throws(MalformedJSON) {
    switch key {
    case "job_id": id = try cursor.slurmNumber()
    case "cluster": cluster = try cursor.looseText()
    case "name": name = try cursor.looseText()
    case "account": account = try cursor.looseText()
    case "user": user = try cursor.looseText()
    case "partition": partition = try cursor.looseText()
    case "qos": qos = try cursor.looseText()
    case "nodes": nodes = try cursor.looseText()
    case "array": array = try Self.member(&cursor, index: "task_id")
    case "het": het = try Self.member(&cursor, index: "job_offset")
    default: try readParts(&cursor, key)
    }
  }

  private mutating func readParts(
    _ cursor: inout JSONCursor, _ key: String
  ) throws(MalformedJSON) {
    guard ["reservation", "state", "time", "required", "tres"].contains(key) else {
      return try cursor.skipValue()
    }
    try cursor.looseObject { cursor, part throws(MalformedJSON) in
      switch (key, part) {
      case ("reservation", "name"): reservation = try cursor.looseText()
      case ("state", "current"): states = try cursor.looseTexts()
      case ("time", "submission"), ("time", "eligible"), ("time", "start"), ("time", "end"),
        ("time", "suspended"):
        times[part] = try cursor.slurmNumber()
      case ("required", "CPUs"): requiredCPUs = try cursor.slurmNumber()
      case ("tres", "allocated"): allocated = try Self.resources(&cursor)
      case ("tres", "requested"): requested = try Self.resources(&cursor)
      default: try cursor.skipValue()
      }
    }
  }

  private static func member(
    _ cursor: inout JSONCursor, index: String
  ) throws(MalformedJSON) -> Member {
    var member = Member()
    try cursor.looseObject { cursor, key throws(MalformedJSON) in
      switch key {
      case "job_id": member.id = try cursor.slurmNumber()
      case index: member.index = try cursor.slurmNumber()
      case "task": member.tasks = try cursor.looseText()
      default: try cursor.skipValue()
      }
    }
    return member
  }

  private static func resources(_ cursor: inout JSONCursor) throws(MalformedJSON) -> Resources {
    var resources = Resources()
    try cursor.looseList { cursor throws(MalformedJSON) in
      var type = ""
      var name = ""
      var count = SlurmRESTNumber.none
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "type": type = try cursor.looseText()
        case "name": name = try cursor.looseText()
        case "count": count = try cursor.slurmNumber()
        default: try cursor.skipValue()
        }
      }
      switch (type, count) {
      case ("cpu", _): resources.cpus = count
      case ("node", _): resources.nodes = count
      case ("gres", .whole(let number)): resources.gpus.append("gres/\(name)=\(number)")
      case ("gres", .odd(let text)): resources.gpus.append("gres/\(name)=\(text)")
      default: break
      }
    }
    return resources
  }
}

extension SlurmRESTJob {
  /// What the job is called in messages.
  var place: String {
    if case .whole(let number) = id { return "job \(number)" }
    return "a job without a number"
  }

  /// The record of it, the same as of what sacct prints of it.
  ///
  /// - Parameters:
  ///   - cluster: of jobs that name none.
  ///   - hosts: the host lists met so far, each expanded once.
  func job(
    cluster own: String, hosts: inout [String: [String]]
  ) throws(SacctRow.Fault) -> Job {
    guard let number = try count(id, "job_id"), number > 0 else {
      throw SacctRow.Fault(
        rule: "not a job's number", found: "none", expected: "a number such as 4711")
    }
    let state = try readState()
    let names = try hostList(&hosts)
    // One that is cancelled while it waits has a start, but ran nowhere.
    let start = nodes == "None assigned" ? nil : try instant("start")
    // Cut to a window, what goes on would end with it.
    let goesOn = state == .pending || state == .running || state == .suspended
    let end = goesOn ? nil : try instant("end")
    guard let submit = try instant("submission") ?? start else {
      throw SacctRow.Fault(
        rule: "never submitted", found: "0",
        expected: "the time at which the job was submitted")
    }
    if let start, let end, end < start {
      throw SacctRow.Fault(
        rule: "ends before it starts", found: "\(start) to \(end)", expected: "an end after it")
    }
    let gpus = try gpus(start == nil ? requested : allocated)
    let shown = try displayID(number)
    return Job(
      cluster: cluster.isEmpty ? own : cluster, id: "\(number)", displayID: shown, name: name,
      account: account, user: user, partition: partition, qos: qos, reservation: reservation,
      submitted: submit, eligible: try instant("eligible"), started: start, ended: end,
      suspendedMilliseconds: try suspended(), state: state, hosts: names,
      nodeCount: try count(allocated.nodes, or: requested.nodes, "nodes"),
      cpuCount: try count(allocated.cpus, or: requiredCPUs, "CPUs"),
      gpuCount: gpus.count, gpuType: gpus.type, taskCount: SlurmText.taskCount(shown[...]))
  }

  /// The state: of several words that which says most.
  ///
  /// - Source: slurmrestd from 23.11 on lists the state and its flags, such as `COMPLETING`.
  private func readState() throws(SacctRow.Fault) -> Job.State {
    let known = states.compactMap { try? SlurmText.state($0[...]) }
    let telling = known.first { $0 == .resizing || $0 == .requeued || $0 == .revoked }
    guard let state = telling ?? known.first else {
      throw SacctRow.Fault(
        rule: "unreadable state", found: String(states.joined(separator: ",").prefix(80)),
        expected: "a job's state such as COMPLETED")
    }
    return state
  }

  /// - Returns: nil for a time that isn't set, which is 0.
  private func instant(_ name: String) throws(SacctRow.Fault) -> UTCInstant? {
    let seconds = try (times[name] ?? .none).value(
      name, in: .min ... .max, expected: "seconds since 1970")
    guard let seconds, seconds > 0, seconds < SlurmText.secondsMaximum else { return nil }
    return UTCInstant(milliseconds: seconds * UTCInstant.millisecondsPerSecond)
  }

  /// - Unit: milliseconds.
  private func suspended() throws(SacctRow.Fault) -> Int64 {
    let seconds = try (times["suspended"] ?? .none).value(
      "suspended", in: 0...(1 << 40), expected: "a duration in seconds")
    return (seconds ?? 0) * UTCInstant.millisecondsPerSecond
  }

  /// - Source: 4294967294 is Slurm's number for none.
  private func count(_ number: SlurmRESTNumber, _ name: String) throws(SacctRow.Fault) -> Int? {
    let value = try number.value(name, in: 0...0xffff_ffff, expected: "a whole number")
    return value.flatMap { $0 >= 0xffff_fffe ? nil : Int($0) }
  }

  private func count(
    _ number: SlurmRESTNumber, or other: SlurmRESTNumber, _ name: String
  ) throws(SacctRow.Fault) -> Int {
    if let count = try count(number, name) { return count }
    return try count(other, name) ?? 0
  }

  private func gpus(_ resources: Resources) throws(SacctRow.Fault) -> SlurmText.GPUs {
    let text = resources.gpus.joined(separator: ",")
    do {
      return try SlurmText.gpus(text[...])
    } catch {
      throw SacctRow.Fault(
        rule: "unreadable tres", found: String(text.prefix(80)), expected: "a count of GPUs")
    }
  }

  /// As sacct shows the number: `6_2` of an array, `6_[1-3]` of what waits of it, `14+0` of a
  /// heterogeneous job.
  private func displayID(_ number: Int) throws(SacctRow.Fault) -> String {
    if let whole = try count(het.id, "het job_id"), whole > 0 {
      return "\(whole)+\(try count(het.index, "job_offset") ?? 0)"
    }
    guard let whole = try count(array.id, "array job_id"), whole > 0 else { return "\(number)" }
    if !array.tasks.isEmpty {
      return array.tasks.hasPrefix("[") ? "\(whole)_\(array.tasks)" : "\(whole)_[\(array.tasks)]"
    }
    return try count(array.index, "task_id").map { "\(whole)_\($0)" } ?? "\(number)"
  }

  private func hostList(_ known: inout [String: [String]]) throws(SacctRow.Fault) -> [String] {
    if nodes.isEmpty || nodes == "None assigned" || nodes == "(null)" { return [] }
    if let hosts = known[nodes] { return hosts }
    guard let hosts = HostRange.expand(nodes) else {
      throw SacctRow.Fault(
        rule: "unreadable nodes", found: String(nodes.prefix(80)), expected: HostRange.expectation)
    }
    known[nodes] = hosts
    return hosts
  }
}
