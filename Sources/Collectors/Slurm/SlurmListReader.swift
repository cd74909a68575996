import Quantities
import Records

/// A list of what a cluster has now, as one of Slurm's programs prints it.
enum SlurmList: CaseIterable {
  case nodes
  case jobs
  case reservations
  case associations

  /// The program and its words.
  ///
  /// - Source: scontrol(1) and sacctmgr(1) of Slurm 22.05.
  var command: [String] {
    switch self {
    case .nodes: ["scontrol", "-o", "show", "node"]
    case .jobs: ["scontrol", "-d", "-o", "show", "job"]
    case .reservations: ["scontrol", "-o", "show", "res"]
    case .associations:
      [
        "sacctmgr", "-n", "-P", "show", "assoc",
        "format=" + SacctmgrRow.associationColumns.joined(separator: ","),
      ]
    }
  }

  /// What its lines are called in messages: the command without what only shapes its lines.
  var place: String {
    command.filter { !$0.hasPrefix("-") && !$0.hasPrefix("format=") }.joined(separator: " ")
  }

  /// What it tells, in words.
  var subject: String {
    switch self {
    case .nodes: "nodes"
    case .jobs: "GPUs of jobs"
    case .reservations: "reservations"
    case .associations: "accounts"
    }
  }
}

/// Reads one list into what is known of a cluster, piece by piece.
struct SlurmListReader {
  /// A job whose name breaks over lines has at most so many.
  private static let jobLinesMax = SacctReader.rowLinesMax
  /// What scontrol says of a list without anything in it.
  private static let emptiness: Set<Substring> = [
    "No nodes in the system", "No jobs in the system", "No reservations in the system",
  ]

  private let list: SlurmList
  private var clock: LocalClock
  private var lines = LineCutter()
  private var refused: RefusedLines
  /// The lines of a job whose name isn't at its end yet.
  private var open: (text: String, lines: Int)?

  /// - Parameter calendar: in whose zone times are that come without one.
  init(_ list: SlurmList, calendar: BillingCalendar) {
    self.list = list
    clock = LocalClock(calendar)
    refused = RefusedLines(place: list.place)
  }

  /// Takes the next bytes.
  mutating func add(_ bytes: some Collection<UInt8>, to cluster: inout SlurmCluster) {
    var cut: [LineCutter.Line] = []
    lines.add(bytes) { cut.append($0) }
    for line in cut { take(line, &cluster) }
  }

  /// Ends the list.
  mutating func finish(_ cluster: inout SlurmCluster) {
    var cut: [LineCutter.Line] = []
    lines.finish { cut.append($0) }
    for line in cut { take(line, &cluster) }
    closeJob(&cluster)
    cluster.rejections += refused.tally.all
  }

  private mutating func take(_ line: LineCutter.Line, _ cluster: inout SlurmCluster) {
    if case .text(let text) = line {
      if Self.emptiness.contains(text) { return }
      if list == .jobs, join(text, &cluster) { return }
    }
    closeJob(&cluster)
    read(line, &cluster)
  }

  /// Keeps what is no whole job yet: users put line feeds into the names of their jobs.
  ///
  /// - Returns: whether it was kept.
  private mutating func join(_ text: Substring, _ cluster: inout SlurmCluster) -> Bool {
    if text.hasPrefix("JobId=") {
      closeJob(&cluster)
      open = (String(text), 1)
    } else {
      guard let before = open, before.lines < Self.jobLinesMax,
        before.text.utf8.count + text.utf8.count < LineCutter.bytesMax
      else { return false }
      open = (before.text + "\n" + text, before.lines + 1)
    }
    // All that is read of a job stands before this word; a job without it goes on in the next line.
    // A word that begins a line belongs to the name.
    if ScontrolLine("\n" + text)["MinCPUsNode"] != nil { closeJob(&cluster) }
    return true
  }

  private mutating func closeJob(_ cluster: inout SlurmCluster) {
    guard let job = open else { return }
    open = nil
    read(.text(job.text[...]), &cluster)
  }

  private mutating func read(_ line: LineCutter.Line, _ cluster: inout SlurmCluster) {
    refused.take(line) { (text) throws(SlurmText.Malformed) in
      switch list {
      case .nodes: cluster.nodes.append(try ScontrolLine(text).node())
      case .jobs:
        guard let (job, placements) = try ScontrolLine(text).placements() else { return }
        cluster.placements[job] = placements
      case .reservations:
        guard let (reservation, flags) = try ScontrolLine(text).reservation(&clock) else { return }
        cluster.reserved.add(reservation, flags: flags)
      case .associations:
        let (number, holder) = try SacctmgrRow(text, columns: SacctmgrRow.associationColumns)
          .association()
        cluster.associations[number] = holder
      }
    }
  }
}
