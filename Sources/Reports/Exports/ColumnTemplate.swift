import Quantities
import Store

/// What a column of an export holds, written with the columns of the report behind it.
///
/// - Shape: text with `{column}` for what the report says there, `{#}` for the number of the line,
///   `{a|b}` for the first of several
///   that is known, `{-column}` for a number with its sign turned, `{column:dd.MM.yyyy}` for a day;
///   `[...]` is left out where one of the columns in it is not known.
struct ColumnTemplate: Hashable, Sendable {
  /// A place that a report's column fills.
  struct Place: Hashable {
    /// The columns to try, with whether the number's sign is turned.
    let choices: [Choice]
    /// How a day is written, nil for as it is.
    let dayFormat: String?
  }

  struct Choice: Hashable {
    let column: String
    let isTurned: Bool

    /// Whether it is the number of the line, which no report has.
    var isLine: Bool { column == "#" }
  }

  enum Part: Hashable {
    case text(String)
    case place(Place)
    /// Left out where a place in it is not known.
    case optional([Part])
  }

  let parts: [Part]

  /// - Returns: nil where a brace or a bracket has no partner, stands in another of its kind, or
  ///   where a place names nothing.
  init?(_ text: String) {
    var rest = Substring(text)
    var parts: [Part] = []
    while !rest.isEmpty {
      guard rest.first == "[" else {
        guard let part = Self.plainPart(&rest) else { return nil }
        parts.append(part)
        continue
      }
      guard let end = rest.firstIndex(of: "]") else { return nil }
      var inner = rest[rest.index(after: rest.startIndex)..<end]
      var optional: [Part] = []
      while !inner.isEmpty {
        guard let part = Self.plainPart(&inner) else { return nil }
        optional.append(part)
      }
      parts.append(.optional(optional))
      rest = rest[rest.index(after: end)...]
    }
    self.parts = parts
  }

  /// The only place of a template that is nothing else, nil for other templates.
  var onlyPlace: Place? {
    guard parts.count == 1, case .place(let place) = parts[0], place.dayFormat == nil else {
      return nil
    }
    return place
  }

  /// All places, those of optional parts too.
  var places: [Place] {
    parts.flatMap { part -> [Place] in
      switch part {
      case .text: []
      case .place(let place): [place]
      case .optional(let parts):
        parts.compactMap { if case .place(let place) = $0 { place } else { nil } }
      }
    }
  }

  /// Takes text or a place off the front of `rest`.
  private static func plainPart(_ rest: inout Substring) -> Part? {
    guard rest.first == "{" else {
      let text = rest.prefix { !"{}[]".contains($0) }
      guard !text.isEmpty else { return nil }
      rest = rest[text.endIndex...]
      return .text(String(text))
    }
    guard let end = rest.firstIndex(of: "}"), let place = place(rest[..<end].dropFirst()) else {
      return nil
    }
    rest = rest[rest.index(after: end)...]
    return .place(place)
  }

  private static func place(_ text: Substring) -> Place? {
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let names = (halves.first ?? "").split(separator: "|", omittingEmptySubsequences: false)
    let choices = names.map {
      Choice(column: String($0.drop { $0 == "-" }), isTurned: $0.hasPrefix("-"))
    }
    guard choices.allSatisfy({ !$0.column.isEmpty && !$0.column.contains("{") }) else {
      return nil
    }
    let format = halves.count == 2 ? String(halves[1]) : nil
    guard format.map(DayFormat.isOne) ?? true else { return nil }
    return Place(choices: choices, dayFormat: format)
  }
}

/// Days written as a template asks for: `yyyy`, `yy`, `MM` and `dd` stand for parts of the date.
enum DayFormat {
  private static let tokens = ["yyyy", "yy", "MM", "dd"]

  /// Whether `format` has a part of a date at all.
  static func isOne(_ format: String) -> Bool { tokens.contains { format.contains($0) } }

  static func text(_ day: CivilDate, _ format: String) -> String {
    let year = padded(day.year, 4)
    let values = [year, String(year.suffix(2)), padded(day.month, 2), padded(day.day, 2)]
    var rest = Substring(format)
    var text = ""
    while let first = rest.first {
      if let index = tokens.firstIndex(where: { rest.hasPrefix($0) }) {
        text += values[index]
        rest = rest.dropFirst(tokens[index].count)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
