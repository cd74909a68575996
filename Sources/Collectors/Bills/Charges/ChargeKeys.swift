import Quantities
import Records

/// Makes charges of groups, each text only once.
final class ChargeKeys {
  private let shared: ChargeContext
  private let cost: BillCost
  private var texts = ChargeText.allCases.map { _ in ByNumber<String>() }

  init(_ shared: ChargeContext, cost: BillCost) {
    self.shared = shared
    self.cost = cost
  }

  func charge(_ words: ChargeWords, _ sums: ChargeTable.Sums) -> BillCharge {
    var key = BillCharge.Key(
      category: BillCharge.Category.allCases[Int(words.category)],
      currency: CurrencyWord.currency(words.currency),
      billingPeriod: BillMonths.month(words.billingMonth),
      chargePeriod: TimeRange(
        UTCInstant(milliseconds: words.start), UTCInstant(milliseconds: words.end)))
    key.provider = text(.provider, words.provider)
    key.invoiceID = text(.invoiceID, words.invoiceID)
    key.billingAccount = text(.billingAccount, words.billingAccount)
    key.account = text(.account, words.account)
    key.accountName = text(.accountName, words.accountName)
    key.service = text(.service, words.service)
    key.region = text(.region, words.region)
    key.resourceID = text(.resourceID, words.resourceID)
    key.sku = text(.sku, words.sku)
    key.instanceType = text(.instanceType, words.instanceType)
    key.isCorrection = words.flags & ChargeWords.correction != 0
    key.pricing =
      words.pricing == 0 ? nil : BillCharge.Pricing.allCases[Int(words.pricing) - 1]
    key.commitmentID = text(.commitmentID, words.commitmentID)
    key.commitmentStatus =
      words.commitmentStatus == 0
      ? nil : BillCharge.CommitmentStatus.allCases[Int(words.commitmentStatus) - 1]
    key.unit = text(.unit, words.unit)
    key.tags = text(.tags, words.tags)
    key.gpu = shared.gpu(words.gpu)
    return BillCharge(
      key: key,
      amounts: BillCharge.Amounts(
        billedPicos: cost == .effective ? 0 : sums.billed,
        effectivePicos: cost == .effective ? sums.billed : sums.effective,
        listPicos: words.flags & ChargeWords.hasList != 0 ? sums.list : nil,
        quantity: words.flags & ChargeWords.hasQuantity != 0 ? sums.quantity : nil,
        rows: sums.rows))
  }

  private func text(_ text: ChargeText, _ number: UInt32) -> String? {
    if number == 0 { return nil }
    return texts[text.rawValue].value(number) { [shared] in shared.texts.text(text, number) }
  }
}
