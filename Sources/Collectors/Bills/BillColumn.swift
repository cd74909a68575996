/// What a column of a bill is for, whatever its name is.
enum BillColumn: Int, CaseIterable {
  case provider, invoiceID, billingAccount, account, accountName, service, region, resourceID
  case sku, instanceType, unit, tags, currency
  case billingStart, start, end
  case billed, effective, list, quantity, pricingQuantity, pricingUnit
  case category, chargeClass, pricing, commitmentID, commitmentStatus
  /// A cell of further facts: the product of AWS, the additional information of Azure.
  case details
  /// The service by its code, where another column has its name.
  case serviceCode
  case usageType, gpuCount
  case savingsPlanEffective, savingsPlanTotal, savingsPlanUsed, savingsPlanID
  case reservationEffective, unusedUpfront, unusedRecurring, reservationID
  case credits, term
}

/// The columns that a format has, and what they are called.
struct BillColumns {
  /// One use, and the names that a column for it may have, in the order of preference.
  struct Names {
    let column: BillColumn
    let names: [String]
    let isRequired: Bool

    init(_ column: BillColumn, _ names: String..., isRequired: Bool = false) {
      self.column = column
      self.names = names
      self.isRequired = isRequired
    }
  }

  let all: [Names]
  /// Whether the word `NULL` stands for nothing.
  var hasNullWord = false
  /// What the names of columns begin with that hold one tag each.
  var tagPrefix: String?

  static func of(_ format: BillFormat) -> BillColumns {
    switch format {
    case .focus, .oci: focus
    case .cur2, .cur: aws
    case .gcp: gcp
    case .azure: azure
    }
  }

  /// A name as it is compared: small letters and digits; of `Währung (Currency)` the inner name.
  static func normal(_ name: String) -> String {
    var inner = Substring(name)
    if inner.hasSuffix(")"), let open = inner.lastIndex(of: "(") {
      inner = inner[inner.index(after: open)...].dropLast()
    }
    return String(decoding: inner.utf8.compactMap(small), as: UTF8.self)
  }

  private static func small(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
    default: nil
    }
  }
}

extension BillColumns {
  /// - Source: FOCUS 1.0 to 1.4; from 1.4 on the provider is ServiceProviderName alone.
  private static let focus = BillColumns(
    all: [
      Names(
        .provider, "ServiceProviderName", "ProviderName", "PublisherName", "InvoiceIssuerName"),
      Names(.invoiceID, "InvoiceId", "x_InvoiceId"),
      Names(.billingAccount, "BillingAccountId"),
      Names(.account, "SubAccountId"),
      Names(.accountName, "SubAccountName"),
      Names(.service, "ServiceName"),
      Names(.region, "RegionId", "RegionName", "Region"),
      Names(.resourceID, "ResourceId", "ResourceName"),
      Names(.sku, "x_UsageType", "x_SkuMeterName", "ChargeDescription", "SkuMeter", "SkuId"),
      Names(.usageType, "x_UsageType"),
      Names(.serviceCode, "x_ServiceCode", "x_SkuMeterCategory"),
      Names(.instanceType, "x_InstanceType", "x_SkuInstanceType"),
      Names(.details, "SkuPriceDetails", "x_SkuDetails"),
      Names(.unit, "ConsumedUnit"),
      Names(.quantity, "ConsumedQuantity"),
      Names(.pricingUnit, "PricingUnit"),
      Names(.pricingQuantity, "PricingQuantity"),
      Names(.tags, "Tags"),
      Names(.currency, "BillingCurrency", isRequired: true),
      Names(.billingStart, "BillingPeriodStart", isRequired: true),
      Names(.start, "ChargePeriodStart", isRequired: true),
      Names(.end, "ChargePeriodEnd", isRequired: true),
      Names(.billed, "BilledCost", isRequired: true),
      Names(.effective, "EffectiveCost", isRequired: true),
      Names(.list, "ListCost"),
      Names(.category, "ChargeCategory", "ChargeType", isRequired: true),
      Names(.chargeClass, "ChargeClass"),
      Names(.pricing, "PricingCategory"),
      Names(.commitmentID, "CommitmentDiscountId"),
      Names(.commitmentStatus, "CommitmentDiscountStatus"),
    ],
    hasNullWord: true)

