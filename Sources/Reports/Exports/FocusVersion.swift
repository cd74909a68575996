/// A version of the FinOps Open Cost and Usage Specification that exports may follow.
package enum FocusVersion: String, CaseIterable, Sendable {
  case v1_2 = "1.2"
  /// Compatible with 1.2; says beside what is shared how and with whom.
  case v1_3 = "1.3"

  /// The columns of later versions, which a file of this one must not have.
  ///
  /// - Source: FOCUS 1.3, "Introduced" of each column.
  var laterColumns: Set<String> {
    switch self {
    case .v1_2:
      [
        "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId",
        "AllocatedResourceName", "AllocatedTags", "HostProviderName", "ServiceProviderName",
      ]
    case .v1_3: []
    }
  }

  /// The versions as an error lists them.
  package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
