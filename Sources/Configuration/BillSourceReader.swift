import Quantities

/// Reading sources of type `bill`.
extension ConfigurationReader {
  static let billKeys = [
    "name", "type", "site", "cluster", "format", "path", "cost", "currency",
  ]

  func readBill(_ section: Section) -> BillSource? {
    if !section.has("format") {
      section.tell(
        .missingKey(
          expected: BillSource.Format.allCases.map(\.rawValue).joined(separator: ", ")),
        of: "format")
    }
    let format = section.choice("format", BillSource.Format.self)
    let path = section.requiredText("path", expected: "a folder or a file")
    let cost = section.choice("cost", BillSource.Cost.self)
    let currency = section.value("currency", expected: "a currency such as USD") { Currency($0) }
    guard let format, let path else { return nil }
    return BillSource(format: format, path: resolve(path), cost: cost, currency: currency)
  }
}
