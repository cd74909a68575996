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
