import GRDB
import Quantities
import Records

/// When instances with GPUs were used, out of all charges of a source's bills.
///
/// The charges of a month of a large fleet are millions: they are read in the order of time, so
/// that only those that begin at one instant are in memory, and of the others what they come to.
struct BilledUse {
  /// So many slots of a host for a time.
  struct Slots {
    let model: String
    let count: Int64
    let range: TimeRange
  }

  /// An instance, and when it had GPUs.
  struct Instance {
    let name: String
    /// Of several items of an instance, one always says whose it is.
    let item: Int64
    /// In the order of time and of their kinds, those of one kind apart.
    let slots: [Slots]
  }

  private let database: Database
  private let source: String
  private let otherHosts: Set<String>

  init(_ database: Database, source: String, otherHosts: Set<String>) {
    self.database = database
    self.source = source
    self.otherHosts = otherHosts
  }

  /// All instances with GPUs, in the order of their names.
  func instances() throws -> [Instance] {
    var uses = UseTable()
    try readItems(into: &uses)
    if uses.isEmpty { return [] }
    try readCharges(into: &uses)
    return uses.instances
  }

  /// What is billed for the time of instances with GPUs.
  private func readItems(into uses: inout UseTable) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(BillItemRow.columns), gpu_model, gpus, gpu_divisor FROM bill_item AS item
        WHERE source = ? AND gpus IS NOT NULL AND category = 'usage' AND NOT is_correction
        """, arguments: [source])
    while let row = try rows.next() {
      let item = BillItemRow(row)
      guard let host = item.host, let unit = item.unitMilliseconds, !otherHosts.contains(host)
      else { continue }
      uses.add(
        item: row["item_id"], of: host,
        UseTable.Kind(
          gpus: row["gpus"], divisor: row["gpu_divisor"], model: row["gpu_model"] ?? "",
          unit: unit))
    }
  }

  /// Reads the charges of all files at once, in the order of their beginnings.
  private func readCharges(into uses: inout UseTable) throws {
    let files = try Int64.fetchAll(
      database, sql: "SELECT id FROM bill_file WHERE source = ? ORDER BY id", arguments: [source])
    var open: [RawStatement] = []
    for file in files {
      let rows = try RawStatement(
        """
        SELECT start_ms, end_ms, item_id, quantity_micros FROM bill_charge
        WHERE file_id = ? AND quantity_micros IS NOT NULL ORDER BY start_ms, end_ms
        """, in: database)
      rows.bind(file, at: 1)
      if try rows.step() { open.append(rows) }
    }
    while let start = open.map({ $0.number(0) }).min() {
      var going: [RawStatement] = []
      for rows in open {
        var isGoing = true
        while isGoing, rows.number(0) == start {
          uses.add(end: rows.number(1), item: rows.number(2), micros: rows.number(3))
          isGoing = try rows.step()
        }
        if isGoing { going.append(rows) }
      }
      open = going
      uses.finish(start)
    }
  }
}

/// Uses of instances, added up by instance, time and kind.
private struct UseTable {
  /// What a unit of use is.
  struct Kind: Hashable {
    let gpus: Int64
    let divisor: Int64
    let model: String
    /// - Unit: milliseconds of one unit.
    let unit: Int64
  }

  /// One use of an instance, of those that begin at one time.
  private struct Use: Hashable {
    let host: Int32
    let kind: Int32
    let end: Int64
  }

  /// GPUs of one model, so many.
  private struct Same: Hashable {
    let model: String
    let count: Int64
  }

  private struct Piece {
    var range: Range<Int64>
    /// Which of `sames`.
    let same: Int32
  }

  private var kinds: [Kind] = []
  private var kindNumbers: [Kind: Int32] = [:]
  private var names: [String] = []
  private var hostNumbers: [String: Int32] = [:]
  /// By host: the least of its items.
  private var firstItems: [Int64] = []
  private var items: [Int64: (host: Int32, kind: Int32)] = [:]
  /// By use: how many units, in millionths.
  private var current: [Use: Int64] = [:]
  private var sames: [Same] = []
  private var sameNumbers: [Same: Int32] = [:]
  /// By host, in the order of their beginnings.
  private var pieces: [[Piece]] = []

  var isEmpty: Bool { items.isEmpty }

  mutating func add(item: Int64, of name: String, _ kind: Kind) {
    let host = hostNumbers[name] ?? Int32(names.count)
    if host == names.count {
      hostNumbers[name] = host
      names.append(name)
      firstItems.append(item)
      pieces.append([])
    }
    firstItems[Int(host)] = min(firstItems[Int(host)], item)
    let number = kindNumbers[kind] ?? Int32(kinds.count)
    if number == kinds.count {
      kindNumbers[kind] = number
      kinds.append(kind)
    }
    items[item] = (host, number)
  }

  mutating func add(end: Int64, item: Int64, micros: Int64) {
    guard let (host, kind) = items[item] else { return }
    current[Use(host: host, kind: kind, end: end), default: 0] += micros
  }

  /// Takes what was added as all that begins at `start`.
  ///
  /// What is used for less than the time it is billed for counts from the beginning of that; more
  /// units than fit into it are as many instances at once. A part of a card is the card for a part
  /// of the time.
  mutating func finish(_ start: Int64) {
    for (use, quantity) in current where quantity > 0 && use.end > start {
      // Millionths of milliseconds.
      let kind = kinds[Int(use.kind)]
      let used = Int128(quantity) * Int128(kind.unit)
      let whole = Int128(use.end - start) * 1_000_000
      let instances = max(1, (used + whole - 1) / whole)
      let milliseconds = Rounding.halfEven(
        used, dividedBy: instances * Int128(kind.divisor) * 1_000_000)
      guard milliseconds > 0, let count = Int64(exactly: Int128(kind.gpus) * instances),
        let time = Int64(exactly: milliseconds)
      else { continue }
      add(start..<(start + time), Same(model: kind.model, count: count), of: Int(use.host))
    }
    current.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ range: Range<Int64>, _ same: Same, of host: Int) {
    let number = sameNumbers[same] ?? Int32(sames.count)
    if number == sames.count {
      sameNumbers[same] = number
      sames.append(same)
    }
    // Hour after hour of the same is one piece.
    if let last = pieces[host].last, last.same == number, last.range.upperBound >= range.lowerBound
    {
      let end = max(last.range.upperBound, range.upperBound)
      pieces[host][pieces[host].count - 1].range = last.range.lowerBound..<end
    } else {
      pieces[host].append(Piece(range: range, same: number))
    }
  }

  /// All hosts with what they had, in the order of their names.
  var instances: [BilledUse.Instance] {
    names.indices.sorted { names[$0] < names[$1] }.map { host in
      var ranges: [Int32: [TimeRange]] = [:]
      for piece in pieces[host] {
        ranges[piece.same, default: []].append(TimeRange(milliseconds: piece.range))
      }
      let slots = ranges.flatMap { same, ranges in
        TimeRange.joined(ranges).map { range in
          BilledUse.Slots(
            model: sames[Int(same)].model, count: sames[Int(same)].count, range: range)
        }
      }
      return BilledUse.Instance(
        name: names[host], item: firstItems[host],
        slots: slots.sorted {
          ($0.range.start, $0.count, $0.model) < ($1.range.start, $1.count, $1.model)
        })
    }
  }
}
