/// Lengths of time as people write them: `30m`, `1h30m`.
package enum DurationText {
  private static let units: [(letter: Character, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
  ]

  /// The digits that a number may have.
  private static let digitsMax = 9

  /// The milliseconds of `text`.
  package static func milliseconds(_ text: String) throws(ReportError) -> Int64 {
    var rest = Substring(text)
    var total: Int64 = 0
    var units = Self.units[...]
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard digits.count <= Self.digitsMax, let number = Int64(digits), let letter = rest.first,
        let place = units.firstIndex(where: { $0.letter == letter })
      else { throw .notDuration(text) }
      total += number * units[place].milliseconds
      units = units[(place + 1)...]
      rest = rest.dropFirst()
    } while !rest.isEmpty
    return total
  }

  /// The shortest text of `milliseconds`; what is left of a second is dropped.
  package static func text(_ milliseconds: Int64) -> String {
    var left = milliseconds
    var text = ""
    for unit in units where left >= unit.milliseconds {
      text += "\(left / unit.milliseconds)\(unit.letter)"
      left %= unit.milliseconds
    }
    return text.isEmpty ? "0s" : text
  }
}
