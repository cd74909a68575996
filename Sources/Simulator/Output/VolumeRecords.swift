import Quantities
import Records

extension Fleet {
  /// What a collector would tell of volumes, by spans of hours in which they stay the same.
  func volumeObservations(_ range: TimeRange) -> [Observation] {
    let hours = range.milliseconds / UTCInstant.millisecondsPerHour
    let first = (range.start - plan.start) / UTCInstant.millisecondsPerHour
    return volumes.flatMap { volume in
      var told: [Observation] = []
      for hour in Int(first)..<Int(first + hours) {
        guard let size = lastSize(of: volume, inHour: hour) else { continue }
        let start = plan.start + Int64(hour) * UTCInstant.millisecondsPerHour
        let end = start + UTCInstant.millisecondsPerHour
        let attributes = attributes(of: volume, size: size)
        if let last = told.last, last.range.end == start, last.attributes == attributes {
          told[told.count - 1] = Observation(
            kind: .volume, subject: volume.name, attributes: attributes,
            range: TimeRange(last.range.start, end))
        } else {
          told.append(
            Observation(
              kind: .volume, subject: volume.name, attributes: attributes,
              range: TimeRange(start, end)))
        }
      }
      return told
    }
  }

  private func attributes(of volume: Volume, size: Int) -> [String: String] {
    var attributes = ["bytes": String(size), "class": volume.storageClass]
    if let claim = volume.claim {
      attributes["namespace"] = claim.namespace
      attributes["claim"] = claim.name
    }
    if let replicas = volume.replicas, !plan.hasOldLonghorn {
      attributes["replicas"] = String(replicas)
    }
    return attributes
  }
}
