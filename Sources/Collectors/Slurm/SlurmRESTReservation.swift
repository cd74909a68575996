import Quantities
import Records

/// A reservation as slurmrestd writes it.
///
/// - Source: `/slurm/v0.0.38/reservations/` to `/slurm/v0.0.41/reservations/`.
struct SlurmRESTReservation {
  private(set) var name = ""
  private(set) var flags: [String] = []
  private var nodes = ""
  private var accounts = ""
  private var users = ""
  private var start = SlurmRESTNumber.none
  private var end = SlurmRESTNumber.none

  /// Reads the text of one reservation.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case "name": name = try cursor.looseText()
        case "node_list": nodes = try cursor.looseText()
        case "accounts": accounts = try cursor.looseText()
        case "users": users = try cursor.looseText()
        case "flags": flags = try cursor.looseTexts()
        case "start_time": start = try cursor.slurmNumber()
        case "end_time": end = try cursor.slurmNumber()
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  /// The record of it; nil for one without nodes, of licences say.
  func record() throws(SacctRow.Fault) -> Reservation? {
    if name.isEmpty || nodes.isEmpty || nodes == "(null)" { return nil }
    guard let hosts = HostRange.expand(nodes) else {
      throw SacctRow.Fault(
        rule: "unreadable node_list", found: String(nodes.prefix(80)),
        expected: HostRange.expectation)
    }
    let (from, to) = (try instant(start, "start_time"), try instant(end, "end_time"))
    guard from < to else {
      throw SacctRow.Fault(
        rule: "ends before it starts", found: "\(from) to \(to)", expected: "an end after it")
    }
    return Reservation(
      id: name, range: TimeRange(from, to), hosts: hosts, account: Self.first(accounts),
      user: Self.first(users))
  }

  private func instant(
    _ number: SlurmRESTNumber, _ field: String
  ) throws(SacctRow.Fault) -> UTCInstant {
    let expected = "seconds since 1970"
    let seconds = try number.value(field, in: 1...SlurmText.secondsMaximum, expected: expected)
    guard let seconds else {
      throw SacctRow.Fault(rule: "unreadable \(field)", found: "none", expected: expected)
    }
    return UTCInstant(milliseconds: seconds * UTCInstant.millisecondsPerSecond)
  }

  /// The first of a list; those that may not use it have a minus before them.
  private static func first(_ list: String) -> String {
    list.split(separator: ",").first { !$0.hasPrefix("-") }.map(String.init) ?? ""
  }
}
