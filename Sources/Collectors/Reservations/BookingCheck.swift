import Quantities
import Records

extension ReservationCollector {
  /// What the source says, as a person would look at it.
  ///
  /// - Parameter known: the hosts of the inventory, empty where it has none of the cluster.
  package func check(now: UTCInstant, known: Set<String>) async -> SourceCheck {
    var check = SourceCheck()
    do {
      let result = try await collect(now: now)
      let bookings = result.reservations
      let hosts = Set(bookings.flatMap(\.hosts))
      let teams = Set(bookings.map(\.team)).subtracting([""])
      check.findings.append(
        result.summary + "; \(hosts.count) hosts, teams: "
          + SourceCheck.listed(teams.sorted(), most: 5))
      if let first = bookings.map(\.range.start).min(), let last = bookings.map(\.range.end).max() {
        check.findings.append("from \(first) to \(last)")
      }
      let booked = bookings.filter { $0.booked != nil }.count
      if !bookings.isEmpty {
        check.findings.append("when it was booked is known of \(booked)")
      }
      if result.hasEndlessSeries {
        check.findings.append("series without an end are read up to a year from now")
      }
      if bookings.isEmpty { check.warnings.append("there are no bookings") }
      check.warnings += HostNames.warnings(of: hosts, known: known)
      check.warnings += Self.warnings(of: result.rejections)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }

  /// A few of what was refused, and how many more there are.
  static func warnings(of rejections: [Rejection]) -> [String] {
    let more = rejections.dropFirst(5).reduce(0) { $0 + $1.count }
    return rejections.prefix(5).map { "refused: \($0)" }
      + (more > 0 ? ["refused: \(more) more"] : [])
  }
}

extension AssignmentCollector {
  /// What the source says, as a person would look at it.
  ///
  /// - Parameter known: the hosts of the inventory, empty where it has none of the cluster.
  package func check(known: Set<String>) async -> SourceCheck {
    var check = SourceCheck()
    do {
      let result = try await collect()
      let hosts = Set(result.assignments.map(\.host)).subtracting([""])
      let teams = Set(result.assignments.map(\.team))
      check.findings.append(
        result.summary + "; \(hosts.count) hosts, teams: "
          + SourceCheck.listed(teams.sorted(), most: 5))
      if result.assignments.isEmpty { check.warnings.append("there are no assignments") }
      check.warnings += HostNames.warnings(of: hosts, known: known)
      check.warnings += ReservationCollector.warnings(of: result.rejections)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }
}

/// Names of hosts, as people are told of them.
enum HostNames {
  /// What to say of hosts that the inventory doesn't have.
  ///
  /// Names that are the same up to the first dot are one host.
  static func warnings(of hosts: Set<String>, known: Set<String>) -> [String] {
    guard !known.isEmpty else { return [] }
    let short = Set(known.map(HostKey.short))
    let unknown = hosts.filter { !short.contains(HostKey.short($0)) }
    guard !unknown.isEmpty else { return [] }
    return [
      "\(unknown.count) hosts are not in the inventory of the cluster: "
        + "\(SourceCheck.listed(unknown.sorted(), most: 5)); compare their names"
    ]
  }
}
