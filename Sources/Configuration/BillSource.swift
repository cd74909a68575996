import Quantities

/// Bills of a provider, in files.
package struct BillSource: Hashable, Sendable {
  /// What the files are.
  package enum Format: String, CaseIterable, Sendable {
    case focus
    case cur2
    case cur
    case gcp
    case azure
    case oci
  }
  /// Which of two costs is charged.
  package enum Cost: String, CaseIterable, Sendable {
    /// What the use cost, with what was paid in advance spread over it.
    case effective
    /// What invoices ask for.
    case billed
  }

  package var format: Format
  /// A file, or a folder of files.
  package var path: String
  /// nil for the effective one; of files that have one only, whichever it is.
  package var cost: Cost?
  /// Of files that don't tell it.
  package var currency: Currency?

  package init(format: Format, path: String, cost: Cost? = nil, currency: Currency? = nil) {
    self.format = format
    self.path = path
    self.cost = cost
    self.currency = currency
  }
}
