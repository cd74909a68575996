import Records

/// Charges of rows of AWS' Cost and Usage Report, 2.0 and legacy.
///
/// Billed is the unblended cost. Effective is the amortised cost in the form that AWS' own
/// dashboards compute it in, told at ``effective(_:_:_:)``.
final class AWSCharges: ChargeFormat {
  private let shared: ChargeContext
  private let kinds = ByteInterner()
  private let products = ByteInterner()
  private let counts = ByteInterner()
  private var kindByNumber = ByNumber<AWSLineItem>()
  private var usages = ByNumber<AWSUsage>()
  private var isSpotByNumber = ByNumber<Bool>()
  private var services = ByNumber<Bool>()
  private var typeOfUsage = ByNumber<UInt32>()
  private var gpuOfType = ByNumber<GPUInstanceType?>()
  private var gpuNumberOfType = ByNumber<UInt32>()
  private var gpusOfProduct = ByNumber<Int>()
  private var gpusOfCount = ByNumber<Int>()
  private var provider: UInt32 = 0

  init(_ shared: ChargeContext) { self.shared = shared }

  func forgetTexts() {
    products.removeAll()
    gpusOfProduct.removeAll()
    usages.removeAll()
    services.removeAll()
    typeOfUsage.removeAll()
    gpuOfType.removeAll()
    gpuNumberOfType.removeAll()
    provider = 0
  }

  func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault) {
    if row[.category].isEmpty {
      throw RowFault(
        rule: "missing line item type", found: "nothing", expected: "a type such as Usage")
    }
    let number = kinds.number(row[.category])
    let kind = kindByNumber.value(number) { [kinds] in AWSLineItem(kinds.text(number)) }
    draft.billed = try cost(row, .billed, "unblended cost", &draft)
    draft.effective = try effective(kind, row, &draft)
    try readList(row, "public on-demand cost", into: &draft)
    if kind.hasQuantity { try readQuantity(row[.quantity], into: &draft) }
    if provider == 0 { provider = shared.texts.number(.provider, "AWS") }
    draft.words.provider = provider
    let sku = draft.words.sku
    let usage = usages.value(sku) { [shared] in AWSUsage(shared.texts.text(.sku, sku)) }
    draft.words.set(kind.category)
    draft.words.set(
      ChargeWords.correction, kind == .refund || row[.chargeClass].equals("Refund"))
    draft.words.set(kind.pricing(isSpot: usage.isSpot))
    readCommitment(kind, row, &draft.words)
    readGPU(row, usage, &draft.words)
  }

  /// What the row cost, with what was paid in advance spread over what used it.
  ///
  /// - Source: the amortised cost of AWS' CUDOS dashboard.
  private func effective(
    _ kind: AWSLineItem, _ row: BillRow, _ draft: inout ChargeDraft
  ) throws(RowFault) -> Int128 {
    switch kind {
    case .savingsPlanCovered:
      return try cost(row, .savingsPlanEffective, "savings plan's effective cost", &draft)
    case .savingsPlanRecurringFee:
      // What of the commitment up to now was not used.
      let total = try optionalCost(row, .savingsPlanTotal, "total commitment", &draft)
      return total - (try optionalCost(row, .savingsPlanUsed, "used commitment", &draft))
    case .savingsPlanNegation, .savingsPlanUpfrontFee:
      return 0
    case .discountedUsage:
      return try cost(row, .reservationEffective, "reservation's effective cost", &draft)
    case .reservationFee:
      let upfront = try optionalCost(row, .unusedUpfront, "unused upfront fee", &draft)
      return upfront + (try optionalCost(row, .unusedRecurring, "unused recurring fee", &draft))
    case .fee where !row[.reservationID].isEmpty:
      return 0
    default:
      return draft.billed
    }
  }

  private func readCommitment(_ kind: AWSLineItem, _ row: BillRow, _ words: inout ChargeWords) {
    let texts = shared.texts
    switch kind {
    case .savingsPlanCovered, .savingsPlanNegation, .savingsPlanRecurringFee,
      .savingsPlanUpfrontFee:
      words.commitmentID = texts.number(.commitmentID, row[.savingsPlanID])
    case .discountedUsage, .reservationFee, .fee:
      words.commitmentID = texts.number(.commitmentID, row[.reservationID])
    default: break
    }
    words.set(kind.commitmentStatus)
  }

  // MARK: GPUs

  private func readGPU(_ row: BillRow, _ usage: AWSUsage, _ words: inout ChargeWords) {
    if words.instanceType == 0, usage.instanceType != nil {
      words.instanceType = typeOfUsage.value(words.sku) { [shared] in
        shared.texts.number(.instanceType, usage.instanceType ?? "")
      }
    }
    guard usage.isInstanceTime, words.instanceType != 0, isOfInstances(words.service) else {
      return
    }
    let type = words.instanceType
    let known = gpuOfType.value(type) { [shared] in
      shared.instances.row(.aws, shared.texts.text(.instanceType, type))
    }
    if let known {
      words.gpu = gpuNumberOfType.value(type) { [shared] in shared.number(known.gpu) }
      return
    }
    // A type that the table lacks: the bill's own count, of a model that it doesn't name.
    let count = billedCount(row)
    if count > 0 { words.gpu = shared.number(BilledGPU(model: nil, count: count)) }
  }

  /// The fees that EMR and others take per instance are no time of an instance.
  private func isOfInstances(_ service: UInt32) -> Bool {
    services.value(service) { [shared] in
      let code = shared.texts.text(.service, service)
      return code == "AmazonEC2" || code == "AmazonSageMaker"
    }
  }

  private func billedCount(_ row: BillRow) -> Int {
    if !row[.gpuCount].isEmpty {
      let number = counts.number(row[.gpuCount])
      return gpusOfCount.value(number) { [counts] in Self.count(counts.text(number)) }
    }
    if row[.details].isEmpty { return 0 }
    let number = products.number(row[.details])
    return gpusOfProduct.value(number) { [products] in
      let cell = LooseValue(cell: Field.undoubled(products.field(number).bytes))
      return Self.count(cell?["gpu"]?.scalar ?? "")
    }
  }

  /// `N/A` and what else is no number is none.
  private static func count(_ text: String) -> Int {
    guard let count = Int(text), (1...1_024).contains(count) else { return 0 }
    return count
  }
}

