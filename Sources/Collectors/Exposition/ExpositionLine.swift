/// Reads one line of either format from left to right.
struct ExpositionLine {
  private let bytes: ArraySlice<UInt8>
  private let number: Int
  private let format: ExpositionFormat
  private var index: Int

  /// - Parameter number: from 1, for errors.
  init(_ bytes: ArraySlice<UInt8>, number: Int, format: ExpositionFormat) {
    self.bytes = bytes
    self.number = number
    self.format = format
    index = bytes.startIndex
  }

  func failure(_ expected: String) -> MalformedExposition {
    MalformedExposition(line: number, expected: expected)
  }

  /// Name, labels, value, and what may follow.
  mutating func sample() throws(MalformedExposition) -> ExpositionSample {
    var sample = ExpositionSample(name: "", value: 0)
    skipFreeBlanks()
    if current != UInt8(ascii: "{") || format == .openMetrics { sample.name = try metricName() }
    let nameEnd = index
    skipFreeBlanks()
    if current == UInt8(ascii: "{") {
      (sample.labels, sample.name) = try labels(named: sample.name)
      if format == .text { skipFreeBlanks() } else { try space() }
    } else if format == .openMetrics {
      try space()
    } else if index == nameEnd {
      throw failure("a blank after the name")
    }
    if sample.name.isEmpty { throw failure("a metric name") }
    sample.value = try value()
    if format == .openMetrics {
      try openMetricsTail(&sample)
    } else {
      skipFreeBlanks()
      if index < bytes.endIndex {
        sample.timestamp = try milliseconds()
        skipFreeBlanks()
      }
    }
    if index < bytes.endIndex { throw failure("the end of the line") }
    return sample
  }

  private var current: UInt8 { index < bytes.endIndex ? bytes[index] : 0 }

  private mutating func skipFreeBlanks() {
    if format == .openMetrics { return }
    while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { index += 1 }
  }

  private mutating func space() throws(MalformedExposition) {
    guard current == UInt8(ascii: " ") else { throw failure("a space") }
    index += 1
  }

  private mutating func expect(_ byte: UInt8) throws(MalformedExposition) {
    guard index < bytes.endIndex, current == byte else {
      throw failure("'\(Character(UnicodeScalar(byte)))'")
    }
    index += 1
  }

  private mutating func metricName() throws(MalformedExposition) -> String {
    let name = token { ExpositionName.isBody($0, allowsColon: true) }
    if !ExpositionName.isMetric(name) { throw failure("a metric name") }
    return name
  }

  private mutating func token(_ belongs: (UInt8) -> Bool) -> String {
    let start = index
    while index < bytes.endIndex, belongs(bytes[index]) { index += 1 }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }
}

extension ExpositionLine {
  /// The labels in braces. In Prometheus 3's form the name may stand among them, in quotation
  /// marks.
  private mutating func labels(
    named name: String
  ) throws(MalformedExposition) -> ([String: String], String) {
    var labels: [String: String] = [:]
    var metric = name
    try expect(UInt8(ascii: "{"))
    skipFreeBlanks()
    while current != UInt8(ascii: "}") {
      let isQuoted = current == UInt8(ascii: "\"") && format == .text
      let label = isQuoted ? try quoted() : token { ExpositionName.isBody($0, allowsColon: false) }
      skipFreeBlanks()
      if isQuoted, metric.isEmpty, current != UInt8(ascii: "=") {
        metric = label
      } else {
        if !isQuoted, !ExpositionName.isLabel(label) { throw failure("a label name") }
        try expect(UInt8(ascii: "="))
        skipFreeBlanks()
        if labels.updateValue(try quoted(), forKey: label) != nil {
          throw failure("each label once")
        }
      }
      skipFreeBlanks()
      if current != UInt8(ascii: ",") { break }
      index += 1
      skipFreeBlanks()
      if format == .openMetrics, current == UInt8(ascii: "}") { throw failure("a label name") }
    }
    try expect(UInt8(ascii: "}"))
    return (labels, metric)
  }

  /// A text in quotation marks. An unknown escape keeps its backslash.
  private mutating func quoted() throws(MalformedExposition) -> String {
    try expect(UInt8(ascii: "\""))
    var text: [UInt8] = []
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: text, as: UTF8.self) else { throw failure("UTF-8") }
        return text
      }
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        continue
      }
      switch current {
      case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(current)
      default: text += [byte, current]
      }
      index += 1
    }
    throw failure("'\"'")
  }

  private mutating func value() throws(MalformedExposition) -> Double {
    let text = token { $0 > 32 && $0 != UInt8(ascii: "{") }
    guard let value = ExpositionNumber.double(text) else { throw failure("a value") }
    return value
  }

  private mutating func milliseconds() throws(MalformedExposition) -> Int64 {
    let text = token { $0 > 32 }
    guard let time = Int64(text) else { throw failure("a time in milliseconds") }
    return time
  }

  private mutating func seconds() throws(MalformedExposition) -> Int64 {
    let text = token { $0 > 32 }
    guard let time = ExpositionNumber.double(text), time.isFinite else {
      throw failure("a time in seconds")
    }
    // The format allows times that no clock will show; they end where ours do.
    return Int64(min(max(time * 1_000, -9.2e18), 9.2e18).rounded())
  }

  /// ` time`, ` # {labels} value time`, both or neither.
  private mutating func openMetricsTail(
    _ sample: inout ExpositionSample
  ) throws(MalformedExposition) {
    if index == bytes.endIndex { return }
    try space()
    if current != UInt8(ascii: "#") {
      sample.timestamp = try seconds()
      if index == bytes.endIndex { return }
      try space()
    }
    try expect(UInt8(ascii: "#"))
    try space()
    let (labels, _) = try labels(named: "exemplar")
    // OpenMetrics 1.0: the names and values of an exemplar's labels have 128 characters together.
    let length = labels.reduce(0) {
      $0 + $1.key.unicodeScalars.count + $1.value.unicodeScalars.count
    }
    if length > 128 { throw failure("an exemplar of 128 characters at most") }
    try space()
    _ = try value()
    if index < bytes.endIndex {
      try space()
      _ = try seconds()
    }
    sample.hasExemplar = true
  }
}

/// Which names are names.
enum ExpositionName {
  static func isBody(_ byte: UInt8, allowsColon: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default:
      allowsColon && byte == UInt8(ascii: ":")
    }
  }

  static func isMetric(_ name: String) -> Bool { isName(name, allowsColon: true) }

  static func isLabel(_ name: String) -> Bool { isName(name, allowsColon: false) }

  private static func isName(_ name: String, allowsColon: Bool) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { isBody($0, allowsColon: allowsColon) }
  }
}

/// Numbers as exporters print them.
enum ExpositionNumber {
  /// A decimal number, or NaN or infinity in any case; nil for what is none, hexadecimal included.
  static func double(_ text: String) -> Double? {
    switch text.lowercased() {
    case "nan", "+nan", "-nan": return .nan
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default:
      let isDecimal = text.utf8.allSatisfy {
        ($0 >= 48 && $0 <= 57) || [43, 45, 46].contains($0) || $0 | 0x20 == UInt8(ascii: "e")
      }
      return isDecimal ? Double(text) : nil
    }
  }
}
