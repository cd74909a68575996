import Quantities
import Records

/// A target's day with the scrape interval that holds for it.
package struct ScrapedDay: Sendable {
  package let frame: SampleFrame
  /// - Unit: milliseconds.
  package let scrapeInterval: Int64
  /// After which no sample of it speaks any more; nil where only the interval bounds that.
  package let end: UTCInstant?

  package init(frame: SampleFrame, scrapeInterval: Int64, end: UTCInstant? = nil) {
    self.frame = frame
    self.scrapeInterval = scrapeInterval
    self.end = end
  }
}

/// Turns the frames of a host's targets into one stream of samples a GPU.
///
/// Where several targets show one GPU, as two exporters on a host or a highly available pair do,
/// the target with the most samples of it in a UTC hour counts for that hour.
struct StreamBuilder {
  private(set) var holders = Holders()
  private let host: String
  private let intervalsSpoken: Int64

  /// - Parameter intervalsSpoken: for how many scrape intervals a sample speaks at most.
  init(host: String, intervalsSpoken: Int64) {
    self.host = host
    self.intervalsSpoken = intervalsSpoken
  }

  /// The streams of the host's GPUs, in the order of their UUIDs.
  ///
  /// - Parameter days: in the order of time; of equal candidates the earlier one wins.
  mutating func streams(_ days: [ScrapedDay]) -> [GPUStream] {
    var parts: [String: [GPUStream]] = [:]
    for day in days {
      for stream in streams(of: day) { parts[stream.uuid, default: []].append(stream) }
    }
    return parts.keys.sorted().map { uuid in
      var stream = Self.joined(parts[uuid] ?? [])
      stream.countSlices()
      return stream
    }
  }

  /// The streams that one frame holds.
  private mutating func streams(of day: ScrapedDay) -> [GPUStream] {
    let mine = day.frame.series.filter { $0.key.entity.host == host }
    let byUUID = Dictionary(grouping: mine) { $0.key.entity.uuid }
    return byUUID.map { uuid, series in
      stream(uuid: uuid, series: series, of: day).compacted()
    }
  }

  /// One GPU's series laid on all the frame's timestamps.
  private mutating func stream(
    uuid: String, series: [SampleFrame.Series], of day: ScrapedDay
  ) -> GPUStream {
    let rows = day.frame.timestamps.count
    var stream = GPUStream(uuid: uuid, model: series.map(\.key.entity.model).max() ?? "")
    stream.times = day.frame.timestamps
    let reach = intervalsSpoken * day.scrapeInterval
    stream.reaches = Array(repeating: reach, count: rows)
    if let end = day.end?.milliseconds {
      stream.reaches = stream.times.map { max(0, min(reach, end - $0)) }
    }
    stream.power = Array(repeating: -1, count: rows)
    if series.contains(where: { $0.key.metric == .totalEnergy }) {
      stream.counter = Array(repeating: -1, count: rows)
    }
    let instances = Set(series.map { Key(instance: $0.key.entity.instance) })
    let known = instances.sorted()
    for key in known {
      let own = series.filter { $0.key.entity.instance == key.instance }
      var entity = GPUStream.Entity(instance: key.instance, absentFor: rows)
      for one in own { add(one, to: &entity, power: &stream.power, counter: &stream.counter) }
      stream.entities.append(entity)
    }
    return stream
  }

  private struct Key: Hashable, Comparable {
    let instance: Int?
    static func < (left: Self, right: Self) -> Bool {
      (left.instance ?? -1) < (right.instance ?? -1)
    }
  }

  private mutating func add(
    _ series: SampleFrame.Series, to entity: inout GPUStream.Entity, power: inout [Int64],
    counter: inout [Int64]
  ) {
    let workload = series.key.workload.map { holders.number(of: $0) }
    let scale = series.key.metric.activityScale
    let isPower = series.key.metric == .powerUsage
    let isCounter = series.key.metric == .totalEnergy
    let slices = Int32(series.key.entity.slices ?? 1)
    var at = 0
    // Neighbouring rows have the same holders nearly always.
    var known = (before: Int32.min, after: Int32.min)
    for run in series.runs {
      for row in run {
        let value = series.values[at]
        at += 1
        let set = max(entity.holders[row], Holders.nobody)
        if set != known.before {
          known = (set, workload.map { holders.adding($0, to: set) } ?? set)
        }
        entity.holders[row] = known.after
        if slices > 1 { entity.slices[row] = max(entity.slices[row], slices) }
        if let scale {
          entity.activity[row] = max(
            entity.activity[row], WholeParts.activity(value, scale: scale))
        } else if isPower {
          power[row] = max(power[row], WholeParts.power(value))
        } else if isCounter {
          counter[row] = max(counter[row], WholeParts.energy(value))
        }
      }
    }
  }

