import Quantities
import Records

/// What the account book must find of volumes.
package struct StorageTruth: Equatable, Sendable {
  /// A volume's part that one team bears.
  package struct Key: Hashable, Sendable {
    package let team: String
    package let storageClass: String
    package let namespace: String
    package let claim: String
    package let volume: String
  }

  package private(set) var amounts: [Key: StorageAmount] = [:]

  fileprivate mutating func add(_ amount: StorageAmount, to key: Key) {
    amounts[key] = (amounts[key] ?? StorageAmount()) + amount
  }
}

extension Fleet {
  /// Counts the script of volumes hour by hour: an hour has the size that its last scrape shows, and
  /// hours without one between two that have one are unknown.
  package func storageTruth() -> StorageTruth {
    var truth = StorageTruth()
    for volume in volumes {
      var last: Int?
      var silent: Int64 = 0
      for hour in 0..<plan.hours {
        guard let size = lastSize(of: volume, inHour: hour) else {
          silent += 1
          continue
        }
        if let last, silent > 0 {
          truth.add(volume.amount(last, hours: silent), to: key(volume, "unknown"))
        }
        truth.add(volume.amount(size, hours: 1), to: key(volume, team(of: volume)))
        (last, silent) = (size, 0)
      }
    }
    return truth
  }

  /// What the last scrape of the `hour`-th hour shows of a volume's size, nil for nothing.
  func lastSize(of volume: Volume, inHour hour: Int) -> Int? {
    guard (0..<plan.hours).contains(hour) else { return nil }
    let start = plan.start + Int64(hour) * UTCInstant.millisecondsPerHour
    let range = TimeRange(start, start + UTCInstant.millisecondsPerHour)
    let ticks = UTCInstant.millisecondsPerHour / plan.kubeStateInterval
    let times = (Int64(hour) * ticks..<Int64(hour + 1) * ticks).map(Int.init)
      .filter { kubeState.isScraped[$0] }.map(kubeStateTime)
    let told = times.filter { time in
      range.contains(time) && volume.life.contains(time)
        && !(storageSilence?.contains(time) ?? false)
    }
    return told.last.map(volume.size)
  }

  private func team(of volume: Volume) -> String {
    guard let claim = volume.claim else { return "unclaimed" }
    return teams.first { Names.namespaces(of: $0).contains(claim.namespace) }
      ?? Truth.unassigned
  }

  private func key(_ volume: Volume, _ team: String) -> StorageTruth.Key {
    StorageTruth.Key(
      team: team, storageClass: volume.storageClass, namespace: volume.claim?.namespace ?? "",
      claim: volume.claim?.name ?? volume.name, volume: volume.name)
  }
}

extension Volume {
  fileprivate func amount(_ size: Int, hours: Int64) -> StorageAmount {
    let bytes = Int64(size) * hours
    return StorageAmount(
      volumeHours: hours, provisioned: bytes, replicated: bytes * Int64(replicas ?? 1))
  }
}
