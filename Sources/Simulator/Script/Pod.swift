import Quantities
import Records

/// What a workload is like.
package enum WorkloadKind: Sendable, CaseIterable {
  /// Many GPUs for hours, busy.
  case training
  /// One GPU for many hours, nearly always idle.
  case notebook
  /// One GPU for minutes, busy.
  case batch
}

/// A pod of the simulated cluster.
package struct Pod: Sendable {
  package let kind: WorkloadKind
  package let namespace: String
  package let name: String
  package let uid: String
  package let container: String
  package let ownerKind: String
  package let ownerName: String
  /// The team that the pod's namespace belongs to, nil where no rule names the namespace.
  package let team: String?
  package let node: String
  /// The ticks of its host at which it holds its GPUs.
  package let ticks: Range<Int>
  /// From its start to its end.
  package let life: TimeRange
  /// The resource as kube-state-metrics spells it: `nvidia_com_gpu`.
  package let resource: String
  package let resourceCount: Int

  /// The key under which a series without `pod_uid` names the pod.
  package var key: WorkloadKey {
    WorkloadKey(kind: .pod, namespace: namespace, name: name, uid: "")
  }

  /// The key under which a series with `pod_uid` names the pod.
  package var keyWithUID: WorkloadKey {
    WorkloadKey(kind: .pod, namespace: namespace, name: name, uid: uid)
  }
}

/// How a GPU behaves while a stretch of its script lasts.
package enum Conduct: Sendable {
  /// Free and at rest.
  case free
  /// Working as its workload does.
  case training, notebook, batch
  /// Several pods share it.
  case shared
  /// A training that stopped making progress.
  case stalled
  /// Held by a busy job, yet never works.
  case dead
  /// Works although nobody holds it.
  case stray
  /// Works, while the profiling signal sticks at zero.
  case stuckSignal

  /// What the pods of `kind` do when nothing goes wrong.
  init(_ kind: WorkloadKind) {
    switch kind {
    case .training: self = .training
    case .notebook: self = .notebook
    case .batch: self = .batch
    }
  }
}

/// A span of ticks in which a GPU has the same holders and the same conduct.
package struct Stretch: Sendable {
  package var ticks: Range<Int>
  /// Indices of ``Fleet/pods``, in the order of the pods' keys.
  package let pods: [Int]
  package var conduct: Conduct
}
