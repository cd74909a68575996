import Quantities

/// GPUs that somebody booked for a time.
package struct Reservation: Hashable, Sendable {
  /// Within its source; occurrences of a series share it and differ by their start.
  package var id: String
  package var range: TimeRange
  /// The hosts it is for; empty for any of the cluster.
  package var hosts: [String]
  /// The GPUs that it is for, where it tells them.
  package var uuids: [String]
  /// How many GPUs on all its hosts together; nil for all of them.
  package var gpuCount: Int?
  /// Empty for any.
  package var gpuModel: String
  /// Empty where it isn't told; so are account and user.
  package var team: String
  package var account: String
  package var user: String
  /// When it was booked, nil where that isn't known.
  package var booked: UTCInstant?

  package init(
    id: String, range: TimeRange, hosts: [String] = [], uuids: [String] = [],
    gpuCount: Int? = nil, gpuModel: String = "", team: String = "", account: String = "",
    user: String = "", booked: UTCInstant? = nil
  ) {
    self.id = id
    self.range = range
    self.hosts = hosts
    self.uuids = uuids
    self.gpuCount = gpuCount
    self.gpuModel = gpuModel
    self.team = team
    self.account = account
    self.user = user
    self.booked = booked
  }
}

/// GPUs that are a team's for a time, without any scheduler: a department's own server, say.
package struct Assignment: Hashable, Sendable {
  package var host: String
  /// The GPUs that are assigned; empty for all of the host's, or as many as `gpuCount` says.
  package var uuids: [String]
  /// nil for all of the host's.
  package var gpuCount: Int?
  package var team: String
  /// Empty where it isn't told.
  package var user: String
  /// nil for ever before.
  package var start: UTCInstant?
  /// nil for ever after.
  package var end: UTCInstant?

  package init(
    host: String, uuids: [String] = [], gpuCount: Int? = nil, team: String, user: String = "",
    start: UTCInstant? = nil, end: UTCInstant? = nil
  ) {
    self.host = host
    self.uuids = uuids
    self.gpuCount = gpuCount
    self.team = team
    self.user = user
    self.start = start
    self.end = end
  }
}

/// A node as its batch scheduler counts it.
package struct SchedulerNode: Hashable, Sendable {
  package var name: String
  package var gpuCount: Int
  /// Of which type its GPUs are: `h100`; empty where the scheduler doesn't tell, or where they are
  /// of several.
  package var gpuType: String

  package init(name: String, gpuCount: Int, gpuType: String = "") {
    self.name = name
    self.gpuCount = gpuCount
    self.gpuType = gpuType
  }

  /// That the scheduler accounts for the node in `range`.
  package func observation(_ range: TimeRange) -> Observation {
    Observation(
      kind: .schedulerNode, subject: name,
      attributes: ["gpus": String(gpuCount), "gpu_type": gpuType], range: range)
  }
}
