import Quantities
import Testing

@Suite struct `The checksum` {
  @Test(arguments: [
    ("", UInt32(0)), ("123456789", 0xe306_9283), ("a", 0xc1d0_4330),
  ])
  func `is the one of RFC 3720`(text: String, value: UInt32) {
    var sum = CRC32C()
    sum.update(text.utf8)
    #expect(sum.value == value)
  }

  @Test func `of zeros and ones is that of RFC 3720, B.4`() {
    var zeros = CRC32C()
    zeros.update([UInt8](repeating: 0, count: 32))
    #expect(zeros.value == 0x8a91_36aa)
    var ones = CRC32C()
    ones.update([UInt8](repeating: 0xff, count: 32))
    #expect(ones.value == 0x62a8_ab43)
  }

  @Test func `of parts is that of the whole`() {
    var parts = CRC32C()
    parts.update("1234".utf8)
    parts.update("56789".utf8)
    #expect(parts.value == 0xe306_9283)
  }
}
