import Quantities
import Store

/// A column that an export file makes of those of its report.
package struct ExportColumn: Hashable, Sendable {
  let name: String
  let template: ColumnTemplate
  /// Where the file says so, counted from one.
  let line: Int
}

extension Report {
  /// The report without the columns of `names`.
  func leavingOut(_ names: Set<String>) -> Report {
    let kept = columns.indices.filter { !names.contains(columns[$0].name) }
    return replacing(
      columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } })
  }

  /// The report with `made` instead of its own columns, numbers in their final decimals.
  ///
  /// - Parameter path: the export file's, for an error.
  func with(_ made: [ExportColumn], path: String) throws(ExportError) -> Report {
    var places: [String: Int] = [:]
    for (index, column) in columns.enumerated() { places[column.name] = index }
    for column in made {
      for choice in column.template.places.flatMap(\.choices)
      where !choice.isLine && places[choice.column] == nil {
        throw .unknownColumn(
          path: path, line: column.line, column: choice.column, report: name,
          known: columns.map(\.name))
      }
    }
    let filled = TemplateFilling(report: self, places: places)
    return replacing(
      columns: made.map { Column(name: $0.name, unit: filled.unit(of: $0.template)) },
      rows: rows.indices.map { line in made.map { filled.cell($0.template, line) } })
  }

  private func replacing(columns: [Column], rows: [[Cell]]) -> Report {
    Report(
      name: name, title: title, question: question, period: period, columns: columns, rows: rows,
      sums: [], balances: [], currency: currency, isRounded: isRounded, isCut: isCut,
      notices: notices)
  }
}

/// Templates filled with the rows of a report.
private struct TemplateFilling {
  let report: Report
  /// Of columns, by name.
  let places: [String: Int]

  /// A number where the template is the place of one alone, else text.
  func unit(of template: ColumnTemplate) -> ColumnUnit {
    guard let only = template.onlyPlace else { return .text }
    let units = only.choices.map { choice in
      choice.isLine
        ? ColumnUnit.count : places[choice.column].flatMap { report.columns[$0].unit } ?? .text
    }
    return units.allSatisfy(\.isNumeric) ? .decimal : .text
  }

  func cell(_ template: ColumnTemplate, _ line: Int) -> Cell {
    if let only = template.onlyPlace { return value(only, line).map(Cell.text) ?? .null }
    var text = ""
    for part in template.parts {
      switch part {
      case .text(let literal): text += literal
      case .place(let place): text += value(place, line) ?? ""
      case .optional(let parts): text += optional(parts, line)
      }
    }
    return text.isEmpty ? .null : .text(text)
  }

  private func optional(_ parts: [ColumnTemplate.Part], _ line: Int) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .place(let place):
        guard let value = value(place, line) else { return "" }
        text += value
      case .optional: break
      }
    }
    return text
  }

  private func value(_ place: ColumnTemplate.Place, _ line: Int) -> String? {
    let row = report.rows[line]
    let money = report.moneyPlaces(of: row)
    for choice in place.choices {
      if choice.isLine { return String(line + 1) }
      guard let index = places[choice.column],
        let text = CellText.exact(row[index], report.columns[index].unit, moneyPlaces: money),
        !text.isEmpty
      else { continue }
      if choice.isTurned { return turned(text) }
      guard let format = place.dayFormat else { return text }
      return CivilDate(text.prefix(10)).map { DayFormat.text($0, format) } ?? text
    }
    return nil
  }

  /// A number with its sign turned; zero has none.
  private func turned(_ number: String) -> String {
    if number.hasPrefix("-") { return String(number.dropFirst()) }
    return number.contains { $0 != "0" && $0 != "." } ? "-" + number : number
  }
}
