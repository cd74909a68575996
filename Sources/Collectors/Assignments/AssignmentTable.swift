import Quantities
import Records

/// Reads assignments from a table: `host,gpu,gpu_count,team,user,from,to`.
struct AssignmentTable {
  /// A table has at most so many rows.
  static let rowsMax = 100_000
  /// All rows together name at most so many hosts: each of a row has an assignment of its own.
  static let hostsMax = 1_000_000
  /// One host stands in at most so many rows.
  static let rowsOfHostMax = 1_000

  /// What a column tells.
  enum Column: Hashable {
    case cluster, host, gpu, gpuCount, team, user, from, to
  }

  private static let names: [(Column, [String])] = [
    (.cluster, ["cluster"]), (.host, ["host", "hosts"]), (.gpu, ["gpu", "gpu_uuid"]),
    (.gpuCount, ["gpu_count"]), (.team, ["team"]), (.user, ["user"]), (.from, ["from"]),
    (.to, ["to"]),
  ]
  private static let days = "a day such as 2026-11-23, or nothing"

  private let settings: AssignmentSettings
  private var resources = BookedResources(known: [:], toldMax: hostsMax)
  private var tally = RejectionTally()
  private var result = AssignmentImport()
  private var placeCount = 0
  /// By host: what came, each with its line.
  private var byHost: [String: [AssignmentRow]] = [:]

  init(settings: AssignmentSettings) {
    self.settings = settings
  }

  /// The assignments of `text`.
  ///
  /// - Throws: ``CollectorError/unusableText(place:reason:)`` where it is no such table at all.
  mutating func read(_ text: String) throws(CollectorError) -> AssignmentImport {
    let table = try HeadedTable(text, place: settings.place.shown, rowsMax: Self.rowsMax)
    let head: TableHead<Column>
    do {
      head = try TableHead(
        table.head.fields, names: Self.names, required: [.team], isClosed: true)
    } catch {
      throw table.unusable(error.reason)
    }
    guard head.has(.host) || head.has(.gpu) else {
      throw table.unusable("column 'host' is missing in the first line")
    }
    for row in table.rows { readRow(row, head) }
    return finish()
  }

  private mutating func readRow(_ row: CSVTable.Row, _ head: TableHead<Column>) {
    var fields = row.fields
    while fields.count > head.count, fields.last?.isEmpty == true { fields.removeLast() }
    let named = head.text(.host, of: fields)
    let hosts: [String]
    do {
      hosts = try self.hosts(named)
    } catch {
      refuse(error, line: row.line, hosts: [])
      return
    }
    let cluster = head.text(.cluster, of: fields)
    guard cluster.isEmpty || cluster == settings.cluster else {
      result.otherClusterCount += 1
      return
    }
    do throws(BookingFault) {
      guard fields.count == head.count else {
        throw BookingFault(
          rule: "wrong number of columns", found: "\(fields.count) columns",
          expected: "\(head.count), as in the first line")
      }
      for new in try assignments(fields, head, hosts: hosts, line: row.line) {
        byHost[new.assignment.host, default: []].append(new)
      }
    } catch {
      refuse(error, line: row.line, hosts: hosts)
    }
  }

  private mutating func hosts(_ text: String) throws(BookingFault) -> [String] {
    if text.isEmpty { return [] }
    let resource = try resources.resource(text)
    guard resource.uuids.isEmpty else {
      throw BookingFault(
        rule: "a GPU in place of a host", found: "'\(text.prefix(80))'",
        expected: HostRange.expectation + "; UUIDs belong in the column 'gpu'")
    }
    return resource.hosts
  }

