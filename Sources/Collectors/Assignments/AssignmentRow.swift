import Quantities
import Records

/// An assignment of one host, and the line that it stands on.
struct AssignmentRow {
  let assignment: Assignment
  let line: Int
  let from: CivilDate?
  let to: CivilDate?

  /// Whether both give the same GPUs away at the same time.
  ///
  /// Numbers of GPUs don't meet: two teams may each have half of a host.
  func conflicts(with other: AssignmentRow) -> Bool {
    let (one, two) = (assignment, other.assignment)
    if let start = one.start, let end = two.end, start >= end { return false }
    if let start = two.start, let end = one.end, start >= end { return false }
    let isWhole = { (row: Assignment) in row.uuids.isEmpty && row.gpuCount == nil }
    return isWhole(one) || isWhole(two) || !Set(one.uuids).isDisjoint(with: two.uuids)
  }

  func isOfSameHolder(as other: AssignmentRow) -> Bool {
    assignment.team == other.assignment.team && assignment.user == other.assignment.user
  }

  /// What is wrong with both, where they conflict.
  func conflict(with other: AssignmentRow) -> BookingFault {
    let what = assignment.host.isEmpty ? "a GPU" : "host '\(assignment.host)'"
    return BookingFault(
      rule: "assigned twice",
      found: "\(what) is \(told), and on line \(other.line) \(other.told)",
      expected: "GPUs that are one team's at a time; end one with 'to' where the other has 'from'")
  }

  private var told: String {
    let user = assignment.user.isEmpty ? "" : " (\(assignment.user))"
    let from = self.from.map { " from \($0)" } ?? ""
    let to = self.to.map { " to \($0)" } ?? ""
    return "'\(assignment.team)'\(user)\(from)\(to)"
  }
}
