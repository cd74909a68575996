import Records

/// Counts equal rejections instead of repeating them.
struct RejectionTally: Sendable {
  private struct Key: Hashable {
    let place: String
    let rule: String
  }

  private var byKey: [Key: Rejection] = [:]

  var isEmpty: Bool { byKey.isEmpty }

  /// Counts one more; of equal place and rule the first finding is kept.
  mutating func add(_ rejection: Rejection) {
    let key = Key(place: rejection.place, rule: rejection.rule)
    if byKey[key] == nil {
      byKey[key] = rejection
    } else {
      byKey[key]?.count += rejection.count
    }
  }

  mutating func add(_ other: RejectionTally) {
    other.byKey.values.forEach { add($0) }
  }

  /// In the order of place and rule.
  var all: [Rejection] {
    byKey.values.sorted { ($0.place, $0.rule) < ($1.place, $1.rule) }
  }
}
