/// How often a request is tried, and how long is waited in between.
///
/// What may pass is tried again: refused, reset, timed out or broken-off connections, names that
/// don't resolve, and the answers 408, 429 and 5xx. Anything else fails at once.
package struct RetryPolicy: Hashable, Sendable {
  /// How often a request is sent at most. - Range: 1 or more.
  package var attemptsMaximum: Int
  /// Unit: milliseconds, before the second attempt; doubled before each further one.
  package var initialDelayMilliseconds: Int
  /// Unit: milliseconds, the longest wait of our own choice.
  package var delayMillisecondsMaximum: Int
  /// Unit: milliseconds, the longest `Retry-After` that is waited for; a longer one is an error.
  package var retryAfterMillisecondsMaximum: Int

  package init(
    attemptsMaximum: Int = 5, initialDelayMilliseconds: Int = 500,
    delayMillisecondsMaximum: Int = 30_000, retryAfterMillisecondsMaximum: Int = 120_000
  ) {
    precondition(attemptsMaximum >= 1, "BUG: a request needs an attempt, got \(attemptsMaximum)")
    self.attemptsMaximum = attemptsMaximum
    self.initialDelayMilliseconds = initialDelayMilliseconds
    self.delayMillisecondsMaximum = delayMillisecondsMaximum
    self.retryAfterMillisecondsMaximum = retryAfterMillisecondsMaximum
  }

  /// One attempt only: for questions that a person waits for.
  package static let once = RetryPolicy(attemptsMaximum: 1)

  /// Returns the wait before the attempt after `attempt`: half of it certain, half of it chance, so
  /// that many clients don't come back at once.
  ///
  /// - Parameter chance: - Range: 0 to 1_000_000.
  func delayMilliseconds(after attempt: Int, chance: Int) -> Int {
    let doubled = initialDelayMilliseconds << min(attempt - 1, 20)
    let whole = min(doubled, delayMillisecondsMaximum)
    return whole / 2 + (whole - whole / 2) * chance / 1_000_000
  }
}

/// SplitMix64: chance that a seed repeats.
///
/// - Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// - Range: 0 to 1_000_000.
  mutating func nextMillionth() -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % 1_000_001)
  }
}
