import Quantities
import Records

/// Makes charges of rows, sums them by their keys and hands them out.
final class ChargeIntake {
  private let settings: BillSettings
  private let format: any ChargeFormat
  private let receive: @Sendable ([BillCharge]) throws -> Void
  private let file: String
  private let shared: ChargeContext
  private let table = ChargeTable()
  private var days: ChargeDays
  private var totals = ChargeTotals()
  private var rejections: BillRejections
  private var summary: BillSummary
  private var tagNumbers = ByNumber<UInt32?>()
  private let rawTags = ByteInterner()

  init(
    file: String, format: BillFormat, settings: BillSettings,
    receive: @escaping @Sendable ([BillCharge]) throws -> Void
  ) {
    self.file = file
    self.settings = settings
    self.receive = receive
    shared = ChargeContext(settings)
    self.format = format.reader(shared, file: file, settings: settings)
    days = ChargeDays(settings.calendar)
    rejections = BillRejections(file: file)
    summary = BillSummary(format: format)
  }

  /// Learns that the file has a column for the currency, so that a row without one is wrong.
  func readCurrencyFromRows() { shared.currency = nil }

  /// Counts a row that isn't one.
  func reject(_ fault: RowFault, line: Int) {
    summary.rows += 1
    summary.rejected += 1
    rejections.add(fault, line: line)
  }

  /// Adds a row, or counts it as refused.
  func add(_ row: BillRow, line: Int) throws(BillError) {
    if table.count >= settings.groupsMax
      || shared.texts.byteCount + rawTags.byteCount >= settings.textBytesMax
    {
      try handOut()
    }
    var draft = ChargeDraft()
    do throws(RowFault) {
      try read(row, into: &draft)
    } catch {
      reject(error, line: line)
      return
    }
    try format.observe(row, line: line, isHandedOut: summary.charges > 0)
    summary.rows += 1
    summary.accepted += 1
    if draft.isRounded { summary.roundedRows += 1 }
    if draft.isQuantityRounded { summary.roundedQuantityRows += 1 }
    try commit(&draft)
  }

  /// Hands out what is left.
  func finish() throws(BillError) -> BillSummary {
    try handOut()
    summary.cost = format.cost
    summary.isCostAssumed = format.isCostAssumed
    summary.totals = totals.all(as: format.cost)
    summary.rejections = rejections.all
    return summary
  }

  // MARK: Rows

  private func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault) {
    draft.words.currency = try shared.currency(row[.currency])
    let (start, end) = try format.period(row)
    draft.words.start = start
    draft.words.end = end
    draft.words.billingMonth = try BillMonths.number(row[.billingStart], orOf: start)
    readTexts(row, &draft.words)
    try format.read(row, into: &draft)
    // GPUs are priced by the hour: their rows keep their own.
    if draft.words.gpu == 0, let day = days.day(from: start, to: end) {
      draft.words.start = day.start
      draft.words.end = day.end
    }
    // Last, since a row that is refused has no tags to count.
    draft.words.tags = tags(row[.tags])
  }

  private func readTexts(_ row: BillRow, _ words: inout ChargeWords) {
    let texts = shared.texts
    words.provider = texts.number(.provider, row[.provider])
    words.invoiceID = texts.number(.invoiceID, row[.invoiceID])
    words.billingAccount = texts.number(.billingAccount, row[.billingAccount])
    words.account = texts.number(.account, row[.account])
    words.accountName = texts.number(.accountName, row[.accountName])
    words.service = texts.number(.service, row[.service])
    words.region = texts.number(.region, row[.region])
    words.resourceID = texts.number(.resourceID, row[.resourceID])
    words.sku = texts.number(.sku, row[.sku])
    words.instanceType = texts.number(.instanceType, row[.instanceType])
    words.commitmentID = texts.number(.commitmentID, row[.commitmentID])
    words.unit = texts.number(.unit, row[.unit])
  }

  private func tags(_ field: Field) -> UInt32 {
    if field.isEmpty { return 0 }
    let raw = rawTags.number(field)
    let number = tagNumbers.value(raw) { [rawTags, texts = shared.texts] in
      TagText.canonical(cell: Field.undoubled(rawTags.field(raw).bytes))
        .map { texts.number(.tags, $0) }
    }
    if number == nil { summary.unreadableTagRows += 1 }
    return number ?? 0
  }

  private func commit(_ draft: inout ChargeDraft) throws(BillError) {
    var isSmall = table.add(draft, rows: 1)
    totals.add(draft)
    if !draft.credits.isEmpty {
      for credit in draft.credits {
        var part = ChargeDraft()
        part.words = draft.words
        part.words.set(BillCharge.Category.credit)
        part.words.set(ChargeWords.hasQuantity | ChargeWords.hasList, false)
        if credit.commitmentID != 0 { part.words.commitmentID = credit.commitmentID }
        part.billed = credit.picos
        part.effective = credit.picos
        isSmall = table.add(part, rows: 0) && isSmall
        totals.add(part)
      }
    }
    if !isSmall { try handOut() }
  }

  // MARK: Charges

  private func handOut() throws(BillError) {
    var batch: [BillCharge] = []
    batch.reserveCapacity(min(settings.batchMax, table.count))
    let keys = ChargeKeys(shared, cost: format.cost)
    for group in 0..<table.count {
      batch.append(keys.charge(table.keys[group], table.sums[group]))
      if batch.count == settings.batchMax { try send(&batch) }
    }
    if !batch.isEmpty { try send(&batch) }
    table.removeAll()
    if shared.texts.byteCount + rawTags.byteCount >= settings.textBytesMax / 2 {
      shared.forgetTexts()
      rawTags.removeAll()
      tagNumbers.removeAll()
      format.forgetTexts()
    }
  }

  private func send(_ batch: inout [BillCharge]) throws(BillError) {
    summary.charges += batch.count
    do {
      try receive(batch)
    } catch {
      throw .receiver(file: file, reason: "\(error)")
    }
    batch.removeAll(keepingCapacity: true)
  }
}
