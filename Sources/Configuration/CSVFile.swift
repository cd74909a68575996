import Quantities

/// A CSV file with named columns, one entry a line, telling all that is wrong with it.
struct CSVFile {
  let path: String
  let reader: ConfigurationReader
  /// The columns that it may have.
  let columns: [String]
  let requiredColumns: [String]
  /// Whether it may have others too.
  var isOpen = false

  /// One line below the head.
  struct Row {
    let fields: [String]
    let columns: [String: Int]
    let line: Int

    /// The text of a column, nil where the column or its text is absent.
    func text(_ column: String) -> String? {
      guard let index = columns[column] else { return nil }
      let text = fields[index].trimmingBlanks()
      return text.isEmpty ? nil : String(text)
    }
  }

  /// The rows of a file whose content is `text`.
  ///
  /// - Parameter check: tells more of what is wrong with the columns, given their places.
  func rows(of text: String, check: ([String: Int], Int) -> Void = { _, _ in }) -> [Row] {
    let table: CSVTable
    do {
      table = try CSVTable(text)
    } catch {
      tell(.badCSV(error.reason), error.line, "")
      return []
    }
    guard let head = table.rows.first, let columns = readHead(head, check: check) else {
      if table.rows.isEmpty, let first = requiredColumns.first {
        tell(.missingColumn(first), 1, "")
      }
      return []
    }
    return table.rows.dropFirst().compactMap { row in
      guard row.fields.count == head.fields.count else {
        tell(.fieldCount(found: row.fields.count, expected: head.fields.count), row.line, "")
        return nil
      }
      return Row(fields: row.fields, columns: columns, line: row.line)
    }
  }

  private func readHead(
    _ head: CSVTable.Row, check: ([String: Int], Int) -> Void
  ) -> [String: Int]? {
    let before = reader.problems.problems.count
    var places: [String: Int] = [:]
    for (index, field) in head.fields.enumerated() {
      let name = String(field.trimmingBlanks())
      if !isOpen, !columns.contains(name) {
        let nearest = NearestName.find(name, among: columns)
        tell(.unknownKey(nearest: nearest, valid: columns), head.line, name)
      }
      if isOpen, places[name] != nil { continue }
      if places.updateValue(index, forKey: name) != nil {
        tell(.repeatedName(name, firstLine: head.line), head.line, name)
      }
    }
    for name in requiredColumns where places[name] == nil {
      tell(.missingColumn(name), head.line, "")
    }
    check(places, head.line)
    return reader.problems.problems.count == before ? places : nil
  }

  /// The text of a column that must have one.
  func required(_ column: String, expected: String, _ row: Row) -> String? {
    let text = row.text(column)
    if text == nil { tell(.missingKey(expected: expected), row.line, column) }
    return text
  }

  /// What `parse` makes of `text`.
  func parsed<Value>(
    _ text: String, _ parse: (String) -> Value?, _ column: String, _ expected: String, _ row: Row
  ) -> Value? {
    if let value = parse(text) { return value }
    tell(.badValue(found: text, expected: expected), row.line, column)
    return nil
  }

  /// The days in the columns `in_service` and `retired`.
  func span(_ row: Row) -> (from: CivilDate?, to: CivilDate?) {
    func day(_ column: String) -> CivilDate? {
      row.text(column).flatMap {
        parsed($0, { CivilDate($0) }, column, "a day such as 2026-11-23", row)
      }
    }
    let (from, to) = (day("in_service"), day("retired"))
    if let from, let to, from >= to {
      tell(.emptySpan(from: from.description, to: to.description), row.line, "retired")
    }
    return (from, to)
  }

  func place(_ line: Int, _ column: String) -> Place {
    Place(file: path, line: line, key: column)
  }

  func tell(_ fault: ConfigurationProblem.Fault, _ line: Int, _ column: String) {
    reader.problems.add(fault, at: place(line, column))
  }
}
