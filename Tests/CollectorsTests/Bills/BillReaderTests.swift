import CZlib
import Foundation
import Quantities
import Records
import Synchronization
import Testing

@testable import Collectors

/// Bills of any size arrive in any pieces, packed or plain.
@Suite struct BillReaderTests {
  static let head =
    "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,"
    + "ChargePeriodEnd,ChargeCategory,SubAccountId,Tags\n"

  static func row(_ number: Int, cost: String = "0.01") -> String {
    "\(cost),\(cost),USD,2026-11-01,2026-11-0\(1 + number % 9),2026-11-10,Usage,a\(number % 700),"
      + "\"{\"\"n\"\":\"\"\(number % 50)\"\"}\"\n"
  }

  static func bill(_ rows: Int) -> String {
    head + (0..<rows).map { row($0) }.joined()
  }

  /// Packs bytes by gzip.
  static func packed(_ text: String) -> [UInt8] {
    var stream = z_stream()
    return withUnsafeMutablePointer(to: &stream) { stream in
      let code = deflateInit2_(
        stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      precondition(code == Z_OK, "BUG: zlib doesn't start: \(code)")
      defer { deflateEnd(stream) }
      var input = Array(text.utf8)
      var output = [UInt8](repeating: 0, count: input.count + 1_000)
      let room = output.count
      let count = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          stream.pointee.next_in = input.baseAddress
          stream.pointee.avail_in = UInt32(input.count)
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(room)
          _ = deflate(stream, Z_FINISH)
          return room - Int(stream.pointee.avail_out)
        }
      }
      return Array(output.prefix(count))
    }
  }

  @Test(arguments: [16, 50, 257, 4_096, 1 << 20])
  func `blocks of any size make the same charges`(blockBytes: Int) throws {
    let text = Self.bill(3_000)
    let whole = try BillHarness(.focus).read(text)
    #expect(whole.totals == ["USD 30 30"])
    var harness = try BillHarness(.focus)
    harness.settings.blockBytes = blockBytes
    for bytes in [Array(text.utf8), Self.packed(text)] {
      let result = try harness.read(bytes, piece: 1_001)
      #expect(result.charges == whole.charges)
      #expect(result.summary.rows == 3_000)
      #expect(result.summary.textBytes == text.utf8.count)
    }
  }

  @Test func `every prefix is read or refused, and every row is counted`() throws {
    let bytes = Array((Self.bill(3) + "\"1\",1,USD\n" + Self.row(9)).utf8)
    for count in Self.head.utf8.count...bytes.count {
      let summary = try BillHarness(.focus).read(Array(bytes.prefix(count))).summary
      let complete = bytes[Self.head.utf8.count..<count].count { $0 == 0x0a }
      let isCut = count > Self.head.utf8.count && bytes[count - 1] != 0x0a
      #expect(summary.rows == complete + (isCut ? 1 : 0), "\(count) bytes")
      #expect(summary.rows == summary.accepted + summary.rejected)
      #expect(summary.rejections.reduce(0) { $0 + $1.count } == summary.rejected)
    }
    // The last columns are needed by nobody.
    let needed = Self.head.utf8.count - ",SubAccountId,Tags\n".utf8.count
    for count in 0..<needed {
      #expect(throws: BillError.self, "\(count) bytes") {
        try BillHarness(.focus).read(Array(bytes.prefix(count)))
      }
    }
  }

  @Test func `every prefix of a packed bill is told to be cut`() throws {
    let bytes = Self.packed(Self.bill(20))
    for count in 2..<bytes.count {
      #expect(throws: BillError.cutCompression(file: "bill.csv", bytes: count)) {
        try BillHarness(.focus).read(Array(bytes.prefix(count)))
      }
    }
  }

  @Test func `members of a packed bill are one after the other, and padding is none`() throws {
    let text = Self.bill(40)
    let cut = text.index(text.startIndex, offsetBy: 1_000)
    let bytes =
      Self.packed(String(text[..<cut])) + Self.packed("") + Self.packed(String(text[cut...]))
    for piece in [1, 2, 333, Int.max] {
      let result = try BillHarness(.focus).read(bytes + [0, 0, 0], piece: piece)
      #expect(result.totals == ["USD 0.4 0.4"])
    }
    let error = #expect(throws: BillError.self) {
      try BillHarness(.focus).read(bytes + [0, 7, 7, 7])
    }
    #expect(error?.description.contains("bytes follow the padding") == true)
  }

  @Test func `a changed byte of a packed bill is found`() throws {
    let bytes = Self.packed(Self.bill(200))
    for place in stride(from: 12, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] ^= 0x10
      #expect(throws: BillError.self, "byte \(place)") { try BillHarness(.focus).read(changed) }
    }
  }

  @Test func `charges are handed out when there are many, and when their texts are long`() throws {
    var harness = try BillHarness(.focus)
    let whole = try harness.read(Self.bill(5_000))
    harness.settings.groupsMax = 100
    harness.settings.batchMax = 64
    let few = try harness.read(Self.bill(5_000))
    #expect(few.charges == whole.charges)
    #expect(few.batches.prefix(4) == [64, 36, 64, 36])
    harness.settings.groupsMax = 200_000
    harness.settings.batchMax = 100_000
    harness.settings.textBytesMax = 4_000
    let short = try harness.read(Self.bill(5_000))
    #expect(short.charges == whole.charges)
    #expect(short.batches.count > 3)
  }

  @Test(arguments: [10, 20_000])
  func `a receiver that fails ends the reading`(rows: Int) throws {
    struct Full: Error, CustomStringConvertible { let description = "the disk is full" }
    var settings = BillSettings(calendar: try BillingCalendar(zone: "UTC"))
    settings.groupsMax = 50
    settings.blockBytes = 4_096
    let reader = BillReader(file: "b", format: .focus, settings: settings) { _ in throw Full() }
    #expect(throws: BillError.receiver(file: "b", reason: "the disk is full")) {
      try reader.take(Array(Self.bill(rows).utf8))
      _ = try reader.finish()
    }
  }

  @Test func `a reader that nobody ends is forgotten, with its thread`() async throws {
    final class Receiver: Sendable {}
    weak var kept: Receiver?
    do {
      let receiver = Receiver()
      kept = receiver
      var settings = BillSettings(calendar: try BillingCalendar(zone: "UTC"))
      settings.blockBytes = 512
      let reader = BillReader(file: "b", format: .focus, settings: settings) { [receiver] _ in
        withExtendedLifetime(receiver) {}
      }
      try reader.take(Array(Self.bill(100).utf8))
    }
    for _ in 0..<1_000 where kept != nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(kept == nil)
  }

  @Test(arguments: [100_000, 1 << 20, 8 << 20])
  func `a row that is too long is refused, quoted or not, and reading goes on`(
    blockBytes: Int
  ) throws {
    let long = String(repeating: "x", count: CSVScanner.rowBytesMax)
    let quoted = Self.row(5).replacing("\"\"n\"\"", with: long)
    let lines = Self.row(6).replacing("\"\"n\"\"", with: "x\n" + long)
    var harness = try BillHarness(.focus)
    harness.settings.blockBytes = blockBytes
    let result = try harness.read(
      Self.head + Self.row(1) + long + "\n" + Self.row(2) + "1,\"" + long + "\n" + Self.row(3)
        + long + long + "," + long + "\n" + Self.row(4) + quoted + lines + Self.row(7))
    let length = "more than \(CSVScanner.rowBytesMax) bytes"
    #expect(
      result.refusals == [
        "bill.csv:3: wrong number of columns: 1 column x1",
        "bill.csv:5: row too long: \(length) x4",
        "bill.csv:10: quotation mark is never closed: an open quotation mark x1",
      ])
    #expect(result.summary.accepted == 5)
  }

  @Test func `rejections of all lines are few, and their counts are all`() throws {
    let rows = (0..<2_000).map { Self.row($0, cost: "x\($0)") }.joined()
    let summary = try BillHarness(.focus).read(Self.head + rows + Self.row(1)).summary
    #expect(summary.rejected == 2_000)
    #expect(summary.rejections.count == BillRejections.findingsMax + 1)
    #expect(summary.rejections.reduce(0) { $0 + $1.count } == 2_000)
    #expect(summary.rejections.last?.found == "further values")
    #expect(summary.rejections.last?.count == 1_800)
  }

  @Test func `currencies are summed by themselves`() throws {
    let text = Self.bill(2).replacing("USD", with: "KRW") + Self.row(3, cost: "2")
    #expect(try BillHarness(.focus).read(text).totals == ["KRW 0.02 0.02", "USD 2 2"])
  }

  @Test func `a byte order mark and carriage returns are no part of a bill`() throws {
    let bill = Self.bill(3).replacing("BilledCost,", with: "\"BilledCost\",")
    let text = "\u{feff}" + bill.replacing("\n", with: "\r\n")
    #expect(try BillHarness(.focus).read(text).totals == ["USD 0.03 0.03"])
  }
}
