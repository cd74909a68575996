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
      result.reservations[place].merge(reservation)
      return
    }
    refuse(
      BookingFault(
        rule: "booking told twice",
        found: "'\(reservation.id)' from \(key.start), also on line "
          + "\(line)", expected: "each id and start once; the last one counts"),
      line: lines[place], id: nil)
    result.reservations[place] = reservation
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
  /// Takes over what else was booked with it.
  fileprivate mutating func merge(_ other: Reservation) {
    let known = Set(hosts + uuids)
    hosts += other.hosts.filter { !known.contains($0) }
    uuids += other.uuids.filter { !known.contains($0) }
  }
}
