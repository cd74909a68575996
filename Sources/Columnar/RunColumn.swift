/// Which rows of a segment a series has: rising ranges that don't touch.
package enum RunColumn {
  package static func encode(_ runs: [Range<Int>], into writer: inout ByteWriter) {
    writer.varint(runs.count)
    var at = 0
    for run in runs {
      writer.varint(run.lowerBound - at)
      writer.varint(run.count)
      at = run.upperBound
    }
  }

  package static func decode(rows: Int, from reader: inout ByteReader) throws(ColumnarError)
    -> [Range<Int>]
  {
    let count = try reader.count(limit: rows)
    var runs: [Range<Int>] = []
    runs.reserveCapacity(count)
    var at = 0
    for index in 0..<count {
      let offset = reader.offset
      let gap = try reader.count(limit: rows - at)
      let length = try reader.count(limit: rows - at - gap)
      guard length > 0, index == 0 || gap > 0 else {
        throw .malformed(offset: offset, what: "an empty run")
      }
      runs.append((at + gap)..<(at + gap + length))
      at += gap + length
    }
    return runs
  }
}
