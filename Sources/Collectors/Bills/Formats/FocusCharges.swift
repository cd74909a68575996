import Records

/// Charges of rows in the form of FOCUS.
///
/// - Source: FOCUS 1.0 to 1.4. A null EffectiveCost is refused: what isn't known is not zero.
final class FocusCharges: ChargeFormat {
  private let shared: ChargeContext
  /// Of rows that name none.
  private let provider: String?
  private let details = ByteInterner()
  private let usageTypes = ByteInterner()
  private var clouds = ByNumber<Cloud?>()
  private var instanceTypes = ByNumber<String?>()
  private var usages = ByNumber<AWSUsage>()
  private var services = ByNumber<Bool>()
  private var skus = ByNumber<UInt32>()
  private var rows: [Cloud: ByNumber<UInt32>] = [:]

  init(_ shared: ChargeContext, provider: String?) {
    self.shared = shared
    self.provider = provider
  }

  func forgetTexts() {
    details.removeAll()
    usageTypes.removeAll()
    clouds.removeAll()
    instanceTypes.removeAll()
    usages.removeAll()
    services.removeAll()
    skus.removeAll()
    rows.removeAll()
  }

  func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault) {
    draft.billed = try cost(row, .billed, "BilledCost", &draft)
    draft.effective = try cost(row, .effective, "EffectiveCost", &draft)
    try readList(row, "ListCost", into: &draft)
    if row[.quantity].isEmpty {
      // Purchases and unused commitments have no consumed quantity.
      try readQuantity(row[.pricingQuantity], into: &draft)
      draft.words.unit = shared.texts.number(.unit, row[.pricingUnit])
    } else {
      try readQuantity(row[.quantity], into: &draft)
    }
    draft.words.set(try category(row[.category]))
    draft.words.set(ChargeWords.correction, row[.chargeClass].equals("Correction"))
    draft.words.set(pricing(row[.pricing]))
    draft.words.set(status(row[.commitmentStatus]))
    if draft.words.provider == 0, let provider {
      draft.words.provider = shared.texts.number(.provider, provider)
    }
    readGPU(row, into: &draft)
  }

  private func category(_ field: Field) throws(RowFault) -> BillCharge.Category {
    if field.equals("Usage") { return .usage }
    if field.equals("Purchase") { return .purchase }
    if field.equals("Tax") { return .tax }
    if field.equals("Credit") { return .credit }
    if field.equals("Adjustment") { return .adjustment }
    throw RowFault(
      rule: "unknown charge category", found: field.excerpt,
      expected: "Usage, Purchase, Tax, Credit or Adjustment")
  }

  private func pricing(_ field: Field) -> BillCharge.Pricing? {
    if field.equals("Standard") { return .standard }
    if field.isEmpty { return nil }
    if field.equals("Dynamic") { return .dynamic }
    return field.equals("Committed") ? .committed : .other
  }

  private func status(_ field: Field) -> BillCharge.CommitmentStatus? {
    if field.equals("Used") { return .used }
    return field.equals("Unused") ? .unused : nil
  }

  // MARK: GPUs

  private func readGPU(_ row: BillRow, into draft: inout ChargeDraft) {
    let texts = shared.texts
    let provider = draft.words.provider
    let cloud = clouds.value(provider) { Cloud(provider: texts.text(.provider, provider)) }
    switch cloud {
    case .aws: readAWS(row, into: &draft)
    case .azure: readAzure(row, into: &draft)
    case .gcp, .oci:
      let sku = draft.words.sku
      draft.words.gpu = skus.value(sku) { [shared] in
        shared.number(
          shared.instances.model(sku: texts.text(.sku, sku)).map { BilledGPU(model: $0, count: 1) })
      }
    case nil: break
    }
  }

  private func readAWS(_ row: BillRow, into draft: inout ChargeDraft) {
    let number = usageTypes.number(row[.usageType])
    let usage = usages.value(number) { [usageTypes] in AWSUsage(usageTypes.text(number)) }
    if draft.words.instanceType == 0 {
      draft.words.instanceType = shared.texts.number(
        .instanceType, detail(row, "InstanceType") ?? usage.instanceType ?? "")
    }
    // Without AWS' own column the unit has to tell hours of an instance from all else.
    let isTime = row[.usageType].isEmpty ? isHours(draft.words.unit) : usage.isInstanceTime
    guard draft.words.instanceType != 0, isTime, isOfInstances(row, draft.words.service) else {
      return
    }
    draft.words.gpu = gpu(.aws, draft.words.instanceType)
  }

  private func isOfInstances(_ row: BillRow, _ service: UInt32) -> Bool {
    if row[.serviceCode].equals("AmazonEC2") || row[.serviceCode].equals("AmazonSageMaker") {
      return true
    }
    guard row[.serviceCode].isEmpty else { return false }
    return services.value(service) { [shared] in
      let name = shared.texts.text(.service, service)
      return name.contains("Elastic Compute Cloud") || name.contains("SageMaker")
    }
  }

  private func readAzure(_ row: BillRow, into draft: inout ChargeDraft) {
    if draft.words.instanceType == 0, let type = detail(row, "ServiceType", "InstanceType") {
      draft.words.instanceType = shared.texts.number(.instanceType, type)
    }
    guard draft.words.instanceType != 0, isHours(draft.words.unit),
      row[.service].equals("Virtual Machines") || row[.serviceCode].equals("Virtual Machines")
    else { return }
    draft.words.gpu = gpu(.azure, draft.words.instanceType)
  }

  private func gpu(_ cloud: Cloud, _ type: UInt32) -> UInt32 {
    rows[cloud, default: ByNumber()].value(type) { [shared] in
      shared.number(shared.instances.row(cloud, shared.texts.text(.instanceType, type))?.gpu)
    }
  }

  private func isHours(_ unit: UInt32) -> Bool {
    let field = shared.texts.field(.unit, unit)
    return field.contains("Hour") || field.contains("Hrs")
  }

  /// A fact of the cell of facts.
  private func detail(_ row: BillRow, _ keys: String...) -> String? {
    if row[.details].isEmpty { return nil }
    let number = details.number(row[.details])
    return instanceTypes.value(number) { [details] in
      let cell = LooseValue(cell: Field.undoubled(details.field(number).bytes))
      return keys.lazy.compactMap { cell?[$0]?.scalar }.first
    }
  }
}
