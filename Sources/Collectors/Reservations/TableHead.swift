import Quantities

/// The columns of a table, as its first line names them.
struct TableHead<Column: Hashable & Sendable> {
  private let places: [Column: Int]
  let count: Int

  /// - Parameters:
  ///   - names: by column: the names that it may have, the first found counts.
  ///   - isClosed: whether a column of another name is refused.
  /// - Throws: what is wrong with the head, in words.
  init(
    _ fields: [String], names: [(column: Column, names: [String])], required: [Column],
    isClosed: Bool
  ) throws(TableHeadFault) {
    let found = fields.map { $0.trimmingBlanks().lowercased() }
    var places: [Column: Int] = [:]
    for (column, names) in names {
      let name = names.first { found.contains($0.lowercased()) }
      places[column] = name.flatMap { found.firstIndex(of: $0.lowercased()) }
    }
    let all = names.flatMap(\.names)
    let known = Set(all.map { $0.lowercased() })
    for (index, field) in found.enumerated() where known.contains(field) || isClosed {
      guard known.contains(field) else {
        let shown = String(fields[index].trimmingBlanks())
        let nearest = NearestName.find(shown, among: all)
        throw TableHeadFault(
          "unknown column '\(shown.prefix(80))'; "
            + (nearest.map { "did you mean '\($0)'?" }
              ?? "known columns are " + all.joined(separator: ", ")))
      }
      guard found.firstIndex(of: field) == index else {
        throw TableHeadFault("column '\(field)' comes twice; keep one of them")
      }
    }
    for column in required where places[column] == nil {
      let wanted = names.first { $0.column == column }?.names.first ?? ""
      throw TableHeadFault(
        "column '\(wanted)' is missing in the first line, which has "
          + fields.filter { !$0.isEmpty }.map { "'\($0.prefix(40))'" }.prefix(20)
          .joined(separator: ", "))
    }
    self.places = places
    count = fields.count
  }

  /// Whether the table has a column.
  func has(_ column: Column) -> Bool { places[column] != nil }

  /// The text of a column without blanks around it, empty where the table lacks it.
  func text(_ column: Column, of fields: [String]) -> String {
    guard let place = places[column], place < fields.count else { return "" }
    return String(fields[place].trimmingBlanks())
  }
}

/// What is wrong with a table's first line.
struct TableHeadFault: Error, Equatable {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
