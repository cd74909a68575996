import Quantities
import Yams

/// One mapping of the file: hands out values and tells what is wrong with them.
///
/// A key without a value counts as absent, so that a list whose items are all commented out is
/// an empty list.
struct Section {
  let place: Place
  let problems: ProblemList
  private let node: Node
  private let values: [String: Node]
  private let places: [String: Place]
  /// Keys whose secret is written where it must not be: they were told of already.
  private let toldMissing: Set<String>

  /// Reads a mapping and tells of keys that don't belong in it.
  ///
  /// - Parameters:
  ///   - valid: the keys it may have, nil for any.
  ///   - secrets: keys that would hold a secret, with the key to use instead.
  init(
    _ node: Node, at place: Place, valid: [String]?, secrets: [String: String] = [:],
    problems: ProblemList
  ) {
    self.node = node
    self.place = place
    self.problems = problems
    var values: [String: Node] = [:]
    var places: [String: Place] = [:]
    var toldMissing: Set<String> = []
    for (keyNode, value) in node.mapping ?? Node.Mapping([]) {
      let key = keyNode.scalar?.string ?? ""
      let path = place.key.isEmpty ? key : "\(place.key).\(key)"
      let keyPlace = Place(file: place.file, line: keyNode.mark?.line ?? place.line, key: path)
      if let use = secrets[key] {
        problems.add(.secret(use: use), at: keyPlace)
        toldMissing.insert(use)
      } else if let valid, !valid.contains(key) {
        let nearest = NearestName.find(key, among: valid)
        problems.add(.unknownKey(nearest: nearest, valid: valid), at: keyPlace)
      } else if !value.isNothing {
        values[key] = value
        places[key] = keyPlace
      }
    }
    self.values = values
    self.places = places
    self.toldMissing = toldMissing
  }

  /// The same section, telling of keys that don't belong in it.
  func limited(to valid: [String], secrets: [String: String]) -> Section {
    Section(node, at: place, valid: valid, secrets: secrets, problems: problems)
  }

  /// The keys that have a value, in the order of their names.
  var keys: [String] { values.keys.sorted() }

  /// Whether `key` has a value.
  func has(_ key: String) -> Bool { values[key] != nil }

  /// Whether the value of `key` is text.
  func holdsText(_ key: String) -> Bool { values[key]?.scalar != nil }

  /// The text of `key`, telling nothing where it is absent or no text.
  func peek(_ key: String) -> String? { values[key]?.scalar?.string }

  /// Where `key` stands, or the section where it is absent.
  func place(of key: String) -> Place { places[key] ?? missingPlace(of: key) }

  /// Tells what is wrong with `key`.
  func tell(_ fault: ConfigurationProblem.Fault, of key: String) {
    problems.add(fault, at: place(of: key))
  }

  /// The text of `key`, nil where it is absent or no text.
  func text(_ key: String, expected: String = "text") -> String? {
    guard let node = values[key] else { return nil }
    guard let scalar = node.scalar else {
      tell(.wrongType(found: node.shape, expected: expected), of: key)
      return nil
    }
    guard !scalar.string.isEmpty else {
      tell(.badValue(found: "", expected: expected), of: key)
      return nil
    }
    guard !scalar.string.unicodeScalars.contains(where: \.isControl) else {
      tell(.wrongType(found: "text with line feeds or tabs", expected: expected), of: key)
      return nil
    }
    return scalar.string
  }

  /// The text of a key that must be there.
  func requiredText(_ key: String, expected: String) -> String? {
    require(key, expected: expected)
    return text(key, expected: expected)
  }

  /// What `parse` makes of the text of `key`.
  func value<Value>(_ key: String, expected: String, parse: (String) -> Value?) -> Value? {
    guard let text = text(key, expected: expected) else { return nil }
    if let value = parse(text) { return value }
    tell(.badValue(found: text, expected: expected), of: key)
    return nil
  }

