import Columnar
import Testing

@Suite struct `A column of values` {
  private static let whole = 9_007_199_254_740_992.0
  private static let rows: [(UInt8, [Double])] = [
    (1, [0, 0, 0]), (1, [.nan, .nan]), (1, [-0.0]), (1, [.infinity]),
    (2, []), (2, [1, 2, 3]), (2, [0.1, 0.25, 99.999_999]), (2, [-3, 4, whole - 1]),
    (2, [0.5, 1_000_000]),
    (3, [0, -0.0]), (3, [1, .infinity, -.infinity]), (3, [1, .greatestFiniteMagnitude]),
    (3, [1, .leastNonzeroMagnitude]), (3, [1, 0.1 + 0.2]), (3, [1, whole]), (3, [0.123_456_7, 1]),
    (3, [Double(bitPattern: 0x7ff8_0000_dead_beef), Double(bitPattern: 0xfff0_0000_0000_0001)]),
  ]

  @Test(arguments: rows)
  func `comes back to the bit, in the form that fits`(codec: UInt8, values: [Double]) throws {
    let encoded = bytes { FirstFormat.encode(values, into: &$0) }
    #expect(encoded.first == codec)
    var reader = ByteReader(encoded)
    let decoded = try ValueColumn.decode(count: values.count, from: &reader)
    #expect(decoded.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(reader.isAtEnd)
  }

  @Test func `comes back to the bit for 3,000 random columns`() throws {
    for seed in 1...3_000 as ClosedRange<UInt64> {
      let values = Self.random(seed: seed)
      var reader = ByteReader(bytes { FirstFormat.encode(values, into: &$0) })
      let decoded = try ValueColumn.decode(count: values.count, from: &reader)
      #expect(decoded.map(\.bitPattern) == values.map(\.bitPattern), "seed \(seed)")
      if decoded.map(\.bitPattern) != values.map(\.bitPattern) { return }
    }
  }

  private static func random(seed: UInt64) -> [Double] {
    var numbers = SeededNumbers(seed: seed)
    let kind = Int.random(in: 0..<5, using: &numbers)
    return (0..<Int.random(in: 0..<20, using: &numbers)).map { _ in
      switch kind {
      case 0: Double(bitPattern: numbers.next())
      case 1: Double(Int.random(in: 0...100, using: &numbers))
      case 2: Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &numbers)) / 1_000_000
      case 3: Double.random(in: 0...1, using: &numbers)
      default: Double(Int.random(in: 0...999_999_999, using: &numbers)) / 1_000
      }
    }
  }

  @Test func `of an unknown form or too many decimals is refused with its place`() {
    for codec in [0, 4, 255] as [UInt8] {
      #expect(throws: ColumnarError.malformed(offset: 0, what: "codec \(codec)")) {
        var reader = ByteReader([codec])
        _ = try ValueColumn.decode(count: 1, from: &reader)
      }
    }
    #expect(throws: ColumnarError.malformed(offset: 1, what: "7 decimal places")) {
      var reader = ByteReader([2, 7, 0])
      _ = try ValueColumn.decode(count: 1, from: &reader)
    }
  }

  @Test(arguments: [[UInt8(2), 0, 1], [3, 0, 0, 0, 0, 0, 0, 0, 0]])
  func `too short for its count is refused before memory is taken`(encoded: [UInt8]) {
    let error = #expect(throws: ColumnarError.self) {
      var reader = ByteReader(encoded)
      _ = try ValueColumn.decode(count: 1 << 50, from: &reader)
    }
    guard case .cut = error else {
      Issue.record("expected a cut column, got \(String(describing: error))")
      return
    }
  }

  @Test(arguments: [[1.0, 1, 1], [1, 2, 300], [.nan, 1]])
  func `cut at any byte is refused with its place`(values: [Double]) {
    let encoded = bytes { FirstFormat.encode(values, into: &$0) }
    for length in encoded.indices {
      let error = #expect(throws: ColumnarError.self, "cut at byte \(length)") {
        var reader = ByteReader(Array(encoded.prefix(length)))
        _ = try ValueColumn.decode(count: values.count, from: &reader)
      }
      guard case .cut(let offset) = error else {
        Issue.record("expected a cut column, got \(String(describing: error))")
        continue
      }
      #expect(offset <= length)
    }
  }
}

