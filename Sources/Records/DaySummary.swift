import Quantities

/// What a scrape target's day sums to, hour by hour, so that whoever needs no more decodes nothing.
///
/// Only days that need no rule of the ledger have one: whole cards, each at each time under one
/// holder, each metric wherever its line is.
package struct DaySummary: Equatable, Sendable {
  /// One GPU's rows under one holder.
  package struct Line: Equatable, Sendable {
    /// Index into `entities`.
    package let entity: Int
    /// Index into `workloads`, -1 where nobody holds the GPU.
    package let workload: Int
    package let runs: [Range<Int>]

    package init(entity: Int, workload: Int, runs: [Range<Int>]) {
      self.entity = entity
      self.workload = workload
      self.runs = runs
    }
  }

  /// The names and times of a target's day, without any value.
  package struct Frame: Equatable, Sendable {
    package let timestamps: [Int64]
    package let entities: [GPUEntity]
    package let workloads: [WorkloadKey]
    package let lines: [Line]
    package let hours: [HourRows]

    package init(
      timestamps: [Int64], entities: [GPUEntity], workloads: [WorkloadKey], lines: [Line]
    ) {
      self.timestamps = timestamps
      self.entities = entities
      self.workloads = workloads
      self.lines = lines
      hours = HourRows.all(of: timestamps)
    }
  }

  /// Sums over the rows of one line in one hour.
  ///
  /// - Unit: millionths of full activity and milliwatts, summed over samples; nil where the line
  ///   has no such signal.
  package struct Cell: Equatable, Sendable {
    package let line: Int32
    package let hour: Int32
    package var rows: Int32
    package var utilization: Int64?
    package var activity: Int64?
    package var power: Int64?
    /// How many rows lie below each of ``thresholds``.
    package var below: InlineArray<5, Int32> = .init(repeating: 0)
    /// Activity and power of the hour's last row where the line has it, -1 where not measured or
    /// not needed, as no sample speaks past its hour.
    package var lastActivity: Int64 = -1
    package var lastPower: Int64 = -1
    /// Whether the line has an energy counter: what it counts reaches from sample to sample, so that
    /// no sums of a day tell it.
    package var isCounted = false

    package init(line: Int, hour: Int, rows: Int) {
      self.line = Int32(line)
      self.hour = Int32(hour)
      self.rows = Int32(rows)
    }

    package static func == (left: Self, right: Self) -> Bool {
      left.line == right.line && left.hour == right.hour && left.rows == right.rows
        && left.utilization == right.utilization && left.activity == right.activity
        && left.power == right.power && left.lastActivity == right.lastActivity
        && left.lastPower == right.lastPower && left.isCounted == right.isCounted
        && (0..<5).allSatisfy { left.below[$0] == right.below[$0] }
    }
  }

  /// The activities below which rows are counted.
  ///
  /// - Unit: millionths.
  package static let thresholds: InlineArray<5, Int64> = [10_000, 20_000, 50_000, 100_000, 200_000]

  package let frame: Frame
  /// In the order of lines, then hours.
  package let cells: [Cell]

  package init(frame: Frame, cells: [Cell]) {
    self.frame = frame
    self.cells = cells
  }

  /// Whether some line has an energy counter.
  package var isCounted: Bool { cells.contains { $0.isCounted } }
}
