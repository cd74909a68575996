import Records

extension Claim {
  /// Whether it reserves GPUs of which only the number is told.
  var reservesSomeOnly: Bool {
    if case .count = reach { return workload.kind == .reservation }
    return false
  }

  /// Into how many parts a card is divided of which it counts.
  var divisor: Int {
    if case .parts(_, of: let divisor) = reach { return max(1, divisor) }
    return 1
  }
}
