import Quantities
import Store

/// Cells as exact text, the same in every machine-readable format.
enum CellText {
  /// The text of `cell`, nil where it is not known.
  ///
  /// - Parameter moneyPlaces: digits after the point of money, six or the currency's own.
  static func exact(_ cell: Cell, _ unit: ColumnUnit?, moneyPlaces: Int) -> String? {
    switch (cell, unit) {
    case (.null, _): nil
    case (.text(let text), _): text
    case (.integer(let number), .hours): GPUTime(milliseconds: number).hours
    case (.integer(let number), .money): money(Int128(number), places: moneyPlaces)
    case (.integer(let number), .kilowattHours): kilowattHours(Int128(number))
    case (.integer(let number), .time): UTCInstant(milliseconds: number).description
    case (.integer(let number), .percent): percent(Double(number))
    case (.integer(let number), _): String(number)
    case (.real(let number), .percent): percent(number)
    case (.real(let number), _): real(number)
    }
  }

  /// Micros as decimal text with `places` digits, rounded half to even.
  static func money(_ micros: Int128, places: Int) -> String {
    let unit = MoneyRounding.micros(perUnitOf: places)
    return Decimals.text(Rounding.halfEven(micros, dividedBy: unit), places: places)
  }

  /// Microjoules as kilowatt hours with six places, rounded half to even.
  ///
  /// A millionth of a kilowatt hour is 3.6 joules.
  static func kilowattHours(_ microjoules: Int128) -> String {
    Decimals.text(Rounding.halfEven(microjoules, dividedBy: 3_600_000), places: 6)
  }

  /// Two places, rounded half to even.
  static func percent(_ number: Double) -> String {
    guard let hundredths = Int64(exactly: (number * 100).rounded(.toNearestOrEven)) else {
      return real(number)
    }
    return Decimals.text(Int128(hundredths), places: 2)
  }

  /// The shortest text that reads back as `number`; SQLite's 9e999 where it is infinite.
  static func real(_ number: Double) -> String {
    number.isFinite ? number.description : number < 0 ? "-9e999" : "9e999"
  }
}
