import GRDB
import Quantities

/// The functions that SQL has besides SQLite's own; NULL where an argument is NULL or makes no sense.
enum QueryFunctions {
  static func all(_ calendar: BillingCalendar) -> [DatabaseFunction] {
    [
      ofInstant("billing_day") { calendar.day(of: $0).description },
      ofInstant("billing_month") {
        BillingMonth(containing: calendar.day(of: $0)).description
      },
      ofInstant("rfc3339") { $0.description },
      DatabaseFunction("hour_of_day", argumentCount: 1, pure: true) { values in
        Int64.fromDatabaseValue(values[0])
          .map { calendar.hourOfDay(of: UTCInstant(milliseconds: $0)) }
      },
      DatabaseFunction("day_start_ms", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0]).flatMap { CivilDate($0) }
          .map { calendar.start(of: $0).milliseconds }
      },
      DatabaseFunction("exact_hours", argumentCount: 1, pure: true) { values in
        Int64.fromDatabaseValue(values[0]).map { GPUTime.exactHours($0) }
      },
      DatabaseFunction("unit_price", argumentCount: 2, pure: true) { values in
        guard let micros = Int64.fromDatabaseValue(values[0]),
          let milliseconds = Int64.fromDatabaseValue(values[1])
        else { return nil }
        return UnitPrice.text(micros: micros, milliseconds: milliseconds)
      },
      DatabaseFunction("cost_at", argumentCount: 2, pure: true) { values in
        guard let price = String.fromDatabaseValue(values[0]),
          let milliseconds = Int64.fromDatabaseValue(values[1])
        else { return nil }
        return UnitPrice.cost(at: price, milliseconds: milliseconds)
      },
      // The same of a quantity that is decimal text.
      DatabaseFunction("price_per", argumentCount: 2, pure: true) { values in
        guard let micros = Int64.fromDatabaseValue(values[0]), let units = picos(values[1])
        else { return nil }
        return UnitPrice.text(micros: micros, picoUnits: units)
      },
      DatabaseFunction("cost_of", argumentCount: 2, pure: true) { values in
        guard let price = String.fromDatabaseValue(values[0]), let units = picos(values[1])
        else { return nil }
        return UnitPrice.cost(at: price, picoUnits: units)
      },
      DatabaseFunction("money_text", argumentCount: 1, pure: true) { values in
        Int64.fromDatabaseValue(values[0]).map { Decimals.text(Int128($0), places: 6) }
      },
      // A sum of millionths and one of millionths of these, which bills' amounts are kept in.
      DatabaseFunction("exact_amount", argumentCount: 2, pure: true) { values in
        guard let micros = Int64.fromDatabaseValue(values[0]),
          let rest = Int64.fromDatabaseValue(values[1])
        else { return nil }
        return Decimals.text(
          Int128(micros) * Money.picosPerMicro + Int128(rest), places: 12, trimmed: true)
      },
      // A sum of whole GiB-hours and one of the byte-hours that are left.
      DatabaseFunction("gibibyte_hours", argumentCount: 2, pure: true) { values in
        guard let whole = Int64.fromDatabaseValue(values[0]),
          let rest = Int64.fromDatabaseValue(values[1])
        else { return nil }
        return StorageTime.text(gibibyteHours: whole, rest: rest)
      },
      // Decimal text in millionths.
      DatabaseFunction("exact_micros", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0]).flatMap { Decimals.parse($0, places: 6) }
          .flatMap { Int64(exactly: $0) }
      },
      prorate,
    ]
  }

  /// Decimal text in 1e-12.
  private static func picos(_ value: DatabaseValue) -> Int128? {
    String.fromDatabaseValue(value).flatMap { Decimals.parse($0, places: 12) }
  }

  private static func ofInstant(
    _ name: String, _ text: @escaping @Sendable (UTCInstant) -> String
  ) -> DatabaseFunction {
    DatabaseFunction(name, argumentCount: 1, pure: true) { values in
      Int64.fromDatabaseValue(values[0]).map { text(UTCInstant(milliseconds: $0)) }
    }
  }

  private static let prorate = DatabaseFunction("prorate", argumentCount: 4, pure: true) { values in
    let numbers = values.compactMap { Int64.fromDatabaseValue($0) }.map { Int128($0) }
    guard numbers.count == 4, numbers[3] > 0 else { return nil }
    let before = Rounding.halfEven(numbers[0] * numbers[1], dividedBy: numbers[3])
    let through = Rounding.halfEven(
      numbers[0] * (numbers[1] + numbers[2]), dividedBy: numbers[3])
    return Int64(exactly: through - before)
  }
}
