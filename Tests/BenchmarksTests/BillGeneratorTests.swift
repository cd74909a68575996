import Collectors
import Foundation
import Quantities
import Records
import Synchronization
import TestSupport
import Testing

@testable import gputally_bench

/// The bill that reading is measured with is one, and sums to what its maker says.
@Suite struct BillGeneratorTests {
  private static func bill(rows: Int, seed: UInt64 = 1) -> ([UInt8], BillGenerator.Totals) {
    var generator = BillGenerator(seed: seed, machines: 300)
    var bytes: [UInt8] = []
    generator.head(into: &bytes)
    for row in 0..<rows { generator.row(row, of: rows, into: &bytes) }
    return (bytes, generator.totals)
  }

  @Test func `the same seed makes the same bill, another one another`() {
    let (bytes, totals) = Self.bill(rows: 500)
    #expect(Self.bill(rows: 500) == (bytes, totals))
    #expect(Self.bill(rows: 500, seed: 2).0 != bytes)
    #expect(totals.bytes == bytes.count)
  }

  @Test func `a generated bill is read whole, and to its maker's totals`() throws {
    let (bytes, totals) = Self.bill(rows: 20_000)
    let kinds = Mutex(Set<BillCharge.Category>())
    let models = Mutex(Set<String>())
    let reader = BillReader(
      file: "made.csv", format: .cur2,
      settings: BillSettings(calendar: try BillingCalendar(zone: "Asia/Seoul"))
    ) { charges in
      kinds.withLock { $0.formUnion(charges.map(\.key.category)) }
      models.withLock { $0.formUnion(charges.compactMap(\.key.gpu?.description)) }
    }
    try reader.take(bytes)
    let summary = try reader.finish()
    #expect(summary.rows == 20_000)
    #expect(summary.rejections == [])
    let total = try #require(summary.totals.first)
    #expect(total.billedPicos == totals.billed * 100)
    #expect(total.effectivePicos == totals.effective * 100)
    #expect(total.billedPicos != total.effectivePicos)
    #expect(summary.textBytes == totals.bytes)
    #expect(kinds.withLock { $0 } == [.usage, .purchase, .tax, .credit])
    #expect(
      models.withLock { $0 }.contains("8 x NVIDIA H100 80GB HBM3"), "\(models.withLock { $0 })")
  }

  @Test func `a packed file holds what was put into it`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/a.csv.gz"
    let (bytes, totals) = Self.bill(rows: 3_000)
    let file = try GzipFile(path)
    try file.append(bytes)
    try file.close()
    let packed = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(packed.count < bytes.count / 3)
    let reader = BillReader(
      file: path, format: .cur2, settings: BillSettings(calendar: try BillingCalendar(zone: "UTC"))
    ) { _ in }
    try reader.take(packed)
    #expect(try reader.finish().totals.first?.billedPicos == totals.billed * 100)
  }
}
