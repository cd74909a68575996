import Quantities
import Records

/// What came of a whole bill.
package struct BillSummary: Sendable {
  /// Sums of one currency.
  package struct Total: Hashable, Sendable {
    package var currency: Currency
    /// - Unit: 1e-12 of the currency's major unit.
    package var billedPicos: Int128
    /// - Unit: 1e-12 of the currency's major unit.
    package var effectivePicos: Int128
  }

  package var format: BillFormat
  /// Rows after the head, `accepted` and `rejected` together; empty lines are none.
  package var rows = 0
  package var accepted = 0
  package var rejected = 0
  /// - Unit: bytes of text, unpacked, the head included.
  package var textBytes = 0
  /// Charges that were handed out; of equal keys each.
  package var charges = 0
  /// In the order of their currencies.
  package var totals: [Total] = []
  /// Rows of which a cost had more than twelve decimals and was rounded, half to even.
  package var roundedRows = 0
  /// The same of quantities.
  package var roundedQuantityRows = 0
  /// Rows whose tags could not be read; they are accepted, without tags.
  package var unreadableTagRows = 0
  /// Equal ones are counted; the place is that of the first.
  package var rejections: [Rejection] = []
  /// Which of the two costs the file has.
  package var cost = BillCost.both
  /// Whether nothing but habit says so: neither the file, nor its name, nor the configuration.
  package var isCostAssumed = false

  package init(format: BillFormat) { self.format = format }
}
