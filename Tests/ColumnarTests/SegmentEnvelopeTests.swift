import Columnar
import Quantities
import Testing

@Suite struct `A segment` {
  private static let plain: [UInt8] = Array(0..<23)
  private static let packable = [UInt8](repeating: 7, count: 400)

  private static func opened(_ sealed: [UInt8]) throws(ColumnarError) -> [UInt8] {
    let payload = try SegmentEnvelope.open(sealed, kind: 3)
    return Array(payload.bytes.prefix(payload.count))
  }

  @Test(arguments: [[], plain, packable])
  func `gives back what was sealed`(payload: [UInt8]) throws {
    let sealed = SegmentEnvelope.seal(payload, kind: 3)
    #expect(try Self.opened(sealed) == payload)
    #expect(SegmentEnvelope.seal(payload, kind: 3) == sealed)
  }

  @Test func `is packed where that makes it smaller`() {
    #expect(SegmentEnvelope.seal(Self.packable, kind: 3).count < 90)
    #expect(SegmentEnvelope.seal(Self.plain, kind: 3).count == 45 + Self.plain.count)
  }

  @Test func `starts with the bytes that are written down`() {
    let sealed = SegmentEnvelope.seal([0xaa, 0xbb], kind: 0x0102)
    #expect(
      sealed.prefix(13)
        == [0x47, 0x54, 0x4c, 0x59, 2, 0, 0x02, 0x01, 1, 2, 0, 0, 0])
    #expect(sealed.suffix(2) == [0xaa, 0xbb])
  }

  @Test(arguments: [plain, packable])
  func `cut at any byte is refused with its place`(payload: [UInt8]) {
    let sealed = SegmentEnvelope.seal(payload, kind: 3)
    for length in 0..<sealed.count {
      let error = #expect(throws: ColumnarError.self, "cut at byte \(length)") {
        try SegmentEnvelope.open(Array(sealed.prefix(length)), kind: 3)
      }
      if length < 45 { #expect(error == .cut(offset: length)) }
    }
  }

  @Test(arguments: [plain, packable])
  func `with any bit flipped is refused`(payload: [UInt8]) {
    let sealed = SegmentEnvelope.seal(payload, kind: 3)
    for place in sealed.indices {
      for bit in 0..<8 {
        var flipped = sealed
        flipped[place] ^= 1 << UInt8(bit)
        #expect(throws: ColumnarError.self, "bit \(bit) of byte \(place)") {
          try SegmentEnvelope.open(flipped, kind: 3)
        }
      }
    }
  }

  @Test func `says how many values it has, the least, the most and their sum`() throws {
    var figures = SegmentFigures()
    figures.add([2.5, -1])
    figures.add([4, 0.5])
    #expect([figures.least, figures.most, figures.sum] == [-1, 4, 6])
    let sealed = SegmentEnvelope.seal(Self.plain, kind: 3, figures: figures)
    #expect(try SegmentEnvelope.open(sealed, kind: 3).figures == figures)
    #expect(figures.count == 4)
  }

  @Test func `of format 1 is still read`() throws {
    let first = Self.segment(version: 1, kind: 3, packing: 1, length: 2, body: [1, 2])
    #expect(try Self.opened(first) == [1, 2])
    #expect(try SegmentEnvelope.open(first, kind: 3).version == 1)
  }

  @Test func `of a later format names both formats`() {
    let later = Self.segment(version: 3, kind: 3, packing: 1, length: 0, body: [])
    let error = #expect(throws: ColumnarError.self) {
      try SegmentEnvelope.open(later, kind: 3)
    }
    #expect(error == .unknownVersion(3))
    #expect(
      error?.description
        == "segment format 3 is not known to this version, which reads formats up to 2")
  }

  @Test func `of another kind is refused`() {
    let sealed = SegmentEnvelope.seal(Self.plain, kind: 3)
    #expect(throws: ColumnarError.wrongKind(expected: 4, found: 3)) {
      try SegmentEnvelope.open(sealed, kind: 4)
    }
  }

  @Test func `that is none is refused`() {
    #expect(throws: ColumnarError.notASegment) {
      try SegmentEnvelope.open(Array("SQLite format 3, and more".utf8), kind: 3)
    }
  }

  @Test(arguments: [
    (UInt8(0), UInt32(2), 8), (3, 2, 8), (1, 3, 9), (2, 1 << 31, 9), (2, 1 << 29, 9), (2, 2, 17),
  ])
  func `with a wrong head under a right checksum is refused`(
    packing: UInt8, length: UInt32, place: Int
  ) {
    let wrong = Self.segment(version: 1, kind: 3, packing: packing, length: length, body: [1, 2])
    let error = #expect(throws: ColumnarError.self) { try SegmentEnvelope.open(wrong, kind: 3) }
    guard case .malformed(let offset, _) = error else {
      Issue.record("expected a malformed head, got \(String(describing: error))")
      return
    }
    #expect(offset == place)
  }

  /// A segment made by hand, with a checksum that fits.
  private static func segment(
    version: UInt16, kind: UInt16, packing: UInt8, length: UInt32, body: [UInt8]
  ) -> [UInt8] {
    let head = bytes { writer in
      writer.append(Array("GTLY".utf8))
      writer.fixed(version)
      writer.fixed(kind)
      writer.byte(packing)
      writer.fixed(length)
    }
    var sum = CRC32C()
    sum.update(head)
    sum.update(body)
    return head + bytes { $0.fixed(sum.value) } + body
  }

  @Test func `whose checksum differs is told with both sums`() {
    let error = ColumnarError.checksumMismatch(stored: 1, computed: 2)
    #expect(error.description == "checksum is 2, expected 1")
  }
}
