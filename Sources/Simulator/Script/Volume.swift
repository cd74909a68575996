import Quantities

/// A simulated persistent volume.
package struct Volume: Sendable {
  package let name: String
  /// Nil for one that nobody claims.
  package let claim: (namespace: String, name: String)?
  package let storageClass: String
  /// - Unit: bytes.
  package let size: Int
  /// When it is made larger, and how large.
  package let resized: (at: UTCInstant, size: Int)?
  package let life: TimeRange
  /// When its claim is deleted, while the volume stays.
  package let released: UTCInstant?
  /// How many replicas Longhorn keeps; nil for a volume that isn't Longhorn's.
  package let replicas: Int?
  /// When it is attached to another node.
  package let moved: UTCInstant?

  /// What it has at `time`.
  func size(at time: UTCInstant) -> Int {
    resized.map { time < $0.at ? size : $0.size } ?? size
  }
}

extension Fleet {
  /// - Unit: bytes.
  private static let gibibyte = 1_073_741_824

  /// When nobody tells of volumes, in the middle of a span that is long enough.
  package var storageSilence: TimeRange? {
    guard plan.hours >= 6 else { return nil }
    let start = plan.start + Int64(plan.hours / 2) * UTCInstant.millisecondsPerHour
    return TimeRange(start, start + 2 * UTCInstant.millisecondsPerHour)
  }

  /// The volumes of all teams, those of nobody's namespace and one that is free, by their names.
  package var volumes: [Volume] {
    if plan.volumes == 0 { return [] }
    var generator = SplitMix64(seed: plan.seed ^ 0x766f_6c75_6d65)
    var all: [Volume] = []
    for namespace in namespaces {
      for number in 0..<plan.volumes {
        all.append(volume(number, of: namespace, &generator))
      }
    }
    all.append(
      Volume(
        name: "nfs-spare", claim: nil, storageClass: "nfs-client", size: 20 * Self.gibibyte,
        resized: nil, life: plan.span, released: nil, replicas: nil, moved: nil))
    return all.sorted { $0.name < $1.name }
  }

  private func volume(
    _ number: Int, of namespace: String, _ generator: inout SplitMix64
  ) -> Volume {
    let isLonghorn = number % 3 != 2
    let size =
      isLonghorn
      ? generator.pick(from: [10, 50, 100, 500]) * Self.gibibyte
      // As a claim for `30G` has it.
      : generator.pick(1...9) * 10_000_000_000
    let name = "pvc-" + generator.uuid()
    let moment = { (generator: inout SplitMix64) in
      self.plan.start + Int64(generator.pick(1...99)) * self.plan.span.milliseconds / 100 + 17
    }
    let (born, changed) = (moment(&generator), moment(&generator))
    return Volume(
      name: name, claim: (namespace, "data-\(number)"),
      storageClass: isLonghorn ? (number % 2 == 0 ? "longhorn" : "longhorn-fast") : "nfs-client",
      size: size,
      resized: number % 4 == 1 ? (changed, 2 * size) : nil,
      life: number % 5 == 3
        ? TimeRange(born, plan.span.end)
        : number % 5 == 4 ? TimeRange(plan.start, born) : plan.span,
      released: number % 6 == 2 ? changed : nil,
      replicas: isLonghorn ? (number % 2 == 0 ? 3 : 2) : nil,
      moved: number % 3 == 0 ? changed : nil)
  }
}