@Suite struct `A column of timestamps` {
  @Test(arguments: [
    [], [0], [1_795_392_000_000, 1_795_392_030_000, 1_795_392_060_000], [-5, 7, 8],
  ])
  func `comes back`(timestamps: [Int64]) throws {
    let encoded = bytes { FirstFormat.encode(timestamps: timestamps, into: &$0) }
    var reader = ByteReader(encoded)
    #expect(try TimestampColumn.decode(from: &reader, limit: 10) == timestamps)
    #expect(reader.isAtEnd)
  }

  @Test func `of a regular scrape costs a byte for each`() {
    let times = (0..<1_000).map { 1_795_392_000_000 + Int64($0) * 30_000 }
    #expect(bytes { FirstFormat.encode(timestamps: times, into: &$0) }.count < 1_000 + 16)
  }

  @Test(arguments: [[Int64(5), 5], [5, 4]])
  func `that don't rise is refused with its place`(timestamps: [Int64]) {
    let encoded = bytes { FirstFormat.encode(timestamps: timestamps, into: &$0) }
    #expect(throws: ColumnarError.malformed(offset: 2, what: "timestamps that don't rise")) {
      var reader = ByteReader(encoded)
      _ = try TimestampColumn.decode(from: &reader, limit: 10)
    }
  }

  @Test func `of more than there are bytes is refused before memory is taken`() {
    let encoded = bytes { $0.varint(UInt64(9_000_000)) } + [0, 0, 0]
    #expect(throws: ColumnarError.malformed(offset: 0, what: "a count of 9000000, at most 7")) {
      var reader = ByteReader(encoded)
      _ = try TimestampColumn.decode(from: &reader, limit: 10_000_000)
    }
  }
}

@Suite struct `A column of runs` {
  @Test(arguments: [[], [0..<10], [1..<2, 3..<4, 9..<10], [0..<1, 5..<10]])
  func `comes back`(runs: [Range<Int>]) throws {
    var reader = ByteReader(bytes { RunColumn.encode(runs, into: &$0) })
    #expect(try RunColumn.decode(rows: 10, from: &reader) == runs)
    #expect(reader.isAtEnd)
  }

  @Test(arguments: [
    ([UInt8(1), 0, 0], "an empty run"), ([2, 0, 1, 0, 1], "an empty run"),
    ([1, 11, 1], "a count of 11, at most 10"), ([1, 4, 7], "a count of 7, at most 6"),
    ([11], "a count of 11, at most 10"),
  ])
  func `that no writer wrote is refused`(encoded: [UInt8], what: String) {
    let error = #expect(throws: ColumnarError.self) {
      var reader = ByteReader(encoded)
      _ = try RunColumn.decode(rows: 10, from: &reader)
    }
    #expect(error?.description.hasSuffix("holds " + what) == true)
  }
}

@Suite struct `Bytes` {
  @Test(arguments: [UInt64(0), 1, 127, 128, 300, 1 << 35, .max - 1, .max])
  func `of a number come back`(number: UInt64) throws {
    var reader = ByteReader(bytes { $0.varint(number) })
    #expect(try reader.varint() == number)
    #expect(reader.isAtEnd)
  }

  @Test(arguments: [Int64(0), -1, 1, 63, -64, 64, .min, .max])
  func `of a signed number come back`(number: Int64) throws {
    var reader = ByteReader(bytes { $0.signed(number) })
    #expect(try reader.signed() == number)
  }

  @Test func `of a number with over 64 bits are refused`() {
    for last in [2, 0x7f, 0x81] as [UInt8] {
      let wide = [UInt8](repeating: 0xff, count: 9) + [last, 0]
      #expect(throws: ColumnarError.malformed(offset: 0, what: "a number of over 64 bits")) {
        var reader = ByteReader(wide)
        _ = try reader.varint()
      }
    }
  }

  @Test func `of a count are refused where nothing may be counted`() {
    #expect(throws: ColumnarError.malformed(offset: 0, what: "a count of 0, at most -1")) {
      var reader = ByteReader([0])
      _ = try reader.count(limit: -1)
    }
  }

  @Test(arguments: ["", "GPU-0", "ü € 😀"])
  func `of a text come back`(text: String) throws {
    var reader = ByteReader(bytes { $0.text(text) })
    #expect(try reader.text() == text)
  }

  @Test(arguments: [[UInt8(3), 65, 66], [1], [2, 65]])
  func `of a text that is longer than the rest are refused with its place`(encoded: [UInt8]) {
    #expect(throws: ColumnarError.self) {
      var reader = ByteReader(encoded)
      _ = try reader.text()
    }
  }
}
