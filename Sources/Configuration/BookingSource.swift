/// Where a text stands that is read as a whole each time.
package enum TextAccess: Hashable, Sendable {
  case file(String)
  case url(String)
  /// A file that holds the address, where that is itself the secret.
  case urlFile(String)
}

/// Bookings of GPUs: a table, a calendar, or what LibreBooking exports.
package struct ReservationSource: Hashable, Sendable {
  /// What the text is.
  package enum Format: String, CaseIterable, Sendable {
    case csv
    case ical
    case librebooking
  }
  /// The property of a calendar's event that names what is booked.
  package enum ResourceProperty: String, CaseIterable, Sendable {
    case location
    case summary
  }
  /// What a table's column tells, by the name that it has under `columns`.
  package static let columnKeys = [
    "id", "cluster", "resource", "gpu_count", "gpu_model", "team", "user", "start", "end", "state",
    "booked",
  ]

  package var format: Format
  package var access: TextAccess
  /// The zone of times that come without one, nil for that of billing days.
  package var timeZone: String?
  /// By key: the column's name in the table's head, where it isn't the usual one.
  package var columns: [String: String]
  /// How a table writes times, in the letters of PHP's `date`; nil for the usual ones.
  package var dateFormat: String?
  package var resource: ResourceProperty
  /// The hosts, a host list or a GPU's UUID, by the name that bookings have for them.
  package var hosts: [String: String]

  package init(
    format: Format, access: TextAccess, timeZone: String? = nil, columns: [String: String] = [:],
    dateFormat: String? = nil, resource: ResourceProperty = .location, hosts: [String: String] = [:]
  ) {
    self.format = format
    self.access = access
    self.timeZone = timeZone
    self.columns = columns
    self.dateFormat = dateFormat
    self.resource = resource
    self.hosts = hosts
  }
}

/// A table of which GPUs are whose, without any scheduler.
package struct AssignmentSource: Hashable, Sendable {
  package var access: TextAccess

  package init(access: TextAccess) {
    self.access = access
  }
}
