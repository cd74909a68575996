import Quantities
import Records

/// One row of a table of `sacct`, cut into its columns.
struct SacctRow {
  let fields: [Substring]
  let head: SacctHead
  let line: Int

  /// Why a row is no job.
  struct Fault: Error, Equatable {
    let rule: String
    let found: String
    let expected: String
  }

  /// The text of a column, empty where the table lacks it.
  subscript(_ column: SacctHead.Column) -> Substring {
    head.place(of: column).map { fields[$0] } ?? ""
  }

  /// The job that the row tells.
  ///
  /// - Parameters:
  ///   - cluster: of rows that name none.
  ///   - hosts: the host lists met so far, each expanded once.
  func job(
    cluster: String, clock: inout LocalClock, hosts: inout [Substring: [String]]
  ) throws(Fault) -> Job {
    let id = self[.jobIDRaw]
    guard Self.isJobID(id) else {
      throw Fault(rule: "not a job's number", found: String(id), expected: "a number such as 4711")
    }
    let state = try value(.state) { (text) throws(SlurmText.Malformed) in
      try SlurmText.state(text)
    }
    // One that is cancelled while it waits has a start, but ran nowhere.
    let isNowhere = self[.nodeList] == "None assigned"
    let start = isNowhere ? nil : try instant(.start, &clock)
    let end = try instant(.end, &clock)
    guard let submit = try instant(.submit, &clock) ?? start else {
      throw Fault(
        rule: "never submitted", found: String(self[.submit]),
        expected: "the time at which the job was submitted")
    }
    if let start, let end, end < start {
      throw Fault(
        rule: "ends before it starts", found: "\(start) to \(end)", expected: "an end after it")
    }
    let isPending = start == nil
    let gpus = try value(isPending ? .requestedResources : .allocatedResources) {
      (text) throws(SlurmText.Malformed) in try SlurmText.gpus(text)
    }
    let suspended = try value(.suspended) { (text) throws(SlurmText.Malformed) in
      try SlurmText.duration(text)
    }
    return Job(
      cluster: self[.cluster].isEmpty ? cluster : String(self[.cluster]), id: String(id),
      displayID: String(self[.jobID]), name: String(self[.jobName]),
      account: String(self[.account]), user: String(self[.user]),
      partition: String(self[.partition]), qos: String(self[.qos]),
      reservation: String(self[.reservation]), submitted: submit,
      eligible: try instant(.eligible, &clock), started: start, ended: end,
      suspendedMilliseconds: suspended, state: state, hosts: try hostList(&hosts),
      nodeCount: try count(.nodeCount, or: .allocatedNodes),
      cpuCount: try count(.allocatedCPUs, or: .cpuCount), gpuCount: gpus.count,
      gpuType: gpus.type, taskCount: SlurmText.taskCount(self[.jobID]))
  }

  private func instant(
    _ column: SacctHead.Column, _ clock: inout LocalClock
  ) throws(Fault) -> UTCInstant? {
    do {
      return try SlurmText.instant(self[column], &clock)
    } catch {
      throw fault(column, error)
    }
  }

  private func fault(_ column: SacctHead.Column, _ error: SlurmText.Malformed) -> Fault {
    Fault(
      rule: "unreadable \(column.rawValue)", found: String(self[column].prefix(80)),
      expected: error.expected)
  }

  /// Whether `text` can be a job's number: `4711`, `6_2`, `14+0`, `6_[1-3]`, a step's `4711.batch`.
  static func isJobID(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, (48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }

  private func value<Value>(
    _ column: SacctHead.Column, _ read: (Substring) throws(SlurmText.Malformed) -> Value
  ) throws(Fault) -> Value {
    do {
      return try read(self[column])
    } catch {
      throw fault(column, error)
    }
  }

  private func count(_ column: SacctHead.Column, or other: SacctHead.Column) throws(Fault) -> Int {
    let used = head.place(of: column) == nil ? other : column
    let text = self[used]
    if text.isEmpty { return 0 }
    guard let count = Int(text), (0...100_000_000).contains(count) else {
      throw Fault(
        rule: "unreadable \(used.rawValue)", found: String(text.prefix(80)),
        expected: "a whole number")
    }
    return count
  }

  /// The hosts of the row; empty for `None assigned`.
  private func hostList(_ known: inout [Substring: [String]]) throws(Fault) -> [String] {
    let text = self[.nodeList]
    if text.isEmpty || text == "None assigned" || text == "(null)" { return [] }
    if let hosts = known[text] { return hosts }
    guard let hosts = HostRange.expand(String(text)) else {
      throw Fault(
        rule: "unreadable NodeList", found: String(text.prefix(80)), expected: HostRange.expectation
      )
    }
    known[Substring(String(text))] = hosts
    return hosts
  }
}
