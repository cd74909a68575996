/// What must hold of a histogram's lines together.
struct OpenMetricsHistogram {
  /// The lines of one group at one time.
  private struct State {
    var bound: Double?
    var value = 0.0
    var count: Double?
    var hasSum = false
    var sumIsNegative = false
    var hasNegativeBound = false

    /// What is wrong with the whole, nil where nothing is.
    func fault(isGauge: Bool) -> String? {
      if bound != .infinity { return "a bucket le=\"+Inf\"" }
      if let count, count != value { return "a count equal to the last bucket" }
      if hasSum != (count != nil) { return "sum and count together" }
      if !isGauge, hasSum, hasNegativeBound { return "no sum with negative buckets" }
      if isGauge, sumIsNegative, !hasNegativeBound { return "a sum that isn't negative" }
      return nil
    }

    /// Takes one line; returns what is wrong with it.
    mutating func add(_ sample: ExpositionSample, suffix: String) -> String? {
      switch suffix {
      case "_bucket":
        let bound = sample.labels["le"].flatMap(ExpositionNumber.double) ?? .infinity
        if let before = self.bound, bound <= before { return "rising bounds" }
        if self.bound != nil, sample.value < value { return "buckets that don't fall" }
        if bound < 0 { hasNegativeBound = true }
        self.bound = bound
        value = sample.value
      case "_count", "_gcount":
        count = sample.value
      case "_sum", "_gsum":
        hasSum = true
        sumIsNegative = sample.value < 0
      default:
        break
      }
      return nil
    }
  }

  let name: String
  let type: String

  /// - Throws: ``MalformedExposition`` with `line`, the one after the histogram.
  func check(_ samples: [ExpositionSample], line: Int) throws(MalformedExposition) {
    var state: State?
    var group: [String: String] = [:]
    var timestamp: Int64?
    for sample in samples {
      let own = OpenMetricsGroup.labels(of: sample, family: name, type: type)
      if state == nil || own != group || sample.timestamp != timestamp {
        try finish(state, line)
        state = State()
        group = own
        timestamp = sample.timestamp
      }
      let suffix = String(sample.name.dropFirst(name.count))
      if let fault = state?.add(sample, suffix: suffix) {
        throw MalformedExposition(line: line, expected: fault)
      }
    }
    try finish(state, line)
  }

  private func finish(_ state: State?, _ line: Int) throws(MalformedExposition) {
    if let fault = state?.fault(isGauge: type == "gaugehistogram") {
      throw MalformedExposition(line: line, expected: fault)
    }
  }
}
