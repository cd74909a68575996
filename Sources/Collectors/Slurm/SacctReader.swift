import Quantities
import Records

/// Reads what `sacct -P` printed, head included, piece by piece.
///
/// Rows of steps (`123.batch`, `123.0`) repeat what their job holds and are passed over. A row that
/// can't be read is refused with its line; the others are kept.
package struct SacctReader {
  /// A line is at most so long.
  static let lineBytesMax = 1 << 20
  /// So many rejections are told with their lines, others are counted together.
  static let placesMax = 10_000
  /// A row whose free text breaks over lines has at most so many.
  static let rowLinesMax = 64

  /// What came of a whole table.
  package struct Result: Sendable {
    package var jobs: [Job] = []
    package var rejections: [Rejection] = []
    /// Rows of jobs, refused ones included.
    package var rowCount = 0
    /// Rows of steps, passed over.
    package var stepCount = 0
  }

  private let file: String
  private let cluster: String
  private var clock: LocalClock
  private var head: SacctHead?
  private var isRefused = false
  private var line = 0
  private var rest: [UInt8] = []
  /// Whether the bytes up to the next line feed are of a line that was refused.
  private var isTooLong = false
  /// Lines of a row that is not yet whole, and the line it starts on.
  private var open: (text: String, line: Int, lines: Int)?
  private var tally = RejectionTally()
  private var placeCount = 0
  private var result = Result()
  private var hosts: [Substring: [String]] = [:]

  /// - Parameters:
  ///   - file: what the input is called in messages.
  ///   - cluster: of rows that name none.
  ///   - calendar: in whose zone times are that come without one.
  package init(file: String, cluster: String, calendar: BillingCalendar) {
    self.file = file
    self.cluster = cluster
    clock = LocalClock(calendar)
  }

  /// Takes the next bytes.
  package mutating func add(_ bytes: some Collection<UInt8>) {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if isTooLong {
        isTooLong = false
      } else if rest.isEmpty {
        addLine(String(decoding: bytes[start..<end], as: UTF8.self))
      } else {
        rest += bytes[start..<end]
        addLine(String(decoding: rest, as: UTF8.self))
        rest.removeAll(keepingCapacity: true)
      }
      start = bytes.index(after: end)
    }
    if isTooLong { return }
    rest += bytes[start...]
    if rest.count > Self.lineBytesMax { refuseLine() }
  }

  private mutating func refuseLine() {
    closeRow()
    line += 1
    refuse(
      "line too long", line: line, found: "more than \(Self.lineBytesMax) bytes",
      expected: "what sacct -P prints")
    rest = []
    isTooLong = true
  }

  /// Ends the table.
  package mutating func finish() -> Result {
    if !rest.isEmpty { addLine(String(decoding: rest, as: UTF8.self)) }
    rest = []
    closeRow()
    if head == nil, !isRefused, line == 0 {
      refuse(
        "no head", line: 1, found: "nothing at all",
        expected: "the output of sacct -P with its head")
    }
    result.rejections = tally.all
    return result
  }

  private mutating func addLine(_ raw: String) {
    line += 1
    let text = raw.hasSuffix("\r") ? String(raw.dropLast()) : raw
    guard let head else {
      readHead(text)
      return
    }
    if let row = open, row.lines < Self.rowLinesMax, !startsRow(text, head) {
      // Users put line feeds into the names of their jobs too.
      let isWhole = separators(row.text) + 1 >= head.count
      if !isWhole || head.freePlace == head.count - 1 {
        open = (row.text + "\n" + text, row.line, row.lines + 1)
        return
      }
    }
    closeRow()
    if !text.isEmpty { open = (text, line, 1) }
  }

  /// Whether a line is the first of a row: it has all columns, or begins with a job's number.
  private func startsRow(_ text: String, _ head: SacctHead) -> Bool {
    if separators(text) + 1 >= head.count { return true }
    guard head.place(of: .jobIDRaw) == 0, let first = text.utf8.firstIndex(of: Self.separator)
    else { return false }
    return SacctRow.isJobID(text[..<first])
  }

  private static let separator = UInt8(ascii: "|")

  private func separators(_ text: String) -> Int {
    text.utf8.reduce(0) { $0 + ($1 == Self.separator ? 1 : 0) }
  }

  private mutating func readHead(_ text: String) {
    guard !isRefused else { return }
    head = SacctHead(text.split(separator: "|", omittingEmptySubsequences: false))
    guard head == nil else { return }
    isRefused = true
    let names = SacctHead.required.map(\.rawValue).joined(separator: "|")
    refuse(
      "not a head of sacct", line: line, found: String(text.prefix(120)),
      expected: "a head with at least \(names), as 'sacct -P -o ...' prints it")
  }

  private mutating func closeRow() {
    guard let row = open, let head else { return }
    open = nil
    var fields = row.text.split(separator: "|", omittingEmptySubsequences: false)
    if fields.count > head.count, let place = head.freePlace {
      // The separator is printed as it is: what is too much belongs to the free text.
      let extra = fields.count - head.count
      let from = fields[place].startIndex
      let to = fields[place + extra].endIndex
      fields.replaceSubrange(place...(place + extra), with: [row.text[from..<to]])
    }
    guard fields.count == head.count else {
      result.rowCount += 1
      refuse(
        "wrong number of columns", line: row.line, found: "\(fields.count) columns",
        expected: "\(head.count); ask sacct for JobName as the only free text, and last")
      return
    }
    read(SacctRow(fields: fields, head: head, line: row.line))
  }

  private mutating func read(_ row: SacctRow) {
    if row[.jobIDRaw].contains(".") {
      result.stepCount += 1
      return
    }
    result.rowCount += 1
    do {
      result.jobs.append(try row.job(cluster: cluster, clock: &clock, hosts: &hosts))
    } catch {
      refuse(error.rule, line: row.line, found: error.found, expected: error.expected)
    }
  }

  private mutating func refuse(_ rule: String, line: Int, found: String, expected: String) {
    placeCount += 1
    let place = placeCount <= Self.placesMax ? "\(file):\(line)" : file
    tally.add(
      Rejection(place: place, rule: rule, found: "'\(found)'", expected: expected))
  }
}
