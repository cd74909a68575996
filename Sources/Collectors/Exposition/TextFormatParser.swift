/// Reads Prometheus text 0.0.4.
struct TextFormatParser {
  private static let types: Set<Substring> = [
    "counter", "gauge", "histogram", "summary", "untyped", "unknown",
  ]

  /// The page's samples, in order.
  mutating func samples(of bytes: [UInt8]) throws(MalformedExposition) -> [ExpositionSample] {
    let page = ExpositionLines(bytes)
    var samples: [ExpositionSample] = []
    for (index, bytes) in page.lines.enumerated() {
      var line = ExpositionLine(bytes, number: index + 1, format: .text)
      guard let first = bytes.first(where: { $0 != 32 && $0 != 9 }) else { continue }
      if first == UInt8(ascii: "#") {
        try check(comment: bytes, line)
      } else {
        samples.append(try line.sample())
      }
    }
    if !page.isEnded {
      throw MalformedExposition(line: page.lines.count, expected: "a line end")
    }
    return samples
  }

  /// A type must be one; other comments are free.
  private func check(
    comment: ArraySlice<UInt8>, _ line: ExpositionLine
  ) throws(MalformedExposition) {
    let words = String(decoding: comment, as: UTF8.self).split { $0 == " " || $0 == "\t" }
    guard words.count > 1, words[0] == "#", words[1] == "TYPE" else { return }
    guard words.count == 4, Self.types.contains(words[3].lowercased()[...]) else {
      throw line.failure("# TYPE with a name and a type")
    }
  }
}
