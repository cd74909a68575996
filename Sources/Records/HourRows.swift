import Quantities

/// The rows of a frame that lie in one UTC hour.
package struct HourRows: Equatable, Sendable {
  package let hour: UTCInstant
  package let rows: Range<Int>

  /// The hours of rising `timestamps`, in order; hours without a row are left out.
  package static func all(of timestamps: [Int64]) -> [HourRows] {
    var result: [HourRows] = []
    var start = 0
    while start < timestamps.count {
      let hour = UTCInstant(milliseconds: timestamps[start]).startOfHour
      let end = hour.milliseconds + UTCInstant.millisecondsPerHour
      var (low, high) = (start, timestamps.count)
      while low < high {
        let middle = (low + high) / 2
        if timestamps[middle] < end { low = middle + 1 } else { high = middle }
      }
      result.append(HourRows(hour: hour, rows: start..<low))
      start = low
    }
    return result
  }
}

/// The values of a line that lie in one hour.
package struct LineBlock: Equatable, Sendable {
  /// Index into the frame's hours.
  package let hour: Int
  package let count: Int

  /// The blocks of a line that has a value at the rows of `runs`, in order, none of them empty.
  package static func all(of runs: [Range<Int>], in hours: [HourRows]) -> [LineBlock] {
    var result: [LineBlock] = []
    var hour = 0
    var count = 0
    for run in runs {
      var at = run.lowerBound
      while at < run.upperBound {
        while hours[hour].rows.upperBound <= at {
          if count > 0 { result.append(LineBlock(hour: hour, count: count)) }
          count = 0
          hour += 1
        }
        let end = min(run.upperBound, hours[hour].rows.upperBound)
        count += end - at
        at = end
      }
    }
    if count > 0 { result.append(LineBlock(hour: hour, count: count)) }
    return result
  }
}
