import Quantities
import Records
import Testing

@testable import Simulator

@Suite struct WindowTests {
  let fleet: Fleet

  init() throws {
    fleet = try Fleet(Fleets.plan(seed: 9, hosts: 2, gpus: 8, hours: 6))
  }

  @Test func `the records hold the samples that Prometheus stored`() throws {
    let window = fleet.window(fleet.plan.span)
    var stored: [String: Int] = [:]
    for line in try Fleets.lines(fleet.openMetrics(honorsLabels: false))
    where line.hasPrefix("DCGM") {
      stored[String(line.prefix { $0 != "{" }), default: 0] += 1
    }
    var recorded: [String: Int] = [:]
    for series in window.frames.flatMap(\.series) {
      let metric = try #require(
        ExporterMetric.allCases.first { $0.record == series.key.metric })
      recorded[metric.name, default: 0] += series.values.count
    }
    #expect(recorded == stored)
    #expect(recorded.count == 5)
  }

  @Test func `frames are one a target, with rising times inside the window`() {
    let range = hours(2, 3)
    let window = fleet.window(range)
    #expect(window.frames.map(\.target) == ["gpu001:9400", "gpu002:9400"])
    for frame in window.frames {
      #expect(zip(frame.timestamps, frame.timestamps.dropFirst()).allSatisfy { $0 < $1 })
      #expect(
        frame.timestamps.allSatisfy { range.contains(UTCInstant(milliseconds: $0)) })
      let keys = frame.series.map(\.key)
      #expect(keys == keys.sorted() && Set(keys).count == keys.count)
    }
  }

  @Test func `hour after hour brings the same samples as all at once`() {
    let whole = fleet.window(fleet.plan.span).frames
    var joined: [String: SampleFrame] = [:]
    for hour in 0..<6 {
      for frame in fleet.window(hours(hour, hour + 1)).frames {
        joined[frame.target] = joined[frame.target]?.merged(with: frame) ?? frame
      }
    }
    for frame in whole { #expect(joined[frame.target] == frame) }
  }

  @Test func `only series of time-sliced cards name pods by UID`() {
    let shared = Set(
      fleet.hosts.flatMap(\.cards).filter { $0.sharing == .timeSliced }.map(\.uuid))
    var found = 0
    for series in fleet.window(fleet.plan.span).frames.flatMap(\.series) {
      guard let workload = series.key.workload else { continue }
      #expect(workload.uid.isEmpty != shared.contains(series.key.entity.uuid))
      found += workload.uid.isEmpty ? 0 : 1
    }
    #expect(found > 0)
  }

  @Test func `pods, namespaces and capacities are observed for whole hours`() throws {
    let window = fleet.window(fleet.plan.span)
    for one in window.observations where one.kind != .outage {
      #expect(one.range.start == one.range.start.startOfHour, "\(one)")
      #expect(one.range.end == one.range.end.startOfHour, "\(one)")
    }
    let pod = try #require(fleet.pods.first { $0.team != nil && $0.ownerKind == "Job" })
    let seen = try #require(window.observations.first { $0.subject.hasSuffix(pod.uid) })
    #expect(seen.subject == "\(pod.namespace)/\(pod.name)/\(pod.uid)")
    #expect(seen.attributes["owner_kind"] == "Job")
    #expect(seen.attributes["owner_name"] == pod.ownerName)
    #expect(seen.attributes["label_team"] == pod.team)
    #expect(seen.attributes["node"] == pod.node)
    #expect(seen.range.start <= pod.life.start && pod.life.end <= seen.range.end)
    let foreign = try #require(
      window.observations.first { $0.kind == .namespace && $0.subject == "sandbox" })
    #expect(foreign.attributes == ["label_kubernetes_io_metadata_name": "sandbox"])
  }

  @Test func `an outage lasts from the first bad scrape to the next good one`() throws {
    var plan = Fleets.plan(hosts: 4, gpus: 1, hours: 24)
    plan.kubeStateInterval = 60_000
    let fleet = try Fleet(plan)
    let host = try #require(fleet.hosts.first { $0.events.down != nil })
    let notReady = try #require(fleet.notReady(host))
    let outages = fleet.window(plan.span).observations.filter {
      $0.subject == host.name && $0.attributes == ["reason": "not_ready"]
    }
    let times = fleet.kubeStateTimes
    let first = try #require(times.first { $0 >= notReady.start })
    let last = try #require(times.first { $0 >= notReady.end })
    #expect(outages.map(\.range) == [TimeRange(first, last)])
  }

  @Test func `a drain is not proven where kube-state-metrics is not scraped`() throws {
    let fleet = try Fleet(Fleets.plan())
    let host = try #require(fleet.hosts.first { $0.events.drain != nil })
    let ranges = fleet.outages(node: host.name)
    let tick = try #require(
      (0..<fleet.plan.kubeStateTicks - 3).first { start in
        (start..<start + 4).allSatisfy { !fleet.kubeState.isScraped[$0] }
      })
    // The last scrape before the gap speaks for two intervals.
    #expect(ranges.count == 2)
    #expect(ranges[0].end == fleet.kubeStateTime(of: tick + 1))
  }

  @Test func `the written configuration names all that the fleet has`() {
    let text = fleet.configuration(url: "http://127.0.0.1:9099")
    #expect(text.contains("url: http://127.0.0.1:9099\n    scrape_interval: 30s\n"))
    #expect(
      text.contains(
        """
          - { site: pangyo, cluster: train, hosts: "gpu003", gpus: 8, \
        gpu_model: "NVIDIA H100 80GB HBM3", owner: platform }
        """))
    for team in fleet.teams { #expect(text.contains("namespace: \"\(team)-*\"")) }
    #expect(
      text.contains("policies: { unallocated: proportional, out_of_service: platform }\n"))
  }

  private func hours(_ from: Int, _ to: Int) -> TimeRange {
    TimeRange(
      fleet.plan.start + Int64(from) * UTCInstant.millisecondsPerHour,
      fleet.plan.start + Int64(to) * UTCInstant.millisecondsPerHour)
  }
}
