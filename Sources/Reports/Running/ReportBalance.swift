import Quantities
import Store

extension Report {
  /// Checks that what must balance does, to the micro.
  ///
  /// - Throws: ``ReportError/unbalanced(report:columns:totals:currency:)``.
  func checkBalances() throws(ReportError) {
    for balance in balances {
      guard let left = index(of: balance.left), let right = index(of: balance.right) else {
        continue
      }
      for lines in balanced {
        let totals = [left, right].map { column in
          lines.reduce(Int128(0)) { sum, line in
            guard case .integer(let micros) = rows[line][column] else { return sum }
            return sum + Int128(micros)
          }
        }
        guard totals[0] != totals[1], let first = lines.first else { continue }
        throw .unbalanced(
          report: name, columns: [balance.left, balance.right],
          totals: totals.map { CellText.money($0, places: 6) },
          currency: currency(of: rows[first]).code)
      }
    }
  }

  /// The places of the rows that are rounded together and balance together: those of a currency,
  /// of what balances name besides, and of what has totals of its own.
  var balanced: [[Int]] {
    let names = balances.flatMap(\.within) + (totalsBy.map { [$0] } ?? [])
    let columns = names.compactMap { index(of: $0) }
    var places: [[Cell]: Int] = [:]
    var groups: [[Int]] = []
    for (line, row) in rows.enumerated() {
      let key = [.text(currency(of: row).code)] + columns.map { row[$0] }
      if let place = places[key] {
        groups[place].append(line)
      } else {
        places[key] = groups.count
        groups.append([line])
      }
    }
    return groups
  }

  /// The report without lines of which nothing is left after rounding, where it must balance.
  var withoutEmptyLines: Report {
    let columns = balances.flatMap { [$0.left, $0.right] }.compactMap { index(of: $0) }
    guard !columns.isEmpty else { return self }
    var report = self
    report.rows = rows.filter { row in
      !columns.allSatisfy { row[$0] == .null || row[$0] == .integer(0) }
    }
    return report
  }
}
