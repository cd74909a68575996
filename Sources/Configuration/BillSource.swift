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
  /// A file, a folder of files, or `s3://bucket/prefix`.
  package var path: String
  /// How the object store is reached that the path names; nil for files.
  package var objectStore: S3Access?
  /// nil for the effective one; of files that have one only, whichever it is.
  package var cost: Cost?
  /// Of files that don't tell it.
  package var currency: Currency?

  package init(
    format: Format, path: String, objectStore: S3Access? = nil, cost: Cost? = nil,
    currency: Currency? = nil
  ) {
    self.objectStore = objectStore
    self.format = format
    self.path = path
    self.cost = cost
    self.currency = currency
  }
}
