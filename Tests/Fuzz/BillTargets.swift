import Synchronization

@testable import Collectors
@testable import Quantities
@testable import Records

extension FuzzTarget {
  /// Readers of bills: a row is read or refused, whatever it is.
  static let bills = BillFormat.allCases.map { format in
    FuzzTarget(name: "bill-" + format.rawValue) { readBill($0, format) }
  }

  private static let days = try? BillingCalendar(zone: "Asia/Seoul")

  /// What came of a bill.
  private struct Read: Equatable {
    var charges: [BillCharge.Key: Int128] = [:]
    var refused = 0
    var accepted = 0
  }

  private static func readBill(_ bytes: [UInt8], _ format: BillFormat) {
    let place = cut(bytes)
    let whole = read([bytes[...]], format)
    let pieces = read([bytes[..<place], bytes[place...]], format)
    promise(whole == pieces, "a bill cut at byte \(place) is the whole bill")
  }

  /// nil for what is no bill of the format.
  private static func read(_ pieces: [ArraySlice<UInt8>], _ format: BillFormat) -> Read? {
    guard let days else {
      promise(false, "the zone is known")
      return nil
    }
    var settings = BillSettings(calendar: days)
    settings.currency = Currency("USD")
    let taken = Mutex(Read())
    let reader = BillReader(file: "bill", format: format, settings: settings) { charges in
      taken.withLock { taken in
        for charge in charges {
          taken.charges[charge.key, default: 0] += charge.amounts.billedPicos
          taken.accepted += charge.amounts.rows
        }
      }
    }
    do throws(BillError) {
      for piece in pieces { try reader.take(Array(piece)) }
      let summary = try reader.finish()
      var result = taken.withLock { $0 }
      result.refused = summary.rejected
      promise(summary.rows == summary.accepted + summary.rejected, "each row is read or refused")
      promise(result.accepted == summary.accepted, "each accepted row is in a charge")
      let billed = summary.totals.reduce(Int128(0)) { $0 + $1.billedPicos }
      promise(
        result.charges.values.reduce(0, +) == billed, "the charges sum to what the rows do")
      return result
    } catch {
      _ = error.description
      return nil
    }
  }
}
