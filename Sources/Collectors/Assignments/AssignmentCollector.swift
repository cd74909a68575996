import Quantities
import Records
import Transport

/// Where a table of assignments stands.
package struct AssignmentSettings: Sendable {
  package var place: TextPlace
  package var connection: ConnectionSettings
  /// Whose hosts are taken; rows that name another cluster are left out.
  package var cluster: String
  /// Of billing days, at whose starts assignments begin and end.
  package var calendar: BillingCalendar

  package init(
    place: TextPlace, connection: ConnectionSettings = ConnectionSettings(), cluster: String,
    calendar: BillingCalendar
  ) {
    self.place = place
    self.connection = connection
    self.cluster = cluster
    self.calendar = calendar
  }
}

/// What a table says of whose GPUs are.
package struct AssignmentImport: Hashable, Sendable {
  package var assignments: [Assignment] = []
  package var rejections: [Rejection] = []
  /// Hosts of which something was refused; empty names stand for none.
  package var refusedHosts: Set<String> = []
  /// How many were left out because they are of another cluster.
  package var otherClusterCount = 0

  package init() {}

  /// `12 assignments; left out: 2 of other clusters`.
  package var summary: String {
    "\(assignments.count) assignments"
      + (otherClusterCount > 0 ? "; left out: \(otherClusterCount) of other clusters" : "")
  }
}

/// Reads whose GPUs are, where no scheduler gives them out.
package struct AssignmentCollector: Sendable {
  private let settings: AssignmentSettings
  private let client: HTTPClient

  package init(settings: AssignmentSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// All that the source says.
  package func collect() async throws(CollectorError) -> AssignmentImport {
    let text = try await WholeText(
      place: settings.place, connection: settings.connection, client: client
    ).read()
    return try Self.read(text, settings)
  }

  /// The assignments of `text`.
  package static func read(
    _ text: String, _ settings: AssignmentSettings
  ) throws(CollectorError) -> AssignmentImport {
    var table = AssignmentTable(settings: settings)
    return try table.read(text)
  }
}
