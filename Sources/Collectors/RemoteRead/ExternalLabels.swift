/// The labels that a server puts on every series that leaves it, but for those that have the label
/// already. Queries don't show them.
struct ExternalLabels: Equatable, Sendable {
  /// Value by name.
  var labels: [String: String] = [:]
  /// By name, the targets whose own series have the label with that very value.
  var owners: [String: Set<String>] = [:]

  /// How many series are looked at for one label.
  private static let comparisonsMaximum = 100

  /// Which labels are external: those on all that was read, and missing on some that was asked for.
  ///
  /// A label that a series has of its own is on it either way. So one that is on every series read
  /// is external if a query shows any of them without it, and its value is the one that it has
  /// there. Where all have it of their own, nothing has to be taken off.
  ///
  /// - Parameters:
  ///   - read: by remote read; contains all series that were asked for.
  ///   - asked: by a query.
  /// - Returns: nil where it can't be told which value a label has been given.
  static func compared(read: [RawSeries], asked: [RawSeries]) -> [String: String]? {
    guard let first = read.first else { return asked.isEmpty ? [:] : nil }
    let common = read.reduce(Set(first.labels.keys)) { $0.intersection($1.labels.keys) }
    var external: [String: String] = [:]
    for name in common where name != "__name__" {
      let lacking = asked.filter { $0.labels[name] == nil }
      if lacking.isEmpty { continue }
      let values = lacking.prefix(comparisonsMaximum).lazy.map { bare in
        Set(Self.candidates(for: bare, common, among: read).compactMap { $0.labels[name] })
      }
      guard let value = values.first(where: { $0.count == 1 })?.first else { return nil }
      external[name] = value
    }
    return external
  }

  /// The series of `read` that `bare` may have become: its own labels and all common names.
  private static func candidates(
    for bare: RawSeries, _ common: Set<String>, among read: [RawSeries]
  ) -> [RawSeries] {
    let names = common.union(bare.labels.keys)
    return read.filter { series in
      series.labels.count == names.count
        && bare.labels.allSatisfy { series.labels[$0.key] == $0.value }
        && names.allSatisfy { series.labels[$0] != nil }
    }
  }

  /// The series as a query shows it.
  func removed(from series: RawSeries) -> RawSeries {
    var bare = series
    for (name, value) in labels where series.labels[name] == value {
      if owners[name]?.contains(series["instance"]) != true { bare.labels[name] = nil }
    }
    return bare
  }
}
