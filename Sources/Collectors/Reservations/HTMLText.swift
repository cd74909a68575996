/// Text that was written for a web page.
enum HTMLText {
  private static let named: [Substring: Character] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
  ]

  /// The text with its character references replaced: `R&amp;D`, `&#039;`.
  static func plain(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var plain = ""
    var rest = Substring(text)
    while let sign = rest.firstIndex(of: "&") {
      plain += rest[..<sign]
      rest = rest[sign...]
      let name = rest.dropFirst().prefix(10).prefix { $0 != ";" }
      if rest.dropFirst(name.count + 1).first == ";", let character = character(name) {
        plain.append(character)
        rest = rest.dropFirst(name.count + 2)
      } else {
        plain.append("&")
        rest = rest.dropFirst()
      }
    }
    return plain + rest
  }

  private static func character(_ name: Substring) -> Character? {
    if let known = named[name] { return known }
    guard name.first == "#" else { return nil }
    let digits = name.dropFirst()
    let number =
      digits.first == "x" || digits.first == "X"
      ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap { Unicode.Scalar($0) }.map { Character($0) }
  }
}