  /// What `parse` makes of the text of a key that must be there.
  func required<Value>(_ key: String, expected: String, parse: (String) -> Value?) -> Value? {
    require(key, expected: expected)
    return value(key, expected: expected, parse: parse)
  }

  /// The case of an enum that the text of `key` names.
  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    let all = Choice.allCases.map(\.rawValue)
    return value(key, expected: "one of " + all.joined(separator: ", ")) { Choice(rawValue: $0) }
  }

  /// `true` or `false`.
  func flag(_ key: String) -> Bool? {
    value(key, expected: "true or false") { ["true": true, "false": false][$0] }
  }

  /// The mapping under `key`.
  func section(_ key: String, valid: [String]?, secrets: [String: String] = [:]) -> Section? {
    guard let node = values[key] else { return nil }
    guard node.mapping != nil else {
      tell(.wrongType(found: node.shape, expected: "a mapping of keys to values"), of: key)
      return nil
    }
    return Section(node, at: place(of: key), valid: valid, secrets: secrets, problems: problems)
  }

  /// The same, telling nothing where there is none.
  func peekSection(_ key: String) -> Section? {
    values[key]?.mapping == nil ? nil : section(key, valid: nil)
  }

  /// The mappings of the list under `key`, or the one mapping that stands in its place.
  func sectionsOrOne(_ key: String, valid: [String]?) -> [Section] {
    guard values[key]?.mapping == nil else {
      return section(key, valid: valid).map { [$0] } ?? []
    }
    return sections(key, valid: valid)
  }

  /// The mappings of the list under `key`.
  func sections(_ key: String, valid: [String]?, secrets: [String: String] = [:]) -> [Section] {
    items(key, expected: "a list of mappings").compactMap { item in
      guard item.value.mapping != nil else {
        problems.add(
          .wrongType(found: item.value.shape, expected: "a mapping of keys to values"),
          at: item.place)
        return nil
      }
      return Section(
        item.value, at: item.place, valid: valid, secrets: secrets, problems: problems)
    }
  }

  /// The texts of the list under `key`, nil where it is absent.
  ///
  /// - Parameter one: whether a text alone may stand for a list of one.
  func texts(_ key: String, expected: String, orOne one: Bool = false) -> [Placed<String>]? {
    guard let node = values[key] else { return nil }
    if one, node.scalar != nil {
      return text(key, expected: expected).map { [Placed(value: $0, place: place(of: key))] }
    }
    return items(key, expected: expected).compactMap { item in
      guard let scalar = item.value.scalar, !item.value.isNothing else {
        problems.add(
          .wrongType(found: item.value.shape, expected: "text"), at: item.place)
        return nil
      }
      return Placed(value: scalar.string, place: item.place)
    }
  }

  private func items(_ key: String, expected: String) -> [Placed<Node>] {
    guard let node = values[key] else { return [] }
    guard let sequence = node.sequence else {
      tell(.wrongType(found: node.shape, expected: expected), of: key)
      return []
    }
    let keyPlace = place(of: key)
    return sequence.enumerated().map { index, item in
      let line = item.mark?.line ?? keyPlace.line
      let path = "\(keyPlace.key)[\(index)]"
      return Placed(value: item, place: Place(file: keyPlace.file, line: line, key: path))
    }
  }

  private func require(_ key: String, expected: String) {
    if !has(key), !toldMissing.contains(key) { tell(.missingKey(expected: expected), of: key) }
  }

  private func missingPlace(of key: String) -> Place {
    let path = place.key.isEmpty ? key : "\(place.key).\(key)"
    return Place(file: place.file, line: place.line, key: path)
  }
}

extension Node {
  /// What it is, in a reader's words; never what it says.
  fileprivate var shape: String {
    switch self {
    case .scalar: isNothing ? "nothing" : "text"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  fileprivate var isNothing: Bool {
    guard let scalar, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }
}

extension Unicode.Scalar {
  /// Whether it is a line feed, a tab or the like, which no name, path or number holds.
  fileprivate var isControl: Bool { value < 32 || value == 127 }
}
