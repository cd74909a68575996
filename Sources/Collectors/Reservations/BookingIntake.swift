import Quantities
import Records

/// Why a row or an event is no booking.
struct BookingFault: Error, Equatable {
  let rule: String
  let found: String
  let expected: String
}

/// Gathers the bookings of one text.
struct BookingIntake {
  /// So many rejections are told with their lines, others are counted together.
  static let placesMax = 10_000

  /// What the text is called in messages.
  let file: String
  /// Whether bookings of one id and time are one booking of several resources.
  private let isMerging: Bool
  private var result: ReservationImport
  private var tally = RejectionTally()
  private var placeCount = 0
  private var places: [Key: Int] = [:]
  private var lines: [Int] = []
  /// By place: the hosts and GPUs of bookings that were merged.
  private var merged: [Int: Set<String>] = [:]

  private struct Key: Hashable {
    let id: String
    let start: UTCInstant
  }

  init(file: String, isMerging: Bool, now: UTCInstant) {
    self.file = file
    self.isMerging = isMerging
    result = ReservationImport(start: now)
  }

  /// How many bookings there are.
  var count: Int { result.reservations.count }

  /// Takes a booking.
  ///
  /// - Parameter isOfSeries: whether its start says nothing of how far back the text reaches.
  mutating func add(_ reservation: Reservation, line: Int, isOfSeries: Bool = false) {
    if !isOfSeries { result.start = min(result.start, reservation.range.start) }
    let key = Key(id: reservation.id, start: reservation.range.start)
    guard let place = places[key] else {
      places[key] = result.reservations.count
      result.reservations.append(reservation)
      lines.append(line)
      return
    }
    if isMerging, result.reservations[place].range == reservation.range {
      var known = merged[place] ?? Set(result.reservations[place].resources)
      merged[place] = nil
      result.reservations[place].merge(reservation, &known)
      merged[place] = known
      return
    }
    refuse(
      BookingFault(
        rule: "booking told twice",
        found: "'\(reservation.id)' from \(key.start), also on line "
          + "\(line)", expected: "each id and start once; the last one counts"),
      line: lines[place], id: nil)
    result.reservations[place] = reservation
    merged[place] = nil
    lines[place] = line
  }

  /// Notes one that is cancelled.
  mutating func leaveOutCancelled(start: UTCInstant?) {
    result.cancelledCount += 1
    if let start { result.start = min(result.start, start) }
  }

  mutating func leaveOutOtherCluster() { result.otherClusterCount += 1 }

  mutating func noteEndlessSeries() { result.hasEndlessSeries = true }

  /// - Parameter id: of what is refused, where it is known.
  mutating func refuse(_ fault: BookingFault, line: Int, id: String?) {
    if let id, !id.isEmpty { result.refusedIDs.insert(id) }
    placeCount += 1
    let place = placeCount <= Self.placesMax ? "\(file):\(line)" : file
    tally.add(
      Rejection(place: place, rule: fault.rule, found: fault.found, expected: fault.expected))
  }

  func finish() -> ReservationImport {
    var result = result
    result.rejections = tally.all
    return result
  }
}

extension Reservation {
  fileprivate var resources: [String] { hosts + uuids }

  /// Takes over what else was booked with it.
  ///
  /// - Parameter known: all that is booked so far.
  fileprivate mutating func merge(_ other: Reservation, _ known: inout Set<String>) {
    hosts += other.hosts.filter { known.insert($0).inserted }
    uuids += other.uuids.filter { known.insert($0).inserted }
  }
}
