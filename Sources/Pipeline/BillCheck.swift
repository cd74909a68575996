import Collectors
import Configuration
import Quantities
import Records
import Transport

/// Looks at a source of bills.
struct BillCheck {
  let calendar: BillingCalendar
  let types: InstanceTypes
  let client: HTTPClient
  /// Files up to this size are read as a whole.
  private static let readBytesMax: Int64 = 16 << 20

  func run(_ bill: BillSource, of source: Source) async -> SourceCheck {
    var check = SourceCheck()
    do {
      var place = try BillPlace(bill, of: source, client: client)
      let parts = try await place.parts(of: place.list())
      let files = parts.flatMap(\.files)
      let bytes = files.reduce(Int64(0)) { $0 + $1.size }
      check.findings.append(
        "\(files.count) files with \(bytes / 1_000) kB"
          + (parts.contains { !$0.period.isEmpty }
            ? ", listed by manifests of \(parts.count) billing periods" : ""))
      for part in parts where !part.missing.isEmpty {
        check.warnings.append(
          "\(part.period): its manifest lists \(part.missing.count) files that aren't there")
      }
      guard let newest = files.max(by: { $0.modified < $1.modified }) else {
        check.warnings.append("no file of a bill is there")
        return check
      }
      guard newest.size <= Self.readBytesMax else { return check }
      let path = try await place.location(of: newest)
      defer { place.drop(newest) }
      try read(newest, at: path, bill, &check)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }

  private func read(
    _ file: ListedFile, at path: String, _ bill: BillSource, _ check: inout SourceCheck
  ) throws {
    let feed = BillFeed(
      path: path, name: file.path, format: BillFormat(bill.format),
      settings: BillSettings(bill, calendar: calendar, types: types))
    defer { feed.abandon() }
    var months: Set<BillingMonth> = []
    while true {
      let (charges, summary) = try feed.next()
      months.formUnion((charges ?? []).map(\.key.billingPeriod))
      guard let summary else { continue }
      let totals = summary.totals.map { total in
        "billed \(Money(picos: total.billedPicos, currency: total.currency)), effective "
          + "\(Money(picos: total.effectivePicos, currency: total.currency))"
      }
      check.findings.append(
        "\(file.path): \(summary.rows) rows of \(months.sorted().map(\.description).joined(separator: ", "))"
          + totals.map { "; " + $0 }.joined())
      if summary.rejected > 0 {
        check.warnings.append("\(summary.rejected) rows of it are refused")
        check.warnings += summary.rejections.prefix(3).map(\.description)
      }
      return
    }
  }
}
