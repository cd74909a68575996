import Store

/// Reads the comment lines at the head of a query file, strictly.
struct QueryHead {
  /// The words that may start a line of the head.
  static let keys = [
    "title", "question", "needs", "parameter", "by", "dimension", "column", "sum", "bound",
    "balance", "overlap",
  ]

  private let path: String
  private var title: String?
  private var question: String?
  private var needsPostings = false
  private var parameters: [QueryFile.Parameter] = []
  private var columns: [QueryFile.Column] = []
  private var dimensions: [QueryFile.Dimension] = []
  private var defaultBy: [String] = []
  private var sums: [QueryFile.Sum] = []
  private var balances: [QueryFile.Balance] = []
  private var overlapping: [String] = []
  private var bounds: [QueryFile.Bound] = []
  private var lines: [String: Int] = [:]
  private var line = 1

  private init(path: String) { self.path = path }

  /// Whether `text` starts as a query file does.
  static func starts(_ text: String) -> Bool { text.hasPrefix("-- title:") }

  /// The query file that `text` is.
  static func parse(_ text: String, path: String, name: String) throws(QueryFileError) -> QueryFile
  {
    var head = QueryHead(path: path)
    guard starts(text) else { throw head.error(.noHead) }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("--") else { break }
      try head.read(line)
      head.line += 1
    }
    try head.check(text)
    return QueryFile(
      name: name, path: path, title: head.title ?? "", question: head.question ?? "",
      needsPostings: head.needsPostings, parameters: head.parameters, columns: head.columns,
      dimensions: head.dimensions,
      defaultBy: head.dimensions.isEmpty ? [] : head.defaultBy, sums: head.sums,
      balances: head.balances, bounds: head.bounds, overlapping: head.overlapping, text: text)
  }

  private func error(_ problem: QueryFileError.Problem, line: Int? = nil) -> QueryFileError {
    QueryFileError(path: path, line: line ?? self.line, problem: problem)
  }

  private mutating func read(_ text: Substring) throws(QueryFileError) {
    let parts = text.dropFirst(2).split(separator: ":", maxSplits: 1)
    let words = (parts.first ?? "").split(separator: " ")
    guard let key = words.first.map(String.init) else {
      throw error(.malformed(found: String(text), expected: "-- key: value"))
    }
    guard Self.keys.contains(key) else { throw error(.unknownKey(key)) }
    let isNamed = ["parameter", "dimension", "column", "sum", "bound", "balance"].contains(key)
    let value = parts.count == 2 ? Self.trimmed(parts[1]) : ""
    guard words.count == (isNamed ? 2 : 1), !value.isEmpty else {
      let expected = isNamed ? "-- \(key) NAME: ..." : "-- \(key): ..."
      throw error(.malformed(found: String(text), expected: expected))
    }
    if isNamed {
      try read(key, name: String(words[1]), value)
    } else {
      try read(key, value)
    }
  }

  private mutating func read(_ key: String, _ value: String) throws(QueryFileError) {
    guard lines.updateValue(line, forKey: key) == nil else { throw error(.repeated(key)) }
    switch key {
    case "title": title = value
    case "question": question = value
    case "by": defaultBy = Self.list(value)
    case "overlap": overlapping = Self.list(value)
    default:
      guard value == "postings" else {
        throw error(.malformed(found: "-- needs: \(value)", expected: "-- needs: postings"))
      }
      needsPostings = true
    }
  }

  private mutating func read(_ key: String, name: String, _ value: String) throws(QueryFileError) {
    let place = (key == "dimension" ? "column" : key) + " " + name
    guard lines.updateValue(line, forKey: place) == nil else { throw error(.repeated(name)) }
    switch key {
    case "parameter": try readParameter(name, value)
    case "dimension": dimensions.append(.init(name: name, expression: value))
    case "balance":
      let words = Self.list(value)
      balances.append(
        .init(left: name, right: words.first ?? "", within: Array(words.dropFirst())))
    case "sum": sums.append(.init(total: name, parts: Self.list(value)))
    case "bound": bounds.append(.init(name: name, subject: value))
    default:
      let parts = value.split(separator: ",", maxSplits: 1)
      let word = Self.trimmed(parts.first ?? "")
      guard let unit = ColumnUnit(rawValue: word) else { throw error(.unknownUnit(word)) }
      let meaning = parts.count == 2 ? Self.trimmed(parts[1]) : ""
      columns.append(.init(name: name, unit: unit, meaning: meaning))
    }
  }

  private mutating func readParameter(_ name: String, _ value: String) throws(QueryFileError) {
    var parts = value.split(separator: ",").map(Self.trimmed)[...]
    let word = parts.popFirst() ?? ""
    guard let kind = QueryFile.Parameter.Kind(rawValue: word) else {
      throw error(.unknownKind(word))
    }
    var fallback: Cell?
    if let first = parts.first, first.hasPrefix("default ") {
      let text = Self.trimmed(first.dropFirst("default ".count))
      fallback = text == "none" ? .null : kind.value(of: text)
      guard fallback != nil else {
        throw error(.badDefault(found: text, kind: kind.rawValue))
      }
      parts.removeFirst()
    }
    parameters.append(
      .init(name: name, kind: kind, fallback: fallback, meaning: parts.joined(separator: ", ")))
  }

  private static func list(_ value: String) -> [String] {
    value.split(separator: ",").map(trimmed)
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = Substring(text)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

// What can only be checked once the whole head is read.
extension QueryHead {
  private func check(_ text: String) throws(QueryFileError) {
    if title == nil { throw error(.missing(key: "title")) }
    if question == nil { throw error(.missing(key: "question")) }
    if columns.isEmpty { throw error(.missing(key: "column NAME")) }
    let body = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(line - 1)
    guard body.contains(where: { !Self.trimmed($0).isEmpty && !$0.hasPrefix("--") }) else {
      throw error(.noStatement)
    }
    try checkParameters(text)
    try checkPlaces(text)
    try checkSums()
  }

  private func checkParameters(_ text: String) throws(QueryFileError) {
    let declared = parameters.map(\.name)
    let mentions =
      SQLText.parameters(in: text)
      + dimensions.flatMap { SQLText.parameters(in: $0.expression) }
    if let stranger = mentions.first(where: { !declared.contains($0.name) }) {
      throw error(
        .undeclaredParameter(stranger.name, declared: declared), line: stranger.line)
    }
    let used = Set(mentions.map(\.name))
    if let unused = declared.first(where: { !used.contains($0) }) {
      throw error(.unusedParameter(unused), line: lines["parameter \(unused)"])
    }
  }

  private func checkPlaces(_ text: String) throws(QueryFileError) {
    let places = Template.places(in: text)
    for place in places {
      guard place.name == "by" || place.name == "names" else {
        throw error(.unknownPlace(place.name), line: place.line)
      }
      guard !dimensions.isEmpty else {
        throw error(.needlessPlace(place.name), line: place.line)
      }
    }
    guard !dimensions.isEmpty else { return }
    guard places.contains(where: { $0.name == "by" }) else { throw error(.missingPlace("by")) }
    guard !defaultBy.isEmpty else { throw error(.missing(key: "by")) }
    let names = dimensions.map(\.name)
    if let stranger = defaultBy.first(where: { !names.contains($0) }) {
      throw error(.unknownDimension(stranger, declared: names), line: lines["by"])
    }
  }

  private func checkSums() throws(QueryFileError) {
    let money = columns.filter { $0.unit == .money }.map(\.name)
    for sum in sums {
      if let stranger = ([sum.total] + sum.parts).first(where: { !money.contains($0) }) {
        throw error(
          .unknownColumn(stranger, declared: money), line: lines["sum \(sum.total)"])
      }
    }
    for balance in balances {
      let line = lines["balance \(balance.left)"]
      if let stranger = [balance.left, balance.right].first(where: { !money.contains($0) }) {
        throw error(.unknownColumn(stranger, declared: money), line: line)
      }
      if let stranger = balance.within.first(where: { name in
        !columns.contains { $0.name == name }
      }) {
        throw error(
          .malformed(
            found: "-- balance \(balance.left): ..., \(stranger)",
            expected: "-- balance \(balance.left): \(balance.right), COLUMN"), line: line)
      }
    }
    for bound in bounds {
      if let stranger = [bound.name, bound.subject].first(where: { !money.contains($0) }) {
        throw error(
          .unknownColumn(stranger, declared: money), line: lines["bound \(bound.name)"])
      }
    }
    let names = columns.map(\.name)
    if let stranger = overlapping.first(where: { !names.contains($0) }) {
      throw error(.notAColumn(stranger, declared: names), line: lines["overlap"])
    }
  }
}
