import Quantities
import Records

/// Makes of one target's series, as they came, a frame of ours.
struct TargetNormaliser {
  let target: String
  let holder: HolderRule
  private(set) var points: [SeriesPoints] = []
  private(set) var rejections = RejectionTally()
  private(set) var numbers = GPUNumbers()

  init(target: String, holder: HolderRule) {
    self.target = target
    self.holder = holder
  }

  /// Takes a series, or counts why not.
  mutating func add(_ series: RawSeries) {
    guard let metric = DCGMField.metric(named: series["__name__"]) else { return }
    let entity: GPUEntity
    do throws(IdentityFault) {
      entity = try GPUIdentity.entity(of: series.labels, target: target)
    } catch {
      rejections.add(
        Rejection(
          place: "target \(target)", rule: error.rule, found: error.found,
          expected: error.expected, count: max(1, series.values.count)))
      return
    }
    if let number = GPUIdentity.number(of: series.labels) { numbers.note(number, of: entity) }
    let key = SeriesKey(
      metric: metric, entity: entity, workload: holder.workload(of: series.labels))
    let isClean = series.values.allSatisfy { ValueRule.isPlausible($0, of: metric) }
    if isClean {
      points.append(
        SeriesPoints(key: key, timestamps: series.timestamps, values: series.values))
    } else {
      points.append(plausible(series, key))
    }
  }

  /// The frame of all that was taken.
  func frame() -> SampleFrame { SampleFrame(target: target, points: points) }

  private mutating func plausible(_ series: RawSeries, _ key: SeriesKey) -> SeriesPoints {
    var kept = SeriesPoints(key: key)
    let place = "target \(target), \(key.entity.uuid)"
    for (time, value) in zip(series.timestamps, series.values) {
      if ValueRule.isPlausible(value, of: key.metric) {
        kept.timestamps.append(time)
        kept.values.append(value)
      } else if !value.isNaN {
        rejections.add(ValueRule.rejection(of: value, metric: key.metric, place: place))
      }
    }
    return kept
  }
}
