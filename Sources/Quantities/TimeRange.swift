/// A span of time: `start` belongs to it, `end` does not.
package struct TimeRange: Hashable, Sendable, CustomStringConvertible {
  package let start: UTCInstant
  package let end: UTCInstant

  /// - Precondition: `start` is not after `end`.
  package init(_ start: UTCInstant, _ end: UTCInstant) {
    precondition(start <= end, "BUG: a range starts \(start) after its end \(end)")
    self.start = start
    self.end = end
  }

  package init(milliseconds range: Range<Int64>) {
    self.init(
      UTCInstant(milliseconds: range.lowerBound), UTCInstant(milliseconds: range.upperBound))
  }

  package var milliseconds: Int64 { end - start }
  package var isEmpty: Bool { start == end }

  package func contains(_ instant: UTCInstant) -> Bool { start <= instant && instant < end }

  package func overlaps(_ other: TimeRange) -> Bool { start < other.end && other.start < end }

  /// The part that both ranges cover, or nil where they share no time.
  package func intersection(_ other: TimeRange) -> TimeRange? {
    let low = max(start, other.start)
    let high = min(end, other.end)
    return low < high ? TimeRange(low, high) : nil
  }

  /// What is left of this range outside `other`, in the order of time.
  package func without(_ other: TimeRange) -> [TimeRange] {
    [
      start < other.start ? TimeRange(start, min(end, other.start)) : nil,
      end > other.end ? TimeRange(max(start, other.end), end) : nil,
    ].compactMap { $0 }
  }

  /// What is left of this range outside all of `others`, in the order of time.
  package func without(_ others: [TimeRange]) -> [TimeRange] {
    others.reduce([self]) { left, other in left.flatMap { $0.without(other) } }
  }

  /// Ranges in the order of time, those that meet as one.
  package static func joined(_ ranges: [TimeRange]) -> [TimeRange] {
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

  /// An ISO 8601 interval.
  package var description: String { "\(start)/\(end)" }
}
