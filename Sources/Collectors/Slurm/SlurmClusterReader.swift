import Quantities
import Records
import Transport

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
    for list in SlurmList.allCases {
      var reader = SlurmListReader(list, calendar: calendar)
      do throws(CollectorError) {
        try run(list.command) { reader.add($0, to: &cluster) }
        if list == .reservations { cluster.reservationsAsked = now }
      } catch {
        cluster.shortfalls.append("\(list.subject): \(error)")
      }
      reader.finish(&cluster)
    }
    return cluster
  }

  /// When nodes were down or drained in `window`, and what of it can't be read.
  package func outages(
    in window: TimeRange
  ) throws(CollectorError) -> (outages: [Observation], rejections: [Rejection]) {
    var outages: [Observation] = []
    let rejections = try history("event", in: window, columns: SacctmgrRow.eventColumns) {
      (row, clock) throws(SlurmText.Malformed) in
      if let outage = try row.outage(in: window, &clock) { outages.append(outage) }
    }
    return (outages, rejections)
  }

  /// What was reserved in `window`, as the accounting keeps it.
  package func reservations(
    in window: TimeRange, _ cluster: SlurmCluster
  ) throws(CollectorError) -> SlurmReservations {
    var reserved = SlurmReservations()
    reserved.rejections = try history(
      "reservation", in: window, columns: SacctmgrRow.reservationColumns
    ) { (row, clock) throws(SlurmText.Malformed) in
      let told = try row.reservation(in: window, cluster.associations, &clock)
      if let told { reserved.add(told.reservation, flags: told.flags) }
    }
    return reserved
  }

  /// Reads what the accounting keeps of `what` in a window, a line each.
  ///
  /// - Returns: the lines that can't be read.
  private func history(
    _ what: String, in window: TimeRange, columns: [String],
    _ read: (SacctmgrRow, inout LocalClock) throws(SlurmText.Malformed) -> Void
  ) throws(CollectorError) -> [Rejection] {
    let words = [
      "sacctmgr", "-n", "-P", "show", what, "start=\(SlurmText.local(window.start))",
      "end=\(SlurmText.local(window.end))", "format=" + columns.joined(separator: ","),
    ]
    var clock = LocalClock(calendar)
    var lines = LineCutter()
    var refused = RefusedLines(place: "sacctmgr show \(what)")
    func take(_ line: LineCutter.Line) {
      refused.take(line) { (text) throws(SlurmText.Malformed) in
        try read(SacctmgrRow(text, columns: columns), &clock)
      }
    }
    try run(words) { lines.add($0, take) }
    lines.finish(take)
    return refused.tally.all
  }

  private func run(
    _ words: [String], _ receive: ([UInt8]) -> Void
  ) throws(CollectorError) {
    let command = prefix + ["env", "TZ=UTC", "SLURM_TIME_FORMAT=%s"] + words
    do {
      try CommandOutput(words: command, timeout: timeout).run(receive)
    } catch {
      throw .command(error)
    }
  }
}
