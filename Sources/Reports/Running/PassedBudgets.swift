import Quantities
import Store

extension Report {
  /// A sentence for each line of the report `budgets` whose spending reached a threshold.
  package var passedBudgets: [String] {
    rows.compactMap { row in
      guard case .integer(let passed) = cell("passed_percent", of: row),
        case .text(let team) = cell("team", of: row), case .text(let month) = cell("month", of: row)
      else { return nil }
      let percent = CellText.exact(cell("spent_percent", of: row), .percent, moneyPlaces: 0) ?? ""
      return "team '\(team)' spent \(percent) % of its budget for \(month), past \(passed) %: "
        + "\(money("spent", of: row)) of \(money("budget", of: row)) \(currency(of: row))"
        + forecast(of: row)
    }
  }

  private func forecast(of row: [Cell]) -> String {
    guard case .integer(let days) = cell("days_left", of: row), days > 0,
      cell("forecast", of: row) != .null
    else { return "" }
    return "; \(money("forecast", of: row)) at the month's end if it goes on like this, "
      + "\(money("forecast_low", of: row)) at least, \(money("forecast_high", of: row)) at most"
  }

  private func money(_ name: String, of row: [Cell]) -> String {
    guard case .integer(let micros) = cell(name, of: row) else { return "" }
    let digits = CellText.money(Int128(micros), places: currency(of: row).minorDigits)
    return TableNumber.grouped(digits)
  }

  private func cell(_ name: String, of row: [Cell]) -> Cell {
    index(of: name).map { row[$0] } ?? .null
  }
}
