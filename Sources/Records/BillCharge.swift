import Quantities

/// A group of a bill's rows that agree in everything but their amounts.
///
/// The same key may come again, in another batch or file: whoever takes charges sums them.
package struct BillCharge: Hashable, Sendable {
  /// What all rows of the group agree in. Nil is what the bill doesn't say.
  package struct Key: Hashable, Sendable {
    package var provider: String?
    package var invoiceID: String?
    /// Who is billed: the payer account, the billing account.
    package var billingAccount: String?
    /// Who used it: the usage account, the subscription, the project.
    package var account: String?
    package var accountName: String?
    package var service: String?
    package var region: String?
    package var resourceID: String?
    /// The usage type, the meter or the description of what is charged.
    package var sku: String?
    /// The instance type, where the row is of one: `p5.48xlarge`.
    package var instanceType: String?
    package var category: Category
    /// Whether it corrects an invoice that was already issued.
    package var isCorrection: Bool
    package var pricing: Pricing?
    /// The reservation or the savings plan.
    package var commitmentID: String?
    package var commitmentStatus: CommitmentStatus?
    /// What `quantity` counts: `Hrs`, `GB-Months`, `seconds`.
    package var unit: String?
    package var currency: Currency
    /// A JSON object of texts in the order of their keys: `{"env":"prod","team":"nlp"}`.
    package var tags: String?
    /// The month as the bill names it, whatever zone its days are in.
    package var billingPeriod: BillingMonth
    /// When the charge was incurred: a billing day, or exactly what the rows say.
    package var chargePeriod: TimeRange
    package var gpu: BilledGPU?

    /// A key of which the bill says no more than this.
    package init(
      category: Category, currency: Currency, billingPeriod: BillingMonth, chargePeriod: TimeRange
    ) {
      self.category = category
      self.currency = currency
      self.billingPeriod = billingPeriod
      self.chargePeriod = chargePeriod
      isCorrection = false
    }
  }

  /// What the rows of the group sum to.
  package struct Amounts: Hashable, Sendable {
    /// What the invoice asks for.
    ///
    /// - Unit: 1e-12 of the currency's major unit.
    package var billedPicos: Int128
    /// What the use cost, with what was paid in advance spread over it.
    ///
    /// - Unit: 1e-12 of the currency's major unit.
    package var effectivePicos: Int128
    /// What it would have cost by the public price list; nil where no row says.
    package var listPicos: Int128?
    /// - Unit: 1e-12 of the key's unit.
    package var quantity: Int128?
    /// How many rows they are; 0 of credits that stand within rows already counted.
    package var rows: Int

    package init(
      billedPicos: Int128, effectivePicos: Int128, listPicos: Int128? = nil,
      quantity: Int128? = nil, rows: Int
    ) {
      self.billedPicos = billedPicos
      self.effectivePicos = effectivePicos
      self.listPicos = listPicos
      self.quantity = quantity
      self.rows = rows
    }
  }

  /// What kind of charge it is.
  ///
  /// - Source: FOCUS 1.2, ChargeCategory.
  package enum Category: String, CaseIterable, Sendable {
    case usage, purchase, tax, credit, adjustment
  }

  /// How its price came about.
  ///
  /// - Source: FOCUS 1.2, PricingCategory: on-demand is standard, spot is dynamic, reservations and
  ///   savings plans are committed.
  package enum Pricing: String, CaseIterable, Sendable {
    case standard, dynamic, committed, other
  }

  /// Whether a commitment was used.
  ///
  /// - Source: FOCUS 1.2, CommitmentDiscountStatus.
  package enum CommitmentStatus: String, CaseIterable, Sendable {
    case used, unused
  }

  package var key: Key
  package var amounts: Amounts

  package init(key: Key, amounts: Amounts) {
    self.key = key
    self.amounts = amounts
  }
}

/// The GPUs behind one unit of a billed quantity: of an instance's hour, the instance's GPUs.
package struct BilledGPU: Hashable, Sendable, CustomStringConvertible {
  /// As NVML names it, `NVIDIA H100 80GB HBM3`; nil where only their number is known.
  package let model: String?
  /// GPUs of `divisor` units: eight of one p5.48xlarge, one of six NV6ads_A10_v5.
  package let count: Int
  package let divisor: Int

  /// - Precondition: both numbers are positive.
  package init(model: String?, count: Int, divisor: Int = 1) {
    precondition(count > 0 && divisor > 0, "BUG: \(count)/\(divisor) GPUs")
    self.model = model
    self.count = count
    self.divisor = divisor
  }

  package var description: String {
    (divisor == 1 ? "\(count)" : "\(count)/\(divisor)") + " x " + (model ?? "unknown")
  }
}
