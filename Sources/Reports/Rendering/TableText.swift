import Quantities
import Store

/// A report for people: a head, aligned columns, and the totals.
///
/// Text that is the same in every line stands in the head instead of in a column, and columns of
/// which nothing is known are left out.
struct TableText {
  private struct Column {
    let index: Int
    let heading: String
    let isRight: Bool
    let number: TableNumber
  }

  private let report: Report
  private var columns: [Column] = []
  /// Names and values of the columns that are the same in every line.
  private var common: [(name: String, value: String)] = []

  init(_ report: Report) {
    self.report = report
    let code = Self.code(report)
    for (index, column) in report.columns.enumerated() {
      let cells = report.rows.lazy.map { $0[index] }
      if let value = Self.shared(cells, column) {
        if value != "", value != report.period.label {
          common.append((TableHeading.text(column, currency: nil), value))
        }
        continue
      }
      columns.append(
        Column(
          index: index, heading: TableHeading.text(column, currency: code),
          isRight: column.unit?.isNumeric ?? Self.isNumeric(cells),
          number: TableNumber(column, cells: cells)))
    }
  }

  /// The whole table, the last line ended.
  var text: String {
    var lines = head
    guard !report.rows.isEmpty else {
      return (lines + ["", "no lines", ""]).joined(separator: "\n")
    }
    let body = report.rows.map { row in
      let places = report.moneyPlaces(of: row)
      return columns.map { $0.number.text(row[$0.index], moneyPlaces: places) }
    }
    let groups = report.groups.map { (rows: $0, totals: totals(of: $0)) }
    let widths = columns.indices.map { column in
      let texts = body.lazy.map { $0[column] }
      let widest = texts.map(DisplayWidth.of).max() ?? 0
      let total = groups.compactMap { $0.totals.map { DisplayWidth.of($0[column]) } }.max() ?? 0
      let word = columns[column].heading.split(separator: " ").map { DisplayWidth.of(String($0)) }
      return max(word.max() ?? 0, widest, total)
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    lines += [""] + headings(widths) + [rule]
    for (index, group) in groups.enumerated() {
      if index > 0 { lines.append("") }
      lines += body[group.rows].map { line($0, widths) }
      if let totals = group.totals { lines += [rule, line(totals, widths)] }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    var lines = [report.title]
    if !report.question.isEmpty { lines.append(report.question) }
    lines.append("period: \(report.period.label) (\(report.period.range))")
    if !common.isEmpty {
      lines.append(common.map { "\($0.name): \($0.value)" }.joined(separator: " · "))
    }
    return lines
  }

  /// The sums of the columns that can be summed, nil where one line is all or nothing can be.
  private func totals(of rows: Range<Int>) -> [String]? {
    guard report.rows.count > 1, !report.isCut else { return nil }
    let code = Self.code(report)
    let places = report.rows.first.map { report.moneyPlaces(of: $0) } ?? 6
    var isAny = false
    var cells = columns.map { column -> String in
      let source = report.columns[column.index]
      // Hours on the clock run side by side; only those of GPUs add up.
      guard let unit = source.unit, unit.isSummable, unit != .money || code != nil,
        unit != .hours || source.name.hasSuffix("gpu_hours"),
        !report.overlapping.contains(source.name)
      else { return "" }
      isAny = true
      let total = report.rows[rows].reduce(Int128(0)) { sum, row in
        guard case .integer(let number) = row[column.index] else { return sum }
        return sum + Int128(number)
      }
      return column.number.text(total: total, moneyPlaces: places)
    }
    guard isAny else { return nil }
    let by = report.totalsBy
    if let first = columns.firstIndex(where: {
      !$0.isRight && report.columns[$0.index].name != by
    }) {
      cells[first] = "total"
    }
    if let own = columns.firstIndex(where: { report.columns[$0.index].name == by }),
      let row = rows.first
    {
      cells[own] = columns[own].number.text(report.rows[row][columns[own].index], moneyPlaces: 0)
    }
    return cells
  }

  /// The headings, broken between words where their columns are narrower.
  private func headings(_ widths: [Int]) -> [String] {
    let stacks = columns.indices.map { column -> [String] in
      var stack: [String] = []
      for word in columns[column].heading.split(separator: " ").map(String.init) {
        let longer = (stack.last.map { $0 + " " } ?? "") + word
        if !stack.isEmpty, DisplayWidth.of(longer) <= widths[column] {
          stack[stack.count - 1] = longer
        } else {
          stack.append(word)
        }
      }
      return stack
    }
    let height = stacks.map(\.count).max() ?? 0
    return (0..<height).map { row in
      line(
        stacks.map { stack in
          let place = row - (height - stack.count)
          return place < 0 ? "" : stack[place]
        }, widths)
    }
  }

  private func line(_ texts: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, text) in texts.enumerated() {
      if index > 0 { line += "  " }
      let gap = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
      line += columns[index].isRight ? gap + text : text + gap
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// The code of the only currency, nil where the lines differ.
  private static func code(_ report: Report) -> String? {
    let codes = Set(report.rows.map { report.currency(of: $0).code })
    return codes.count <= 1 ? codes.first ?? report.currency.code : nil
  }

  /// What all cells of a text column say, nil where they differ; "" where none is known.
  private static func shared(_ cells: some Collection<Cell>, _ column: Report.Column) -> String? {
    guard let unit = column.unit, let first = cells.first else { return nil }
    guard cells.allSatisfy({ $0 == first }) else { return nil }
    if first == .null { return "" }
    guard unit == .text, cells.count > 1, case .text(let text) = first else {
      return column.name == "currency" ? CellText.exact(first, unit, moneyPlaces: 0) : nil
    }
    return DisplayWidth.printable(text)
  }

  private static func isNumeric(_ cells: some Sequence<Cell>) -> Bool {
    cells.allSatisfy {
      if case .text = $0 { false } else { true }
    }
  }
}
