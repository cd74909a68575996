import Quantities
import Records
import Testing

@testable import gputally_bench

/// The fleet that benchmarks measure with is what its description says.
@Suite struct WorkloadTests {
  private static func plan(days: Int, hosts: Int, seed: UInt64 = 1) -> WorkloadPlan {
    var plan = WorkloadPlan()
    plan.days = days
    plan.hosts = hosts
    plan.seed = seed
    return plan
  }

  private static func frames(_ plan: WorkloadPlan, days: Int) -> [SampleFrame] {
    let generator = WorkloadGenerator(plan)
    return (0..<days).flatMap { day in
      (0..<plan.hosts).map { generator.frame(of: generator.hostDay($0, day: day)) }
    }
  }

  @Test func `the same plan makes the same samples, another seed makes others`() {
    let plan = Self.plan(days: 2, hosts: 2)
    let frames = Self.frames(plan, days: 2)
    #expect(frames == Self.frames(plan, days: 2))
    #expect(frames != Self.frames(Self.plan(days: 2, hosts: 2, seed: 2), days: 2))
  }

  @Test func `a longer fleet begins with the shorter one`() {
    let short = Self.frames(Self.plan(days: 1, hosts: 2), days: 1)
    #expect(short == Self.frames(Self.plan(days: 9, hosts: 3), days: 1).dropLast())
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a month has some 61,000 allocations of 1,600 GPUs`(seed: UInt64) {
    let generator = WorkloadGenerator(Self.plan(days: 30, hosts: 200, seed: seed))
    #expect((55_000...67_000).contains(generator.allocations))
    let teams = Set(generator.schedules.flatMap { $0.allocations.map(\.pod.namespace) })
    #expect(teams.count == 24)
  }

  @Test func `the fleet is busy for some 28 percent, and a sample needs half a byte`() {
    let plan = Self.plan(days: 10, hosts: 40)
    let generator = WorkloadGenerator(plan)
    var figures = WorkloadFigures()
    for day in 0..<plan.days {
      for host in 0..<plan.hosts { figures.add(generator.hostDay(host, day: day)) }
    }
    #expect(figures.samples == 10 * 320 * 2_880 * 4)
    #expect((25.0...31.0).contains(figures.meanUtilization))
    #expect((0.5...0.6).contains(figures.meanEntropy))
  }

  @Test func `each GPU has every sample once, and pods hold it one after the other`() {
    let plan = Self.plan(days: 3, hosts: 3)
    for frame in Self.frames(plan, days: 3) {
      #expect(frame.timestamps.count == 2_880)
      #expect(frame.timestamps.allSatisfy { $0 % 30_000 == 0 })
      #expect(frame.series == frame.series.sorted { $0.key < $1.key })
      for metric in WorkloadPlan.metrics {
        let ofMetric = frame.series.filter { $0.key.metric == metric }
        for (_, series) in Dictionary(grouping: ofMetric, by: \.key.entity.uuid) {
          let rows = series.flatMap(\.runs).flatMap { Array($0) }.sorted()
          #expect(rows == Array(0..<2_880))
        }
      }
    }
    for schedule in WorkloadGenerator(plan).schedules {
      for gpu in 0..<plan.gpusPerHost {
        let held = schedule.allocations.filter { $0.gpu == gpu }.map(\.ticks)
        for (one, next) in zip(held, held.dropFirst()) {
          #expect(one.upperBound <= next.lowerBound)
        }
      }
    }
  }

  @Test func `values are what exporters print`() {
    for frame in Self.frames(Self.plan(days: 1, hosts: 2), days: 1) {
      for series in frame.series {
        let (range, scale): (ClosedRange<Double>, Double) =
          switch series.key.metric {
          case .gpuUtilization: (0...100, 1)
          case .framebufferUsed: (4...81_559, 1)
          case .powerUsage: (55...700, 1_000)
          case .graphicsEngineActive: (0...1, 1_000_000)
          case .totalEnergy: (0...0, 1)
          }
        #expect(series.values.allSatisfy { range.contains($0) })
        #expect(series.values.allSatisfy { ($0 * scale).rounded() / scale == $0 })
      }
    }
  }
}
