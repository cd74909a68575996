import Quantities

/// Several Prometheus that scrape the same targets, answered from together.
struct Replicas {
  private let labels: [String]

  init(labels: [String]) { self.labels = labels }

  /// Keeps, of one target's series and of each UTC hour, those of the replica with the most
  /// timestamps, the first in label order where some have equally many.
  func deduplicated(_ series: [RawSeries]) -> [RawSeries] {
    var indicesByReplica: [[String]: [Int]] = [:]
    for (index, one) in series.enumerated() {
      indicesByReplica[labels.map { one[$0] }, default: []].append(index)
    }
    guard indicesByReplica.count > 1 else { return series }
    let chosen = choice(among: indicesByReplica, of: series)
    var kept: [RawSeries] = []
    for (replica, indices) in Self.inOrder(indicesByReplica) {
      for index in indices {
        var part = RawSeries(labels: series[index].labels)
        for (time, value) in zip(series[index].timestamps, series[index].values)
        where chosen[Self.hour(time)] == replica {
          part.timestamps.append(time)
          part.values.append(value)
        }
        if !part.timestamps.isEmpty { kept.append(part) }
      }
    }
    return kept
  }

  private func choice(
    among indicesByReplica: [[String]: [Int]], of series: [RawSeries]
  ) -> [Int64: [String]] {
    var best: [Int64: (replica: [String], count: Int)] = [:]
    for (replica, indices) in Self.inOrder(indicesByReplica) {
      var timesByHour: [Int64: Set<Int64>] = [:]
      for index in indices {
        for time in series[index].timestamps {
          timesByHour[Self.hour(time), default: []].insert(time)
        }
      }
      for (hour, times) in timesByHour where times.count > best[hour]?.count ?? 0 {
        best[hour] = (replica, times.count)
      }
    }
    return best.mapValues(\.replica)
  }

  private static func inOrder(
    _ indicesByReplica: [[String]: [Int]]
  ) -> [(key: [String], value: [Int])] {
    indicesByReplica.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  private static func hour(_ time: Int64) -> Int64 {
    UTCInstant(milliseconds: time).startOfHour.milliseconds
  }
}
