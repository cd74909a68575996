/// The texts of all keys that are in the table, by number.
final class ChargeTexts {
  private let interners: [ByteInterner]

  init() { interners = ChargeText.allCases.map { _ in ByteInterner() } }

  @inline(__always) func number(_ text: ChargeText, _ field: Field) -> UInt32 {
    interners[text.rawValue].number(field)
  }

  func number(_ text: ChargeText, _ words: String) -> UInt32 {
    interners[text.rawValue].number(words)
  }

  /// The bytes of a number, valid until the next text comes.
  func field(_ text: ChargeText, _ number: UInt32) -> Field {
    interners[text.rawValue].field(number)
  }

  func text(_ text: ChargeText, _ number: UInt32) -> String {
    interners[text.rawValue].text(number)
  }

  func count(_ text: ChargeText) -> Int { interners[text.rawValue].count }

  /// What the bytes of all texts take.
  var byteCount: Int { interners.reduce(0) { $0 + $1.byteCount } }
}

/// What was made of the text with a number, so that it is made once.
struct ByNumber<Value> {
  private var values: [Value?] = []

  @inline(__always) mutating func value(_ number: UInt32, make: () -> Value) -> Value {
    let index = Int(number)
    if index < values.count, let value = values[index] { return value }
    return add(index, make())
  }

  @inline(never) private mutating func add(_ index: Int, _ value: Value) -> Value {
    if index >= values.count {
      values.append(contentsOf: repeatElement(nil, count: index + 1 - values.count))
    }
    values[index] = value
    return value
  }

  mutating func removeAll() { values.removeAll() }
}
