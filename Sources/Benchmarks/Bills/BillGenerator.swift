import Quantities
import Simulator

/// The month of a generated bill, and its hours as AWS writes them.
struct BillMonth {
  let start = "2026-10-01T00:00:00.000Z"
  let end = "2026-11-01T00:00:00.000Z"
  static let hours = 744
  /// The starts of all hours and the end of the last.
  let instants: [[UInt8]] = {
    let first = CivilDate(year: 2026, month: 10, day: 1)?.startInUTC.milliseconds ?? 0
    return (0...hours).map { hour in
      let instant = UTCInstant(
        milliseconds: first + Int64(hour) * UTCInstant.millisecondsPerHour)
      return Array((String(instant.description.dropLast()) + ".000Z").utf8)
    }
  }()
}

/// Makes a month of CUR 2.0: the same seed makes the same rows.
struct BillGenerator {
  /// What the rows sum to, added while they were made.
  struct Totals: Equatable {
    var rows = 0
    /// - Unit: 1e-10 of a dollar.
    var billed: Int128 = 0
    /// - Unit: 1e-10 of a dollar.
    var effective: Int128 = 0
    /// - Unit: bytes of text, the head included.
    var bytes = 0
  }

  private let month = BillMonth()
  private let fleet: BillFleet
  private var chance: SplitMix64
  private(set) var totals = Totals()

  init(seed: UInt64, machines: Int = 12_000) {
    fleet = BillFleet(month: month, seed: seed, machines: machines)
    chance = SplitMix64(seed: seed &+ 1)
  }

  /// Writes the head.
  mutating func head(into bytes: inout [UInt8]) {
    bytes += Array((BillColumnNames.all.joined(separator: ",") + "\n").utf8)
    totals.bytes += bytes.count
  }

  /// Writes the next of `count` rows; their hours go from the month's first to its last.
  mutating func row(_ number: Int, of count: Int, into bytes: inout [UInt8]) {
    let line = fleet.lines[chance.pick(0...(fleet.lines.count - 1))]
    let hour = number * BillMonth.hours / max(1, count)
    // A part of an hour, or of a month's gigabytes, or some requests.
    let random = Int64(chance.next() >> 40)
    let quantity =
      line.isOfHours
      ? (random & 7 == 0 ? 10_000_000_000 * (random % 3_600) / 3_600 : 10_000_000_000)
      : random * 10_007
    let cost = BillRowCost(line, quantity: quantity)
    let start = bytes.count
    for segment in line.segments {
      bytes += segment.text
      if let part = segment.part { append(part, line, cost, quantity, hour, &bytes) }
    }
    totals.rows += 1
    totals.billed += Int128(cost.billed)
    totals.effective += Int128(cost.effective)
    totals.bytes += bytes.count - start
  }

  private mutating func append(
    _ part: BillLine.Part, _ line: BillLine, _ cost: BillRowCost, _ quantity: Int64, _ hour: Int,
    _ bytes: inout [UInt8]
  ) {
    switch part {
    case .identity: appendIdentity(&bytes)
    case .interval:
      bytes += month.instants[hour]
      bytes.append(UInt8(ascii: "/"))
      bytes += month.instants[hour + 1]
    case .start: bytes += month.instants[hour]
    case .end: bytes += month.instants[hour + 1]
    case .cost: Self.append(cost.billed, &bytes)
    case .usage: Self.append(quantity, &bytes)
    case .listCost: Self.append(cost.list, &bytes)
    case .reservationCost, .planCost: Self.append(cost.effective, &bytes)
    case .planTotal: Self.append(cost.total, &bytes)
    case .planUsed: Self.append(cost.used, &bytes)
    }
  }

  private mutating func appendIdentity(_ bytes: inout [UInt8]) {
    let alphabet: StaticString = "abcdefghijklmnopqrstuvwxyz234567"
    for _ in 0..<4 {
      var bits = chance.next()
      for _ in 0..<12 {
        bytes.append(alphabet.utf8Start[Int(bits & 31)])
        bits >>= 5
      }
    }
  }

  /// Writes a number of 1e-10 with its ten decimals.
  private static func append(_ value: Int64, _ bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    append(digits: magnitude / 10_000_000_000, &bytes)
    bytes.append(UInt8(ascii: "."))
    var weight: UInt64 = 1_000_000_000
    while weight > 0 {
      bytes.append(0x30 + UInt8(magnitude / weight % 10))
      weight /= 10
    }
  }

  private static func append(digits value: UInt64, _ bytes: inout [UInt8]) {
    if value >= 10 { append(digits: value / 10, &bytes) }
    bytes.append(0x30 + UInt8(value % 10))
  }
}
