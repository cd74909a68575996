import Quantities

/// A virtual machine that has GPUs of a host for a time.
package struct Machine: Hashable, Sendable {
  /// What its platform calls it for good, whatever it is renamed to.
  package var uid: String
  package var name: String
  /// What it belongs to at its platform: a namespace, a project, a folder; empty for nothing.
  package var project: String
  /// Who had it made; empty where that isn't told.
  package var user: String
  /// What the machine calls itself, and with that an exporter that runs in it.
  package var guest: String
  /// Whose GPUs it has, as its platform calls that host.
  package var host: String
  /// When it has them.
  package var range: TimeRange
  package var reach: Claim.Reach
  /// What rules of teams can match besides.
  package var attributes: [String: String]

  /// - Parameter guest: nil where only its name is known.
  package init(
    uid: String, name: String, project: String, user: String = "", guest: String? = nil,
    host: String, range: TimeRange, reach: Claim.Reach, attributes: [String: String] = [:]
  ) {
    self.uid = uid
    self.name = name
    self.project = project
    self.user = user
    self.guest = guest ?? name
    self.host = host
    self.range = range
    self.reach = reach
    self.attributes = attributes
  }

  package var workload: WorkloadKey {
    WorkloadKey(kind: .machine, namespace: project, name: name, uid: uid)
  }
}
