import Foundation

/// Attributes as JSON text with sorted keys, so that equal attributes are equal text.
///
/// Foundation's coders read and write whatever is unusual; plain text, which nearly all attributes
/// are, would take them ten times as long.
package enum AttributeText {
  package static func json(_ attributes: [String: String]) -> String {
    plain(attributes) ?? anyJSON(attributes)
  }

  package static func attributes(_ json: String) -> [String: String] {
    plain(json) ?? anyAttributes(json)
  }

  static func anyJSON(_ attributes: [String: String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(attributes) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  static func anyAttributes(_ json: String) -> [String: String] {
    (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
  }

  private static let quote = UInt8(ascii: "\"")

  /// The text where no character needs an escape and the keys are ASCII, which everybody sorts
  /// alike; else nil.
  static func plain(_ attributes: [String: String]) -> String? {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
      guard key.utf8.allSatisfy({ isPlain($0) && $0 < 0x80 }), value.utf8.allSatisfy(isPlain)
      else { return nil }
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(quote)
      bytes += key.utf8
      bytes += [quote, UInt8(ascii: ":"), quote]
      bytes += value.utf8
      bytes.append(quote)
    }
    bytes.append(UInt8(ascii: "}"))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The attributes where the text is as ``plain(_:)-([String:String])`` writes it; else nil.
  static func plain(_ json: String) -> [String: String]? {
    var result: [String: String] = [:]
    var json = json
    let isPlain = json.withUTF8 { bytes in
      guard bytes.count >= 2, bytes[0] == UInt8(ascii: "{"),
        bytes[bytes.count - 1] == UInt8(ascii: "}")
      else { return false }
      let end = bytes.count - 1
      var place = 1
      while place < end {
        if place > 1 {
          guard bytes[place] == UInt8(ascii: ",") else { return false }
          place += 1
        }
        guard let key = text(bytes, &place, end), place < end,
          bytes[place] == UInt8(ascii: ":")
        else { return false }
        place += 1
        guard let value = text(bytes, &place, end), result.updateValue(value, forKey: key) == nil
        else { return false }
      }
      return true
    }
    return isPlain ? result : nil
  }

  /// The text in quotes at `place`, which is moved past it; nil where there is none without escapes.
  private static func text(
    _ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int, _ end: Int
  ) -> String? {
    guard place < end, bytes[place] == quote else { return nil }
    let start = place + 1
    var index = start
    while index < end, bytes[index] != quote {
      guard isPlain(bytes[index]) else { return nil }
      index += 1
    }
    guard index < end else { return nil }
    place = index + 1
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7f && byte != quote && byte != UInt8(ascii: "\\")
  }
}
