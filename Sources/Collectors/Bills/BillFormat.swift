/// In what form a bill comes.
package enum BillFormat: String, CaseIterable, Sendable {
  /// FOCUS 1.0 to 1.4 of any provider.
  case focus
  /// AWS Data Exports, CUR 2.0.
  case cur2
  /// The legacy Cost and Usage Report of AWS, with heads such as `lineItem/UnblendedCost`.
  case cur
  /// A dump of Google's billing export, as CSV or as JSON lines.
  case gcp
  /// An export of Azure's Cost Management, actual or amortised.
  case azure
  /// FOCUS as Oracle delivers it.
  case oci
}

/// Which of the two costs the amounts of a file are.
package enum BillCost: String, Sendable {
  /// Each row has both.
  case both
  /// What is invoiced: Azure's actual cost.
  case billed
  /// What use cost: Azure's amortised cost.
  case effective
}
