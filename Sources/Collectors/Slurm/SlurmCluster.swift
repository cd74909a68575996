import Foundation
import Quantities
import Records
import Transport

/// What a cluster's controller says besides its jobs' accounting: its nodes, who holds which GPU
/// now, and what is reserved now and later.
package struct SlurmCluster: Sendable {
  package var nodes: [SchedulerNode] = []
  /// Reservations for work; those for maintenance are outages.
  package var reservations: [Reservation] = []
  /// nil where the controller told none, since it couldn't be asked.
  package var reservationsAsked: UTCInstant?
  /// When nodes are reserved for maintenance.
  package var maintenance: [Observation] = []
  /// What running jobs have of their nodes, by the job's number.
  package var placements: [String: [Job.Placement]] = [:]
  /// What couldn't be asked, and why.
  package var shortfalls: [String] = []

  package init() {}
}

/// Asks a cluster's controller with `scontrol`, and its accounting of nodes with `sacctmgr`.
///
/// - Source: scontrol(1) and sacctmgr(1) of Slurm 22.05; `SLURM_TIME_FORMAT=%s` gives seconds.
package struct SlurmClusterReader: Sendable {
  /// The words that reach the machine that has the commands.
  let prefix: [String]
  /// - Unit: seconds.
  let timeout: Int
  /// In whose zone times are that come without one.
  let calendar: BillingCalendar

  /// - Returns: nil for what isn't asked by commands.
  package init?(_ settings: SlurmSettings) {
    guard case .command(let prefix) = settings.access else { return nil }
    self.prefix = prefix
    timeout = settings.timeout
    calendar = settings.calendar
  }

  /// What the controller says now.
  package func read(now: UTCInstant) -> SlurmCluster {
    var cluster = SlurmCluster()
    ask("scontrol", ["-o", "show", "node"], for: "nodes", &cluster) { cluster, line in
      guard let name = line["NodeName"] else { return }
      let gpus = GresText.gpus(line["Gres"] ?? "")
      cluster.nodes.append(
        SchedulerNode(name: String(name), gpuCount: gpus.count, gpuType: gpus.type))
    }
    ask("scontrol", ["-d", "-o", "show", "job"], for: "GPUs of jobs", &cluster) { cluster, line in
      guard let (job, placements) = Self.placements(line) else { return }
      cluster.placements[job] = placements
    }
    var clock = LocalClock(calendar)
    let isTold = ask("scontrol", ["-o", "show", "res"], for: "reservations", &cluster) {
      cluster, line in Self.read(line, &clock, into: &cluster)
    }
    if isTold { cluster.reservationsAsked = now }
    return cluster
  }

  /// When nodes were down or drained in `window`.
  package func outages(in window: TimeRange) throws(CollectorError) -> [Observation] {
    var outages: [Observation] = []
    var clock = LocalClock(calendar)
    let words = [
      "-n", "-P", "show", "event", "start=\(SlurmText.local(window.start))",
      "end=\(SlurmText.local(window.end))", "format=NodeName,TimeStart,TimeEnd,State,Reason",
    ]
    try run("sacctmgr", words) { line in
      let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
      guard fields.count == 5, !fields[0].isEmpty, let reason = Self.reason(fields[3]),
        let start = try? SlurmText.instant(fields[1], &clock)
      else { return }
      let end = (try? SlurmText.instant(fields[2], &clock)) ?? nil
      guard let range = TimeRange(start, max(start, end ?? window.end)).intersection(window),
        !range.isEmpty
      else { return }
      outages.append(
        Observation(
          kind: .outage, subject: String(fields[0]), attributes: ["reason": reason], range: range))
    }
    return outages
  }

  /// Why a node in this state takes no work; nil where it does.
  private static func reason(_ state: Substring) -> String? {
    let word = state.uppercased()
    if word.hasPrefix("DOWN") || word.hasPrefix("FAIL") || word.hasPrefix("ERROR") { return "down" }
    if word.contains("DRAIN") || word.hasPrefix("DRNG") { return "drained" }
    return word.contains("MAINT") ? "maintenance" : nil
  }

  /// What a running job has of its nodes.
  static func placements(_ line: ScontrolLine) -> (job: String, placements: [Job.Placement])? {
    guard let job = line["JobId"], line["JobState"] == "RUNNING",
      // Names and comments, in which users write what they like, stand before and after.
      let start = line.text.ranges(of: " JOB_GRES=").last,
      let end = line.text[start.upperBound...].firstRange(of: " MinCPUsNode=")
    else { return nil }
    var placements: [Job.Placement] = []
    var hosts: [String] = []
    for word in line.text[start.upperBound..<end.lowerBound].split(separator: " ") {
      if word.hasPrefix("Nodes=") { hosts = HostRange.expand(String(word.dropFirst(6))) ?? [] }
      guard word.hasPrefix("GRES="), let indexes = GresText.indexes(word.dropFirst(5)) else {
        continue
      }
      placements += hosts.map { Job.Placement(host: $0, indexes: indexes) }
    }
    return (String(job), placements)
  }

  private static func read(
    _ line: ScontrolLine, _ clock: inout LocalClock, into cluster: inout SlurmCluster
  ) {
    guard let name = line["ReservationName"], let nodes = line["Nodes"],
      let hosts = HostRange.expand(String(nodes)),
      let start = try? SlurmText.instant(line["StartTime"] ?? "", &clock),
      let end = try? SlurmText.instant(line["EndTime"] ?? "", &clock), start < end
    else { return }
    let range = TimeRange(start, end)
    if (line["Flags"] ?? "").split(separator: ",").contains("MAINT") {
      cluster.maintenance += hosts.map {
        Observation(
          kind: .outage, subject: $0, attributes: ["reason": "maintenance"], range: range)
      }
      return
    }
    // A list of those that may not use it begins with a minus.
    let first = { (key: String) in
      line[key].flatMap { $0.split(separator: ",").first { !$0.hasPrefix("-") } }.map(String.init)
    }
    cluster.reservations.append(
      Reservation(
        id: String(name), range: range, hosts: hosts, account: first("Accounts") ?? "",
        user: first("Users") ?? ""))
  }

  // MARK: Asking

  /// Asks for one thing, and notes why it couldn't be told.
  @discardableResult
  private func ask(
    _ program: String, _ words: [String], for what: String, _ cluster: inout SlurmCluster,
    _ read: (inout SlurmCluster, ScontrolLine) -> Void
  ) -> Bool {
    do throws(CollectorError) {
      try run(program, words) { read(&cluster, ScontrolLine(text: $0)) }
      return true
    } catch {
      cluster.shortfalls.append("\(what): \(error)")
      return false
    }
  }

  private func run(
    _ program: String, _ words: [String], line: (Substring) -> Void
  ) throws(CollectorError) {
    var rest: [UInt8] = []
    func finish(_ bytes: some Collection<UInt8>) {
      if !bytes.isEmpty { line(Substring(decoding: bytes, as: UTF8.self)) }
    }
    let command = prefix + ["env", "TZ=UTC", "SLURM_TIME_FORMAT=%s", program] + words
    do {
      try CommandOutput(words: command, timeout: timeout).run { piece in
        rest += piece
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          finish(rest[..<end])
          rest.removeSubrange(...end)
        }
        if rest.count > SacctReader.lineBytesMax { rest.removeAll() }
      }
    } catch {
      throw .command(error)
    }
    finish(rest)
  }
}
