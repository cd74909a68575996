import Quantities

/// Ranges of time that don't overlap, in order.
struct DisjointRanges {
  private let ranges: [Range<Int64>]

  var isEmpty: Bool { ranges.isEmpty }

  init(_ ranges: [TimeRange]) {
    var joined: [Range<Int64>] = []
    for range in ranges.sorted(by: { $0.start < $1.start }) where !range.isEmpty {
      let next = range.start.milliseconds..<range.end.milliseconds
      if let last = joined.last, next.lowerBound <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
      } else {
        joined.append(next)
      }
    }
    self.ranges = joined
  }

  /// `start` to `end` cut at the borders of the ranges, each part with whether it is inside one.
  ///
  /// - Complexity: O(log n) and one step for each part.
  func split(_ start: Int64, _ end: Int64) -> [(from: Int64, to: Int64, isInside: Bool)] {
    if ranges.isEmpty { return start < end ? [(start, end, false)] : [] }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= start { low = middle + 1 } else { high = middle }
    }
    var parts: [(from: Int64, to: Int64, isInside: Bool)] = []
    var at = start
    while at < end {
      guard low < ranges.count, ranges[low].lowerBound < end else {
        parts.append((at, end, false))
        break
      }
      if at < ranges[low].lowerBound {
        parts.append((at, ranges[low].lowerBound, false))
        at = ranges[low].lowerBound
      }
      let stop = min(end, ranges[low].upperBound)
      parts.append((at, stop, true))
      at = stop
      low += 1
    }
    return parts
  }
}