  private mutating func assignments(
    _ fields: [String], _ head: TableHead<Column>, hosts: [String], line: Int
  ) throws(BookingFault) -> [AssignmentRow] {
    let team = head.text(.team, of: fields)
    guard !team.isEmpty else {
      throw BookingFault(rule: "no team", found: "nothing", expected: "the team's name")
    }
    let named = head.text(.gpu, of: fields)
    let uuids = named.isEmpty ? [] : try resources.resource(named).uuids
    guard named.isEmpty || !uuids.isEmpty else {
      throw BookingFault(
        rule: "not a GPU", found: "'\(named.prefix(80))'",
        expected: "UUIDs such as GPU-5d4c..., as nvidia-smi -L prints them")
    }
    guard !hosts.isEmpty || !uuids.isEmpty else {
      throw BookingFault(
        rule: "no host", found: "neither a host nor a GPU", expected: HostRange.expectation)
    }
    guard uuids.isEmpty || hosts.count <= 1 else {
      throw BookingFault(
        rule: "a GPU of several hosts", found: "\(hosts.count) hosts",
        expected: "the one host that has the GPU")
    }
    let count = try count(head.text(.gpuCount, of: fields), uuids)
    let from = try day(.from, "from", fields, head)
    let to = try day(.to, "to", fields, head)
    if let from, let to, from >= to {
      throw BookingFault(
        rule: "ends before it starts", found: "\(from) to \(to)",
        expected: "a later day; 'to' is the first day that is no longer assigned")
    }
    return (hosts.isEmpty ? [""] : hosts).map { host in
      AssignmentRow(
        assignment: Assignment(
          host: host, uuids: uuids, gpuCount: count, team: team, user: head.text(.user, of: fields),
          start: from.map(settings.calendar.start), end: to.map(settings.calendar.start)),
        line: line, from: from, to: to)
    }
  }

  /// - Returns: nil for all of the host's, or where UUIDs say it.
  private func count(_ text: String, _ uuids: [String]) throws(BookingFault) -> Int? {
    if text.isEmpty { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      (1...1_024).contains(count)
    else {
      throw BookingFault(
        rule: "unreadable gpu_count", found: "'\(text.prefix(80))'",
        expected: "a whole number of GPUs on each host, 1 to 1024, or nothing for all of them")
    }
    guard uuids.isEmpty || uuids.count == count else {
      throw BookingFault(
        rule: "another number of GPUs than it names", found: "\(count)",
        expected: "\(uuids.count), or nothing")
    }
    return uuids.isEmpty ? count : nil
  }

  private func day(
    _ column: Column, _ name: String, _ fields: [String], _ head: TableHead<Column>
  ) throws(BookingFault) -> CivilDate? {
    let text = head.text(column, of: fields)
    if text.isEmpty { return nil }
    guard let day = CivilDate(text), (1970...9998).contains(day.year) else {
      throw BookingFault(
        rule: "unreadable \(name)", found: "'\(text.prefix(80))'", expected: Self.days)
    }
    return day
  }

  private mutating func refuse(_ fault: BookingFault, line: Int, hosts: [String]) {
    result.refusedHosts.formUnion(hosts)
    placeCount += 1
    let place = settings.place.shown + (placeCount <= BookingIntake.placesMax ? ":\(line)" : "")
    tally.add(
      Rejection(place: place, rule: fault.rule, found: fault.found, expected: fault.expected))
  }

  private mutating func finish() -> AssignmentImport {
    for (host, rows) in byHost.sorted(by: { $0.key < $1.key }) {
      guard rows.count <= Self.rowsOfHostMax else {
        refuse(
          BookingFault(
            rule: "host too often", found: "\(rows.count) rows of host '\(host)'",
            expected: "\(Self.rowsOfHostMax) at most"), line: rows[0].line, hosts: [host])
        continue
      }
      var refused: Set<Int> = []
      for (index, row) in rows.enumerated() {
        guard let other = rows[..<index].firstIndex(where: { $0.conflicts(with: row) }) else {
          continue
        }
        refused.insert(index)
        // Of one team's own two the first says it all.
        if !row.isOfSameHolder(as: rows[other]) { refused.insert(other) }
        refuse(row.conflict(with: rows[other]), line: row.line, hosts: [host])
      }
      result.assignments += rows.indices.filter { !refused.contains($0) }
        .map { rows[$0].assignment }
    }
    result.rejections = tally.all
    return result
  }
}
