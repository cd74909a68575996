/// Input that was refused, told so that it can be mended.
///
/// Equal rejections of one window are counted, not repeated.
package struct Rejection: Hashable, Sendable, CustomStringConvertible {
  /// Where it was: a file and line, a target, a series.
  package let place: String
  /// Which rule refused it, a fixed text without values: `utilisation out of range`.
  package let rule: String
  /// What was found.
  package let found: String
  /// What was expected.
  package let expected: String
  /// How many values were refused for this.
  package var count: Int

  package init(place: String, rule: String, found: String, expected: String, count: Int = 1) {
    self.place = place
    self.rule = rule
    self.found = found
    self.expected = expected
    self.count = count
  }

  package var description: String {
    "\(place): \(rule): found \(found), expected \(expected)"
      + (count > 1 ? " (\(count) times)" : "")
  }
}
