import Quantities
import Records

/// One line of `scontrol -o show`: `NodeName=gpu01 Gres=gpu:h100:8(S:0-1) ...`.
struct ScontrolLine {
  /// What stands between blanks. Characters are compared by their bytes: what users write may put
  /// accents on anything.
  let words: [Substring]

  init(_ text: Substring) {
    words = text.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
  }

  /// What stands after the first `key=`, up to the next blank; nil for none, or where nothing is
  /// set.
  ///
  /// - Parameter key: of a value that is no free text, and comes before any such text.
  subscript(_ key: String) -> Substring? {
    guard let word = words.first(where: { Self.isValue($0, of: key) }) else { return nil }
    let value = Self.value(of: word, key)
    return value.isEmpty || value == "(null)" ? nil : value
  }

  private static func isValue(_ word: Substring, of key: String) -> Bool {
    let bytes = word.utf8
    return bytes.starts(with: key.utf8) && bytes.dropFirst(key.utf8.count).first == 0x3d
  }

  private static func value(of word: Substring, _ key: String) -> Substring {
    Substring(word.utf8.dropFirst(key.utf8.count + 1))
  }
}

// What a line tells.
extension ScontrolLine {
  /// The node of a line of `show node`.
  func node() throws(SlurmText.Malformed) -> SchedulerNode {
    guard let name = self["NodeName"], let gpus = GresText.gpus(self["Gres"] ?? "") else {
      throw SlurmText.Malformed(expected: "a node as NodeName=gpu01 ... Gres=gpu:h100:8 ...")
    }
    return SchedulerNode(name: String(name), gpuCount: gpus.count, gpuType: gpus.type)
  }

  /// What a running job of `show job` has of its nodes; nil for one that doesn't run or has no
  /// GPUs, or where Slurm doesn't tell which GPUs it has.
  ///
  /// Users write what they like into the names before and the comments behind. What stands in one
  /// place only is Slurm's own; where it stands in two, nobody can tell which.
  func placements() throws(SlurmText.Malformed) -> (job: String, placements: [Job.Placement])? {
    guard let job = self["JobId"], SacctRow.isJobID(job), self["JobState"] != nil else {
      throw SlurmText.Malformed(expected: "a job as JobId=4711 JobName=... JobState=RUNNING ...")
    }
    let sections = resourceSections()
    guard let section = sections.first else {
      guard words.contains(where: { Self.isValue($0, of: "MinCPUsNode") }) else {
        throw SlurmText.Malformed(expected: "JobId=4711 ... MinCPUsNode=1 ..., the line's end too")
      }
      return nil
    }
    guard sections.count == 1 else {
      throw SlurmText.Malformed(
        expected: "JOB_GRES= ... MinCPUsNode= once; a job's name or comment has the same")
    }
    let state = words[..<section.lowerBound].last { Self.isValue($0, of: "JobState") }
    guard let state, Self.value(of: state, "JobState") == "RUNNING" else { return nil }
    return try Self.placements(words[section]).map { (String(job), $0) }
  }

  /// The words from `JOB_GRES=` up to `MinCPUsNode=`, wherever they stand.
  private func resourceSections() -> [Range<Int>] {
    var sections: [Range<Int>] = []
    var start: Int?
    for (index, word) in words.enumerated() {
      if Self.isValue(word, of: "JOB_GRES") { start = index }
      guard Self.isValue(word, of: "MinCPUsNode"), let first = start else { continue }
      sections.append(first..<index)
      start = nil
    }
    return sections
  }

  /// Reads `Nodes=gpu[01-02] CPU_IDs=0-3 Mem=4096 GRES=gpu:h100:4(IDX:0-3)`, once or more.
  private static func placements(
    _ words: ArraySlice<Substring>
  ) throws(SlurmText.Malformed) -> [Job.Placement]? {
    let expected = "Nodes=gpu[01-02] CPU_IDs=0-3 Mem=4096 GRES=gpu:h100:4(IDX:0-3)"
    var placements: [Job.Placement] = []
    var hosts: [String]?
    for word in words {
      if isValue(word, of: "Nodes") {
        hosts = HostRange.expand(String(value(of: word, "Nodes")))
        if hosts == nil { throw SlurmText.Malformed(expected: expected) }
      }
      guard isValue(word, of: "GRES") else { continue }
      // Each list of nodes has one of GPUs: together they are no more than hosts may be.
      guard let here = hosts, placements.count + here.count <= HostRange.hostsMax,
        let gpus = GresText.numbers(value(of: word, "GRES"))
      else { throw SlurmText.Malformed(expected: expected) }
      guard case .told(let indexes) = gpus else { return nil }
      placements += here.map { Job.Placement(host: $0, indexes: indexes) }
      hosts = nil
    }
    return placements
  }

  /// The reservation of a line of `show res` and its flags; nil for one that is of no nodes.
  func reservation(
    _ clock: inout LocalClock
  ) throws(SlurmText.Malformed) -> (reservation: Reservation, flags: Substring)? {
    guard let name = self["ReservationName"],
      words.contains(where: { Self.isValue($0, of: "Nodes") })
    else {
      throw SlurmText.Malformed(
        expected: "a reservation as ReservationName=a StartTime=... EndTime=... Nodes=gpu01 ...")
    }
    guard let nodes = self["Nodes"] else { return nil }
    guard let hosts = HostRange.expand(String(nodes)) else {
      throw SlurmText.Malformed(expected: "Nodes= with " + HostRange.expectation)
    }
    guard let start = try SlurmText.instant(self["StartTime"] ?? "", &clock),
      let end = try SlurmText.instant(self["EndTime"] ?? "", &clock), start < end
    else { throw SlurmText.Malformed(expected: "StartTime= and a later EndTime=") }
    // A list of those that may not use it begins with a minus.
    let first = { (key: String) in
      self[key].flatMap { $0.split(separator: ",").first { !$0.hasPrefix("-") } }.map(String.init)
    }
    let reservation = Reservation(
      id: String(name), range: TimeRange(start, end), hosts: hosts,
      account: first("Accounts") ?? "", user: first("Users") ?? "")
    return (reservation, self["Flags"] ?? "")
  }
}
