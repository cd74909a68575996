import Foundation
import Quantities
import Records

/// Charges of rows of Azure's cost exports.
///
/// An actual export gives the billed cost, an amortised one the effective cost, and both have the
/// same columns. Which one it is say its rows: only an amortised export has unused reservations,
/// only an actual one their purchase. Else its name says it, else the configuration.
///
/// The quantity is in single units, whatever their price is for: in the exports at hand 3 of
/// `100 Hours` at 0.025 are 0.075, so that they are 3 hours.
final class AzureCharges: ChargeFormat {
  private let shared: ChargeContext
  private let file: String
  private let configured: BillCost?
  private let named: BillCost?
  /// What the rows say.
  private var shown: BillCost?
  private let infos = ByteInterner()
  private let units = ByteInterner()
  private var sizes = ByNumber<String?>()
  private var unitNumbers = ByNumber<UInt32>()
  private var gpus = ByNumber<UInt32>()
  private var provider: UInt32 = 0

  init(_ shared: ChargeContext, file: String, cost: BillCost?) {
    self.shared = shared
    self.file = file
    configured = cost == .both ? nil : cost
    named = Self.cost(named: file)
  }

  func forgetTexts() {
    infos.removeAll()
    units.removeAll()
    sizes.removeAll()
    unitNumbers.removeAll()
    gpus.removeAll()
    provider = 0
  }

  var cost: BillCost { shown ?? configured ?? named ?? .billed }

  var isCostAssumed: Bool { shown == nil && configured == nil && named == nil }

  private static func cost(named file: String) -> BillCost? {
    let name = file.lowercased()
    if name.contains("amortized") || name.contains("amortised") { return .effective }
    return name.contains("actual") ? .billed : nil
  }

  /// A day of UTC.
  func period(_ row: BillRow) throws(RowFault) -> (start: Int64, end: Int64) {
    guard let day = TimeField.day(row[.start]) else {
      throw RowFault(
        rule: "date is no day", found: row[.start].excerpt,
        expected: "a day of 2000 to 2099 as 2026-11-23 or 11/23/2026 (month first)")
    }
    let start = day.startInUTC.milliseconds
    return (start, start + UTCInstant.millisecondsPerDay)
  }

  func observe(_ row: BillRow, line: Int, isHandedOut: Bool) throws(BillError) {
    guard let found = evidence(row), found != shown else { return }
    // What the rows or the configuration said, and what already left, can't be taken back.
    let taken = shown ?? configured ?? (isHandedOut ? cost : found)
    guard taken == found else {
      throw .otherCost(file: file, line: line, taken: taken, found: row[.category].excerpt)
    }
    shown = found
  }

  private func evidence(_ row: BillRow) -> BillCost? {
    let type = row[.category]
    if type.isEmpty || type.equals("Usage") { return nil }
    if type.equals("UnusedReservation") || type.equals("UnusedSavingsPlan") { return .effective }
    let isCommitment = !row[.commitmentID].isEmpty && !row[.term].isEmpty
    return type.equals("Purchase") && isCommitment ? .billed : nil
  }

  func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault) {
    // Of both costs it is one; which, is known when the charges are handed out.
    draft.billed = try cost(row, .billed, "cost", &draft)
    try readList(row, "pay-as-you-go cost", into: &draft)
    try readQuantity(row[.quantity], into: &draft)
    if provider == 0 { provider = shared.texts.number(.provider, "Microsoft") }
    draft.words.provider = provider
    draft.words.unit = unit(row[.unit])
    readKind(row, &draft.words)
    readGPU(row, &draft.words)
  }

  /// - Source: Microsoft's list of usage details, ChargeType and PricingModel.
  private func readKind(_ row: BillRow, _ words: inout ChargeWords) {
    let type = row[.category]
    var isUnused = false
    if type.isEmpty || type.equals("Usage") {
      words.set(.usage)
    } else if type.equals("UnusedReservation") || type.equals("UnusedSavingsPlan") {
      words.set(.usage)
      isUnused = true
    } else if type.equals("Purchase") {
      words.set(.purchase)
    } else if type.equals("Tax") {
      words.set(.tax)
    } else if type.equals("Credit") {
      words.set(.credit)
    } else {
      // RoundingAdjustment, Refund and what is new.
      words.set(.adjustment)
      words.set(ChargeWords.correction, type.equals("Refund"))
    }
    let model = row[.pricing]
    let isCommitted =
      isUnused || model.equals("Reservation") || model.equals("SavingsPlan")
      || (model.isEmpty && !row[.commitmentID].isEmpty)
    if isCommitted {
      words.set(.committed)
      if words.category == 0 { words.set(isUnused ? .unused : .used) }
    } else if model.equals("Spot") {
      words.set(.dynamic)
    } else if model.equals("OnDemand") {
      words.set(.standard)
    } else if !model.isEmpty {
      words.set(.other)
    }
  }

  /// `100 Hours` is a price's unit; the quantity's is `Hours`.
  private func unit(_ field: Field) -> UInt32 {
    if field.isEmpty { return 0 }
    let number = units.number(field)
    return unitNumbers.value(number) { [units, shared] in
      let text = units.text(number)
      let parts = text.split(separator: " ", maxSplits: 1)
      let isCounted = parts.count == 2 && parts[0].utf8.allSatisfy { (48...57).contains($0) }
      return shared.texts.number(.unit, isCounted ? String(parts[1]) : text)
    }
  }

  private func readGPU(_ row: BillRow, _ words: inout ChargeWords) {
    if row[.details].isEmpty { return }
    let number = infos.number(row[.details])
    let size = sizes.value(number) { [infos] in
      LooseValue(cell: Field.undoubled(infos.field(number).bytes))?["ServiceType"]?.scalar
    }
    guard let size, !size.isEmpty else { return }
    let type = shared.texts.number(.instanceType, size)
    words.instanceType = type
    // Licences and disks of a machine name its size too.
    guard row[.service].equals("Virtual Machines"), isHours(words.unit) else { return }
    words.gpu = gpus.value(type) { [shared] in
      shared.number(shared.instances.row(.azure, size)?.gpu)
    }
  }

  /// Whether the unit is hours; an export without units has no others for machines.
  private func isHours(_ unit: UInt32) -> Bool {
    unit == 0 || shared.texts.field(.unit, unit).contains("Hour")
  }
}
