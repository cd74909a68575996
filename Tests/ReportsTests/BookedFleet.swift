import GRDB
import Quantities
import Records
import Reports
import Testing

@testable import Store

/// Weeks of a host with two H100 that people book, written down hour by hour in Seoul's time.
///
/// A GPU costs 3,250.000001 KRW an hour, and a micro more where that makes what is shared out come
/// out uneven.
enum BookedFleet {
  static let microsPerHour: Int128 = 3_250_000_001
  static let teams = ["mina": "AI/perception", "joon": "robots"]
  static let gpus: [String: Int64] = ["GPU-a": 21, "GPU-b": 22]
  static let jobs: [String: Int64] = ["": 0, "train-7": 51, "sweep": 52]

  struct Booking {
    let number: Int64
    let id: String
    let user: String
    let start: String
    let end: String
    let booked: String?
    var hosts = "gpu001"
    var source = "bookings"
  }

  static let bookings = [
    // Ends in the month's first hours.
    Booking(number: 61, id: "R1", user: "mina", start: "10-31 20", end: "11-01 02", booked: nil),
    Booking(
      number: 62, id: "R2", user: "mina", start: "11-02 09", end: "11-02 18", booked: "10-26 09"),
    // Shares an idle night of one job with R2, and is not theirs who book week after week.
    Booking(
      number: 63, id: "R3", user: "joon", start: "11-02 20", end: "11-02 22", booked: "11-02 19",
      source: "slurm"),
    Booking(
      number: 64, id: "R4", user: "mina", start: "11-09 09", end: "11-09 13", booked: "11-02 09"),
    Booking(
      number: 65, id: "R4", user: "mina", start: "11-16 09", end: "11-16 13", booked: "11-02 09"),
    Booking(
      number: 66, id: "R5", user: "mina", start: "11-23 09", end: "11-23 13", booked: "11-16 09"),
    // Goes on when the store was filled last, and past the month.
    Booking(
      number: 67, id: "R6", user: "joon", start: "11-30 12", end: "12-04 12", booked: "11-29 23",
      hosts: ""),
    // Nothing is known of its GPUs.
    Booking(
      number: 68, id: "R7", user: "joon", start: "11-05 12", end: "11-05 13", booked: "11-04 09",
      hosts: "elsewhere"),
  ]

  struct Span {
    let day: String
    let hours: Range<Int64>
    let gpu: String
    let state: State
    let job: String
    let booking: Int64
  }

  private static func span(
    _ day: String, _ hours: Range<Int64>, _ gpu: String, _ state: State, _ job: String = "",
    _ booking: Int64 = 0
  ) -> Span {
    Span(day: day, hours: hours, gpu: gpu, state: state, job: job, booking: booking)
  }

  static let spans: [Span] = [
    span("10-31", 20..<24, "GPU-a", .reservedUnused, "", 61),
    span("11-01", 0..<2, "GPU-a", .reservedUnused, "", 61),
    // The job of R2 was idle before it too: one posting, of which a part was reserved.
    span("11-02", 7..<9, "GPU-a", .idle, "train-7"),
    span("11-02", 9..<11, "GPU-a", .busy, "train-7", 62),
    span("11-02", 11..<13, "GPU-a", .idle, "train-7", 62),
    span("11-02", 13..<18, "GPU-a", .reservedUnused, "", 62),
    span("11-02", 20..<22, "GPU-a", .idle, "train-7", 63),
    span("11-02", 9..<10, "GPU-b", .allocatedUnknown, "sweep", 62),
    span("11-02", 10..<11, "GPU-b", .outOfService, "", 62),
    span("11-02", 11..<12, "GPU-b", .unattributed, "", 62),
    span("11-02", 12..<13, "GPU-b", .unknown, "", 62),
    span("11-02", 13..<18, "GPU-b", .reservedUnused, "", 62),
    // Three weeks in a row of next to nothing; the second not seen well enough to be called idle.
    span("11-09", 9..<13, "GPU-a", .reservedUnused, "", 64),
    span("11-16", 9..<10, "GPU-a", .allocatedUnknown, "train-7", 65),
    span("11-16", 10..<13, "GPU-a", .reservedUnused, "", 65),
    span("11-23", 9..<13, "GPU-a", .idle, "train-7", 66),
    span("11-30", 12..<15, "GPU-a", .reservedUnused, "", 67),
    span("11-30", 15..<16, "GPU-a", .busy, "sweep", 67),
  ]

