/// A value of a small JSON answer, read as a whole.
indirect enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case text(String)
  /// As it was written.
  case number(String)
  case list([JSONValue])
  /// The last one where a key came twice.
  case object([String: JSONValue])

  /// Reads a whole text.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    self = try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      let value = try cursor.value()
      try cursor.expectEnd()
      return value
    }
  }

  /// What stands under a key of an object; nil where that is null.
  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self, let value = members[key], value != .null else {
      return nil
    }
    return value
  }

  /// nil for what isn't text.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The text of a key, empty where there is none.
  func text(_ key: String) -> String { self[key]?.text ?? "" }

  /// The elements, none of what isn't a list.
  var elements: [JSONValue] { if case .list(let elements) = self { elements } else { [] } }

  /// The members, none of what isn't an object.
  var members: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }
}

extension JSONCursor {
  /// - Source: answers of Nova nest seven deep.
  private static let valueDepthMaximum = 32

  /// The next value of any kind.
  fileprivate mutating func value(depth: Int = 0) throws(MalformedJSON) -> JSONValue {
    if depth > Self.valueDepthMaximum { throw failure("less nesting") }
    switch peek() {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try object { cursor, key throws(MalformedJSON) in
        members[key] = try cursor.value(depth: depth + 1)
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { cursor throws(MalformedJSON) in
        elements.append(try cursor.value(depth: depth + 1))
      }
      return .list(elements)
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try boolean())
    case UInt8(ascii: "n"):
      try skipValue()
      return .null
    default:
      let start = index
      try skipValue()
      let end = index
      rewind(to: start)
      let text = String(decoding: numberCharacters(), as: UTF8.self)
      rewind(to: end)
      return .number(text)
    }
  }
}