/// Types of line items.
///
/// - Source: AWS Data Exports, line_item_line_item_type.
enum AWSLineItem: Equatable {
  case usage, tax, credit, refund, discount
  case savingsPlanCovered, savingsPlanRecurringFee, savingsPlanNegation, savingsPlanUpfrontFee
  case discountedUsage, reservationFee, fee

  /// What AWS adds one day is use, unless its name says what else it is.
  init(_ text: String) {
    self =
      switch text {
      case "Usage": .usage
      case "Tax": .tax
      case "Credit": .credit
      case "Refund": .refund
      case "Fee": .fee
      case "DiscountedUsage": .discountedUsage
      case "RIFee": .reservationFee
      case "SavingsPlanCoveredUsage": .savingsPlanCovered
      case "SavingsPlanRecurringFee": .savingsPlanRecurringFee
      case "SavingsPlanNegation": .savingsPlanNegation
      case "SavingsPlanUpfrontFee": .savingsPlanUpfrontFee
      default:
        text.hasSuffix("Discount") ? .discount : text.hasSuffix("Credit") ? .credit : .usage
      }
  }

  var category: BillCharge.Category {
    switch self {
    case .usage, .savingsPlanCovered, .savingsPlanNegation, .discountedUsage: .usage
    case .tax: .tax
    case .credit, .discount: .credit
    case .refund: .adjustment
    case .savingsPlanRecurringFee, .savingsPlanUpfrontFee, .reservationFee, .fee: .purchase
    }
  }

  var commitmentStatus: BillCharge.CommitmentStatus? {
    switch self {
    case .savingsPlanCovered, .discountedUsage: .used
    case .savingsPlanRecurringFee, .reservationFee: .unused
    default: nil
    }
  }

  /// Whether the quantity is of what was used or bought; others repeat that of another row.
  var hasQuantity: Bool {
    switch self {
    case .usage, .savingsPlanCovered, .discountedUsage, .savingsPlanRecurringFee,
      .savingsPlanUpfrontFee, .reservationFee, .fee:
      true
    case .tax, .credit, .refund, .discount, .savingsPlanNegation: false
    }
  }

  func pricing(isSpot: Bool) -> BillCharge.Pricing? {
    switch self {
    case .usage: isSpot ? .dynamic : .standard
    case .savingsPlanCovered, .savingsPlanNegation, .discountedUsage, .savingsPlanRecurringFee,
      .savingsPlanUpfrontFee, .reservationFee:
      .committed
    case .tax, .credit, .refund, .discount, .fee: nil
    }
  }
}
