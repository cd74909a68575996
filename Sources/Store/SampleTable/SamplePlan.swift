import GRDBSQLite

/// How a scan is narrowed: which conditions of a query `gpu_sample` looks at itself.
///
/// SQLite keeps the plan as a text, which `EXPLAIN QUERY PLAN` shows: `time>,time<,gpu_uuid=`.
struct SamplePlan {
  enum Comparison: String { case equal = "=", above = ">", below = "<" }

  /// One condition: a column and how it is compared with a value.
  struct Term {
    let column: SampleTable.Column
    let comparison: Comparison

    /// The condition that the table can look at, nil for any other.
    init?(_ constraint: sqlite3_index_constraint) {
      guard constraint.usable != 0,
        let column = SampleTable.Column(rawValue: constraint.iColumn)
      else { return nil }
      let isEqual = Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ
      switch (column, Int32(constraint.op)) {
      case (.time, SQLITE_INDEX_CONSTRAINT_GT), (.time, SQLITE_INDEX_CONSTRAINT_GE):
        comparison = .above
      case (.time, SQLITE_INDEX_CONSTRAINT_LT), (.time, SQLITE_INDEX_CONSTRAINT_LE):
        comparison = .below
      case (.time, _), (.site, _), (.cluster, _), (.host, _), (.gpu, _), (.metric, _):
        guard isEqual else { return nil }
        comparison = .equal
      default: return nil
      }
      self.column = column
    }

    init?(_ text: Substring) {
      guard let comparison = text.last.flatMap({ Comparison(rawValue: String($0)) }),
        let column = SampleTable.Column.allCases.first(where: { $0.name == text.dropLast() })
      else { return nil }
      self.column = column
      self.comparison = comparison
    }

    var text: String { column.name + comparison.rawValue }

    /// The part of all rows that the condition may leave, roughly: it only has to rank plans.
    var share: Double {
      switch (column, comparison) {
      case (.time, .equal): 0.000_1
      case (.time, _): 0.05
      case (.gpu, _): 0.002
      case (.host, _): 0.01
      case (.metric, _): 0.25
      default: 0.5
      }
    }
  }

  let terms: [Term]

  init(text: String) { terms = text.split(separator: ",").compactMap(Term.init) }

  /// Chooses the conditions of a query, and tells SQLite what the scan will cost.
  static func choose(_ info: UnsafeMutablePointer<sqlite3_index_info>) {
    let constraints = UnsafeBufferPointer(
      start: info.pointee.aConstraint, count: Int(info.pointee.nConstraint))
    var terms: [Term] = []
    var rows = 100_000_000.0
    for (index, constraint) in constraints.enumerated() {
      guard let term = Term(constraint), term.column == .time || isBinary(index, info) else {
        continue
      }
      terms.append(term)
      info.pointee.aConstraintUsage[index].argvIndex = Int32(terms.count)
      // A list comes whole, not value by value: each value would decode the same segments again.
      if sqlite3_vtab_in(info, Int32(index), -1) != 0 { sqlite3_vtab_in(info, Int32(index), 1) }
      rows *= term.share
    }
    info.pointee.estimatedRows = Int64(max(rows, 1))
    // A scan has at least a target's day to decode.
    info.pointee.estimatedCost = max(rows, 1) + 10_000
    let text = terms.map(\.text).joined(separator: ",")
    if let copy = SampleModule.copied(text) {
      info.pointee.idxStr = copy
      info.pointee.needToFreeIdxStr = 1
    }
  }

  /// Whether a condition compares texts byte by byte; `COLLATE NOCASE` does not.
  private static func isBinary(
    _ index: Int, _ info: UnsafeMutablePointer<sqlite3_index_info>
  ) -> Bool {
    guard let name = sqlite3_vtab_collation(info, Int32(index)) else { return false }
    return String(cString: name) == "BINARY"
  }
}

extension SampleTable.Column {
  var name: String { self == .gpu ? "gpu_uuid" : "\(self)" }
}
