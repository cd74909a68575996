/// A machine that carries GPUs.
package struct HostKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let site: String
  package let cluster: String
  /// The exporter's host name.
  package let name: String

  package init(site: String, cluster: String, name: String) {
    self.site = site
    self.cluster = cluster
    self.name = name
  }

  /// A host's name up to its first dot: sources that differ behind it mean one host.
  package static func short(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  package static func < (left: Self, right: Self) -> Bool {
    (left.site, left.cluster, left.name) < (right.site, right.cluster, right.name)
  }

  package var description: String { "\(site)/\(cluster)/\(name)" }
}

/// A GPU as an exporter shows it: a whole card, or one MIG instance of it.
package struct GPUEntity: Hashable, Comparable, Sendable {
  /// The card's UUID, always with the prefix `GPU-`.
  package let uuid: String
  /// The GPU instance id of a MIG instance; nil for the card itself.
  package let instance: Int?
  /// The compute slices that the instance covers; nil for the card itself.
  ///
  /// - Source: `GPU_I_PROFILE`, `3g.40gb` being three slices.
  package let slices: Int?
  /// The model as the exporter prints it: `NVIDIA H100 80GB HBM3`; empty where it prints none.
  package let model: String
  /// The exporter's host name.
  package let host: String

  package init(uuid: String, instance: Int?, slices: Int?, model: String, host: String) {
    self.uuid = uuid
    self.instance = instance
    self.slices = slices
    self.model = model
    self.host = host
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.uuid, left.instance ?? -1, left.host, left.model, left.slices ?? -1)
      < (right.uuid, right.instance ?? -1, right.host, right.model, right.slices ?? -1)
  }
}

/// Who can hold a GPU, or have it reserved.
package struct WorkloadKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The kinds of workloads. The numbers are stored and never reused; 0 is never valid.
  package enum Kind: Int, CaseIterable, Sendable {
    case pod = 1
    /// A run of a batch job: its name is the job's number; its UID the scheduler's cluster and the
    /// run's start, empty where only an exporter's label names it.
    case job = 2
    /// Named by the team.
    case assignment = 3
    /// Named by its id; its UID is its source and start.
    case reservation = 4
    /// An instance with GPUs that is billed, named as its provider does; its UID is the source.
    case instance = 5
    /// A virtual machine: its namespace is what it belongs to at its platform, its UID the
    /// platform's.
    case machine = 6
    /// A persistent volume: its name is its claim's, its UID the volume's own name.
    case volume = 7
  }

  package let kind: Kind
  package let namespace: String
  package let name: String
  /// The UID where a source gave it, else empty.
  package let uid: String

  package init(kind: Kind, namespace: String, name: String, uid: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  /// Whether both may name one workload: exporters give some series of a pod its UID and others not.
  package func agrees(with other: WorkloadKey) -> Bool {
    kind == other.kind && namespace == other.namespace && name == other.name
      && (uid == other.uid || uid.isEmpty || other.uid.isEmpty)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.kind.rawValue, left.namespace, left.name, left.uid)
      < (right.kind.rawValue, right.namespace, right.name, right.uid)
  }

  package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
