import Records

/// Rows that were refused; equal ones are counted at the place of the first.
struct BillRejections {
  /// How many different findings are told; what comes after is counted by its rule.
  static let findingsMax = 200

  private struct Key: Hashable {
    let rule: String
    let found: String
  }

  private let file: String
  private var byKey: [Key: Rejection] = [:]
  private var order: [Key] = []

  init(file: String) { self.file = file }

  mutating func add(_ fault: RowFault, line: Int) {
    var key = Key(rule: fault.rule, found: fault.found)
    if byKey[key] == nil, byKey.count >= Self.findingsMax {
      key = Key(rule: fault.rule, found: "further values")
    }
    if byKey[key] != nil {
      byKey[key]?.count += 1
      return
    }
    byKey[key] = Rejection(
      place: "\(file):\(line)", rule: fault.rule, found: key.found, expected: fault.expected)
    order.append(key)
  }

  /// In the order of the lines that they were found on first.
  var all: [Rejection] { order.compactMap { byKey[$0] } }
}
