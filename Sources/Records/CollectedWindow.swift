import Quantities

/// Everything that one source said of one window.
package struct CollectedWindow: Sendable {
  package let range: TimeRange
  /// One frame a scrape target, all samples inside `range`.
  package var frames: [SampleFrame]
  package var observations: [Observation]
  /// Waits for GPUs inside `range`.
  package var demands: [Demand]
  /// Virtual machines and the GPUs they have inside `range`.
  package var machines: [Machine]
  package var rejections: [Rejection]
  /// Why the window may be thin, empty where it is complete: a server's warnings, say.
  package var shortfalls: [String]

  package init(
    range: TimeRange, frames: [SampleFrame] = [], observations: [Observation] = [],
    demands: [Demand] = [], machines: [Machine] = [], rejections: [Rejection] = [],
    shortfalls: [String] = []
  ) {
    self.range = range
    self.frames = frames
    self.observations = observations
    self.demands = demands
    self.machines = machines
    self.rejections = rejections
    self.shortfalls = shortfalls
  }
}
