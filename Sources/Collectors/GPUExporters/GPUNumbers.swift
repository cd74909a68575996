import Quantities
import Records

/// By which numbers hosts know their cards: batch schedulers name them by these.
struct GPUNumbers: Sendable {
  private var uuids: [String: [Int: String]] = [:]

  mutating func note(_ number: Int, of entity: GPUEntity) {
    uuids[entity.host, default: [:]][number] = entity.uuid
  }

  mutating func add(_ other: GPUNumbers) {
    uuids.merge(other.uuids) { own, others in own.merging(others) { _, last in last } }
  }

  /// What is known of each host, said for `range`.
  func observations(in range: TimeRange) -> [Observation] {
    uuids.sorted { $0.key < $1.key }.map { host, numbers in
      Observation(
        kind: .gpuNumbers, subject: host,
        attributes: Dictionary(
          uniqueKeysWithValues: numbers.map { (String($0.key), $0.value) }), range: range)
    }
  }
}
