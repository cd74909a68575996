import Collectors
import Configuration
import Foundation
import Quantities
import Records
import Store

/// Takes in bills: what is new or changed of their files.
struct BillCollection {
  let store: Store
  let calendar: BillingCalendar

  /// What was read, to be told.
  private struct Taken {
    var files = 0
    var rows = 0
    var unchanged = 0
    var gone = 0
    var rejections: [Rejection] = []
    /// Files with the cost that isn't charged.
    var otherCost = 0

    var text: String {
      var text = "\(files) files of bills, \(rows) rows"
      if unchanged > 0 { text += "; \(unchanged) files as before" }
      if gone > 0 { text += "; \(gone) files gone" }
      if otherCost > 0 { text += "; \(otherCost) files passed over, which have the other cost" }
      return text
    }
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(_ bill: BillSource, of source: Source, now: UTCInstant) throws
    -> Collection.SourceOutcome
  {
    var outcome = Collection.SourceOutcome(source: source.name)
    let folder = BillFolder(path: bill.path)
    var taken = Taken()
    do {
      let files = try folder.list()
      let parts = try BillListing(files).parts { file in
        try Data(contentsOf: URL(fileURLWithPath: folder.location(of: file)))
      }
      let stored = try store.billFiles(of: source.name)
      guard parts.contains(where: { !$0.files.isEmpty }) || stored.isEmpty else {
        outcome.miss(
          TimeRange(now, now),
          "\(bill.path): no bill is there any more; what is stored of \(stored.count) files stays")
        return outcome
      }
      for part in parts {
        if let missing = part.missing.first {
          outcome.miss(
            TimeRange(now, now),
            "\(part.period): its manifest lists \(missing), which isn't there"
              + (part.missing.count > 1 ? ", and \(part.missing.count - 1) files more" : "")
              + "; what is stored of the period stays")
          continue
        }
        do {
          try take(part, stored, folder, bill, source, &taken)
        } catch let error as BillError {
          outcome.miss(TimeRange(now, now), "\(error)")
        } catch let error as CollectorError {
          outcome.miss(TimeRange(now, now), "\(error)")
        }
      }
      try forget(stored, parts, of: source, &taken)
    } catch let error as BillFolderError {
      outcome.miss(TimeRange(now, now), "\(error)")
    } catch let error as CocoaError {
      outcome.miss(TimeRange(now, now), "\(bill.path): a manifest can't be read: \(error)")
    }
    outcome.rejections = taken.rejections
    outcome.told = taken.text
    return outcome
  }

  /// Takes a part in, in one transaction, where any file of it is new or gone.
  private func take(
    _ part: BillPart, _ stored: [BillFile], _ folder: BillFolder, _ bill: BillSource,
    _ source: Source, _ taken: inout Taken
  ) throws {
    let known = Dictionary(stored.map { ($0.path, $0.version) }) { first, _ in first }
    let new = part.files.filter { known[$0.path] != $0.version }
    let paths = Set(part.files.map(\.path))
    let gone =
      part.period.isEmpty
      ? [] : stored.filter { $0.part == part.period && !paths.contains($0.path) }.map(\.path)
    taken.unchanged += part.files.count - new.count
    if new.isEmpty, gone.isEmpty { return }
    var result = taken
    try store.replaceBills(of: source.origin, gone: gone) { writer in
      for file in new {
        try read(file, of: part, folder, bill, &writer, &result)
      }
    }
    taken = result
    taken.gone += gone.count
  }

  private func read(
    _ file: ListedFile, of part: BillPart, _ folder: BillFolder, _ bill: BillSource,
    _ writer: inout BillWriter, _ taken: inout Taken
  ) throws {
    var settings = BillSettings(calendar: calendar)
    settings.currency = bill.currency
    settings.azureCost = bill.cost.flatMap { BillCost(rawValue: $0.rawValue) }
    let feed = BillFeed(
      path: folder.location(of: file), name: file.path, format: BillFormat(bill.format),
      settings: settings)
    defer { feed.abandon() }
    try writer.begin(file.path)
    var summary: BillSummary?
    while summary == nil {
      let (charges, end) = try feed.next()
      if let charges { try writer.write(charges) }
      summary = end
    }
    guard let summary else { return }
    taken.files += 1
    taken.rows += summary.rows
    taken.rejections += summary.rejections
    try writer.end(
      BillFile(
        path: file.path, part: part.period, version: file.version, cost: summary.cost.rawValue,
        rows: summary.rows, rejected: summary.rejected), summary.rejections)
  }

  /// Forgets files that are there no more and that no part had.
  private func forget(
    _ stored: [BillFile], _ parts: [BillPart], of source: Source, _ taken: inout Taken
  ) throws {
    let there = Set(parts.flatMap(\.files).map(\.path))
    // A period whose manifest isn't whole keeps what it has.
    let kept = Set(parts.filter { !$0.missing.isEmpty }.map(\.period))
    let now = Set(try store.billFiles(of: source.name).map(\.path))
    let gone = stored.filter {
      !there.contains($0.path) && now.contains($0.path)
        && ($0.part.isEmpty || !kept.contains($0.part))
    }
    guard !gone.isEmpty else { return }
    try store.replaceBills(of: source.origin, gone: gone.map(\.path)) { _ in }
    taken.gone += gone.count
  }
}

extension BillFormat {
  init(_ format: BillSource.Format) {
    switch format {
    case .focus: self = .focus
    case .cur2: self = .cur2
    case .cur: self = .cur
    case .gcp: self = .gcp
    case .azure: self = .azure
    case .oci: self = .oci
    }
  }
}

/// Looks at a source of bills.
struct BillCheck {
  let calendar: BillingCalendar
  /// Files up to this size are read as a whole.
  private static let readBytesMax: Int64 = 16 << 20

  func run(_ bill: BillSource, of source: Source) -> SourceCheck {
    var check = SourceCheck()
    let folder = BillFolder(path: bill.path)
    do {
      let parts = try BillListing(folder.list()).parts { file in
        try Data(contentsOf: URL(fileURLWithPath: folder.location(of: file)))
      }
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
      try read(newest, folder, bill, &check)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }

  private func read(
    _ file: ListedFile, _ folder: BillFolder, _ bill: BillSource, _ check: inout SourceCheck
  ) throws {
    var settings = BillSettings(calendar: calendar)
    settings.currency = bill.currency
    let feed = BillFeed(
      path: folder.location(of: file), name: file.path, format: BillFormat(bill.format),
      settings: settings)
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
