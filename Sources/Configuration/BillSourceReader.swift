import Quantities

/// Reading sources of type `bill`.
extension ConfigurationReader {
  static let billKeys = [
    "name", "type", "site", "cluster", "format", "path", "cost", "currency",
  ]
  /// Of a store of objects.
  static let storedBillKeys = billKeys + s3Keys + ["tls_config", "timeout"]

  func readBill(_ section: Section) -> BillSource? {
    if !section.has("format") {
      section.tell(
        .missingKey(
          expected: BillSource.Format.allCases.map(\.rawValue).joined(separator: ", ")),
        of: "format")
    }
    let format = section.choice("format", BillSource.Format.self)
    let path = section.requiredText(
      "path", expected: "a folder, a file, or s3://bucket/prefix")
    let cost = section.choice("cost", BillSource.Cost.self)
    let currency = section.value("currency", expected: "a currency such as USD") { Currency($0) }
    guard let format, let path else { return nil }
    let isStored = path.lowercased().hasPrefix("s3://")
    return BillSource(
      format: format, path: isStored ? path : resolve(path),
      objectStore: isStored ? readS3(section) : nil, cost: cost, currency: currency)
  }
}
