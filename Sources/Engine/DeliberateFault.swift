/// A mistake made on purpose, to see that the comparison with the slow reference finds it.
///
/// Nothing but tests asks for another one than ``none``.
package enum DeliberateFault: CaseIterable, Sendable {
  case none
  /// Activity at the threshold counts as idle, though only what is strictly below it is.
  case idleAtThreshold
  /// A sample speaks for three scrape intervals instead of two.
  case speaksThreeIntervals
  /// Who held a GPU before a silence holds on, whoever holds it afterwards.
  case holdsThroughAnySilence
  /// An energy counter that was set back counts as one that rose by as much.
  case wrapsCounter
}
