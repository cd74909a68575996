/// One element of a small XML answer.
///
/// Prefixes of elements' names and all attributes but those that tell a type are passed over. What
/// such answers never have is refused: document types and thereby entities of their own, comments,
/// CDATA.
struct XMLElement: Equatable, Sendable {
  let name: String
  /// The text right inside it.
  var text = ""
  var children: [XMLElement] = []
  /// Its attribute `type`: of what kind the object is that it names.
  var type: String?
  /// Its attribute `xsi:type`, without the prefixes of both: of what kind it is itself.
  var ownType: String?

  /// The text of the first child of this name.
  func text(of name: String) -> String? { children.first { $0.name == name }?.text }

  /// The first child of this name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// All children of this name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The root of the document that `bytes` are.
  ///
  /// - Parameter depthMaximum: how deep elements may be in each other; a store's listing has three
  ///   levels.
  static func root(
    of bytes: [UInt8], depthMaximum: Int = 8
  ) throws(MalformedXML) -> XMLElement {
    var reader = Reader(bytes: bytes, depthMaximum: depthMaximum)
    return try reader.document()
  }

  /// Reads a document from its beginning to its end.
  private struct Reader {
    let bytes: [UInt8]
    private let depthMaximum: Int
    private var index = 0

    init(bytes: [UInt8], depthMaximum: Int) {
      self.bytes = bytes
      self.depthMaximum = depthMaximum
    }

    mutating func document() throws(MalformedXML) -> XMLElement {
      if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
      if skip("<?xml") {
        while !skip("?>") { _ = try next() }
      }
      skipBlanks()
      guard skip("<") else { throw fault("an element") }
      let root = try element(depth: 1)
      skipBlanks()
      guard index == bytes.count else { throw fault("the end") }
      return root
    }

    /// Reads on from behind the `<` of a start tag.
    private mutating func element(depth: Int) throws(MalformedXML) -> XMLElement {
      guard depth <= depthMaximum else { throw fault("no deeper element") }
      let name = try name()
      var element = XMLElement(name: Self.withoutPrefix(name))
      if try isClosed(&element) { return element }
      var text: [UInt8] = []
      while true {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "<"),
          bytes[index] != UInt8(ascii: "&")
        { index += 1 }
        text += bytes[start..<index]
        if skip("</") {
          guard try self.name() == name else { throw fault("</\(name)>") }
          skipBlanks()
          guard skip(">") else { throw fault(">") }
          break
        }
        if skip("<") {
          element.children.append(try self.element(depth: depth + 1))
        } else {
          guard try next() == UInt8(ascii: "&") else { throw fault("a character's reference") }
          text += try reference()
        }
      }
      guard let valid = String(validating: text, as: UTF8.self) else { throw fault("UTF-8") }
      element.text = valid
      return element
    }

    /// Reads attributes and the tag's end.
    private mutating func isClosed(_ element: inout XMLElement) throws(MalformedXML) -> Bool {
      var attribute = ""
      while true {
        if skip("/>") { return true }
        if skip(">") { return false }
        let start = index
        let byte = try next()
        if byte == UInt8(ascii: "<") { throw fault(">") }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
          let start = index
          while try next() != byte {}
          let value = String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
          if attribute == "type" {
            element.type = value
          } else if attribute.hasSuffix(":type") {
            element.ownType = Self.withoutPrefix(value)
          }
        } else if Self.isOfName(byte) {
          index = start
          attribute = try name()
        }
      }
    }

    private mutating func name() throws(MalformedXML) -> String {
      let start = index
      while index < bytes.count, Self.isOfName(bytes[index]) { index += 1 }
      guard index > start else { throw fault("a name") }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// The bytes that `&...;` stands for.
    private mutating func reference() throws(MalformedXML) -> [UInt8] {
      let start = index
      while try next() != UInt8(ascii: ";") {
        if index - start > 8 { throw fault("a character's reference") }
      }
      let word = String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
      switch word {
      case "amp": return Array("&".utf8)
      case "lt": return Array("<".utf8)
      case "gt": return Array(">".utf8)
      case "quot": return Array("\"".utf8)
      case "apos": return Array("'".utf8)
      default:
        let isHexadecimal = word.hasPrefix("#x")
        let digits = word.dropFirst(isHexadecimal ? 2 : 1)
        guard word.hasPrefix("#"), !digits.hasPrefix("+"), !digits.hasPrefix("-"),
          let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
          let scalar = Unicode.Scalar(number)
        else { throw fault("a character's reference") }
        return Array(String(Character(scalar)).utf8)
      }
    }

    private mutating func next() throws(MalformedXML) -> UInt8 {
      guard index < bytes.count else { throw fault("more") }
      defer { index += 1 }
      return bytes[index]
    }

    private mutating func skip(_ text: StaticString) -> Bool {
      let isThere = text.withUTF8Buffer { bytes[index...].starts(with: $0) }
      if isThere { index += text.utf8CodeUnitCount }
      return isThere
    }

    private mutating func skipBlanks() {
      while index < bytes.count, [9, 10, 13, 32].contains(bytes[index]) { index += 1 }
    }

    private func fault(_ expected: String) -> MalformedXML {
      MalformedXML(byte: index, expected: expected)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-.:".utf8.contains(byte) || byte >= 0x80
      }
    }

    private static func withoutPrefix(_ name: String) -> String {
      name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
    }
  }
}

/// Where a text is not the XML that it should be.
struct MalformedXML: Error, Equatable, CustomStringConvertible {
  let byte: Int
  let expected: String

  var description: String { "no XML as it should be: expected \(expected) at byte \(byte)" }
}
