import Quantities

/// A table of CSV in whatever separator its first line has, cut into head and rows.
struct HeadedTable {
  private let place: String
  let head: CSVTable.Row
  /// Those that say anything.
  let rows: [CSVTable.Row]

  /// - Parameter place: what the table is called in messages.
  /// - Throws: ``CollectorError/unusableText(place:reason:)`` where it is no such table at all.
  init(_ text: String, place: String, rowsMax: Int) throws(CollectorError) {
    self.place = place
    let table: CSVTable
    do {
      table = try CSVTable(text, separator: Self.separator(of: text), rowsMax: rowsMax)
    } catch {
      throw .unusableText(
        place: "\(place):\(error.line)", reason: "this is not CSV of RFC 4180: \(error.reason)")
    }
    guard let head = table.rows.first else {
      throw .unusableText(
        place: "\(place):1",
        reason: "the table is empty; expected a first line with the columns' names")
    }
    self.head = head
    rows = table.rows.dropFirst().filter { row in row.fields.contains { !$0.isEmpty } }
  }

  /// Why the head won't do.
  func unusable(_ reason: String) -> CollectorError {
    .unusableText(place: "\(place):\(head.line)", reason: reason)
  }

  /// Which of `,`, `;` and a tab stands between the fields of the first line.
  private static func separator(of text: String) -> Character {
    var counts: [Character: Int] = [:]
    var isQuoted = false
    for character in text.prefix(10_000) {
      if character.isNewline, !isQuoted, !counts.isEmpty { break }
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, ",;\t".contains(character) { counts[character, default: 0] += 1 }
    }
    return ([",", ";", "\t"] as [Character]).max { counts[$0] ?? 0 < counts[$1] ?? 0 }
      .flatMap { counts[$0] == nil ? nil : $0 } ?? ","
  }
}
