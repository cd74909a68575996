import Quantities
import Store

/// Numbers as people read them: few places, thousands apart.
struct TableNumber {
  /// Cells that a bar of a hundred percent takes.
  private static let barCells = 8

  let unit: ColumnUnit?
  /// Digits after the point of hours and energy: two while all are below a hundred, else one.
  let places: Int

  /// - Parameter cells: all cells of the column.
  init(_ column: Report.Column, cells: some Sequence<Cell>) {
    unit = column.unit
    let hundred: Int64 = column.unit == .kilowattHours ? 360_000_000_000_000 : 360_000_000
    let isLarge = cells.contains {
      guard case .integer(let number) = $0 else { return false }
      return number.magnitude >= hundred.magnitude
    }
    places = isLarge ? 1 : 2
  }

  /// The text of `cell`, empty where it is not known.
  func text(_ cell: Cell, moneyPlaces: Int) -> String {
    switch (cell, unit) {
    case (.integer(let number), .hours), (.integer(let number), .money),
      (.integer(let number), .kilowattHours):
      return text(total: Int128(number), moneyPlaces: moneyPlaces)
    case (.real(let number), .percent):
      return CellText.percent(number) + " " + Self.bar(number)
    case (.integer(let number), .count):
      return Self.grouped(String(number))
    case (.text(let text), _):
      return DisplayWidth.printable(text)
    default:
      return CellText.exact(cell, unit, moneyPlaces: moneyPlaces) ?? ""
    }
  }

  /// The text of a sum in the column's own small unit.
  func text(total: Int128, moneyPlaces: Int) -> String {
    switch unit {
    case .hours: Self.grouped(Self.decimal(total, small: 3_600_000, places: places))
    case .kilowattHours: Self.grouped(Self.decimal(total, small: 3_600_000_000_000, places: places))
    case .money: Self.grouped(CellText.money(total, places: moneyPlaces))
    default: Self.grouped(String(total))
    }
  }

  /// `number` of a unit of which `small` are one, rounded half to even.
  private static func decimal(_ number: Int128, small: Int128, places: Int) -> String {
    var scale: Int128 = 1
    for _ in 0..<places { scale *= 10 }
    return Decimals.text(Rounding.halfEven(number * scale, dividedBy: small), places: places)
  }

  /// Decimal text with a comma after every third digit before the point.
  static func grouped(_ decimal: String) -> String {
    let isNegative = decimal.hasPrefix("-")
    let parts = decimal.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
    guard let whole = parts.first else { return decimal }
    var digits = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { digits += "," }
      digits.append(digit)
    }
    return (isNegative ? "-" : "") + digits + (parts.count == 2 ? "." + parts[1] : "")
  }

  /// A bar for a share of a hundred percent, in eighths of a cell.
  static func bar(_ percent: Double) -> String {
    let eighths = Int((min(100, max(0, percent)) * Double(barCells * 8) / 100).rounded())
    var bar = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { bar.append(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1]) }
    return bar + String(repeating: "░", count: barCells - bar.count)
  }
}
