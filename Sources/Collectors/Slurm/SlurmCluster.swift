import Foundation
import Quantities
import Records
import Transport

/// What a cluster's controller says besides its jobs' accounting: its nodes, who holds which GPU
/// now, and what is reserved now and later.
package struct SlurmCluster: Sendable {
  package var nodes: [SchedulerNode] = []
  /// What is out of service now, since when; empty where the accounting keeps a history of it.
  package var outages: [Observation] = []
  package var reserved = SlurmReservations()
  /// nil where the controller told none, since it couldn't be asked.
  package var reservationsAsked: UTCInstant?
  /// Accounts and users by the numbers of associations.
  package var associations: [Int: (account: String, user: String)] = [:]
  /// What running jobs have of their nodes, by the job's number.
  package var placements: [String: [Job.Placement]] = [:]
  /// What couldn't be asked, and why.
  package var shortfalls: [String] = []
  /// Lines that can't be read.
  package var rejections: [Rejection] = []

  package init() {}
}

/// What is reserved on a cluster.
package struct SlurmReservations: Sendable {
  /// Reservations for work.
  package var forWork: [Reservation] = []
  /// When nodes are reserved for maintenance.
  package var maintenance: [Observation] = []
  package var rejections: [Rejection] = []

  package init() {}

  /// - Parameter flags: with commas between them.
  mutating func add(_ reservation: Reservation, flags: Substring) {
    guard flags.split(separator: ",").contains("MAINT") else {
      forWork.append(reservation)
      return
    }
    maintenance += reservation.hosts.map {
      Observation(
        kind: .outage, subject: $0, attributes: ["reason": "maintenance"],
        range: reservation.range)
    }
  }
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
    ask(
      "sacctmgr", ["-n", "-P", "show", "assoc", "format=ID,Account,User"], for: "accounts", &cluster
    ) { cluster, line in
      let fields = line.text.split(separator: "|", omittingEmptySubsequences: false)
      guard fields.count == 3, let number = Int(fields[0]) else { return }
      cluster.associations[number] = (String(fields[1]), String(fields[2]))
    }
    return cluster
  }

  /// When nodes were down or drained in `window`, and what of it can't be read.
  package func outages(
    in window: TimeRange
  ) throws(CollectorError) -> (outages: [Observation], rejections: [Rejection]) {
    var outages: [Observation] = []
    let rejections = try history(
      "event", in: window, fields: ["NodeName", "TimeStart", "TimeEnd", "State", "Reason"]
    ) { (fields, clock) throws(SlurmText.Malformed) in
      guard !fields[0].isEmpty, let reason = Self.reason(fields[3]),
        let start = try SlurmText.instant(fields[1], &clock)
      else { return }
      let end = try SlurmText.instant(fields[2], &clock) ?? window.end
      guard let range = TimeRange(start, max(start, end)).intersection(window), !range.isEmpty
      else { return }
      outages.append(
        Observation(
          kind: .outage, subject: String(fields[0]), attributes: ["reason": reason], range: range))
    }
    return (outages, rejections)
  }

  /// Why a node in this state takes no work; nil where it does.
  static func reason(_ state: Substring) -> String? {
    let word = state.uppercased()
    // A node whose GPUs are fewer than configured is INVAL: it takes no work either.
    if ["DOWN", "FAIL", "ERROR", "INVAL"].contains(where: word.hasPrefix) { return "down" }
    if word.contains("DRAIN") || word.hasPrefix("DRNG") { return "drained" }
    return word.contains("MAINT") ? "maintenance" : nil
  }

  /// What a running job has of its nodes.
  static func placements(_ line: ScontrolLine) -> (job: String, placements: [Job.Placement])? {
    guard let job = line["JobId"], line["JobState"] == "RUNNING",
      // Users may write the same into names and comments: whether it fits is asked of the accounting.
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
    // A list of those that may not use it begins with a minus.
    let first = { (key: String) in
      line[key].flatMap { $0.split(separator: ",").first { !$0.hasPrefix("-") } }.map(String.init)
    }
    cluster.reserved.add(
      Reservation(
        id: String(name), range: TimeRange(start, end), hosts: hosts,
        account: first("Accounts") ?? "", user: first("Users") ?? ""),
      flags: line["Flags"] ?? "")
  }

  /// What was reserved in `window`, as the accounting keeps it.
  package func reservations(
    in window: TimeRange, _ cluster: SlurmCluster
  ) throws(CollectorError) -> SlurmReservations {
    var reserved = SlurmReservations()
    reserved.rejections = try history(
      "reservation", in: window,
      fields: ["TimeStart", "TimeEnd", "NodeNames", "Associations", "Flags", "Name"]
    ) { (fields, clock) throws(SlurmText.Malformed) in
      guard let hosts = HostRange.expand(String(fields[2])) else {
        throw SlurmText.Malformed(expected: HostRange.expectation)
      }
      guard let start = try SlurmText.instant(fields[0], &clock), !hosts.isEmpty else { return }
      let end = try SlurmText.instant(fields[1], &clock) ?? window.end
      guard start < end else { return }
      let holders = fields[3].split(separator: ",").compactMap { Int($0) }
        .compactMap { cluster.associations[$0] }
      reserved.add(
        Reservation(
          id: String(fields[5]), range: TimeRange(start, end), hosts: hosts,
          account: holders.first?.account ?? "",
          user: holders.count == 1 ? holders.first?.user ?? "" : ""), flags: fields[4])
    }
    return reserved
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

  /// Reads what the accounting keeps of `what` in a window, a line each.
  ///
  /// - Parameter fields: what is asked for; what may hold the separator comes last.
  /// - Returns: the lines that can't be read.
  private func history(
    _ what: String, in window: TimeRange, fields names: [String],
    _ read: ([Substring], inout LocalClock) throws(SlurmText.Malformed) -> Void
  ) throws(CollectorError) -> [Rejection] {
    let words = [
      "-n", "-P", "show", what, "start=\(SlurmText.local(window.start))",
      "end=\(SlurmText.local(window.end))", "format=" + names.joined(separator: ","),
    ]
    var clock = LocalClock(calendar)
    var tally = RejectionTally()
    try run("sacctmgr", words) { line in
      let fields = line.split(
        separator: "|", maxSplits: names.count - 1, omittingEmptySubsequences: false)
      do throws(SlurmText.Malformed) {
        guard fields.count == names.count else {
          throw SlurmText.Malformed(
            expected: "\(names.count) columns: " + names.joined(separator: "|"))
        }
        try read(fields, &clock)
      } catch {
        tally.add(
          Rejection(
            place: "sacctmgr show \(what)", rule: "unreadable line",
            found: "'\(line.prefix(120))'", expected: error.expected))
      }
    }
    return tally.all
  }

  private func run(
    _ program: String, _ words: [String], line: (Substring) -> Void
  ) throws(CollectorError) {
    var rest: [UInt8] = []
    let command = prefix + ["env", "TZ=UTC", "SLURM_TIME_FORMAT=%s", program] + words
    do {
      try CommandOutput(words: command, timeout: timeout).run { piece in
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
          rest += piece[start..<end]
          if !rest.isEmpty { line(Substring(decoding: rest, as: UTF8.self)) }
          rest.removeAll(keepingCapacity: true)
          start = end + 1
        }
        rest += piece[start...]
        if rest.count > SacctReader.lineBytesMax { rest.removeAll() }
      }
    } catch {
      throw .command(error)
    }
    if !rest.isEmpty { line(Substring(decoding: rest, as: UTF8.self)) }
  }
}
