import Quantities
import Store

/// Rounds the money of a report to the digits in which its currency is paid.
///
/// Each column is split by largest remainder, so that its lines sum to its rounded total. Where a
/// column is the sum of others, that stays true of every line and of the totals: the lines of the
/// sum are rounded first, each line is then split over its parts, and units are moved between two
/// parts of a line, where it changes least, until the parts' columns sum as they should. A part's
/// total may for that differ by one unit from what rounding it alone would give. A column that
/// bounds another is rounded by its distance from that one, so that it stays on its side.
enum MoneyRounding {
  /// Micros in the last of `places` digits.
  static func micros(perUnitOf places: Int) -> Int128 {
    var unit: Int128 = 1
    for _ in min(places, 6)..<6 { unit *= 10 }
    return unit
  }

  /// `report` with its money in whole units.
  static func round(_ report: Report) -> Report {
    guard !report.isRounded else { return report }
    var rounded = report
    rounded.isRounded = true
    for lines in report.balanced {
      let currency = lines.first.map { report.currency(of: report.rows[$0]) } ?? report.currency
      let unit = micros(perUnitOf: currency.minorDigits)
      let sums = report.sums.filter { isSum($0, in: report, lines: lines) }
      let summed = Set(
        sums.flatMap { [$0.total] + $0.parts } + report.bounds.map(\.name))
      for (index, column) in report.columns.enumerated()
      where column.unit == .money && !summed.contains(column.name) {
        let exact = lines.map { amount(report.rows[$0][index]) }
        if report.overlapping.contains(column.name) {
          let own = exact.map { Rounding.halfEven($0, dividedBy: unit) }
          rounded.write(own, column: index, lines: lines, unit: unit)
          continue
        }
        rounded.write(split(exact, unit: unit), column: index, lines: lines, unit: unit)
      }
      for sum in sums { round(sum, in: report, to: &rounded, lines: lines, unit: unit) }
      for bound in report.bounds {
        round(bound, in: report, to: &rounded, lines: lines, unit: unit)
      }
    }
    return rounded
  }

  /// Whole units for `exact` that sum to its rounded total: largest remainder, earlier lines first.
  ///
  /// - Complexity: O(n log n).
  static func split(_ exact: [Int128], unit: Int128) -> [Int128] {
    let total = Rounding.halfEven(exact.reduce(0, +), dividedBy: unit)
    return split(exact, unit: unit, total: total)
  }

  private static func split(_ exact: [Int128], unit: Int128, total: Int128) -> [Int128] {
    var units = exact.map { floor($0, unit) }
    let remainders = zip(exact, units).map { $0 - $1 * unit }
    let left = total - units.reduce(0, +)
    precondition(
      left >= 0 && left <= units.count, "BUG: \(units.count) lines can't take \(left) units")
    let order = exact.indices.sorted {
      remainders[$0] != remainders[$1] ? remainders[$0] > remainders[$1] : $0 < $1
    }
    for index in order.prefix(Int(left)) { units[index] += 1 }
    return units
  }

  private static func floor(_ number: Int128, _ unit: Int128) -> Int128 {
    let quotient = number / unit
    return quotient * unit > number ? quotient - 1 : quotient
  }

  private static func amount(_ cell: Cell) -> Int128 {
    guard case .integer(let micros) = cell else { return 0 }
    return Int128(micros)
  }

  private static func round(
    _ bound: QueryFile.Bound, in report: Report, to rounded: inout Report, lines: [Int],
    unit: Int128
  ) {
    guard let column = report.index(of: bound.name), let subject = report.index(of: bound.subject)
    else { return }
    let distances = lines.map { line in
      amount(report.rows[line][column]) - amount(report.rows[line][subject])
    }
    let units = zip(lines, split(distances, unit: unit)).map { line, distance in
      amount(rounded.rows[line][subject]) / unit + distance
    }
    rounded.write(units, column: column, lines: lines, unit: unit)
  }

  private static func isSum(_ sum: QueryFile.Sum, in report: Report, lines: [Int]) -> Bool {
    guard let total = report.index(of: sum.total) else { return false }
    let parts = sum.parts.compactMap { report.index(of: $0) }
    return parts.count == sum.parts.count
      && lines.allSatisfy { line in
        let row = report.rows[line]
        return parts.reduce(0) { $0 + amount(row[$1]) } == amount(row[total])
      }
  }

  private static func round(
    _ sum: QueryFile.Sum, in report: Report, to rounded: inout Report, lines: [Int], unit: Int128
  ) {
    guard let total = report.index(of: sum.total) else { return }
    let parts = sum.parts.compactMap { report.index(of: $0) }
    let totals = split(lines.map { amount(report.rows[$0][total]) }, unit: unit)
    let exact = lines.map { line in parts.map { amount(report.rows[line][$0]) } }
    var cells = zip(exact, totals).map { split($0, unit: unit, total: $1) }
    let columns = parts.indices.map { part in exact.reduce(0) { $0 + $1[part] } }
    let wanted = split(columns, unit: unit, total: totals.reduce(0, +))
    PartBalance(exact: exact, unit: unit, wanted: wanted).settle(&cells)
    rounded.write(totals, column: total, lines: lines, unit: unit)
    for (place, part) in parts.enumerated() {
      rounded.write(cells.map { $0[place] }, column: part, lines: lines, unit: unit)
    }
  }
}

extension Report {
  /// - Shape: `units` and `lines` run side by side.
  fileprivate mutating func write(
    _ units: [Int128], column: Int, lines: [Int], unit: Int128
  ) {
    for (value, line) in zip(units, lines) where rows[line][column] != .null {
      rows[line][column] = .integer(Int64(clamping: value * unit))
    }
  }
}

/// Moves units between the parts of a line until every part's column sums to what is wanted.
private struct PartBalance {
  /// - Shape: a row a line, a cell a part; micros.
  let exact: [[Int128]]
  let unit: Int128
  /// - Shape: one a part; whole units, in all as many as the cells hold.
  let wanted: [Int128]

  /// - Complexity: O(parts² n log n) for n lines.
  func settle(_ cells: inout [[Int128]]) {
    guard !cells.isEmpty else { return }
    var surplus = wanted.indices.map { part in cells.reduce(0) { $0 + $1[part] } - wanted[part] }
    while let from = surplus.firstIndex(where: { $0 > 0 }),
      let to = surplus.firstIndex(where: { $0 < 0 })
    {
      let order = cells.indices
        .map { (line: $0, harm: harm(cells[$0], line: $0, from: from, to: to)) }
        .sorted { $0.harm != $1.harm ? $0.harm < $1.harm : $0.line < $1.line }
      for (line, _) in order.prefix(Int(clamping: min(surplus[from], -surplus[to]))) {
        cells[line][from] -= 1
        cells[line][to] += 1
        surplus[from] -= 1
        surplus[to] += 1
      }
    }
  }

  /// By how much a move takes a line away from its exact amounts; most where one is exactly zero.
  private func harm(_ cells: [Int128], line: Int, from: Int, to: Int) -> Int128 {
    let exact = exact[line]
    func error(_ part: Int, _ units: Int128) -> Int128 {
      let miss = units * unit - exact[part]
      return miss < 0 ? -miss : miss
    }
    let change =
      error(from, cells[from] - 1) - error(from, cells[from])
      + error(to, cells[to] + 1) - error(to, cells[to])
    let penalty = [from, to].count { exact[$0] == 0 }
    return change + Int128(penalty) * unit * 1_000_000
  }
}
