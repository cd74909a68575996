import Quantities

/// Something a source said of a pod, a namespace, a node or a volume, and for how long it said so.
package struct Observation: Hashable, Sendable {
  /// What is said. The numbers are stored and never reused; 0 is never valid.
  package enum Kind: Int, Sendable {
    /// Subject `namespace/pod` or `namespace/pod/uid`; attributes: `owner_kind`, `owner_name`,
    /// `phase`, `reason`, `node`, `uid`, `containers` (those that ask for GPUs, by commas) and
    /// `label_…`.
    case pod = 1
    /// Subject: the namespace; attributes: `label_…`, `annotation_…`.
    case namespace = 2
    /// Subject: the node; attribute `gpus`: how many GPUs the cluster counts on it.
    case nodeCapacity = 3
    /// Subject: the node; attribute `reason`: `drained`, `not_ready`, `down` or
    /// `maintenance`.
    case outage = 4
    /// Subject: the node; attributes `gpus` and `gpu_type`: a batch scheduler accounts for it, so
    /// that whatever it gave to nobody is free.
    case schedulerNode = 5
    /// Subject: the host; attributes: by the exporter's number of each GPU on it, its UUID.
    case gpuNumbers = 6
    /// Subject: the persistent volume; attributes `bytes` (provisioned), `class`, and where they are
    /// told `namespace`, `claim`, `replicas` and `used` (bytes of one replica, in steps).
    case volume = 7
    /// Subject: a project of Rancher, `c-m-87s92m9v:p-qvdqp`; attributes `name`, what people call it,
    /// and `cluster`, what they call its cluster. It was last said in the last hour of its range.
    case project = 8
  }

  package let kind: Kind
  package let subject: String
  package let attributes: [String: String]
  /// Whole UTC hours for pods, namespaces, capacities and volumes; to the millisecond for outages.
  package let range: TimeRange

  package init(kind: Kind, subject: String, attributes: [String: String], range: TimeRange) {
    self.kind = kind
    self.subject = subject
    self.attributes = attributes
    self.range = range
  }
}
