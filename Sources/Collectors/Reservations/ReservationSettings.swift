import Quantities
import Records
import Transport

/// Where bookings are read, and how they are told.
package struct ReservationSettings: Sendable {
  /// What the text is.
  package enum Format: Hashable, Sendable {
    case csv
    case ical
    case librebooking
  }
  /// The property of an event that names what is booked.
  package enum ResourceProperty: String, Hashable, Sendable {
    case location = "LOCATION"
    case summary = "SUMMARY"
  }

  package var format: Format
  package var place: TextPlace
  package var connection: ConnectionSettings
  /// Whose bookings are taken; rows that name another cluster are left out.
  package var cluster: String
  /// Of times that come without a zone.
  package var clock: CivilClock
  /// By what it tells: the name of a table's column, where it isn't the usual one.
  package var columns: [String: String]
  /// How a table writes times; nil for the usual way.
  package var dateFormat: String?
  package var resource: ResourceProperty
  /// Hosts, a host list or a GPU's UUID, by the name that bookings have for them.
  package var hosts: [String: String]

  package init(
    format: Format, place: TextPlace, connection: ConnectionSettings = ConnectionSettings(),
    cluster: String, clock: CivilClock, columns: [String: String] = [:], dateFormat: String? = nil,
    resource: ResourceProperty = .location, hosts: [String: String] = [:]
  ) {
    self.format = format
    self.place = place
    self.connection = connection
    self.cluster = cluster
    self.clock = clock
    self.columns = columns
    self.dateFormat = dateFormat
    self.resource = resource
    self.hosts = hosts
  }
}

/// What a source said of its bookings.
package struct ReservationImport: Hashable, Sendable {
  package var reservations: [Reservation] = []
  /// Bookings that begin at or after it and did not come are no more: the earliest start that came,
  /// or now if that is earlier.
  ///
  /// A series of a calendar doesn't count: a feed without last month's bookings still has the series
  /// that began years ago.
  package var start: UTCInstant
  package var rejections: [Rejection] = []
  /// Ids of which something was refused.
  package var refusedIDs: Set<String> = []
  /// How many were left out because they are cancelled.
  package var cancelledCount = 0
  /// How many were left out because they are of another cluster.
  package var otherClusterCount = 0
  /// Whether something repeats without an end, so that what is far ahead is left out.
  package var hasEndlessSeries = false

  package init(start: UTCInstant) {
    self.start = start
  }

  /// `12 reservations; left out: 3 cancelled, 2 of other clusters`.
  package var summary: String {
    let left = [
      cancelledCount > 0 ? "\(cancelledCount) cancelled" : nil,
      otherClusterCount > 0 ? "\(otherClusterCount) of other clusters" : nil,
    ].compactMap(\.self)
    return "\(reservations.count) reservations"
      + (left.isEmpty ? "" : "; left out: " + left.joined(separator: ", "))
  }
}
