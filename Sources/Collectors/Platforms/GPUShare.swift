import Quantities
import Records

/// How much of a host's GPUs a machine has: whole cards, or parts of some.
struct GPUShare: Hashable, Sendable {
  private(set) var parts = 0
  /// Into how many parts a card is divided, of which `parts` counts.
  private(set) var whole = 1

  static let none = GPUShare()
  private static let wholeMaximum = 1 << 30

  /// - Precondition: `whole` is positive.
  mutating func add(_ more: Int, of other: Int = 1) {
    precondition(other > 0, "BUG: a card in \(other) parts")
    let common = Divisors.leastCommonMultiple(whole, other)
    if common > Self.wholeMaximum {
      // No mixture of profiles comes near: what is asked for is then whole cards.
      (parts, whole) = (cards + (more + other - 1) / other, 1)
      return
    }
    parts = parts * (common / whole) + more * (common / other)
    whole = common
  }

  var isEmpty: Bool { parts == 0 }

  /// How many cards it takes at least.
  var cards: Int { (parts + whole - 1) / whole }

  var reach: Claim.Reach { whole == 1 ? .count(parts) : .parts(parts, of: whole) }
}

extension Claim.Reach {
  /// How many parts of how many it is, nil for what isn't counted.
  var share: (parts: Int, whole: Int)? {
    switch self {
    case .count(let count), .including(_, let count): (count, 1)
    case .parts(let parts, of: let whole): (parts, whole)
    case .all, .uuids, .indexes: nil
    }
  }
}
