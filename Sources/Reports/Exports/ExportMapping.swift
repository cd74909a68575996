import Yams

/// A mapping of an export file, of which every key is known.
struct ExportMapping {
  /// A text and where it stands.
  struct Value: Hashable {
    let text: String
    let line: Int
  }

  let path: String
  private let nodes: [String: Node]

  /// - Parameter keys: those that it may have.
  /// - Throws: ``ExportError`` where `node` is no mapping, or has a key not among `keys`, or twice.
  init(_ node: Node, path: String, keys: [String]) throws(ExportError) {
    self.path = path
    guard let mapping = node.mapping else {
      throw .notMapping(path: path, line: Self.line(node))
    }
    var nodes: [String: Node] = [:]
    for (key, value) in mapping {
      let name = key.string ?? ""
      guard keys.contains(name) else {
        throw .unknownKey(path: path, line: Self.line(key), key: name, known: keys)
      }
      nodes[name] = value
    }
    self.nodes = nodes
  }

  func text(_ key: String) throws(ExportError) -> Value? {
    guard let node = nodes[key] else { return nil }
    guard let scalar = node.scalar else { throw unexpected(key, node, "text") }
    return Value(text: scalar.string, line: Self.line(node))
  }

  func required(_ key: String) throws(ExportError) -> Value {
    guard let value = try text(key), !value.text.isEmpty else {
      throw .missing(path: path, key: key)
    }
    return value
  }

  func flag(_ key: String) throws(ExportError) -> Bool? {
    guard let value = try text(key) else { return nil }
    switch value.text {
    case "true": return true
    case "false": return false
    default:
      throw .unexpected(
        path: path, line: value.line, key: key, found: value.text, expected: "true or false")
    }
  }

  func list(_ key: String) throws(ExportError) -> [String]? {
    guard let node = nodes[key] else { return nil }
    guard let sequence = node.sequence else { throw unexpected(key, node, "a list") }
    var values: [String] = []
    for element in sequence {
      guard let text = element.scalar?.string else { throw unexpected(key, element, "text") }
      values.append(text)
    }
    return values
  }

  func mapping(_ key: String, keys: [String]) throws(ExportError) -> ExportMapping? {
    guard let node = nodes[key] else { return nil }
    return try ExportMapping(node, path: path, keys: keys)
  }

  /// The texts of a mapping whose keys are the user's own, in their order.
  func entries(_ key: String) throws(ExportError) -> [(name: String, value: Value)] {
    guard let node = nodes[key] else { return [] }
    guard let mapping = node.mapping else { throw unexpected(key, node, "names with values") }
    var entries: [(name: String, value: Value)] = []
    for (name, value) in mapping {
      guard let name = name.scalar?.string, !name.isEmpty else {
        throw unexpected(key, name, "a name")
      }
      guard let scalar = value.scalar else { throw unexpected(name, value, "text") }
      // A key without a value, null and ~ are what YAML calls nothing; quoted, they are text.
      let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      let text = isNothing ? "" : scalar.string
      entries.append((name, Value(text: text, line: Self.line(value))))
    }
    return entries
  }

  private func unexpected(_ key: String, _ node: Node, _ expected: String) -> ExportError {
    let found = node.scalar?.string ?? (node.sequence == nil ? "a mapping" : "a list")
    return .unexpected(
      path: path, line: Self.line(node), key: key, found: found, expected: expected)
  }

  private static func line(_ node: Node) -> Int { node.mark?.line ?? 1 }
}
