import Quantities

/// What is measured of a GPU. The numbers are stored and never reused; 0 is never valid.
package enum Metric: Int, CaseIterable, Sendable {
  /// Unit: percent, 0 to 100. Source: `DCGM_FI_DEV_GPU_UTIL` and its aliases.
  case gpuUtilization = 1
  /// Unit: ratio, 0 to 1. Source: `DCGM_FI_PROF_GR_ENGINE_ACTIVE` and its aliases.
  case graphicsEngineActive = 2
  /// Unit: MiB. Source: `DCGM_FI_DEV_FB_USED`.
  case framebufferUsed = 3
  /// Unit: watts, of the whole card. Source: `DCGM_FI_DEV_POWER_USAGE` and its aliases.
  case powerUsage = 4
  /// Unit: millijoules since the driver was loaded, of the whole card; a counter that a reload sets
  /// back. Source: `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION`.
  case totalEnergy = 5
}

/// One measured line: what, of which GPU, and for whom it ran.
package struct SeriesKey: Hashable, Comparable, Sendable {
  package let metric: Metric
  package let entity: GPUEntity
  /// The workload that the series names, nil where it names none.
  package let workload: WorkloadKey?

  package init(metric: Metric, entity: GPUEntity, workload: WorkloadKey?) {
    self.metric = metric
    self.entity = entity
    self.workload = workload
  }

  /// The same of a GPU on another host.
  func on(host: String) -> SeriesKey {
    let gpu = GPUEntity(
      uuid: entity.uuid, instance: entity.instance, slices: entity.slices, model: entity.model,
      host: host)
    return SeriesKey(metric: metric, entity: gpu, workload: workload)
  }

  package static func < (left: Self, right: Self) -> Bool {
    if left.metric != right.metric { return left.metric.rawValue < right.metric.rawValue }
    if left.entity != right.entity { return left.entity < right.entity }
    switch (left.workload, right.workload) {
    case (nil, nil), (_?, nil): return false
    case (nil, _?): return true
    case (let one?, let other?): return one < other
    }
  }
}

/// Samples of one scrape target, whose series share their timestamps.
///
/// - Shape: `timestamps` rise strictly; each series has a value at some of them.
package struct SampleFrame: Equatable, Sendable {
  /// One series on the frame's timestamps.
  ///
  /// - Shape: `runs` are ranges of indices into the frame's timestamps, rising, apart and not
  ///   empty; `values` holds one value for each index in them, in order.
  package struct Series: Equatable, Sendable {
    package let key: SeriesKey
    package var runs: [Range<Int>]
    package var values: [Double]

    package init(key: SeriesKey, runs: [Range<Int>], values: [Double]) {
      self.key = key
      self.runs = runs
      self.values = values
    }
  }

  /// The `instance` label of the target: `10.0.0.5:9400`.
  package let target: String
  package var timestamps: [Int64]
  /// In the order of their keys, each key once.
  package var series: [Series]

  package init(target: String, timestamps: [Int64], series: [Series]) {
    self.target = target
    self.timestamps = timestamps
    self.series = series
  }

  package var isEmpty: Bool { timestamps.isEmpty }

  /// How many values the frame holds.
  package var sampleCount: Int { series.reduce(0) { $0 + $1.values.count } }
}

/// Loose points of one series, before they are laid on a frame's timestamps.
package struct SeriesPoints: Sendable {
  package let key: SeriesKey
  /// - Unit: milliseconds UTC. - Shape: as many as `values`, in any order; of two points at one
  ///   time the first one counts.
  package var timestamps: [Int64]
  package var values: [Double]

  package init(key: SeriesKey, timestamps: [Int64] = [], values: [Double] = []) {
    self.key = key
    self.timestamps = timestamps
    self.values = values
  }
}

extension SampleFrame {
  /// Lays loose points on shared timestamps.
  ///
  /// - Parameter points: may name a key more than once; duplicates of a time count once.
  /// - Complexity: O(n log n) in the number of points, O(n) where they are in order already.
  package init(target: String, points: [SeriesPoints]) {
    var byKey: [SeriesKey: SeriesPoints] = [:]
    for part in points where !part.timestamps.isEmpty {
      if byKey[part.key] == nil {
        byKey[part.key] = part
      } else {
        byKey[part.key]?.timestamps += part.timestamps
        byKey[part.key]?.values += part.values
      }
    }
    let ordered = byKey.values.map { $0.inOrder() }.sorted { $0.key < $1.key }
    let shared = Self.union(ordered.map(\.timestamps))
    self.init(
      target: target, timestamps: shared, series: ordered.map { $0.laid(on: shared) })
  }

