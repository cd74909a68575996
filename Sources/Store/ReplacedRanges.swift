import Quantities

/// Ranges of what holds for a time, of which a window's part is replaced.
///
/// Ranges that meet are one, and a window cuts what reaches into it: whatever the order in which
/// windows came, the ranges are the same.
struct ReplacedRanges<Saying: Hashable> {
  private let window: TimeRange
  private let old: [Saying: [TimeRange]]
  private var new: [Saying: [TimeRange]]

  /// - Parameter old: all that touches the window.
  init(_ old: [Saying: [TimeRange]], in window: TimeRange) {
    self.window = window
    self.old = old
    new = old.mapValues { ranges in ranges.flatMap { $0.without(window) } }
  }

  /// Adds the part of `range` that is in the window.
  mutating func add(_ saying: Saying, _ range: TimeRange) {
    if let part = range.intersection(window) { new[saying, default: []].append(part) }
  }

  /// What is otherwise now, before and after.
  var changes: [(saying: Saying, old: [TimeRange], new: [TimeRange])] {
    new.compactMap { saying, ranges in
      let (before, after) = (old[saying] ?? [], TimeRange.joined(ranges))
      return before == after ? nil : (saying, before, after)
    }
  }
}

extension TimeRange {
  /// Ranges in the order of time, those that meet as one.
  static func joined(_ ranges: [TimeRange]) -> [TimeRange] {
    var result: [TimeRange] = []
    for range in ranges.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let last = result.last, range.start <= last.end {
        result[result.count - 1] = TimeRange(last.start, max(last.end, range.end))
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// What is left of this range outside `other`.
  fileprivate func without(_ other: TimeRange) -> [TimeRange] {
    [
      start < other.start ? TimeRange(start, min(end, other.start)) : nil,
      end > other.end ? TimeRange(max(start, other.end), end) : nil,
    ].compactMap { $0 }
  }
}
