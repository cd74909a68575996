import Quantities
import Records

/// Reads bookings from a table: one with our columns, or a report of LibreBooking.
struct BookingTable {
  /// A table has at most so many rows.
  static let rowsMax = 500_000

  /// What a column tells.
  enum Column: String, CaseIterable {
    case id, source, cluster, resource, gpuCount, gpuModel, team, user, start, end, state, booked
  }

  /// The usual names of the columns.
  private static let names: [(Column, [String])] = [
    (.source, ["source"]), (.id, ["reservation_id"]), (.cluster, ["cluster"]),
    (.resource, ["resource"]), (.gpuCount, ["gpu_count"]), (.gpuModel, ["gpu_model"]),
    (.team, ["team"]), (.user, ["user"]), (.start, ["start"]), (.end, ["end"]),
    (.state, ["state"]), (.booked, ["booked", "created", "updated"]),
  ]
  /// - Source: LibreBooking, lang/en_us.php and lib/Application/Reporting/ReportDefinition.php.
  private static let reportNames: [(Column, [String])] = [
    (.id, ["Reference Number"]), (.resource, ["Resource"]), (.user, ["User"]),
    (.start, ["Begin"]), (.end, ["End"]), (.state, ["Status"]), (.booked, ["Created"]),
  ]
  /// - Source: the same, `short_datetime` of en_us.
  private static let reportDates = "n/j/y g:i A"
  /// By the key that the configuration has for it.
  private static let keys: [String: Column] = [
    "id": .id, "cluster": .cluster, "resource": .resource, "gpu_count": .gpuCount,
    "gpu_model": .gpuModel, "team": .team, "user": .user, "start": .start, "end": .end,
    "state": .state, "booked": .booked,
  ]
  private static let cancelledStates: Set<String> = [
    "cancelled", "canceled", "deleted", "rejected",
  ]
  private static let bookedStates: Set<String> = ["", "confirmed", "booked", "active", "tentative"]

  private let settings: ReservationSettings
  private let times: TableTimes
  private let isReport: Bool
  private var resources: BookedResources
  private var intake: BookingIntake

  init(settings: ReservationSettings, now: UTCInstant) {
    self.settings = settings
    isReport = settings.format == .librebooking
    times = TableTimes(
      clock: settings.clock, format: settings.dateFormat ?? (isReport ? Self.reportDates : nil))
    resources = BookedResources(known: settings.hosts)
    intake = BookingIntake(file: settings.place.shown, isMerging: isReport, now: now)
  }

  /// The bookings of `text`.
  ///
  /// - Throws: ``CollectorError/unusableText(place:reason:)`` where it is no such table at all.
  mutating func read(_ text: String) throws(CollectorError) -> ReservationImport {
    let table = try HeadedTable(text, place: settings.place.shown, rowsMax: Self.rowsMax)
    let head: TableHead<Column>
    do {
      head = try readHead(table.head.fields)
    } catch {
      throw table.unusable(error.reason)
    }
    for row in table.rows { readRow(row, head) }
    return intake.finish()
  }

  private func readHead(_ fields: [String]) throws(TableHeadFault) -> TableHead<Column> {
    var names = isReport ? Self.reportNames : Self.names
    for (key, name) in settings.columns {
      guard let column = Self.keys[key] else { continue }
      names.removeAll { $0.0 == column }
      names.append((column, [name]))
    }
    let given = settings.columns.keys.sorted().compactMap { Self.keys[$0] }
    // Our own columns are all known; other tables have more than what is read.
    return try TableHead(
      fields, names: names.sorted { $0.0.rawValue < $1.0.rawValue },
      required: [.id, .start, .end] + (isReport ? [.resource] : []) + given,
      isClosed: !isReport && settings.columns.isEmpty)
  }

