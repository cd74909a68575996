/// Decodes activity where a day's sums don't answer.
package protocol ActivitySource {
  /// The activity of each row that a line has in an hour: the larger signal of the two, -1 where
  /// there is none.
  ///
  /// - Parameters:
  ///   - line: index into the frame's lines.
  ///   - hour: index into the frame's hours.
  ///   - buffer: in whole millionths, one number a row.
  func activity(line: Int, hour: Int, into buffer: inout [Int64]) throws
}
