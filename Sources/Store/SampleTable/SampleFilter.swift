import GRDBSQLite
import Records

/// What a scan may leave out: samples beyond it don't meet the query's conditions.
///
/// SQLite checks every row against the conditions once more, so that the filter may let through
/// too much, but never too little.
struct SampleFilter: Equatable {
  /// - Unit: milliseconds UTC, both ends in it.
  var first = Int64.min
  var last = Int64.max
  /// The values that a column may have; a column that isn't named may have any.
  var names: [SampleTable.Column: Set<String>] = [:]
  /// Whether no row can meet the conditions: a comparison with NULL.
  var isEmpty = false

  /// The metrics to decode.
  var metrics: [Metric] {
    guard let names = names[.metric] else { return Metric.allCases }
    return Metric.allCases.filter { names.contains($0.fieldName) }
  }

  /// Narrows the filter by a condition of the query.
  ///
  /// - Parameter operands: one, or those of a list of which one must be met.
  mutating func narrow(_ term: SamplePlan.Term, _ operands: [Operand]) {
    // Nothing is equal to NULL, above it or below it.
    let known = operands.filter { !$0.isNull }
    guard !known.isEmpty else {
      isEmpty = true
      return
    }
    guard term.column == .time else {
      let texts = Set(known.map(\.text))
      names[term.column] = names[term.column].map { $0.intersection(texts) } ?? texts
      return
    }
    // Times that aren't numbers are left to SQLite and its rules of comparing.
    let numbers = known.compactMap(\.floor)
    guard numbers.count == known.count, let least = numbers.min(), let most = numbers.max() else {
      return
    }
    switch term.comparison {
    case .equal:
      first = max(first, least)
      last = min(last, most)
    case .above: first = max(first, least)
    case .below: last = min(last, most)
    }
  }

  /// What a column is compared with, kept apart from SQLite's memory.
  struct Operand: Equatable {
    let isNull: Bool
    /// The whole number at or below it, nil for what isn't a number: `time > 1.5` holds from 2 on,
    /// `time < 1.5` up to 1.
    let floor: Int64?
    let text: String

    init(_ value: OpaquePointer) {
      let type = sqlite3_value_type(value)
      isNull = type == SQLITE_NULL
      switch type {
      case SQLITE_INTEGER: floor = sqlite3_value_int64(value)
      case SQLITE_FLOAT:
        let number = sqlite3_value_double(value).rounded(.down)
        floor = Int64(exactly: number) ?? (number < 0 ? .min : .max)
      default: floor = nil
      }
      guard let bytes = sqlite3_value_text(value) else {
        text = ""
        return
      }
      let count = Int(sqlite3_value_bytes(value))
      text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The members of a list, or the one value that isn't a list.
    static func all(in value: OpaquePointer?) -> [Operand] {
      guard let value else { return [] }
      var member: OpaquePointer?
      var code = sqlite3_vtab_in_first(value, &member)
      guard code == SQLITE_OK || code == SQLITE_DONE else { return [Operand(value)] }
      var members: [Operand] = []
      while code == SQLITE_OK, let found = member {
        members.append(Operand(found))
        code = sqlite3_vtab_in_next(value, &member)
      }
      return members
    }
  }
}
