/// Rising timestamps as the differences of their differences, as segments of format 1 have them;
/// nothing writes them any more.
package enum TimestampColumn {
  package static func decode(from reader: inout ByteReader, limit: Int) throws(ColumnarError)
    -> [Int64]
  {
    let count = try reader.count(limit: min(limit, reader.remaining))
    var timestamps: [Int64] = []
    timestamps.reserveCapacity(count)
    var previous: Int64 = 0
    var step: Int64 = 0
    for index in 0..<count {
      let at = reader.offset
      let (next, isWrapped) = try reader.signed().addingReportingOverflow(step)
      let (time, isTooLarge) = previous.addingReportingOverflow(next)
      guard !isWrapped, !isTooLarge, index == 0 || time > previous else {
        throw .malformed(offset: at, what: "timestamps that don't rise")
      }
      timestamps.append(time)
      step = time &- previous
      previous = time
    }
    return timestamps
  }
}
