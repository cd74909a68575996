import Quantities

/// What a bill doesn't say of itself, and how much of it is kept in memory.
package struct BillSettings: Sendable {
  /// Whose days the charges are grouped by.
  package var calendar: BillingCalendar
  /// Of files that have no column for it.
  package var currency: Currency?
  /// Which cost an export of Azure holds; nil to read it off the file, else off its name.
  package var azureCost: BillCost?
  package var instances: GPUInstanceTable
  /// Charges are handed out when there are so many.
  package var groupsMax = 200_000
  /// Or when the different texts of their keys take so much.
  ///
  /// - Unit: bytes.
  package var textBytesMax = 32 << 20
  /// How many charges the receiver gets at once.
  package var batchMax = 4_096
  /// How much text is scanned at once.
  ///
  /// - Unit: bytes.
  package var blockBytes = 256 << 10

  package init(calendar: BillingCalendar, instances: GPUInstanceTable = GPUInstanceTable()) {
    self.calendar = calendar
    self.instances = instances
  }
}
