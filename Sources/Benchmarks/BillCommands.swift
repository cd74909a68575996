import ArgumentParser
import Collectors
import Foundation
import Quantities
import Records
import Synchronization

/// `gputally-bench make-bill`: the bill that reading is measured with.
struct MakeBillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-bill",
    abstract: "Write a month of AWS CUR 2.0 as CSV, packed by gzip, and print what it sums to.",
    discussion: """
      Hourly rows of machines with and without GPUs, volumes, buckets, savings plans, \
      reservations, taxes and credits; tags and products as JSON. The same options make the same \
      file.
      """,
    shouldDisplay: false)

  @Argument(help: ArgumentHelp("The file to write, .csv.gz.", valueName: "file"))
  var file: String

  @Option(help: "How many rows.")
  var rows = 1_000_000

  @Option(help: "What the bill is made from.")
  var seed: UInt64 = 1

  @Option(help: "How many machines are charged.")
  var machines = 12_000

  func validate() throws {
    guard rows >= 0, machines > 0 else {
      throw ValidationError("--rows must not be negative, --machines must be positive")
    }
  }

  func run() throws {
    var generator = BillGenerator(seed: seed, machines: machines)
    let output = try GzipFile(file)
    var bytes: [UInt8] = []
    generator.head(into: &bytes)
    for row in 0..<rows {
      generator.row(row, of: rows, into: &bytes)
      if bytes.count > 1 << 20 {
        try output.append(bytes)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try output.append(bytes)
    try output.close()
    let totals = generator.totals
    print("rows \(totals.rows)")
    print("bytes \(totals.bytes)")
    print("billed \(Decimals.text(totals.billed, places: 10))")
    print("effective \(Decimals.text(totals.effective, places: 10))")
  }
}

/// `gputally-bench bill`: how fast a bill is read.
struct BillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bill",
    abstract: "Read a bill and print its totals, its rows a second and the most memory in use.")

  @Argument(help: ArgumentHelp("The bill, plain or packed by gzip.", valueName: "file"))
  var file: String

  @Option(help: "The form: \(BillFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format = BillFormat.cur2

  @Option(help: "Whose days charges are grouped by.")
  var timeZone = "UTC"

  @Option(help: "The currency of a file that has none.")
  var currency: String?

  /// How much of the file is read at once.
  private static let pieceBytes = 256 << 10

  func run() throws {
    var settings = BillSettings(calendar: try BillingCalendar(zone: timeZone))
    settings.currency = currency.flatMap { Currency($0) }
    let sums = Mutex((charges: 0, rows: 0, gpuCharges: 0, billed: Int128(0)))
    guard let handle = FileHandle(forReadingAtPath: file) else {
      throw ValidationError("\(file) can't be read")
    }
    let began = ContinuousClock.now
    let reader = BillReader(file: file, format: format, settings: settings) { charges in
      sums.withLock { sums in
        for charge in charges {
          sums.charges += 1
          sums.rows += charge.amounts.rows
          sums.gpuCharges += charge.key.gpu == nil ? 0 : 1
          sums.billed += charge.amounts.billedPicos
        }
      }
    }
    while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
      try piece.withUnsafeBytes { try reader.take($0) }
    }
    let summary = try reader.finish()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    report(summary, seconds: seconds)
    sums.withLock { sums in
      print("charges_handed_out \(sums.charges)")
      print("charges_of_gpus \(sums.gpuCharges)")
      print("charges_sum_billed \(Decimals.text(sums.billed, places: 12, trimmed: true))")
    }
  }

  private func report(_ summary: BillSummary, seconds: Double) {
    print("rows \(summary.rows)")
    print("accepted \(summary.accepted)")
    print("rejected \(summary.rejected)")
    for total in summary.totals {
      print("billed \(Money(picos: total.billedPicos, currency: total.currency))")
      print("effective \(Money(picos: total.effectivePicos, currency: total.currency))")
    }
    print("rounded_rows \(summary.roundedRows)")
    for rejection in summary.rejections.prefix(20) { print("rejection \(rejection)") }
    print(String(format: "seconds %.3f", seconds))
    print(String(format: "rows_a_second %.0f", Double(summary.rows) / seconds))
    print(
      String(format: "megabytes_a_second %.1f", Double(summary.textBytes) / seconds / 1e6))
    print("peak_rss_kilobytes \(Self.peakKilobytes())")
  }

  /// The most memory that this process ever had.
  private static func peakKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }
}

extension BillFormat: ExpressibleByArgument {}
