import Quantities
import Records

extension Fleet {
  /// Adds what machines did with the park's cards to `truth`.
  ///
  /// A machine has its cards while it runs: what they do is known while a sample of the exporter
  /// inside speaks. Nobody has them else, for the cluster counts them.
  func postPark(to truth: inout Truth) {
    for (host, park) in park.hosts.enumerated() {
      var free = Int128(park.uuids.count) * Int128(plan.span.milliseconds)
      for run in self.park.runs where run.host == host {
        let life = self.park.time(of: run, plan)
        let team = run.team ?? Truth.unassigned
        for place in run.cards.indices.map({ $0 - run.cards.lowerBound }) {
          var left = Int128(life.milliseconds)
          for (time, state) in spoken(run, place, until: life.end) {
            left -= time
            truth.add(time, 0, to: Truth.Key(team: team, model: park.model.name, state: state))
          }
          truth.add(
            left, 0,
            to: Truth.Key(team: team, model: park.model.name, state: .allocatedUnknown))
          free -= Int128(life.milliseconds)
        }
      }
      truth.add(free, 0, to: Truth.Key(team: "", model: park.model.name, state: .unallocated))
    }
  }

  /// For how long each sample of a machine's card speaks, and of what.
  private func spoken(
    _ run: MachinePark.MachineRun, _ place: Int, until end: UTCInstant
  ) -> [(Int128, State)] {
    let samples = run.exporter?.samples ?? []
    return samples.indices.map { index in
      let start = samples[index].time
      let next = index + 1 < samples.count ? samples[index + 1].time : end
      let stop = min(next, start + 2 * plan.scrapeInterval, end)
      return (Int128(max(0, stop - start)), samples[index].percents[place] < 5 ? .idle : .busy)
    }
  }
}