  /// One stream out of the parts that targets and days gave.
  private static func joined(_ parts: [GPUStream]) -> GPUStream {
    guard var result = parts.first else { preconditionFailure("BUG: a GPU without samples") }
    let hasRivals = zip(parts.dropFirst(), parts).contains { later, earlier in
      guard let first = later.times.first, let last = earlier.times.last else { return false }
      let end = UTCInstant(milliseconds: last).startOfHour + UTCInstant.millisecondsPerHour
      return first < end.milliseconds
    }
    let ordered = hasRivals ? winners(of: parts) : parts
    result = GPUStream(uuid: result.uuid, model: parts.map(\.model).max() ?? "")
    for part in ordered { result.append(part) }
    return result
  }

  /// Of each UTC hour the part with the most samples in it, and what the others have before its
  /// first and after its last: an exporter that comes back under another address goes on.
  private static func winners(of parts: [GPUStream]) -> [GPUStream] {
    var rivals: [Int64: [(part: Int, rows: Range<Int>)]] = [:]
    for (number, part) in parts.enumerated() {
      var start = 0
      while start < part.times.count {
        let hour = UTCInstant(milliseconds: part.times[start]).startOfHour.milliseconds
        var end = start
        while end < part.times.count, part.times[end] < hour + UTCInstant.millisecondsPerHour {
          end += 1
        }
        rivals[hour, default: []].append((number, start..<end))
        start = end
      }
    }
    return rivals.keys.sorted().flatMap { hour in
      chosen(of: (rivals[hour] ?? []).map { parts[$0.part].rows($0.rows) })
    }
  }

  /// The parts of one hour that don't overlap, in the order of time: the one with the most samples,
  /// then of each next one what lies outside the time taken so far.
  private static func chosen(of rivals: [GPUStream]) -> [GPUStream] {
    let ranked = rivals.indices.sorted {
      let (left, right) = (rivals[$0].times.count, rivals[$1].times.count)
      return left != right ? left > right : $0 < $1
    }
    var chosen: [GPUStream] = []
    for rival in ranked.map({ rivals[$0] }) {
      guard let first = chosen.first?.times.first, let last = chosen.last?.times.last else {
        chosen = [rival]
        continue
      }
      let before = rival.times.firstIndex { $0 >= first } ?? rival.times.count
      let after = rival.times.firstIndex { $0 > last } ?? rival.times.count
      if before > 0 { chosen.insert(rival.rows(0..<before), at: 0) }
      if after < rival.times.count { chosen.append(rival.rows(after..<rival.times.count)) }
    }
    return chosen
  }
}

extension GPUStream {
  /// The stream without the timestamps at which nothing shows the GPU.
  fileprivate func compacted() -> GPUStream {
    let kept = times.indices.filter { row in
      entities.contains { $0.holders[row] != Holders.absent }
    }
    return kept.count == times.count ? self : picking(kept)
  }

  fileprivate func rows(_ range: Range<Int>) -> GPUStream { picking(Array(range)) }

  private func picking(_ rows: [Int]) -> GPUStream {
    var result = GPUStream(uuid: uuid, model: model)
    result.times = rows.map { times[$0] }
    result.reaches = rows.map { reaches[$0] }
    result.power = rows.map { power[$0] }
    if !counter.isEmpty { result.counter = rows.map { counter[$0] } }
    result.entities = entities.map { entity in
      Entity(
        instance: entity.instance, slices: rows.map { entity.slices[$0] },
        holders: rows.map { entity.holders[$0] }, activity: rows.map { entity.activity[$0] })
    }
    return result
  }

  fileprivate mutating func append(_ other: GPUStream) {
    let before = times.count
    let count = other.times.count
    times += other.times
    reaches += other.reaches
    power += other.power
    if !counter.isEmpty || !other.counter.isEmpty {
      if counter.isEmpty { counter = Array(repeating: -1, count: before) }
      counter += other.counter.isEmpty ? Array(repeating: -1, count: count) : other.counter
    }
    for entity in other.entities
    where !entities.contains(where: { $0.instance == entity.instance }) {
      entities.append(Entity(instance: entity.instance, absentFor: before))
    }
    entities.sort { ($0.instance ?? -1) < ($1.instance ?? -1) }
    for index in entities.indices {
      let part =
        other.entities.first { $0.instance == entities[index].instance }
        ?? Entity(instance: entities[index].instance, absentFor: count)
      entities[index].slices += part.slices
      entities[index].holders += part.holders
      entities[index].activity += part.activity
    }
  }
}

extension GPUStream.Entity {
  /// An entity that `rows` samples don't show.
  fileprivate init(instance: Int?, absentFor rows: Int) {
    self.init(
      instance: instance, slices: Array(repeating: 1, count: rows),
      holders: Array(repeating: Holders.absent, count: rows),
      activity: Array(repeating: -1, count: rows))
  }
}
