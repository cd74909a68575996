/// Text with places to fill in, written `{{name}}`.
enum Template {
  /// A place in a text.
  struct Place: Hashable {
    let name: String
    /// Counted from one.
    let line: Int
  }

  /// The places of `text` in their order.
  static func places(in text: String) -> [Place] {
    var places: [Place] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      for part in line.split(separator: "{{", omittingEmptySubsequences: false).dropFirst() {
        let name = part.split(separator: "}}", omittingEmptySubsequences: false).first ?? part
        places.append(Place(name: String(name), line: index + 1))
      }
    }
    return places
  }

  /// `text` with each place replaced by its value; places without a value stay.
  static func fill(_ text: String, _ values: [String: String]) -> String {
    var filled = ""
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      let name = String(rest[open.upperBound..<close.lowerBound])
      filled += rest[..<open.lowerBound]
      filled += values[name] ?? "{{\(name)}}"
      rest = rest[close.upperBound...]
    }
    return filled + rest
  }
}
