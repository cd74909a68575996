import Quantities

/// Where the cost of a state that nobody holds goes.
package enum Policy: String, CaseIterable, Sendable {
  /// To the teams that hold GPUs of the pool that day, by the time they hold.
  case proportional
  /// To the same teams, each the same.
  case even
  /// To the team that owns the hardware; where none is named, to the platform.
  case owner
  /// To the platform's team.
  case platform
  /// Nowhere: it stays visible by itself.
  case keep
}

/// By which policy a line moves cost; the texts are stored.
package enum MovingPolicy: Hashable, Sendable, CustomStringConvertible {
  case shared(Policy)
  /// The owner of hardware that another team holds bears a share of its cost.
  ///
  /// - Unit: millionths of the cost.
  case borrowed(ownerMillionths: Int64)

  /// `proportional`, `owner 30 %`.
  package var description: String {
    switch self {
    case .shared(let policy): policy.rawValue
    case .borrowed(let millionths):
      "owner \(Decimals.text(Int128(millionths), places: 4, trimmed: true)) %"
    }
  }
}