  static func instant(_ text: String) throws -> Int64 {
    let words = text.split(separator: " ")
    let day = try #require(CivilDate("2026-" + words[0]))
    let hour = try #require(Int64(words[1]))
    return try Fleet.calendar().start(of: day).milliseconds + hour * 3_600_000
  }

  /// The store with all of it.
  static func store() throws -> FakeStore {
    let store = try FakeStore(calendar: Fleet.calendar())
    try store.write("INSERT INTO host VALUES (1, 'pangyo', 'train', 'gpu001')")
    try store.write(
      "INSERT INTO gpu VALUES (?, ?, 'NVIDIA H100 80GB HBM3')",
      rows: gpus.map { [$0.value, $0.key] })
    try store.write(
      "INSERT INTO pool VALUES (1, 'pangyo', 'on-prem', 'train', 'gpu', 'NVIDIA H100 80GB HBM3')")
    for booking in bookings { try write(booking, to: store) }
    for span in spans { try write(span, to: store) }
    try store.write(
      "UPDATE posting SET cost_micros = cost_micros + 1 WHERE state = 2 AND day = '2026-11-02'")
    return store
  }

  private static func write(_ booking: Booking, to store: FakeStore) throws {
    let start = try instant(booking.start)
    try store.write(
      """
      INSERT INTO workload(id, site, cluster, kind, namespace, name, uid, user)
      VALUES (?, 'pangyo', 'train', 'reservation', '', ?, ?, ?)
      """,
      [booking.number, booking.id, "\(booking.source):\(start)", booking.user])
    try store.write(
      "INSERT INTO reservation VALUES (?, ?, ?, ?, ?, ?, '', NULL, '', '', '', ?, ?)",
      [
        booking.source, booking.id, start, instant(booking.end), booking.number, booking.hosts,
        booking.user, booking.booked.map { try instant($0) + 300_000 },
      ])
    try store.write(
      "INSERT INTO requester VALUES (?, ?)", [booking.number, teams[booking.user]])
  }

  private static func write(_ span: Span, to store: FakeStore) throws {
    let holder = jobs[span.job] ?? 0
    let workload = span.state == .reservedUnused ? span.booking : holder
    let gpu = gpus[span.gpu]
    for hour in span.hours {
      let time = try instant("\(span.day) \(hour)")
      try store.write(
        "INSERT INTO state_hour VALUES (?, 1, ?, ?, ?, 3600000, ?, ?, 0, 0, NULL, 0)",
        [time, gpu, span.state.rawValue, workload, time, time + 3_600_000])
      guard span.booking > 0 else { continue }
      try store.write(
        "INSERT INTO reserved_hour VALUES (?, 1, ?, ?, ?, ?, 3600000)",
        [time, gpu, span.booking, span.state.rawValue, workload])
    }
    let hours = Int64(span.hours.count)
    let start = try instant("\(span.day) \(span.hours.lowerBound)")
    let user = bookings.first { $0.number == span.booking }?.user ?? "mina"
    try store.write(
      """
      INSERT INTO posting VALUES (?, ?, 1, 'usage', ?, NULL, ?, 1, ?, ?, 'platform', ?, ?, ?, 0, 0,
        NULL, ?, 'KRW', NULL, NULL)
      ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + excluded.gpu_ms, last_ms = excluded.last_ms,
        cost_micros = cost_micros + excluded.cost_micros
      """,
      [
        "2026-" + span.day.prefix(2), "2026-" + span.day,
        span.state == .idle ? "AI/perception" : teams[user], span.state.rawValue, gpu, workload,
        hours * 3_600_000, start, start + hours * 3_600_000,
        Int64(microsPerHour * Int128(hours)),
      ])
  }
}
