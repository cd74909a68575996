import Quantities
import Records

/// What the rows of a file have in common: their texts, their GPUs, the currency they lack.
final class ChargeContext {
  private(set) var texts = ChargeTexts()
  let instances: GPUInstanceTable
  /// Of files that have no column for it.
  var currency: Currency?
  /// Different GPUs of the file, the first one number 1; a file has few.
  private var gpus: [BilledGPU] = []
  private var gpuNumbers: [BilledGPU: UInt32] = [:]

  init(_ settings: BillSettings) {
    instances = settings.instances
    currency = settings.currency
  }

  /// Numbers of texts start anew, since none is in use.
  func forgetTexts() { texts = ChargeTexts() }

  func number(_ gpu: BilledGPU?) -> UInt32 {
    guard let gpu else { return 0 }
    if let number = gpuNumbers[gpu] { return number }
    gpus.append(gpu)
    gpuNumbers[gpu] = UInt32(gpus.count)
    return UInt32(gpus.count)
  }

  func gpu(_ number: UInt32) -> BilledGPU? { number == 0 ? nil : gpus[Int(number) - 1] }

  /// The three letters of a currency in one word.
  @inline(__always) func currency(_ field: Field) throws(RowFault) -> UInt32 {
    if field.count == 3 {
      let (one, two, three) = (field[0], field[1], field[2])
      if one >= 65, one <= 90, two >= 65, two <= 90, three >= 65, three <= 90 {
        return UInt32(one) &<< 16 | UInt32(two) &<< 8 | UInt32(three)
      }
    }
    if field.isEmpty, let currency {
      return currency.code.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
    throw RowFault(
      rule: field.isEmpty ? "missing currency" : "not a currency", found: field.excerpt,
      expected: "three capital letters as of ISO 4217")
  }
}

/// Words of currencies.
enum CurrencyWord {
  static func currency(_ word: UInt32) -> Currency {
    let letters = [word >> 16, word >> 8, word].map { UInt8(truncatingIfNeeded: $0) }
    guard let currency = Currency(String(decoding: letters, as: UTF8.self)) else {
      preconditionFailure("BUG: \(word) is no currency")
    }
    return currency
  }
}

/// Sums of all charges by their currency; a file has one, or few.
struct ChargeTotals {
  private var words: [UInt32] = []
  private var billed: [Int128] = []
  private var effective: [Int128] = []

  @inline(__always) mutating func add(_ draft: borrowing ChargeDraft) {
    var index = 0
    while index < words.count, words[index] != draft.words.currency { index &+= 1 }
    if index == words.count {
      words.append(draft.words.currency)
      billed.append(0)
      effective.append(0)
    }
    billed[index] += draft.billed
    effective[index] += draft.effective
  }

  /// In the order of their currencies.
  func all(as cost: BillCost) -> [BillSummary.Total] {
    words.indices.sorted { words[$0] < words[$1] }.map { index in
      BillSummary.Total(
        currency: CurrencyWord.currency(words[index]),
        billedPicos: cost == .effective ? 0 : billed[index],
        effectivePicos: cost == .effective ? billed[index] : effective[index])
    }
  }
}

/// Months of bills as numbers.
enum BillMonths {
  /// Months since the year 0 of `2026-11-01T00:00:00Z`, `11/01/2026` or `202611`.
  ///
  /// - Parameter instant: whose UTC month it is where the bill names none.
  static func number(_ field: Field, orOf instant: Int64) throws(RowFault) -> UInt32 {
    if field.isEmpty {
      let day = CivilDate(instant: UTCInstant(milliseconds: instant))
      return UInt32(day.year * 12 + day.month - 1)
    }
    if field.count == 6 {
      var value = 0
      for byte in field.bytes {
        guard byte >= 0x30, byte <= 0x39 else { throw fault(field) }
        value = value * 10 + Int(byte - 0x30)
      }
      guard (2000...2099).contains(value / 100), (1...12).contains(value % 100) else {
        throw fault(field)
      }
      return UInt32(value / 100 * 12 + value % 100 - 1)
    }
    // The month as it is written: an offset would move its first instant to another one.
    let isDate = field.count > 10 && field[4] == UInt8(ascii: "-")
    guard let day = TimeField.day(isDate ? field.prefix(upTo: 10) : field) else {
      throw fault(field)
    }
    return UInt32(day.year * 12 + day.month - 1)
  }

  static func month(_ number: UInt32) -> BillingMonth {
    guard let day = CivilDate(year: Int(number) / 12, month: Int(number) % 12 + 1, day: 1) else {
      preconditionFailure("BUG: \(number) is no month")
    }
    return BillingMonth(containing: day)
  }

  private static func fault(_ field: Field) -> RowFault {
    RowFault(
      rule: "not a billing period", found: field.excerpt,
      expected: "a day as 2026-11-01 or 11/01/2026, a time, or a month as 202611")
  }
}
