import Records

/// Charges of rows of Google's billing export, standard or detailed.
///
/// Billed and effective are the row's cost. Its credits become charges of their own, of category
/// credit, so that what a key nets to is the sum of both.
final class GCPCharges: ChargeFormat {
  /// A row has no more credits than this.
  private static let creditsMax = 1_000

  /// What the description of a SKU says.
  private struct SKU {
    var isCommitment: Bool
    var isSpot: Bool
    var gpu: UInt32
  }

  private let shared: ChargeContext
  private let labels = ByteInterner()
  private var skus = ByNumber<SKU>()
  private var machineTypes = ByNumber<String?>()
  private var provider: UInt32 = 0

  init(_ shared: ChargeContext) { self.shared = shared }

  func forgetTexts() {
    labels.removeAll()
    skus.removeAll()
    machineTypes.removeAll()
    provider = 0
  }

  func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault) {
    draft.billed = try cost(row, .billed, "cost", &draft)
    draft.effective = draft.billed
    try readList(row, "cost at list", into: &draft)
    try readQuantity(row[.quantity], into: &draft)
    if provider == 0 { provider = shared.texts.number(.provider, "Google Cloud") }
    draft.words.provider = provider
    let number = draft.words.sku
    let sku = skus.value(number) { facts(of: shared.texts.text(.sku, number)) }
    draft.words.set(category(row[.category], sku))
    if draft.words.category == 0 || sku.isCommitment {
      draft.words.set(sku.isCommitment ? .committed : sku.isSpot ? .dynamic : .standard)
    }
    draft.words.gpu = sku.gpu
    if !row[.details].isEmpty { readMachineType(row[.details], &draft.words) }
    if !row[.credits].isEmpty { try readCredits(row[.credits], &draft) }
  }

  /// - Source: Google's SKUs: `Nvidia Tesla A100 GPU running in Americas`, `... attached to Spot
  ///   Preemptible VMs running in Tokyo`, `Commitment v1: Nvidia L4 GPU in Iowa for 1 Year`.
  private func facts(of text: String) -> SKU {
    SKU(
      isCommitment: text.hasPrefix("Commitment"), isSpot: text.contains("Preemptible"),
      // Each unit of quantity is one GPU's; the machine's cores and memory are other rows.
      gpu: shared.number(
        shared.instances.model(sku: text).map { BilledGPU(model: $0, count: 1) }))
  }

  private func category(_ field: Field, _ sku: SKU) -> BillCharge.Category {
    if field.isEmpty || field.equals("regular") { return sku.isCommitment ? .purchase : .usage }
    // The others are adjustment and rounding_error.
    return field.equals("tax") ? .tax : .adjustment
  }

  private func readMachineType(_ field: Field, _ words: inout ChargeWords) {
    let number = labels.number(field)
    let type = machineTypes.value(number) { [labels] in
      Self.machineType(Field.undoubled(labels.field(number).bytes))
    }
    if let type { words.instanceType = shared.texts.number(.instanceType, type) }
  }

  private static func machineType(_ cell: [UInt8]) -> String? {
    let name = "compute.googleapis.com/machine_spec"
    switch LooseValue(cell: cell) {
    case .list(let labels):
      return labels.first { $0["key"]?.scalar == name }?["value"]?.scalar
    case let object?: return object[name]?.scalar
    case nil: return nil
    }
  }

  // MARK: Credits

  private func readCredits(_ field: Field, _ draft: inout ChargeDraft) throws(RowFault) {
    if field.equals("[]") { return }
    let fault = RowFault(
      rule: "credits can't be read", found: field.excerpt,
      expected: "a list of objects with an amount each")
    guard let cell = LooseValue(cell: Field.undoubled(field.bytes)) else { throw fault }
    let credits: [LooseValue]
    switch cell {
    case .list(let elements): credits = elements
    case .object(let members) where members.isEmpty: credits = []
    case .object: credits = [cell]
    case .word("null"), .word("None"): credits = []
    case .text, .word: throw fault
    }
    guard credits.count <= Self.creditsMax else { throw fault }
    for credit in credits {
      guard let text = credit["amount"]?.scalar, let amount = Self.amount(text) else {
        throw fault
      }
      if amount.isRounded { draft.isRounded = true }
      draft.credits.append(
        ChargeDraft.Credit(picos: amount.units, commitmentID: commitment(of: credit)))
    }
  }

  private func commitment(of credit: LooseValue) -> UInt32 {
    guard let type = credit["type"]?.scalar, type.hasPrefix("COMMITTED_USAGE"),
      let id = credit["id"]?.scalar ?? credit["full_name"]?.scalar ?? credit["name"]?.scalar
    else { return 0 }
    return shared.texts.number(.commitmentID, id)
  }

  private static func amount(_ text: String) -> DecimalField? {
    var text = text
    return text.withUTF8 { bytes in
      bytes.baseAddress.flatMap { DecimalField(Field(start: $0, count: bytes.count)) }
    }
  }
}