  /// The sorted union of sorted lists; most of them are equal, so that this is one comparison each.
  private static func union(_ lists: [[Int64]]) -> [Int64] {
    guard var all = lists.first else { return [] }
    for list in lists.dropFirst() where list != all { all = merged(all, list) }
    return all
  }

  private static func merged(_ left: [Int64], _ right: [Int64]) -> [Int64] {
    var result: [Int64] = []
    result.reserveCapacity(max(left.count, right.count))
    var i = 0
    var j = 0
    while i < left.count || j < right.count {
      if j == right.count || (i < left.count && left[i] < right[j]) {
        result.append(left[i])
        i += 1
      } else {
        if i < left.count && left[i] == right[j] { i += 1 }
        result.append(right[j])
        j += 1
      }
    }
    return result
  }

  /// The frame without its samples in `range`; series left without a value are dropped.
  package func removing(_ range: TimeRange) -> SampleFrame {
    keeping { $0 < range.start.milliseconds || $0 >= range.end.milliseconds }
  }

  /// The frame's samples in `range`.
  package func limited(to range: TimeRange) -> SampleFrame {
    keeping { $0 >= range.start.milliseconds && $0 < range.end.milliseconds }
  }

  /// The samples of GPUs on `host`, as if they were on `other`.
  package func moved(from host: String, to other: String) -> SampleFrame {
    let moved = points.filter { $0.key.entity.host == host }.map { points in
      SeriesPoints(
        key: points.key.on(host: other), timestamps: points.timestamps, values: points.values)
    }
    return SampleFrame(target: target, points: moved)
  }

  /// Both frames in one; where both have a value, this one's counts.
  package func merged(with other: SampleFrame) -> SampleFrame {
    if other.isEmpty { return self }
    if isEmpty { return SampleFrame(target: target, points: other.points) }
    return SampleFrame(target: target, points: points + other.points)
  }

  /// The frame's series as loose points.
  package var points: [SeriesPoints] {
    series.map { one in
      var points = SeriesPoints(key: one.key)
      points.timestamps.reserveCapacity(one.values.count)
      for run in one.runs { points.timestamps += timestamps[run] }
      points.values = one.values
      return points
    }
  }

  private func keeping(_ isKept: (Int64) -> Bool) -> SampleFrame {
    if timestamps.allSatisfy(isKept) { return self }
    let kept = points.map { part in
      var left = SeriesPoints(key: part.key)
      for (time, value) in zip(part.timestamps, part.values) where isKept(time) {
        left.timestamps.append(time)
        left.values.append(value)
      }
      return left
    }
    return SampleFrame(target: target, points: kept)
  }
}

extension SeriesPoints {
  /// The points in the order of their times, each time once: the first given.
  fileprivate func inOrder() -> SeriesPoints {
    var isRising = true
    var index = 1
    while index < timestamps.count {
      if timestamps[index] <= timestamps[index - 1] {
        isRising = false
        break
      }
      index += 1
    }
    if isRising { return self }
    let order = timestamps.indices.sorted {
      timestamps[$0] != timestamps[$1] ? timestamps[$0] < timestamps[$1] : $0 < $1
    }
    var result = SeriesPoints(key: key)
    for index in order where result.timestamps.last != timestamps[index] {
      result.timestamps.append(timestamps[index])
      result.values.append(values[index])
    }
    return result
  }

  fileprivate func laid(on shared: [Int64]) -> SampleFrame.Series {
    if shared == timestamps {
      return SampleFrame.Series(key: key, runs: [0..<shared.count], values: values)
    }
    var runs: [Range<Int>] = []
    var at = 0
    for time in timestamps {
      while shared[at] != time { at += 1 }
      if let last = runs.last, last.upperBound == at {
        runs[runs.count - 1] = last.lowerBound..<(at + 1)
      } else {
        runs.append(at..<(at + 1))
      }
    }
    return SampleFrame.Series(key: key, runs: runs, values: values)
  }
}

extension SampleFrame {
  /// The median distance of neighbouring timestamps, the lower one of two; nil for less than two.
  ///
  /// - Unit: milliseconds.
  package var medianStep: Int64? {
    guard timestamps.count > 1 else { return nil }
    let steps = zip(timestamps.dropFirst(), timestamps).map { $0 - $1 }.sorted()
    return steps[(steps.count - 1) / 2]
  }
}
