import Columnar
import Records

/// What was measured of one metric: each line's values, in a block for each hour.
struct MetricColumn {
  /// One line's values.
  struct LineValues {
    /// Index into the frame's lines.
    let line: Int
    /// Decimal places of whole numbers, or ``doubles``.
    let form: UInt8
    /// Blocks of the directory, and how many values each has.
    let blocks: [LineBlock]
    let firstBlock: Int
  }

  /// The form of a line whose values are no decimals.
  static let doubles: UInt8 = 7

  let lines: [LineValues]
  let figures: SegmentFigures
  private let directory: BlockDirectory
  private let payload: SegmentPayload
  private let dataStart: Int

  /// Encodes the values of one metric.
  ///
  /// - Parameter series: each with its line, in the order of lines.
  static func encode(_ series: [(line: Int, values: [Double])], of frame: DaySummary.Frame)
    -> [UInt8]
  {
    var encoder = BlockEncoder()
    for one in series {
      var at = 0
      let blocks = LineBlock.all(of: frame.lines[one.line].runs, in: frame.hours)
      if let (places, numbers) = DecimalScale.scaled(one.values) {
        encoder.begin(UInt8(places))
        for block in blocks {
          encoder.append(numbers[at..<(at + block.count)])
          at += block.count
        }
      } else {
        let bits = one.values.map(\.bitPattern)
        encoder.begin(doubles)
        for block in blocks {
          encoder.append(bits: bits[at..<(at + block.count)])
          at += block.count
        }
      }
    }
    var writer = ByteWriter()
    let isWhole = series.count == frame.lines.count
    writer.varint(isWhole ? 0 : series.count + 1)
    if !isWhole {
      var next = 0
      for one in series {
        writer.varint(one.line - next)
        next = one.line + 1
      }
    }
    writer.varint(encoder.directory.bytes.count)
    writer.append(encoder.directory.bytes)
    writer.append(encoder.data)
    return writer.bytes
  }

  /// Reads the directory of a column; no value is decoded.
  init(_ payload: SegmentPayload, of frame: DaySummary.Frame) throws(ColumnarError) {
    self.payload = payload
    figures = payload.figures
    var reader = ByteReader(payload)
    let numbers = try Self.readLines(&reader, of: frame)
    let length = try reader.count(limit: reader.remaining)
    let end = reader.offset + length
    var directory = BlockDirectory()
    var lines: [LineValues] = []
    lines.reserveCapacity(numbers.count)
    for number in numbers {
      let at = reader.offset
      let form = try reader.byte()
      guard form <= Self.doubles else { throw .malformed(offset: at, what: "form \(form)") }
      directory.begin()
      let first = directory.heads.count
      let blocks = LineBlock.all(of: frame.lines[number].runs, in: frame.hours)
      for block in blocks {
        if form == Self.doubles {
          try directory.readDoubles(count: block.count, from: &reader)
        } else {
          try directory.readNumbers(count: block.count, from: &reader)
        }
      }
      lines.append(LineValues(line: number, form: form, blocks: blocks, firstBlock: first))
    }
    guard reader.offset == end else {
      throw .malformed(offset: end, what: "a directory of \(length) bytes that ends elsewhere")
    }
    dataStart = end
    guard reader.remaining == directory.dataCount else {
      throw .malformed(
        offset: end, what: "\(reader.remaining) bytes of data, expected \(directory.dataCount)")
    }
    self.lines = lines
    self.directory = directory
  }

  private static func readLines(_ reader: inout ByteReader, of frame: DaySummary.Frame)
    throws(ColumnarError) -> [Int]
  {
    let count = try reader.count(limit: frame.lines.count + 1)
    if count == 0 { return Array(frame.lines.indices) }
    var numbers: [Int] = []
    var next = 0
    for _ in 1..<count {
      next += try reader.count(limit: frame.lines.count - 1 - next)
      numbers.append(next)
      next += 1
    }
    return numbers
  }

  /// The values of one block, as whole numbers or the bits of doubles.
  ///
  /// - Parameters:
  ///   - line: index into `lines`.
  ///   - block: index into that line's blocks.
  ///   - target: room for as many values as the block has.
  func decode(line: Int, block: Int, into target: UnsafeMutablePointer<Int64>) {
    let values = lines[line]
    payload.bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      directory.decode(
        values.firstBlock + block, count: values.blocks[block].count, data: start + dataStart,
        into: target)
    }
  }

  /// What all values of a line's block are; nil where they differ, or need decoding to tell.
  func constant(line: Int, block: Int) -> Int64? {
    let head = directory.heads[lines[line].firstBlock + block]
    return head.isConstant ? head.base : nil
  }

  /// All values of one line.
  func values(line: Int) -> [Double] {
    let values = lines[line]
    let count = values.blocks.reduce(0) { $0 + $1.count }
    let numbers = [Int64](unsafeUninitializedCapacity: count) { buffer, initialized in
      if var target = buffer.baseAddress {
        for (index, block) in values.blocks.enumerated() {
          decode(line: line, block: index, into: target)
          target += block.count
        }
      }
      initialized = count
    }
    if values.form == Self.doubles {
      return numbers.map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }
    let power = DecimalScale.power(Int(values.form))
    return values.form == 0 ? numbers.map { Double($0) } : numbers.map { Double($0) / power }
  }
}
