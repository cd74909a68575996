import Foundation
import GRDB
import GRDBSQLite
import Quantities

/// Read-only SQL over a store, with the functions that reports need.
///
/// `billing_day(ms)` and `billing_month(ms)`: the day and month in the configured zone;
/// `hour_of_day(ms)`: the hour that its clocks show; `rfc3339(ms)`: the instant as text; `prorate(total, before, part, whole)`: the whole units of
/// `total` that fall on `part` of `whole`, when `before` of it was shared out already;
/// `day_start_ms(day)`: when a billing day starts; `exact_hours(ms)`, `unit_price(micros, ms)`,
/// `cost_at(price, ms)` and `money_text(micros)`: GPU-hours, the price of one, what they cost at a
/// price, and an amount, as decimal text. The tables `gpu_sample` and `budget`
/// hold the samples and what the configuration allows teams to spend.
package final class QueryStore: QuerySource {
  private let path: String
  private let queue: DatabaseQueue
  let samples = SampleTable()

  /// Opens the store at `path` to read.
  package init(
    path: String, calendar: BillingCalendar, budgets: [BudgetRow] = []
  ) throws(StoreError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    ReadOnlyAccess.rollBack(path)
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { [samples] database in
      try samples.register(in: database)
      for function in QueryFunctions.all(calendar) { database.add(function: function) }
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
      try Migrations.standIn(on: database)
      try BudgetTable.create(budgets, in: database)
    }
    do {
      queue = try DatabaseQueue(
        path: ReadOnlyAccess.name(of: path), configuration: configuration)
      let version = try queue.read { try Migrations.check($0, path: path) }
      guard version > 0 else { throw StoreError.missing(path: path) }
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  package func query(_ sql: String, parameters: [String: Cell], rowLimit: Int?) throws
    -> QueryResult
  {
    do {
      return try queue.read { database in
        let statement = try Self.onlyStatement(sql, in: database)
        try Self.bind(parameters, to: statement)
        let cursor = try Row.fetchCursor(statement)
        var rows: [[Cell]] = []
        while let row = try cursor.next() {
          if let rowLimit, rows.count == rowLimit {
            return QueryResult(columns: statement.columnNames, rows: rows, isCut: true)
          }
          rows.append(row.databaseValues.map(Cell.init))
        }
        return QueryResult(columns: statement.columnNames, rows: rows, isCut: false)
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
      if let failure = samples.takeFailure() { throw failure }
      throw StoreError.badQuery(message: error.message ?? "SQL error")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
      throw StoreError.badQuery(message: "queries only read; this one writes")
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  /// Stops the query that runs, from another thread.
  package func interrupt() { queue.interrupt() }

  private static func onlyStatement(_ sql: String, in database: Database) throws -> Statement {
    let statements = try database.allStatements(sql: sql)
    guard let first = try statements.next() else {
      throw StoreError.badQuery(message: "there is no statement in it")
    }
    guard try statements.next() == nil else {
      throw StoreError.badQuery(message: "there is more than one statement in it; give one")
    }
    guard first.columnCount > 0 || !first.isReadonly else {
      throw StoreError.badQuery(message: "it gives no columns; give a SELECT")
    }
    guard first.isReadonly else {
      throw StoreError.badQuery(message: "queries only read; this one writes")
    }
    return first
  }

  /// Binds what the statement names; parameters that it doesn't name are left aside.
  private static func bind(_ parameters: [String: Cell], to statement: Statement) throws {
    let raw = statement.sqliteStatement
    var arguments: [String: (any DatabaseValueConvertible)?] = [:]
    for index in 0..<max(0, Int(sqlite3_bind_parameter_count(raw))) {
      guard let text = sqlite3_bind_parameter_name(raw, Int32(index + 1)) else {
        throw StoreError.badQuery(message: "parameters need names, such as :team")
      }
      let name = String(String(cString: text).dropFirst())
      guard let cell = parameters[name] else {
        throw StoreError.badQuery(message: "parameter :\(name) has no value; give --param \(name)=")
      }
      arguments[name] = cell.databaseValue
    }
    try statement.setArguments(StatementArguments(arguments))
  }
}

extension Cell {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .text("\(data.count) bytes")
    }
  }

  fileprivate var databaseValue: (any DatabaseValueConvertible)? {
    switch self {
    case .null: nil
    case .integer(let number): number
    case .real(let number): number
    case .text(let text): text
    }
  }
}
