/// Reads OpenMetrics 1.0, as strictly as its authors' test cases ask.
struct OpenMetricsParser {
  private var family: OpenMetricsFamily?
  /// Every name that a family has taken, its suffixes included.
  private var takenNames: Set<String> = []

  /// The page's samples, in order.
  mutating func samples(of bytes: [UInt8]) throws(MalformedExposition) -> [ExpositionSample] {
    let page = ExpositionLines(bytes)
    var samples: [ExpositionSample] = []
    var isEnded = false
    for (index, bytes) in page.lines.enumerated() {
      let number = index + 1
      var line = ExpositionLine(bytes, number: number, format: .openMetrics)
      if isEnded { throw line.failure("nothing after # EOF") }
      if bytes.first != UInt8(ascii: "#") {
        let sample = try line.sample()
        try take(sample, number)
        samples.append(sample)
      } else if bytes.elementsEqual("# EOF".utf8) {
        isEnded = true
        try close(number)
      } else {
        try take(metadata: bytes, number)
      }
    }
    if !isEnded {
      throw MalformedExposition(line: page.lines.count, expected: "# EOF at the end")
    }
    return samples
  }

  private mutating func take(
    _ sample: ExpositionSample, _ number: Int
  ) throws(MalformedExposition) {
    if family?.allows(sample.name) != true {
      try close(number)
      family = OpenMetricsFamily(name: sample.name)
    }
    try family?.add(sample, line: number)
  }

  /// `# TYPE name type` and the like: single spaces, three kinds.
  private mutating func take(
    metadata bytes: ArraySlice<UInt8>, _ number: Int
  ) throws(MalformedExposition) {
    let parts = bytes.split(
      separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].count == 1,
      let kind = OpenMetricsFamily.Metadata(rawValue: String(decoding: parts[1], as: UTF8.self))
    else {
      throw MalformedExposition(line: number, expected: "# HELP, # TYPE, # UNIT or # EOF")
    }
    let name = String(decoding: parts[2], as: UTF8.self)
    if !ExpositionName.isMetric(name) {
      throw MalformedExposition(line: number, expected: "a metric name")
    }
    if family?.name != name {
      try close(number)
      family = OpenMetricsFamily(name: name)
    }
    try family?.set(kind, to: String(decoding: parts[3], as: UTF8.self), line: number)
  }

  /// Ends the family: what holds of it as a whole is checked, its names are taken.
  private mutating func close(_ number: Int) throws(MalformedExposition) {
    guard let closing = family else { return }
    try closing.check(line: number)
    for name in closing.names where !takenNames.insert(name).inserted {
      throw MalformedExposition(line: number, expected: "each metric in one place only")
    }
    family = nil
  }
}