  /// - Source: AWS Data Exports, CUR 2.0 columns; the legacy report's `lineItem/UnblendedCost` is
  ///   the same name once compared, and its columns vary from month to month.
  private static let aws = BillColumns(
    all: [
      Names(.invoiceID, "bill_invoice_id"),
      Names(.billingAccount, "bill_payer_account_id"),
      Names(.account, "line_item_usage_account_id", isRequired: true),
      Names(.accountName, "line_item_usage_account_name"),
      Names(.service, "line_item_product_code", isRequired: true),
      Names(.region, "product_region_code", "product_region"),
      Names(.resourceID, "line_item_resource_id"),
      Names(.sku, "line_item_usage_type", "line_item_line_item_description", isRequired: true),
      Names(.usageType, "line_item_usage_type"),
      Names(.instanceType, "product_instance_type"),
      Names(.details, "product"),
      Names(.gpuCount, "product_gpu"),
      Names(.unit, "pricing_unit"),
      Names(.quantity, "line_item_usage_amount"),
      Names(.tags, "resource_tags"),
      Names(.currency, "line_item_currency_code", isRequired: true),
      Names(.billingStart, "bill_billing_period_start_date"),
      Names(.start, "line_item_usage_start_date", isRequired: true),
      Names(.end, "line_item_usage_end_date", isRequired: true),
      Names(.billed, "line_item_unblended_cost", isRequired: true),
      Names(.list, "pricing_public_on_demand_cost"),
      Names(.category, "line_item_line_item_type", isRequired: true),
      Names(.chargeClass, "bill_bill_type"),
      Names(.savingsPlanEffective, "savings_plan_savings_plan_effective_cost"),
      Names(.savingsPlanTotal, "savings_plan_total_commitment_to_date"),
      Names(.savingsPlanUsed, "savings_plan_used_commitment"),
      Names(.savingsPlanID, "savings_plan_savings_plan_a_r_n"),
      Names(.reservationEffective, "reservation_effective_cost"),
      Names(
        .unusedUpfront, "reservation_unused_amortized_upfront_fee_for_billing_period"),
      Names(.unusedRecurring, "reservation_unused_recurring_fee"),
      Names(.reservationID, "reservation_reservation_a_r_n"),
    ],
    tagPrefix: "resourceTags/")

  /// - Source: Google's detailed billing export; dumps write its nested fields with dots.
  private static let gcp = BillColumns(all: [
    Names(.invoiceID, "invoice.id"),
    Names(.billingAccount, "billing_account_id"),
    Names(.account, "project.id", "project_id"),
    Names(.accountName, "project.name", "project_name"),
    Names(.service, "service.description", "service_description", "service.id"),
    Names(.region, "location.region", "location_region", "location.location"),
    Names(.resourceID, "resource.global_name", "resource.name"),
    Names(.sku, "sku.description", "sku_description", "sku.id", isRequired: true),
    Names(.details, "system_labels"),
    Names(.unit, "usage.unit", "usage_unit"),
    Names(.quantity, "usage.amount", "usage_amount"),
    Names(.tags, "labels"),
    Names(.currency, "currency", isRequired: true),
    Names(.billingStart, "invoice.month", "invoice_month"),
    Names(.start, "usage_start_time", isRequired: true),
    Names(.end, "usage_end_time", isRequired: true),
    Names(.billed, "cost", isRequired: true),
    Names(.list, "cost_at_list"),
    Names(.category, "cost_type"),
    Names(.credits, "credits"),
  ])

  /// - Source: Microsoft's lists of usage details; names differ by agreement, case and language.
  private static let azure = BillColumns(all: [
    Names(.invoiceID, "InvoiceId"),
    Names(.billingAccount, "BillingAccountId"),
    Names(.account, "SubscriptionId", "SubscriptionGuid", isRequired: true),
    Names(.accountName, "SubscriptionName"),
    Names(.service, "MeterCategory"),
    Names(.region, "ResourceLocation", "MeterRegion"),
    Names(.resourceID, "ResourceId", "InstanceId", "InstanceName"),
    Names(.sku, "MeterName", "MeterSubCategory", "Product", "ProductName"),
    Names(.details, "AdditionalInfo"),
    Names(.unit, "UnitOfMeasure"),
    Names(.quantity, "Quantity", "UsageQuantity", "ConsumedQuantity"),
    Names(.tags, "Tags"),
    Names(.currency, "BillingCurrency", "BillingCurrencyCode", "Currency"),
    Names(.billingStart, "BillingPeriodStartDate", "BillingPeriodStart"),
    Names(.start, "Date", "UsageDateTime", "UsageDate", isRequired: true),
    Names(.billed, "CostInBillingCurrency", "PreTaxCost", "Cost", isRequired: true),
    Names(.list, "PaygCostInBillingCurrency"),
    Names(.category, "ChargeType"),
    Names(.pricing, "PricingModel"),
    Names(.commitmentID, "BenefitId", "ReservationId"),
    Names(.term, "Term"),
  ])
}