  private mutating func readRow(_ row: CSVTable.Row, _ head: TableHead<Column>) {
    var fields = row.fields
    while fields.count > head.count, fields.last?.isEmpty == true { fields.removeLast() }
    if isReport { fields = fields.map(HTMLText.plain) }
    let id = head.text(.id, of: fields)
    guard fields.count == head.count else {
      intake.refuse(
        BookingFault(
          rule: "wrong number of columns", found: "\(fields.count) columns",
          expected: "\(head.count), as in the first line"), line: row.line, id: id)
      return
    }
    let cluster = head.text(.cluster, of: fields)
    guard cluster.isEmpty || cluster == settings.cluster else {
      intake.leaveOutOtherCluster()
      return
    }
    do {
      if try isCancelled(head.text(.state, of: fields)) {
        intake.leaveOutCancelled(start: times.instant(head.text(.start, of: fields)))
      } else {
        intake.add(try reservation(fields, head), line: row.line)
      }
    } catch {
      intake.refuse(error, line: row.line, id: id)
    }
  }

  private func isCancelled(_ text: String) throws(BookingFault) -> Bool {
    let state = text.lowercased()
    if Self.cancelledStates.contains(state) { return true }
    // A report's states are translated; those that aren't deleted are booked.
    guard isReport || Self.bookedStates.contains(state) else {
      throw BookingFault(
        rule: "unknown state", found: "'\(text.prefix(80))'", expected: "confirmed or cancelled")
    }
    return false
  }

  private mutating func reservation(
    _ fields: [String], _ head: TableHead<Column>
  ) throws(BookingFault) -> Reservation {
    let id = head.text(.id, of: fields)
    guard !id.isEmpty else {
      throw BookingFault(
        rule: "no id", found: "nothing", expected: "an id that the booking keeps when it is moved")
    }
    let start = try instant(.start, fields, head)
    let end = try instant(.end, fields, head)
    guard start < end else {
      throw BookingFault(
        rule: "ends before it starts", found: "\(start) to \(end)",
        expected: "an end after the start; it is the first moment that isn't booked")
    }
    let gpuCount = try count(head.text(.gpuCount, of: fields))
    let named = head.text(.resource, of: fields)
    guard !named.isEmpty || gpuCount != nil else {
      throw BookingFault(
        rule: "no resource", found: "neither a resource nor a number of GPUs",
        expected: BookedResource.expectation + ", or gpu_count for any GPUs of the cluster")
    }
    let resource = named.isEmpty ? BookedResource() : try resources.resource(named)
    if let gpuCount, !resource.uuids.isEmpty, gpuCount != resource.uuids.count {
      throw BookingFault(
        rule: "another number of GPUs than it names", found: "\(gpuCount)",
        expected: "\(resource.uuids.count), or nothing")
    }
    let booked = head.text(.booked, of: fields)
    return Reservation(
      id: id, range: TimeRange(start, end), hosts: resource.hosts, uuids: resource.uuids,
      gpuCount: resource.uuids.isEmpty ? gpuCount : nil,
      gpuModel: head.text(.gpuModel, of: fields), team: head.text(.team, of: fields),
      user: head.text(.user, of: fields),
      booked: booked.isEmpty ? nil : try instant(.booked, fields, head))
  }

  private func instant(
    _ column: Column, _ fields: [String], _ head: TableHead<Column>
  ) throws(BookingFault) -> UTCInstant {
    let text = head.text(column, of: fields)
    guard let instant = times.instant(text) else {
      throw BookingFault(
        rule: "unreadable \(column.rawValue)", found: "'\(text.prefix(80))'",
        expected: times.expectation)
    }
    return instant
  }

  private func count(_ text: String) throws(BookingFault) -> Int? {
    if text.isEmpty { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      (1...1_000_000).contains(count)
    else {
      throw BookingFault(
        rule: "unreadable gpu_count", found: "'\(text.prefix(80))'",
        expected: "a whole number of GPUs on all its hosts together, or nothing for all of them")
    }
    return count
  }
}
