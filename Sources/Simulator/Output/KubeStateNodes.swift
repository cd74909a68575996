import Quantities

/// A node as kube-state-metrics shows it.
private struct Node {
  let name: String
  let life: TimeRange
  let cordoned: TimeRange?
  let notReady: TimeRange?
  let capacities: [Capacity]
}

/// How many of a resource a node has.
private struct Capacity {
  let resource: String
  let count: Int
  /// When fewer can be given out, and how many then.
  var lost: (range: TimeRange, count: Int)?
}

extension Fleet {
  /// How many pods can share a time-sliced card.
  package static let replicasPerCard = 4

  /// How many `nvidia.com/gpu` the cluster counts on `host`.
  ///
  /// MIG cards are counted by their instances under other names; a card that is time-sliced
  /// counts once for each replica.
  package func schedulableGPUs(of host: Host) -> Int {
    host.cards.reduce(0) { sum, card in
      switch card.sharing {
      case .whole: sum + 1
      case .timeSliced: sum + Self.replicasPerCard
      case .instances: sum
      }
    }
  }

  /// What kube-state-metrics shows of nodes.
  var nodeFamilies: [KubeStateFamily] {
    let nodes = hosts.map(node) + [spareNode]
    return [
      capacityFamily("kube_node_status_capacity", "The total amount of resources.", nodes) {
        KubeStateSeries(labels: $0, life: $1.life, value: $2.count)
      },
      capacityFamily(
        "kube_node_status_allocatable", "The amount of resources allocatable for pods.", nodes
      ) {
        KubeStateSeries(
          labels: $0, life: $1.life, value: $2.count, flips: $2.lost?.range,
          flipped: $2.lost?.count ?? 0)
      },
      KubeStateFamily(
        name: "kube_node_spec_unschedulable",
        help: "Whether a node can schedule new pods.",
        series: nodes.map {
          KubeStateSeries(
            labels: Labels([("node", $0.name)]), life: $0.life, value: 0, flips: $0.cordoned,
            flipped: 1)
        }),
      conditionFamily(nodes),
    ]
  }

  private func capacityFamily(
    _ name: String, _ help: String, _ nodes: [Node],
    _ series: (Labels, Node, Capacity) -> KubeStateSeries
  ) -> KubeStateFamily {
    let own = nodes.flatMap { node in
      node.capacities.map { capacity in
        let labels = Labels([
          ("node", node.name), ("resource", capacity.resource), ("unit", "integer"),
        ])
        return series(labels, node, capacity)
      }
    }
    return KubeStateFamily(name: name, help: help, series: own + machineCapacities)
  }

  private func conditionFamily(_ nodes: [Node]) -> KubeStateFamily {
    let series = nodes.flatMap { node in
      ["true", "false", "unknown"].map { status in
        let labels = Labels([("node", node.name), ("condition", "Ready"), ("status", status)])
        // A node that is down is not said to be unready: nothing is heard of it.
        return switch status {
        case "true":
          KubeStateSeries(labels: labels, life: node.life, value: 1, flips: node.notReady)
        case "unknown":
          KubeStateSeries(
            labels: labels, life: node.life, value: 0, flips: node.notReady, flipped: 1)
        default: KubeStateSeries(labels: labels, life: node.life, value: 0)
        }
      }
    }
    return KubeStateFamily(
      name: "kube_node_status_condition", help: "The condition of a cluster node.",
      series: series)
  }

  private func node(_ host: Host) -> Node {
    var gpus = Capacity(resource: "nvidia_com_gpu", count: schedulableGPUs(of: host))
    if let lost = host.events.cardLost, host.cards.contains(where: { $0.lostFrom != nil }) {
      gpus.lost = (time(of: lost..<plan.ticks), gpus.count - 1)
    }
    var capacities = [gpus]
    let profiles = host.cards.flatMap { $0.parts.compactMap(\.profile) }
    for profile in Set(profiles).sorted() {
      capacities.append(
        Capacity(
          resource: "nvidia_com_mig_" + profile.replacing(".", with: "_"),
          count: profiles.count { $0 == profile }))
    }
    return Node(
      name: host.name, life: plan.span, cordoned: cordoned(host), notReady: notReady(host),
      capacities: capacities)
  }

  private var spareNode: Node {
    Node(
      name: spare.name, life: spare.registered, cordoned: spare.cordoned, notReady: nil,
      capacities: [Capacity(resource: "nvidia_com_gpu", count: 0)])
  }
}
