import Configuration
import Ledger
import Quantities
import Records
import Store

/// What volumes hold in a month, day by day.
///
/// A volume holds what was said of it, hour by hour. A silence between two hours in which something
/// was said of it is part of its life: nobody saw it then, so that its team isn't charged, and what
/// it held before counts for the team `unknown`. What isn't told of afterwards is gone.
struct VolumeMonth: Sendable {
  /// A part of a volume's life in which nothing about it changed.
  fileprivate struct Stay {
    let range: TimeRange
    let attributes: [String: String]
    let isSilent: Bool
  }
  /// A volume's part of a day.
  private struct Part: Sendable {
    let volume: VolumeWorkload
    let storageClass: String
    let bytes: Int64
    let replicas: Int64?
    let used: Int64?
    let hours: Int64
    let bearer: String?
  }

  private let days: [CivilDate: [Part]]

  /// Reads what was said of volumes in `range`.
  init(_ store: Store, _ configuration: Configuration, in range: TimeRange) throws(StoreError) {
    let margin = ChangedVolumes.silenceMillisecondsMax
    let wide = TimeRange(range.start - margin, range.end + margin)
    var sources: [WorkloadPlace: Set<String>] = [:]
    for origin in configuration.sources.map(\.origin) {
      sources[WorkloadPlace(site: origin.site, cluster: origin.cluster), default: []]
        .insert(origin.name)
    }
    var days: [CivilDate: [Part]] = [:]
    for (place, names) in sources {
      var told: [String: [Observation]] = [:]
      // What several sources of a place tell of one hour, the first of them tells.
      for name in names.sorted() {
        let own = try store.observations(.volume, sources: [name], in: wide)
        for (volume, observations) in Dictionary(grouping: own, by: \.subject) {
          let taken = (told[volume] ?? []).map(\.range)
          told[volume, default: []] += observations.flatMap { one in
            one.range.without(taken).map {
              Observation(kind: .volume, subject: volume, attributes: one.attributes, range: $0)
            }
          }
        }
      }
      for (volume, observations) in told.sorted(by: { $0.key < $1.key }) {
        for stay in Self.stays(observations) {
          guard let stay = stay.limited(to: range) else { continue }
          for day in configuration.calendar.days(in: stay.range) {
            guard let part = configuration.calendar.range(of: day).intersection(stay.range),
              let one = Self.part(of: volume, at: place, stay, part)
            else { continue }
            days[day, default: []].append(one)
          }
        }
      }
    }
    self.days = days
  }

  private static func stays(_ observations: [Observation]) -> [Stay] {
    var stays: [Stay] = []
    for one in observations.sorted(by: { $0.range.start < $1.range.start }) {
      if let last = stays.last, last.range.end < one.range.start,
        one.range.start - last.range.end <= ChangedVolumes.silenceMillisecondsMax
      {
        stays.append(
          Stay(
            range: TimeRange(last.range.end, one.range.start), attributes: last.attributes,
            isSilent: true))
      }
      stays.append(Stay(range: one.range, attributes: one.attributes, isSilent: false))
    }
    return stays
  }

  private static func part(
    of volume: String, at place: WorkloadPlace, _ stay: Stay, _ range: TimeRange
  ) -> Part? {
    let attributes = stay.attributes
    guard let bytes = attributes["bytes"].flatMap({ Int64($0) }), bytes > 0 else { return nil }
    let namespace = attributes["namespace"] ?? ""
    let claim = attributes["claim"]
    return Part(
      volume: VolumeWorkload(
        place: place,
        key: WorkloadKey(kind: .volume, namespace: namespace, name: claim ?? volume, uid: volume)),
      storageClass: attributes["class"] ?? "", bytes: bytes,
      replicas: attributes["replicas"].flatMap { Int64($0) },
      used: stay.isSilent ? nil : attributes["used"].flatMap { Int64($0) },
      hours: range.milliseconds / UTCInstant.millisecondsPerHour,
      bearer: stay.isSilent ? OwnName.unknown : claim == nil ? OwnName.unclaimed : nil)
  }

  /// The volumes of a day, as workloads.
  func workloads(on day: CivilDate) -> [VolumeWorkload] {
    Set((days[day] ?? []).map(\.volume)).sorted { $0.id < $1.id }
  }

  /// What volumes hold on a day.
  ///
  /// - Parameters:
  ///   - rates: tell how many replicas there are of what tells none.
  ///   - number: the number of a pool.
  func volumes(
    on day: CivilDate, rates: StorageRates, number: (PoolKey) -> Int32
  ) -> [StoredVolume] {
    (days[day] ?? []).map { part in
      let place = part.volume.place
      let replicas =
        part.replicas
        ?? Int64(
          rates.rate(
            site: place.site, cluster: place.cluster, storageClass: part.storageClass, day: day)?
            .replicas ?? 1)
      let provisioned = part.bytes * part.hours
      return StoredVolume(
        pool: number(
          PoolKey(
            site: place.site, cluster: place.cluster, resource: PoolKey.storageResource,
            gpuModel: part.storageClass)),
        workload: part.volume.id, bearer: part.bearer,
        amount: StorageAmount(
          volumeHours: part.hours, provisioned: provisioned, replicated: provisioned * replicas,
          used: part.used.map { $0 * part.hours }))
    }
  }
}

extension VolumeMonth.Stay {
  /// The part of it in `range`, nil for none.
  fileprivate func limited(to range: TimeRange) -> Self? {
    self.range.intersection(range).map {
      Self(range: $0, attributes: attributes, isSilent: isSilent)
    }
  }
}
