import Collectors
import Configuration
import Foundation
import Quantities
import Records
import Store
import Transport

/// Takes in bills: what is new or changed of their files.
struct BillCollection {
  let store: Store
  let calendar: BillingCalendar
  let types: InstanceTypes
  let client: HTTPClient

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
  func run(_ bill: BillSource, of source: Source, now: UTCInstant) async throws
    -> Collection.SourceOutcome
  {
    var outcome = Collection.SourceOutcome(source: source.name)
    var taken = Taken()
    do {
      var place = try BillPlace(bill, of: source, client: client)
      let parts = try await place.parts(of: place.list())
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
          try await take(part, stored, place, bill, source, &taken)
        } catch let error as BillError {
          outcome.miss(TimeRange(now, now), "\(error)")
        } catch let error as CollectorError {
          outcome.miss(TimeRange(now, now), "\(error)")
        }
      }
      try forget(stored, parts, of: source, &taken)
    } catch let error as BillFolderError {
      outcome.miss(TimeRange(now, now), "\(error)")
    } catch let error as CollectorError {
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
    _ part: BillPart, _ stored: [BillFile], _ place: BillPlace, _ bill: BillSource,
    _ source: Source, _ taken: inout Taken
  ) async throws {
    let known = Dictionary(stored.map { ($0.path, $0.version) }) { first, _ in first }
    let new = part.files.filter { known[$0.path] != types.version(of: $0.version) }
    let listed = Set(part.files.map(\.path))
    let gone =
      part.period.isEmpty
      ? [] : stored.filter { $0.part == part.period && !listed.contains($0.path) }.map(\.path)
    taken.unchanged += part.files.count - new.count
    if new.isEmpty, gone.isEmpty { return }
    var paths: [String] = []
    for file in new { paths.append(try await place.location(of: file)) }
    defer { new.forEach(place.drop) }
    var result = taken
    try store.replaceBills(of: source.origin, gone: gone) { writer in
      for (file, path) in zip(new, paths) {
        try read(file, at: path, of: part, bill, &writer, &result)
      }
    }
    taken = result
    taken.gone += gone.count
  }

  private func read(
    _ file: ListedFile, at path: String, of part: BillPart, _ bill: BillSource,
    _ writer: inout BillWriter, _ taken: inout Taken
  ) throws {
    let feed = BillFeed(
      path: path, name: file.path, format: BillFormat(bill.format),
      settings: BillSettings(bill, calendar: calendar, types: types))
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
        path: file.path, part: part.period, version: types.version(of: file.version),
        cost: summary.cost.rawValue, rows: summary.rows, rejected: summary.rejected),
      summary.rejections)
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
