import Quantities
import Records
import Testing

@Suite struct `A frame` {
  private static func key(_ metric: Metric, _ workload: String? = nil) -> SeriesKey {
    SeriesKey(
      metric: metric,
      entity: GPUEntity(uuid: "GPU-1", instance: nil, slices: nil, model: "", host: "h"),
      workload: workload.map { WorkloadKey(kind: .pod, namespace: "n", name: $0, uid: "") })
  }

  private static func frame(_ parts: (SeriesKey, [Int64], [Double])...) -> SampleFrame {
    SampleFrame(
      target: "t",
      points: parts.map { SeriesPoints(key: $0.0, timestamps: $0.1, values: $0.2) })
  }

  private static let power = key(.powerUsage)
  private static let use = key(.gpuUtilization, "a")

  @Test func `lays loose points on shared timestamps, in the order of their keys`() {
    let frame = Self.frame(
      (Self.power, [10, 20, 40], [1, 2, 4]), (Self.use, [20, 30], [5, 6]))
    #expect(frame.timestamps == [10, 20, 30, 40])
    #expect(frame.series.map(\.key) == [Self.use, Self.power])
    #expect(frame.series.map(\.runs) == [[1..<3], [0..<2, 3..<4]])
    #expect(frame.series.map(\.values) == [[5, 6], [1, 2, 4]])
    #expect(frame.sampleCount == 5)
  }

  @Test func `sorts points, joins parts of one key and counts a time once, as first given`() {
    let frame = Self.frame(
      (Self.power, [30, 10, 30], [3, 1, 9]), (Self.power, [20, 10], [2, 8]))
    #expect(frame == Self.frame((Self.power, [10, 20, 30], [1, 2, 3])))
  }

  @Test func `is the same whatever the order of its parts`() {
    let one = (Self.power, [Int64(10), 20], [1.0, 2])
    let other = (Self.use, [Int64(15)], [3.0])
    #expect(Self.frame(one, other) == Self.frame(other, one))
  }

  @Test func `keeps what is inside a range, or outside of it`() {
    let frame = Self.frame((Self.power, [10, 20, 30], [1, 2, 3]), (Self.use, [20], [5]))
    let range = TimeRange(milliseconds: 20..<30)
    #expect(
      frame.limited(to: range) == Self.frame((Self.power, [20], [2]), (Self.use, [20], [5])))
    #expect(frame.removing(range) == Self.frame((Self.power, [10, 30], [1, 3])))
    #expect(frame.removing(TimeRange(milliseconds: 0..<99)).isEmpty)
    #expect(frame.limited(to: TimeRange(milliseconds: 0..<99)) == frame)
  }

  @Test func `merged with another counts first`() {
    let one = Self.frame((Self.power, [10, 20], [1, 2]))
    let other = Self.frame((Self.power, [20, 30], [9, 3]), (Self.use, [5], [4]))
    #expect(
      one.merged(with: other)
        == Self.frame((Self.power, [10, 20, 30], [1, 2, 3]), (Self.use, [5], [4])))
    let empty = SampleFrame(target: "t", timestamps: [], series: [])
    #expect(empty.merged(with: one) == one)
    #expect(one.merged(with: empty) == one)
  }

  @Test(
    arguments: [
      ([], nil), ([5], nil), ([5, 9], 4), ([0, 10, 40], 10), ([0, 10, 20, 50, 90], 10),
      ([0, 30, 31, 61], 30),
    ] as [([Int64], Int64?)])
  func `has a median step, the lower one of two`(times: [Int64], step: Int64?) {
    #expect(Self.frame((Self.power, times, times.map { Double($0) })).medianStep == step)
  }
}

@Suite struct `Keys` {
  @Test func `of series are ordered by metric, GPU and workload, those of nobody first`() {
    func key(_ metric: Metric, _ uuid: String, _ instance: Int?, _ workload: String?) -> SeriesKey {
      SeriesKey(
        metric: metric,
        entity: GPUEntity(uuid: uuid, instance: instance, slices: nil, model: "", host: "h"),
        workload: workload.map { WorkloadKey(kind: .pod, namespace: "n", name: $0, uid: "") })
    }
    let ordered = [
      key(.gpuUtilization, "GPU-1", nil, nil), key(.gpuUtilization, "GPU-1", nil, "a"),
      key(.gpuUtilization, "GPU-1", nil, "b"), key(.gpuUtilization, "GPU-1", 0, "a"),
      key(.gpuUtilization, "GPU-1", 2, "a"), key(.gpuUtilization, "GPU-2", nil, "a"),
      key(.powerUsage, "GPU-1", nil, "a"),
    ]
    #expect(ordered.reversed().sorted() == ordered)
    for one in ordered { #expect(!(one < one)) }
  }

  @Test func `name themselves as people know them`() {
    #expect(HostKey(site: "fra", cluster: "c1", name: "node-1").description == "fra/c1/node-1")
    #expect(WorkloadKey(kind: .pod, namespace: "ml", name: "a", uid: "u").description == "ml/a")
  }

  @Test func `of kinds, metrics and states have the numbers that stores hold`() {
    #expect(WorkloadKey.Kind.pod.rawValue == 1)
    #expect(Metric.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
    #expect(
      State.allCases.map { "\($0.rawValue) \($0)" } == [
        "1 busy", "2 idle", "3 allocated_unknown", "4 reserved_unused", "5 unattributed",
        "6 unallocated", "7 out_of_service", "8 unknown",
      ])
    #expect(
      [Observation.Kind.pod, .namespace, .nodeCapacity, .outage].map(\.rawValue) == [1, 2, 3, 4])
  }

  @Test func `of states tell who holds a GPU and what was observed`() {
    #expect(State.allCases.filter(\.isHeld) == [.busy, .idle, .allocatedUnknown])
    #expect(State.allCases.filter { !$0.isObserved } == [.allocatedUnknown, .unknown])
  }
}

@Suite struct `A rejection` {
  @Test func `tells where, what and how often`() {
    var one = Rejection(place: "t1", rule: "out of range", found: "101", expected: "0 to 100")
    #expect(one.description == "t1: out of range: found 101, expected 0 to 100")
    one.count = 3
    #expect(one.description == "t1: out of range: found 101, expected 0 to 100 (3 times)")
  }
}
