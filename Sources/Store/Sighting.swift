import Records

/// When a frame first and last shows a GPU.
struct Sighting {
  let uuid: String
  let host: String
  var model: String
  var first: Int64
  var last: Int64

  /// The sightings of all GPUs in `frame`, in the order of host and UUID.
  static func all(in frame: SampleFrame) -> [Sighting] {
    struct Key: Hashable {
      let uuid: String
      let host: String
    }
    var byKey: [Key: Sighting] = [:]
    for series in frame.series {
      guard let start = series.runs.first?.lowerBound, let end = series.runs.last?.upperBound else {
        continue
      }
      let entity = series.key.entity
      let first = frame.timestamps[start]
      let last = frame.timestamps[end - 1]
      byKey[
        Key(uuid: entity.uuid, host: entity.host),
        default: Sighting(
          uuid: entity.uuid, host: entity.host, model: entity.model, first: first, last: last)
      ].widen(first: first, last: last, model: entity.model)
    }
    return byKey.values.sorted { ($0.host, $0.uuid) < ($1.host, $1.uuid) }
  }

  private mutating func widen(first: Int64, last: Int64, model: String) {
    self.first = min(self.first, first)
    self.last = max(self.last, last)
    self.model = max(self.model, model)
  }
}
