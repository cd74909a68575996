import Foundation
import Quantities

/// Reading sources of type `reservations` and `assignments`.
extension ConfigurationReader {
  private static let accessKeys = ["file", "url", "url_file"]
  private static let serverKeys = [
    "basic_auth", "authorization", "tls_config", "headers", "timeout",
  ]
  private static let dateLetters = "djmnYyGHghisAa"

  func readReservations(_ section: Section) -> ReservationSource? {
    if !section.has("format") {
      section.tell(.missingKey(expected: "csv, ical or librebooking"), of: "format")
    }
    let format = section.choice("format", ReservationSource.Format.self)
    let access = readAccess(section)
    let zone = section.value("time_zone", expected: "a zone such as Asia/Seoul") { text in
      CivilClock(zone: text).map { _ in text }
    }
    let resource = section.choice("resource", ReservationSource.ResourceProperty.self)
    let columns = readColumns(section)
    let dateFormat = section.value(
      "date_format",
      expected: "how times are written, in the letters of PHP's date: Y-m-d H:i, n/j/y g:i A"
    ) { Self.isDateFormat($0) ? $0 : nil }
    let hosts = readHosts(section)
    guard let format, let access else { return nil }
    let foreign = format == .ical ? ["columns", "date_format"] : format == .csv ? ["resource"] : []
    for key in foreign where section.has(key) {
      section.tell(.conflict(with: "format: \(format.rawValue)"), of: key)
    }
    return ReservationSource(
      format: format, access: access, timeZone: zone, columns: columns, dateFormat: dateFormat,
      resource: resource ?? .location, hosts: hosts)
  }

  func readAssignments(_ section: Section) -> AssignmentSource? {
    readAccess(section).map { AssignmentSource(access: $0) }
  }

  /// The cluster of a source of assignments: without its key, the only one of its site.
  ///
  /// - Parameter all: the sections of all sources.
  func assignmentCluster(_ section: Section, among all: [Section]) -> String? {
    if section.has("cluster") { return section.text("cluster", expected: "the cluster's name") }
    let site = section.peek("site")
    let known = Set(all.filter { $0.peek("site") == site }.compactMap { $0.peek("cluster") })
    if known.count == 1 { return known.first }
    section.tell(
      .missingKey(
        expected: known.isEmpty
          ? "the cluster's name, since no other source of the site names one"
          : "one of the site's clusters (\(known.sorted().joined(separator: ", "))); a file for "
            + "several has a column 'cluster' and a source for each of them"), of: "cluster")
    return nil
  }

  private func readAccess(_ section: Section) -> TextAccess? {
    let given = Self.accessKeys.filter(section.has)
    guard let key = given.first else {
      section.tell(
        .missingKey(
          expected: "file: a path, or url: an address, or url_file: the path of a file that holds "
            + "an address that is secret"), of: "file")
      return nil
    }
    if given.count > 1 {
      section.tell(.conflict(with: key), of: given[1])
      return nil
    }
    switch key {
    case "url": return readURL(section).map(TextAccess.url)
    case "url_file":
      return section.text(key, expected: "the path of a file that holds the address")
        .map { .urlFile(resolve($0)) }
    default:
      for key in Self.serverKeys where section.has(key) {
        section.tell(.conflict(with: "file"), of: key)
      }
      return section.text(key, expected: "a path").map { .file(resolve($0)) }
    }
  }

  private func readURL(_ section: Section) -> String? {
    let expected = "an address such as https://booking.example/export.csv"
    guard let url = section.text("url", expected: expected) else { return nil }
    guard let parts = URLComponents(string: url),
      parts.scheme == "http" || parts.scheme == "https", let host = parts.host, !host.isEmpty,
      (1...65_535).contains(parts.port ?? 1), parts.user == nil, parts.password == nil
    else {
      section.tell(.badHiddenValue(expected: expected + ", without user or password"), of: "url")
      return nil
    }
    return url
  }

  private func readColumns(_ section: Section) -> [String: String] {
    guard let columns = section.section("columns", valid: ReservationSource.columnKeys) else {
      return [:]
    }
    var names: [String: String] = [:]
    for key in columns.keys {
      guard let name = columns.text(key, expected: "a column's name in the table's head") else {
        continue
      }
      if let other = names.first(where: { $0.value == name })?.key {
        columns.tell(.conflict(with: other), of: key)
      }
      names[key] = name
    }
    return names
  }

  private func readHosts(_ section: Section) -> [String: String] {
    guard let hosts = section.section("hosts", valid: nil) else { return [:] }
    var names: [String: String] = [:]
    for key in hosts.keys {
      names[key] = hosts.value(
        key, expected: HostRange.expectation + ", or a GPU's UUID such as GPU-5d4c..."
      ) { HostRange.expand($0) == nil ? nil : $0 }
    }
    return names
  }

  /// Whether `text` tells a day: a year, a month and a day of the month.
  private static func isDateFormat(_ text: String) -> Bool {
    let letters = text.filter { ("a"..."z").contains($0) || ("A"..."Z").contains($0) }
    return letters.allSatisfy(dateLetters.contains) && Set(letters).count == letters.count
      && text.contains(where: "Yy".contains) && text.contains(where: "mn".contains)
      && text.contains(where: "dj".contains)
  }
}
