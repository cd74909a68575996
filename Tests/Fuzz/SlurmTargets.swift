import Foundation

@testable import Collectors
@testable import Quantities
@testable import Records

extension FuzzTarget {
  /// Readers of what Slurm's programs print and what slurmrestd answers.
  static let slurm = [
    FuzzTarget(name: "sacct", read: readSacct),
    FuzzTarget(name: "slurmrestd", read: readSlurmrestd),
    FuzzTarget(name: "scontrol", read: readScontrol),
  ]

  /// In a zone with summer time.
  private static let calendar = try? BillingCalendar(zone: "America/New_York")

  /// Jobs are refused or taken, never lost, and whole or in pieces the text says the same.
  private static func readSacct(_ bytes: [UInt8]) {
    guard let calendar else { return promise(false, "the zone is known") }
    var whole = SacctReader(file: "sacct", cluster: "c", calendar: calendar)
    var pieces = whole
    let place = cut(bytes)
    whole.add(bytes)
    pieces.add(bytes[..<place])
    pieces.add(bytes[place...])
    let one = whole.finish()
    let other = pieces.finish()
    check(one)
    promise(
      one.jobs == other.jobs && one.rejections == other.rejections
        && one.rowCount == other.rowCount && one.stepCount == other.stepCount,
      "a table cut at byte \(place) is the whole table")
  }

  /// The same of a slurmrestd's answer.
  private static func readSlurmrestd(_ bytes: [UInt8]) {
    let place = cut(bytes)
    let one = answer([bytes[...]])
    let other = answer([bytes[..<place], bytes[place...]])
    switch (one, other) {
    case (.success(let one), .success(let other)):
      check(one.result)
      promise(
        one.result.jobs == other.result.jobs && one.result.rejections == other.result.rejections
          && one.envelope == other.envelope, "an answer cut at byte \(place) is the whole answer")
      _ = one.envelope.failure?.text
    case (.failure(let one), .failure(let other)):
      promise(one == other, "an answer cut at byte \(place) is refused alike: \(one), \(other)")
    default: promise(false, "an answer cut at byte \(place) is refused as the whole one")
    }
    _ = try? SlurmRESTEnvelope(bytes)
  }

  private static func answer(
    _ pieces: [ArraySlice<UInt8>]
  ) -> Result<SlurmRESTAnswer<SlurmRESTJobs>, MalformedJSON> {
    let stream = SlurmRESTStream(place: "rest", cluster: "c")
    for piece in pieces { piece.withUnsafeBytes { stream.take($0) } }
    return Result { () throws(MalformedJSON) in try stream.answer() }
  }

  /// The lists of scontrol and sacctmgr: the same bytes as each of them.
  private static func readScontrol(_ bytes: [UInt8]) {
    guard let calendar else { return promise(false, "the zone is known") }
    let place = cut(bytes)
    for list in SlurmList.allCases {
      var whole = SlurmCluster()
      var reader = SlurmListReader(list, calendar: calendar)
      reader.add(bytes, to: &whole)
      reader.finish(&whole)
      var pieces = SlurmCluster()
      reader = SlurmListReader(list, calendar: calendar)
      reader.add(bytes[..<place], to: &pieces)
      reader.add(bytes[place...], to: &pieces)
      reader.finish(&pieces)
      promise(
        whole.nodes == pieces.nodes && whole.rejections == pieces.rejections
          && whole.reserved.forWork == pieces.reserved.forWork
          && whole.placements == pieces.placements, "\(list) cut at byte \(place) are the same")
      check(whole)
    }
    let window = TimeRange(milliseconds: 1_795_438_800_000..<1_795_525_200_000)
    var clock = LocalClock(calendar)
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if let row = try? SacctmgrRow(line, columns: SacctmgrRow.eventColumns),
        let outage = try? row.outage(in: window, &clock)
      {
        promise(window.start <= outage.range.start && outage.range.end <= window.end, "\(outage)")
      }
      if let row = try? SacctmgrRow(line, columns: SacctmgrRow.reservationColumns) {
        _ = try? row.reservation(in: window, [7: ("ml", "alice")], &clock)
      }
    }
  }

  private static func check(_ cluster: SlurmCluster) {
    for node in cluster.nodes { promise((0...GresText.gpusMax).contains(node.gpuCount), "\(node)") }
    for reservation in cluster.reserved.forWork {
      promise(!reservation.range.isEmpty && !reservation.hosts.isEmpty, "\(reservation)")
    }
    for (job, placements) in cluster.placements {
      promise(placements.count <= HostRange.hostsMax, "job \(job) has \(placements.count) hosts")
      promise(placements.allSatisfy { $0.indexes.count <= GresText.gpusMax }, "job \(job)")
    }
  }

  private static func check(_ result: SacctReader.Result) {
    let refused = result.rejections.reduce(0) { $0 + $1.count }
    promise(
      result.jobs.count + refused >= result.rowCount,
      "\(result.rowCount) rows are \(result.jobs.count) jobs and \(refused) refused")
    for job in result.jobs {
      if let start = job.started, let end = job.ended { promise(start <= end, "jobs end later") }
      promise(job.gpuCount >= 0 && job.taskCount > 0 && job.suspendedMilliseconds >= 0, "\(job)")
      promise(job.hosts.count <= HostRange.hostsMax, "\(job.hosts.count) hosts")
    }
  }
}
