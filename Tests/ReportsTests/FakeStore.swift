import GRDB
import Quantities

@testable import Store

/// A store in memory, with the functions that the real one offers.
struct FakeStore: QuerySource {
  private let database: DatabaseQueue

  init(calendar: BillingCalendar, budgets: [BudgetRow] = []) throws {
    var configuration = GRDB.Configuration()
    configuration.prepareDatabase { db in
      for function in QueryFunctions.all(calendar) { db.add(function: function) }
    }
    database = try DatabaseQueue(configuration: configuration)
    try database.write { db in
      for layout in Migrations.layouts { try db.execute(sql: layout) }
      try BudgetTable.create(budgets, in: db)
    }
  }

  func write(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?] = []) throws {
    try database.write { db in
      try db.execute(sql: sql, arguments: StatementArguments(arguments))
      // Postings are never stored without their sums.
      if sql.contains("posting"), !sql.contains("posting_by") { try db.execute(sql: Schema2.fill) }
    }
  }

  /// Writes many rows at once.
  func write(_ sql: String, rows: [[(any DatabaseValueConvertible)?]]) throws {
    try database.write { db in
      let statement = try db.makeStatement(sql: sql)
      for row in rows { try statement.execute(arguments: StatementArguments(row)) }
    }
  }

  func query(_ sql: String, parameters: [String: Cell], rowLimit: Int?) throws -> QueryResult {
    try database.read { db in
      let statement = try db.makeStatement(sql: sql)
      try statement.setArguments(StatementArguments(parameters.mapValues(Self.value)))
      let cursor = try Row.fetchCursor(statement)
      var rows: [[Cell]] = []
      while let row = try cursor.next() {
        if let rowLimit, rows.count == rowLimit {
          return QueryResult(columns: statement.columnNames, rows: rows, isCut: true)
        }
        rows.append(row.databaseValues.map(Self.cell))
      }
      return QueryResult(columns: statement.columnNames, rows: rows, isCut: false)
    }
  }

  /// The one number that `sql` gives.
  func number(_ sql: String) throws -> Int64? {
    try database.read { db in try Int64.fetchOne(db, sql: sql) }
  }

  private static func value(_ cell: Cell) -> (any DatabaseValueConvertible)? {
    switch cell {
    case .null: nil
    case .integer(let number): number
    case .real(let number): number
    case .text(let text): text
    }
  }

  private static func cell(_ value: DatabaseValue) -> Cell {
    switch value.storage {
    case .null, .blob: .null
    case .int64(let number): .integer(number)
    case .double(let number): .real(number)
    case .string(let text): .text(text)
    }
  }
}
