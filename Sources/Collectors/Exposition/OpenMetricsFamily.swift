/// The lines of one metric of OpenMetrics, and what must hold of them.
///
/// - Source: the OpenMetrics 1.0 specification and its 211 parser cases.
struct OpenMetricsFamily {
  /// What comment lines say.
  enum Metadata: String {
    case help = "HELP"
    case type = "TYPE"
    case unit = "UNIT"
  }

  private static let suffixes: [String: [String]] = [
    "counter": ["_total", "_created"], "gauge": [""], "unknown": [""], "stateset": [""],
    "info": ["_info"], "summary": ["", "_count", "_sum", "_created"],
    "histogram": ["_bucket", "_count", "_sum", "_created"],
    "gaugehistogram": ["_bucket", "_gcount", "_gsum"],
  ]
  /// The suffixes of what only grows or counts.
  private static let countedSuffixes: Set<String> = [
    "_total", "_sum", "_count", "_bucket", "_gcount",
  ]

  let name: String
  private var metadata: [Metadata: String] = [:]
  private var samples: [ExpositionSample] = []
  private var group: [String: String]?
  private var groupTimestamp: Int64?
  private var seenGroups: Set<[String: String]> = []

  init(name: String) { self.name = name }

  private var type: String { metadata[.type] ?? "unknown" }

  /// The names that its samples may have.
  private var allowedNames: [String] { (Self.suffixes[type] ?? [""]).map { name + $0 } }

  /// All names that nobody else may have.
  var names: Set<String> { Set(allowedNames + [name]) }

  func allows(_ sample: String) -> Bool { allowedNames.contains(sample) }

  /// Notes a comment line: each kind once, before the samples.
  mutating func set(
    _ kind: Metadata, to text: String, line: Int
  ) throws(MalformedExposition) {
    if !samples.isEmpty {
      throw MalformedExposition(line: line, expected: "# \(kind.rawValue) before the samples")
    }
    if metadata.updateValue(text, forKey: kind) != nil {
      throw MalformedExposition(line: line, expected: "# \(kind.rawValue) once")
    }
    if kind == .type, Self.suffixes[text] == nil {
      throw MalformedExposition(line: line, expected: "a type")
    }
  }

  /// Takes one sample.
  mutating func add(_ sample: ExpositionSample, line: Int) throws(MalformedExposition) {
    if let fault = labelFault(sample) ?? valueFault(sample) {
      throw MalformedExposition(line: line, expected: fault)
    }
    let own = OpenMetricsGroup.labels(of: sample, family: name, type: type)
    if let group, group == own {
      if (sample.timestamp == nil) != (groupTimestamp == nil) {
        throw MalformedExposition(line: line, expected: "a time on all lines of a group or on none")
      }
      if let before = groupTimestamp, let now = sample.timestamp, before > now, type != "info" {
        throw MalformedExposition(line: line, expected: "times that don't go back")
      }
    } else if seenGroups.contains(own) {
      throw MalformedExposition(line: line, expected: "the lines of a group together")
    }
    group = own
    groupTimestamp = sample.timestamp
    seenGroups.insert(own)
    samples.append(sample)
  }

  private func labelFault(_ sample: ExpositionSample) -> String? {
    if type == "stateset", sample.labels[name] == nil { return "the state as label '\(name)'" }
    if sample.name == name + "_bucket" {
      let bound = sample.labels["le"].flatMap(ExpositionNumber.double)
      guard let bound, !bound.isNaN else { return "a bucket's bound as label 'le'" }
      if bound.isInfinite, bound > 0, sample.labels["le"] != "+Inf" { return "le=\"+Inf\"" }
    }
    if type == "summary", sample.name == name {
      let quantile = sample.labels["quantile"].flatMap(ExpositionNumber.double)
      if quantile.map({ (0...1).contains($0) }) != true { return "a quantile from 0 to 1" }
    }
    let mayHaveExemplar =
      (type.hasSuffix("histogram") && sample.name.hasSuffix("_bucket"))
      || (type == "counter" && sample.name.hasSuffix("_total"))
    return sample.hasExemplar && !mayHaveExemplar ? "no exemplar here" : nil
  }

  private func valueFault(_ sample: ExpositionSample) -> String? {
    let value = sample.value
    let suffix = String(sample.name.dropFirst(name.count))
    if type == "stateset", value != 0, value != 1 { return "0 or 1" }
    if type == "info", value != 1 { return "1" }
    if type == "summary", suffix.isEmpty, value < 0 { return "a quantile that isn't negative" }
    let isWhole = value.rounded() == value || value.isInfinite
    if ["_bucket", "_count", "_gcount"].contains(suffix), !isWhole { return "a whole number" }
    if suffix == "_gsum", value.isNaN { return "a number" }
    if Self.countedSuffixes.contains(suffix), value.isNaN || value < 0 {
      return "a number that isn't negative"
    }
    return nil
  }

  /// Checks what can be known only at the family's end.
  func check(line: Int) throws(MalformedExposition) {
    let unit = metadata[.unit] ?? ""
    if !unit.isEmpty, !name.hasSuffix("_" + unit) {
      throw MalformedExposition(line: line, expected: "a name that ends in its unit")
    }
    if !unit.isEmpty, ["info", "stateset"].contains(type) {
      throw MalformedExposition(line: line, expected: "no unit for a type without one")
    }
    if type.hasSuffix("histogram") {
      try OpenMetricsHistogram(name: name, type: type).check(samples, line: line)
    }
  }
}

/// Which samples belong together: those that differ in nothing but what their type tells apart.
enum OpenMetricsGroup {
  static func labels(
    of sample: ExpositionSample, family: String, type: String
  ) -> [String: String] {
    var labels = sample.labels
    switch type {
    case "info": return [:]
    case "summary": if sample.name == family { labels["quantile"] = nil }
    case "stateset": labels[family] = nil
    case "histogram", "gaugehistogram":
      if sample.name == family + "_bucket" { labels["le"] = nil }
    default: break
    }
    return labels
  }
}
