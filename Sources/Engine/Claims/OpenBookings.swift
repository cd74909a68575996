import Quantities
import Records

/// A booking for any GPUs of a cluster, as an hour of the cluster sees it.
package struct OpenBooking: Sendable {
  /// The number of the workload that stands for it.
  package let workload: Int64
  /// How many GPUs, times how long of the hour.
  package let gpuMilliseconds: Int64
  /// Part of the name of the model that is booked; empty for any.
  package let model: String
  package let team: String
  /// Empty where it isn't told.
  package let user: String

  package init(
    workload: Int64, gpuMilliseconds: Int64, model: String, team: String, user: String
  ) {
    self.workload = workload
    self.gpuMilliseconds = gpuMilliseconds
    self.model = model
    self.team = team
    self.user = user
  }
}

/// Time of a GPU in an hour that bookings for any GPUs may have: held by somebody, or free.
package struct BookableTime: Sendable {
  package let model: String
  /// Who holds it; nil for nobody.
  package let holder: Holder?
  package let gpuMilliseconds: Int64

  package struct Holder: Hashable, Sendable {
    package let team: String
    package let user: String

    package init(team: String, user: String) {
      self.team = team
      self.user = user
    }
  }

  package init(model: String, holder: Holder?, gpuMilliseconds: Int64) {
    self.model = model
    self.holder = holder
    self.gpuMilliseconds = gpuMilliseconds
  }
}

/// A part of a time that a booking has.
package struct BookedPart: Hashable, Sendable {
  /// The number of the workload that stands for the booking.
  package let booking: Int64
  /// Which of the times, counted from zero.
  package let time: Int
  package let gpuMilliseconds: Int64
}

/// Lays bookings for any GPUs of a cluster on what an hour has of them.
///
/// A booking has what its team or user holds of the model; only what that leaves is taken of free
/// time, a bit of each free GPU. So whoever uses as many GPUs as are booked leaves none unused,
/// whichever those are. Nothing is had by two bookings, and what is neither held nor free can't be
/// had.
package struct OpenBookings {
  /// Times that a booking may have all of or none.
  private struct Kind: Hashable {
    let model: String
    let holder: BookableTime.Holder?
  }

  private let times: [Kind: [Int]]
  /// What nobody has yet of each time.
  private var left: [Int128]
  private var parts: [BookedPart] = []

  private init(_ times: [BookableTime]) {
    self.times = Dictionary(grouping: times.indices) {
      Kind(model: times[$0].model.lowercased(), holder: times[$0].holder)
    }
    left = times.map { Int128($0.gpuMilliseconds) }
  }

  /// - Parameter bookings: those that are first have first.
  package static func lay(_ bookings: [OpenBooking], on times: [BookableTime]) -> [BookedPart] {
    var hour = Self(times)
    let missing = bookings.map { booking in
      hour.give(booking, Int128(booking.gpuMilliseconds)) { $0.map(booking.isOf) ?? false }
    }
    for (booking, wanted) in zip(bookings, missing) {
      _ = hour.give(booking, wanted) { $0 == nil }
    }
    return hour.parts
  }

  /// Gives `booking` at most `wanted` of what is left of the times that it may have.
  ///
  /// - Returns: what it doesn't get.
  private mutating func give(
    _ booking: OpenBooking, _ wanted: Int128, _ isIts: (BookableTime.Holder?) -> Bool
  ) -> Int128 {
    let model = booking.model.lowercased()
    let its = times.keys.filter { (model.isEmpty || $0.model.contains(model)) && isIts($0.holder) }
      .flatMap { times[$0] ?? [] }.filter { left[$0] > 0 }.sorted()
    let whole = min(wanted, its.reduce(0) { $0 + left[$1] })
    guard whole > 0, let shares = Apportionment.split(whole, by: its.map { left[$0] }) else {
      return wanted
    }
    for (time, share) in zip(its, shares) where share > 0 {
      left[time] -= share
      parts.append(
        BookedPart(booking: booking.workload, time: time, gpuMilliseconds: Int64(share)))
    }
    return wanted - whole
  }
}

extension OpenBooking {
  /// Whether a holder works for who booked: in the team or one under it, or as its user.
  fileprivate func isOf(_ holder: BookableTime.Holder) -> Bool {
    (holder.team + "/").hasPrefix(team + "/") || !user.isEmpty && holder.user == user
  }
}
