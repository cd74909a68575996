/// The lines of a frame: what its series have in common, whatever they measure.
package struct FrameLines: Sendable {
  package let frame: DaySummary.Frame
  /// By series of the frame: its line.
  package let lineOfSeries: [Int]

  /// The lines of `frame`, in the order of their GPUs and workloads; series that differ in nothing
  /// but the metric share one.
  package init(_ frame: SampleFrame) {
    let entities = Set(frame.series.map(\.key.entity)).sorted()
    let workloads = Set(frame.series.compactMap(\.key.workload)).sorted()
    let entityNumbers = Dictionary(uniqueKeysWithValues: zip(entities, entities.indices))
    let workloadNumbers = Dictionary(uniqueKeysWithValues: zip(workloads, workloads.indices))
    var lines: [DaySummary.Line] = []
    var known: [Int: [Int]] = [:]
    let found = frame.series.map { series in
      let entity = entityNumbers[series.key.entity] ?? 0
      let workload = series.key.workload.flatMap { workloadNumbers[$0] } ?? -1
      let key = entity * (workloads.count + 1) + workload + 1
      if let line = known[key]?.first(where: { lines[$0].runs == series.runs }) { return line }
      known[key, default: []].append(lines.count)
      lines.append(DaySummary.Line(entity: entity, workload: workload, runs: series.runs))
      return lines.count - 1
    }
    let order = lines.indices.sorted {
      (lines[$0].entity, lines[$0].workload, $0) < (lines[$1].entity, lines[$1].workload, $1)
    }
    var places = [Int](repeating: 0, count: lines.count)
    for (place, line) in order.enumerated() { places[line] = place }
    lineOfSeries = found.map { places[$0] }
    self.frame = DaySummary.Frame(
      timestamps: frame.timestamps, entities: entities, workloads: workloads,
      lines: order.map { lines[$0] })
  }
}
