import Quantities
import Records

/// A virtual machine that ran in one pod on one node.
struct MachineRun {
  let pod: KubeVirtMachines.PodName
  let name: String
  let node: String
  /// From its first sample to the end of its last one.
  let range: TimeRange
  private let attributes: [String: String]

  /// Unit: milliseconds, where one sample alone tells no interval.
  private static let intervalMillisecondsAssumed: Int64 = 30_000

  private struct Key: Hashable, Comparable {
    let namespace: String
    let name: String
    let pod: String
    let node: String

    static func < (left: Self, right: Self) -> Bool {
      (left.namespace, left.name, left.pod, left.node)
        < (right.namespace, right.name, right.pod, right.node)
    }
  }

  /// The runs that series of `kubevirt_vmi_info` tell.
  ///
  /// A pod runs one machine once, so that a silence between two samples of it is no end. The last
  /// sample speaks for one scrape interval, the median step of all.
  static func all(_ series: [RawSeries]) -> [MachineRun] {
    let byKey = Dictionary(grouping: series) { one in
      Key(
        namespace: one.subject("namespace"), name: one["name"], pod: one["vmi_pod"],
        node: one.subject("node"))
    }
    let steps = series.flatMap { one in
      zip(one.timestamps.dropFirst(), one.timestamps).map { $0 - $1 }
    }.sorted()
    let interval = steps.isEmpty ? intervalMillisecondsAssumed : steps[(steps.count - 1) / 2]
    return byKey.sorted { $0.key < $1.key }.compactMap { key, series in
      let times = series.flatMap { one in
        zip(one.timestamps, one.values).filter { $0.1 == 1 }.map(\.0)
      }
      guard let first = times.min(), let last = times.max() else { return nil }
      let type = series.map { $0["instance_type"] }.first { !$0.isEmpty && $0 != "<none>" }
      return MachineRun(
        pod: KubeVirtMachines.PodName(namespace: key.namespace, name: key.pod), name: key.name,
        node: key.node, range: TimeRange(milliseconds: first..<(last + interval)),
        attributes: type.map { ["instance_type": $0] } ?? [:])
    }
  }

  /// The machine in the part of its run that is in `range`, nil where none is.
  func machine(_ gpus: KubeVirtMachines.PodGPUs, in range: TimeRange) -> Machine? {
    self.range.intersection(range).map { part in
      Machine(
        uid: "", name: name, project: pod.namespace, host: node, range: part,
        reach: gpus.reach, attributes: attributes)
    }
  }
}
