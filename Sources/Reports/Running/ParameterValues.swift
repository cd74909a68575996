import Quantities
import Store

extension QueryFile.Parameter.Kind {
  /// The value that `text` is, nil where it is none of the kind.
  func value(of text: String) -> Cell? {
    switch self {
    case .text: .text(text)
    case .integer: Int64(text).map(Cell.integer)
    case .real: Double(text).flatMap { $0.isFinite ? .real($0) : nil }
    }
  }
}

/// The values that every query may name without anybody giving them.
package enum ParameterValues {
  /// The values that follow from the period and the dimensions.
  ///
  /// - Returns: by name: `period`, `start_ms`, `end_ms`, `first_day`, `end_day`, `first_day_ms`,
  ///   `end_day_ms`, `first_month` and `end_month` (from the first month that is whole in the period
  ///   up to but without the other), and a `by_NAME` of 1 for each dimension.
  static func standard(
    period: ReportPeriod, dimensions: [QueryFile.Dimension], calendar: BillingCalendar
  ) -> [String: Cell] {
    let range = period.range
    let firstDay = calendar.day(of: range.start)
    let endDay =
      range.isEmpty ? firstDay : calendar.day(of: range.end - 1).adding(days: 1)
    let firstMonth = BillingMonth(containing: firstDay.adding(days: -1)).next
    let endMonth = max(firstMonth, BillingMonth(containing: endDay))
    var values: [String: Cell] = [
      "period": .text(period.label),
      "start_ms": .integer(range.start.milliseconds),
      "end_ms": .integer(range.end.milliseconds),
      "first_day": .text(firstDay.description),
      "end_day": .text(endDay.description),
      "first_month": .text(firstMonth.description),
      "end_month": .text(endMonth.description),
      "first_day_ms": .integer(calendar.start(of: firstDay).milliseconds),
      "end_day_ms": .integer(calendar.start(of: endDay).milliseconds),
    ]
    for dimension in dimensions { values["by_" + dimension.name] = .integer(1) }
    return values
  }

  /// The names and values of `--param`s.
  package static func split(_ parameters: [String]) throws(ReportError) -> [(
    name: String, text: String
  )] {
    var pairs: [(name: String, text: String)] = []
    for parameter in parameters {
      guard let equals = parameter.firstIndex(of: "="), equals != parameter.startIndex else {
        throw .notParameter(parameter)
      }
      let name = String(parameter[..<equals])
      pairs.append((name, String(parameter[parameter.index(after: equals)...])))
    }
    return pairs
  }

  /// The values for `file`'s parameters: those given, else the standard ones, else the defaults.
  static func bind(
    _ file: QueryFile, given: [(name: String, text: String)], standard: [String: Cell]
  ) throws(ReportError) -> [String: Cell] {
    var values: [String: Cell] = [:]
    for (name, text) in given {
      guard let parameter = file.parameters.first(where: { $0.name == name }) else {
        throw .unknownParameter(name, known: file.parameters.map(\.name))
      }
      guard let value = parameter.kind.value(of: text) else {
        throw .badParameter(name: name, found: text, kind: parameter.kind.rawValue)
      }
      values[name] = value
    }
    for parameter in file.parameters where values[parameter.name] == nil {
      let isSwitch = parameter.name.hasPrefix("by_")
      let value = standard[parameter.name] ?? parameter.fallback ?? (isSwitch ? .integer(0) : nil)
      guard let value else { throw .missingParameter(parameter.name) }
      values[parameter.name] = value
    }
    return values
  }

  /// The values for SQL of somebody's own, which declares nothing: what looks like a number is one.
  static func bind(
    sql: String, given: [(name: String, text: String)], standard: [String: Cell]
  ) throws(ReportError) -> [String: Cell] {
    var names: [String] = []
    for mention in SQLText.parameters(in: sql) where !names.contains(mention.name) {
      names.append(mention.name)
    }
    if let stranger = given.first(where: { !names.contains($0.name) }) {
      throw .unknownParameter(stranger.name, known: names)
    }
    var values: [String: Cell] = [:]
    for name in names {
      let text = given.last { $0.name == name }?.text
      guard let value = text.map(plain) ?? standard[name] else { throw .missingParameter(name) }
      values[name] = value
    }
    return values
  }

  private static func plain(_ text: String) -> Cell {
    if let number = Int64(text), String(number) == text { return .integer(number) }
    if text.contains("."), let number = Double(text), number.isFinite { return .real(number) }
    return .text(text)
  }
}
