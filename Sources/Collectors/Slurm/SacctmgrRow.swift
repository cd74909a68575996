import Quantities
import Records

/// One line that `sacctmgr -n -P show` printed, cut into its columns.
struct SacctmgrRow {
  private let fields: [Substring]

  /// - Parameter columns: what was asked for; what may hold the separator comes last.
  init(_ text: Substring, columns: [String]) throws(SlurmText.Malformed) {
    fields = text.utf8.split(
      separator: UInt8(ascii: "|"), maxSplits: columns.count - 1, omittingEmptySubsequences: false
    ).map { Substring($0) }
    guard fields.count == columns.count else {
      throw SlurmText.Malformed(
        expected: "\(columns.count) columns: " + columns.joined(separator: "|"))
    }
  }

  /// The columns that ``association()`` reads.
  static let associationColumns = ["ID", "Account", "User"]

  /// `ID|Account|User`: who stands behind a number.
  func association() throws(SlurmText.Malformed) -> (Int, (account: String, user: String)) {
    guard let number = Int(fields[0]), !fields[2].utf8.contains(UInt8(ascii: "|")) else {
      throw SlurmText.Malformed(expected: "a number, an account and a user as 7|vision|alice")
    }
    return (number, (String(fields[1]), String(fields[2])))
  }

  /// The columns that ``outage(in:_:)`` reads.
  static let eventColumns = ["NodeName", "TimeStart", "TimeEnd", "State", "Reason"]

  /// When a node was down or drained in `window`; nil where it wasn't, or for what is no node.
  func outage(
    in window: TimeRange, _ clock: inout LocalClock
  ) throws(SlurmText.Malformed) -> Observation? {
    guard !fields[0].isEmpty, let reason = Self.reason(fields[3]) else { return nil }
    let range = try range(from: fields[1], to: fields[2], within: window, &clock)
    guard let range = range.intersection(window), !range.isEmpty else { return nil }
    return Observation(
      kind: .outage, subject: String(fields[0]), attributes: ["reason": reason], range: range)
  }

  /// Why a node in this state takes no work; nil where it does.
  static func reason(_ state: Substring) -> String? {
    let word = state.uppercased()
    // A node whose GPUs are fewer than configured is INVAL: it takes no work either.
    if ["DOWN", "FAIL", "ERROR", "INVAL"].contains(where: word.hasPrefix) { return "down" }
    if word.contains("DRAIN") || word.hasPrefix("DRNG") { return "drained" }
    return word.contains("MAINT") ? "maintenance" : nil
  }

  /// The columns that ``reservation(in:_:_:)`` reads.
  static let reservationColumns = [
    "TimeStart", "TimeEnd", "NodeNames", "Associations", "Flags", "Name",
  ]

  /// What was reserved and its flags; nil for what is of no nodes, or was over at once.
  ///
  /// - Parameter holders: accounts and users by the numbers of associations.
  func reservation(
    in window: TimeRange, _ holders: [Int: (account: String, user: String)],
    _ clock: inout LocalClock
  ) throws(SlurmText.Malformed) -> (reservation: Reservation, flags: Substring)? {
    if fields[2].isEmpty || fields[2] == "(null)" { return nil }
    guard let hosts = HostRange.expand(String(fields[2])) else {
      throw SlurmText.Malformed(expected: HostRange.expectation)
    }
    let range = try range(from: fields[0], to: fields[1], within: window, &clock)
    if range.isEmpty { return nil }
    var named: [(account: String, user: String)] = []
    for text in fields[3].split(separator: ",") {
      guard let number = Int(text) else {
        throw SlurmText.Malformed(expected: "numbers of associations as 7,8")
      }
      if let holder = holders[number] { named.append(holder) }
    }
    let reservation = Reservation(
      id: String(fields[5]), range: range, hosts: hosts, account: named.first?.account ?? "",
      user: named.count == 1 ? named.first?.user ?? "" : "")
    return (reservation, fields[4])
  }

  /// From a start to an end, or to that of `window` where it goes on.
  private func range(
    from start: Substring, to end: Substring, within window: TimeRange, _ clock: inout LocalClock
  ) throws(SlurmText.Malformed) -> TimeRange {
    guard let first = try SlurmText.instant(start, &clock) else {
      throw SlurmText.Malformed(expected: "the time at which it began")
    }
    let told = try SlurmText.instant(end, &clock)
    if let told, told < first { throw SlurmText.Malformed(expected: "an end after the start") }
    // What goes on may have begun after the window.
    return TimeRange(first, told ?? max(first, window.end))
  }
}
