import Quantities
import Records

/// How the rows of one format become charges.
protocol ChargeFormat: AnyObject {
  /// Reads the amounts of a row, and what its key has beside its plain texts.
  func read(_ row: BillRow, into draft: inout ChargeDraft) throws(RowFault)
  /// When the charge of a row was incurred, in milliseconds since 1970 UTC.
  func period(_ row: BillRow) throws(RowFault) -> (start: Int64, end: Int64)
  /// Learns from a row what file this is.
  ///
  /// - Parameter isHandedOut: whether charges already left.
  func observe(_ row: BillRow, line: Int, isHandedOut: Bool) throws(BillError)
  /// Numbers of texts start anew.
  func forgetTexts()
  /// Which costs the file has, as far as is known.
  var cost: BillCost { get }
  var isCostAssumed: Bool { get }
}

extension ChargeFormat {
  func observe(_ row: BillRow, line: Int, isHandedOut: Bool) throws(BillError) {}

  var cost: BillCost { .both }

  var isCostAssumed: Bool { false }

  func period(_ row: BillRow) throws(RowFault) -> (start: Int64, end: Int64) {
    let start = try time(row[.start], "start")
    let end = try time(row[.end], "end")
    guard start <= end else {
      throw RowFault(
        rule: "ends before it starts", found: "\(row[.start].excerpt) to \(row[.end].excerpt)",
        expected: "an end that is not before the start")
    }
    return (start, end)
  }

  @inline(__always) private func time(_ field: Field, _ name: String) throws(RowFault) -> Int64 {
    guard let time = TimeField.milliseconds(field) else {
      throw RowFault(
        rule: "\(name) of the charge is no time", found: field.excerpt,
        expected: "a time of 2000 to 2099 such as 2026-11-23T04:00:00Z")
    }
    return time
  }

  // MARK: Amounts

  /// A cost that the row must have.
  @inline(__always) func cost(
    _ row: BillRow, _ column: BillColumn, _ name: StaticString, _ draft: inout ChargeDraft
  ) throws(RowFault) -> Int128 {
    let field = row[column]
    guard let amount = DecimalField(field) else {
      throw RowFault(
        rule: field.isEmpty ? "missing \(name)" : "\(name) is no amount", found: field.excerpt,
        expected: "a decimal number with at most \(DecimalField.wholeDigitsMax) digits before the "
          + "point")
    }
    if amount.isRounded { draft.isRounded = true }
    return amount.units
  }

  /// A cost that is 0 where the row has none.
  @inline(__always) func optionalCost(
    _ row: BillRow, _ column: BillColumn, _ name: StaticString, _ draft: inout ChargeDraft
  ) throws(RowFault) -> Int128 {
    row[column].isEmpty ? 0 : try cost(row, column, name, &draft)
  }

  /// What the row would have cost by the price list, if it says so.
  @inline(__always) func readList(
    _ row: BillRow, _ name: StaticString, into draft: inout ChargeDraft
  ) throws(RowFault) {
    if row[.list].isEmpty { return }
    draft.list = try cost(row, .list, name, &draft)
    draft.words.flags |= ChargeWords.hasList
  }

  /// The quantity, if the row has one.
  @inline(__always) func readQuantity(
    _ field: Field, into draft: inout ChargeDraft
  ) throws(RowFault) {
    if field.isEmpty { return }
    guard let quantity = DecimalField(field, wholeDigitsMax: DecimalField.quantityDigitsMax) else {
      throw RowFault(
        rule: "quantity is no number", found: field.excerpt,
        expected: "a decimal number with at most \(DecimalField.quantityDigitsMax) digits before "
          + "the point")
    }
    draft.quantity = quantity.units
    draft.isQuantityRounded = quantity.isRounded
    draft.words.flags |= ChargeWords.hasQuantity
  }
}

extension BillFormat {
  /// What reads the rows of this format.
  func reader(
    _ shared: ChargeContext, file: String, settings: BillSettings
  ) -> any ChargeFormat {
    switch self {
    case .focus: FocusCharges(shared, provider: nil)
    case .oci: FocusCharges(shared, provider: "Oracle")
    case .cur2, .cur: AWSCharges(shared)
    case .gcp: GCPCharges(shared)
    case .azure: AzureCharges(shared, file: file, cost: settings.azureCost)
    }
  }
}
