import Quantities

/// Which samples of an answer are kept.
enum KeptSamples: Sendable {
  case all
  /// Of each series and UTC hour the last one, which is what a query for an hour tells.
  case lastOfHours
}

extension RawSeries {
  /// Appends samples in `range` of the chunk that was decoded last.
  ///
  /// - Returns: how many samples more the series has, its ends included.
  mutating func add(
    _ chunk: XORDecoder, in range: Range<Int64>, keeping kept: KeptSamples
  ) -> Int {
    let count = chunk.count
    if count == 0 { return 0 }
    let before = timestamps.count + ends.count
    let isWithin =
      chunk.isRising && range.contains(chunk.timestamps[0])
      && range.contains(chunk.timestamps[count - 1])
    if isWithin, !chunk.hasStale, kept == .all {
      timestamps += chunk.timestamps[..<count]
      values += chunk.values[..<count]
      return count
    }
    for index in 0..<count where range.contains(chunk.timestamps[index]) {
      let time = chunk.timestamps[index]
      if chunk.values[index].bitPattern == XORDecoder.staleBits {
        ends.append(time)
      } else if kept == .lastOfHours, let last = timestamps.last, time > last,
        Self.hour(time) == Self.hour(last)
      {
        timestamps[timestamps.count - 1] = time
        values[values.count - 1] = chunk.values[index]
      } else {
        timestamps.append(time)
        values.append(chunk.values[index])
      }
    }
    return timestamps.count + ends.count - before
  }

  /// Puts the samples in the order of their times, each time once: the first that came. Chunks may
  /// overlap.
  mutating func putInOrder() {
    var index = 1
    while index < timestamps.count, timestamps[index - 1] < timestamps[index] { index += 1 }
    if index >= timestamps.count { return }
    let order = timestamps.indices.sorted {
      timestamps[$0] != timestamps[$1] ? timestamps[$0] < timestamps[$1] : $0 < $1
    }
    let old = self
    timestamps = []
    values = []
    for index in order where timestamps.last != old.timestamps[index] {
      timestamps.append(old.timestamps[index])
      values.append(old.values[index])
    }
  }

  /// Drops all samples but the last of each UTC hour.
  ///
  /// - Shape: `timestamps` rise.
  mutating func keepLastOfHours() {
    let places = timestamps.indices.filter { index in
      index == timestamps.count - 1
        || Self.hour(timestamps[index]) != Self.hour(timestamps[index + 1])
    }
    if places.count == timestamps.count { return }
    timestamps = places.map { timestamps[$0] }
    values = places.map { values[$0] }
  }

  private static func hour(_ time: Int64) -> Int64 {
    UTCInstant(milliseconds: time).startOfHour.milliseconds
  }
}
