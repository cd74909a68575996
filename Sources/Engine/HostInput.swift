import Quantities
import Records

/// What the ledger of a host is made from.
package struct HostInput: Sendable {
  /// GPUs that the inventory says are there.
  package struct Slots: Hashable, Sendable {
    package let range: TimeRange
    package let count: Int

    package init(range: TimeRange, count: Int) {
      self.range = range
      self.count = count
    }
  }

  package let host: String
  /// The hours to make the ledger of: whole UTC hours.
  package let window: TimeRange
  /// In the order of time: all days with samples in the window, and for each GPU the days of its
  /// last sample before the window and of its first after it.
  package let days: [ScrapedDay]
  package let slots: [Slots]
  /// When the host was out of service.
  package let outages: [TimeRange]
  /// - Unit: millionths of full activity; what lies strictly below is idle.
  package let idleBelowPartsPerMillion: Int64
  /// Who has GPUs of the host without a sample saying so, from the day before the window to the day
  /// after it.
  package let claims: [Claim]
  /// When a scheduler accounts for the host, so that what it gave to nobody is free.
  package let scheduled: [TimeRange]
  /// The UUIDs of the host's GPUs by the numbers that they have on it, as far as they are known.
  package let gpuNumbers: [Int: String]

  package init(
    host: String, window: TimeRange, days: [ScrapedDay], slots: [Slots], outages: [TimeRange],
    idleBelowPartsPerMillion: Int64, claims: [Claim] = [], scheduled: [TimeRange] = [],
    gpuNumbers: [Int: String] = [:]
  ) {
    self.claims = claims
    self.scheduled = scheduled
    self.gpuNumbers = gpuNumbers
    self.host = host
    self.window = window
    self.days = days
    self.slots = slots
    self.outages = outages
    self.idleBelowPartsPerMillion = idleBelowPartsPerMillion
  }
}
