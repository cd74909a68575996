/// Durations as Prometheus writes them: `30s`, `1m30s`, `500ms`.
enum PrometheusDuration {
  /// How to say what is expected.
  static let expectation = "a duration such as 30s, 1m30s or 500ms, up to 1d"
  /// - Unit: milliseconds.
  static let longest = 86_400_000 as Int64

  /// Units, longest first, with their milliseconds.
  ///
  /// - Source: Prometheus, model.ParseDuration, whose units may appear once each in this order.
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000),
    ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]

  /// The milliseconds that `text` names, or nil where it is no duration in 1 ms ... `longest`.
  static func parse(_ text: String) -> Int64? { parse(text, longest: longest) }

  static func parse(_ text: String, longest: Int64) -> Int64? {
    var rest = Substring(text)
    var sum: Int64 = 0
    var next = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard digits.count <= 9, let count = Int64(digits),
        let unit = units[next...].firstIndex(where: { $0.name == name })
      else { return nil }
      sum += count * units[unit].milliseconds
      next = unit + 1
    }
    return (1...longest).contains(sum) ? sum : nil
  }
}
