/// What the numbers of a result column are, as the head of a query file names it.
package enum ColumnUnit: String, CaseIterable, Sendable {
  case text
  /// A whole number of things.
  case count
  /// A plain number, whole or not.
  case number
  /// An exact number; SQL yields decimal text such as `-0.25`.
  case decimal
  /// GPU-hours or hours; SQL yields whole milliseconds.
  case hours
  /// SQL yields whole micros of the currency.
  case money
  /// SQL yields hundredths of a whole as a real number.
  case percent
  /// SQL yields whole microjoules.
  case kilowattHours = "kilowatt hours"
  /// SQL yields milliseconds since 1970 UTC.
  case time

  /// What SQL must yield for it, in the words of an error.
  var expectation: String {
    switch self {
    case .text: "text"
    case .count: "a whole number"
    case .number: "a number"
    case .decimal: "decimal text"
    case .hours: "whole milliseconds"
    case .money: "whole micros"
    case .percent: "a number"
    case .kilowattHours: "whole microjoules"
    case .time: "whole milliseconds since 1970"
    }
  }

  /// Whether a total over the lines means anything.
  var isSummable: Bool {
    switch self {
    case .hours, .money, .kilowattHours: true
    case .text, .count, .number, .decimal, .percent, .time: false
    }
  }

  /// Whether numbers of it stand at the right of their column.
  var isNumeric: Bool { self != .text && self != .time }
}
