/// What stands over a column of a table: its name in words, and its unit.
enum TableHeading {
  /// - Parameter currency: code of the money in the column, nil where the lines differ.
  static func text(_ column: Report.Column, currency: String?) -> String {
    guard let unit = column.unit else { return column.name }
    switch unit {
    case .text, .count, .number, .decimal, .time: return words(column.name)
    case .hours:
      if column.name == "gpu_hours" { return "GPU-h" }
      if let rest = stripped(column.name, "_gpu_hours") { return "\(rest) (GPU-h)" }
      return "\(stripped(column.name, "_hours") ?? words(column.name)) (h)"
    case .percent: return "\(stripped(column.name, "_percent") ?? words(column.name)) (%)"
    case .kilowattHours: return "\(stripped(column.name, "_kwh") ?? words(column.name)) (kWh)"
    case .money: return words(column.name) + (currency.map { " (\($0))" } ?? "")
    }
  }

  private static func stripped(_ name: String, _ suffix: String) -> String? {
    name.hasSuffix(suffix) ? words(String(name.dropLast(suffix.count))) : nil
  }

  private static func words(_ name: String) -> String { name.replacing("_", with: " ") }
}
