/// Values that are taken where they are of the kind that is wanted, and passed over where they aren't:
/// versions of a server differ in such.
extension JSONCursor {
  /// A text, or nothing of anything else: slurmrestd 22.05 calls a reservation without a name `0`.
  mutating func looseText() throws(MalformedJSON) -> String {
    if peek() == UInt8(ascii: "\"") { return try string() }
    try skipValue()
    return ""
  }

  /// A list of texts, or the one that stands alone.
  mutating func looseTexts() throws(MalformedJSON) -> [String] {
    guard peek() == UInt8(ascii: "[") else {
      let text = try looseText()
      return text.isEmpty ? [] : [text]
    }
    var texts: [String] = []
    try array { cursor throws(MalformedJSON) in texts.append(try cursor.looseText()) }
    return texts
  }

  /// A whole number, or nothing of anything else.
  mutating func looseWhole() throws(MalformedJSON) -> Int64? {
    skipBlanks()
    let start = index
    if let number = Int64(String(decoding: numberCharacters(), as: UTF8.self)) { return number }
    rewind(to: start)
    try skipValue()
    return nil
  }

  /// Calls `each` with every key of an object; steps over anything else.
  mutating func looseObject(
    _ each: (inout JSONCursor, String) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    if peek() == UInt8(ascii: "{") { try object(each) } else { try skipValue() }
  }

  /// Calls `each` before every element of a list; steps over anything else.
  mutating func looseList(
    _ each: (inout JSONCursor) throws(MalformedJSON) -> Void
  ) throws(MalformedJSON) {
    if peek() == UInt8(ascii: "[") { try array(each) } else { try skipValue() }
  }
}
