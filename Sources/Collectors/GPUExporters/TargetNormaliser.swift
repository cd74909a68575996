import Quantities
import Records

/// Makes of one target's series, as they came, a frame of ours.
struct TargetNormaliser {
  let target: String
  let holder: HolderRule
  private var taken: [SeriesPoints] = []
  private(set) var rejections = RejectionTally()
  private(set) var numbers = GPUNumbers()
  /// By UUID, where a series of its own tells it.
  private var models: [String: String] = [:]

  init(target: String, holder: HolderRule) {
    self.target = target
    self.holder = holder
  }

  /// Takes a series, or counts why not.
  mutating func add(_ series: RawSeries) {
    if let label = GPUField.models[series["__name__"]] {
      note(model: series[label], of: series)
      return
    }
    guard let field = GPUField.named(series["__name__"]), !field.isPartial(series.labels) else {
      return
    }
    let metric = field.metric
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
    let values = field.factor == 1 ? series.values : series.values.map(field.value)
    let isClean = values.allSatisfy { ValueRule.isPlausible($0, of: metric) }
    if isClean {
      taken.append(SeriesPoints(key: key, timestamps: series.timestamps, values: values))
    } else {
      taken.append(plausible(series.timestamps, values, key))
    }
  }

  /// The frame of all that was taken.
  func frame() -> SampleFrame { SampleFrame(target: target, points: points) }

  /// All that was taken, with the models that other series tell.
  var points: [SeriesPoints] {
    if models.isEmpty { return taken }
    return taken.map { part in
      guard let model = models[part.key.entity.uuid], part.key.entity.model.isEmpty else {
        return part
      }
      let entity = part.key.entity
      return SeriesPoints(
        key: SeriesKey(
          metric: part.key.metric,
          entity: GPUEntity(
            uuid: entity.uuid, instance: entity.instance, slices: entity.slices, model: model,
            host: entity.host), workload: part.key.workload),
        timestamps: part.timestamps, values: part.values)
    }
  }

  private mutating func note(model: String, of series: RawSeries) {
    guard !model.isEmpty,
      let entity = try? GPUIdentity.entity(of: series.labels, target: target)
    else { return }
    models[entity.uuid] = model
    if let number = Int(series["index"]) { numbers.note(number, of: entity) }
  }

  private mutating func plausible(
    _ timestamps: [Int64], _ values: [Double], _ key: SeriesKey
  ) -> SeriesPoints {
    var kept = SeriesPoints(key: key)
    let place = "target \(target), \(key.entity.uuid)"
    for (time, value) in zip(timestamps, values) {
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
