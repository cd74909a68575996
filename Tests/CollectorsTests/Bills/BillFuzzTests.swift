import Quantities
import Records
import Testing

@testable import Collectors

/// Bills that are nearly right: whatever they are, each row is read or refused.
@Suite struct BillFuzzTests {
  private static let rounds = 3_000

  private static let focus = BillReaderTests.bill(3)
  private static let azure = #"""
    SubscriptionGuid,UsageDateTime,PreTaxCost,Currency,Tags,AdditionalInfo,ChargeType,UnitOfMeasure
    1,2021-02-02,0.075,USD,"""a"":""b""","{""ServiceType"":""Standard_NV6ads_A10_v5""}",Usage,1 Hour
    2,02/03/2021,1e-3,USD,,"""x"": 1",Purchase,100 Hours

    """#
  private static let aws = #"""
    lineItem/LineItemType,lineItem/UnblendedCost,lineItem/UsageStartDate,lineItem/UsageEndDate,\#
    lineItem/CurrencyCode,lineItem/UsageAccountId,lineItem/ProductCode,lineItem/UsageType,\#
    resourceTags/user:T
    Usage,1.5,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,USD,1,AmazonEC2,BoxUsage:p5.48xlarge,a
    Tax,0.1,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,USD,1,AmazonEC2,,"b"",c"

    """#
  private static let gcp = #"""
    sku.description,usage_start_time,usage_end_time,cost,currency,credits,labels,invoice.month
    Nvidia L4 GPU,2022-08-05 07:00:00 UTC,2022-08-05 08:00:00 UTC,1,USD,"[{'amount': -1}]",[],202208

    """#
  private static let json = #"""
    {"sku":{"description":"x"},"usage_start_time":"2022-08-05","usage_end_time":"2022-08-06",\#
    "cost":1.5,"currency":"USD","credits":[{"amount":-1}],"labels":[{"key":"a","value":"b"}]}

    """#

  @Test(arguments: [
    (BillFormat.focus, focus), (.azure, azure), (.cur, aws), (.gcp, gcp), (.gcp, json),
  ])
  func `changed bytes are read or refused, row by row`(format: BillFormat, text: String) throws {
    let seed: UInt64 = 20_261_128
    var chance = SplitMix(seed: seed)
    var harness = try BillHarness(format)
    let signs = Array("\",\n\r{}[]'\\:-+.eE0129TZ NUL\u{0}".utf8)
    var accepted = 0
    for round in 0..<Self.rounds {
      var bytes = Array(text.utf8)
      for _ in 0...chance.below(5) {
        let place = chance.below(bytes.count)
        switch chance.below(4) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(signs[chance.below(signs.count)], at: place)
        case 2: bytes[place] = UInt8(chance.below(256))
        default: bytes.insert(contentsOf: bytes[place...].prefix(chance.below(60)), at: place)
        }
      }
      harness.settings.blockBytes = 1 + chance.below(200)
      guard let result = try? harness.read(bytes) else { continue }
      let summary = result.summary
      let place = "seed \(seed), round \(round)"
      #expect(summary.rows == summary.accepted + summary.rejected, "\(place)")
      #expect(summary.rejections.reduce(0) { $0 + $1.count } == summary.rejected, "\(place)")
      #expect(result.charges.values.reduce(0) { $0 + $1.rows } == summary.accepted, "\(place)")
      var sums: [Currency: Int128] = [:]
      for (key, amounts) in result.charges { sums[key.currency, default: 0] += amounts.billedPicos }
      for total in summary.totals {
        #expect(sums[total.currency] == total.billedPicos, "\(place)")
      }
      let whole = try? BillHarness(format).read(bytes)
      #expect(whole?.charges == result.charges, "\(place)")
      #expect(whole?.refusals == result.refusals, "\(place)")
      accepted += summary.accepted
    }
    // The changes are small enough to leave something.
    #expect(accepted > Self.rounds / 20)
  }
}
