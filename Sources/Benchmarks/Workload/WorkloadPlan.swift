import ArgumentParser
import Quantities
import Records

/// What the benchmark's fleet is made from; equal plans make equal fleets.
struct WorkloadPlan: Sendable {
  /// - Unit: milliseconds between two samples of a GPU.
  static let interval: Int64 = 30_000
  static let ticksPerDay = Int(UTCInstant.millisecondsPerDay / interval)
  static let site = "pangyo"
  static let cluster = "train"
  static let source = "train-prometheus"
  static let model = "NVIDIA H100 80GB HBM3"
  /// What is measured of its GPUs.
  static let metrics: [Metric] = [
    .gpuUtilization, .graphicsEngineActive, .framebufferUsed, .powerUsage,
  ]
  /// The namespaces, each a team of its own.
  static let teams = [
    "perception", "language", "planning", "robotics", "speech", "forecasting", "ranking",
    "simulation", "mapping", "vision", "search", "ads", "fraud", "genomics", "weather", "routing",
    "translation", "recommender", "safety", "codegen", "audio", "video", "pricing", "research",
  ]

  var seed: UInt64 = 1
  var days = 7
  var hosts = 200
  var gpusPerHost = 8
  /// A UTC midnight: 2025-11-01.
  var start = UTCInstant(milliseconds: 1_761_955_200_000)

  var gpus: Int { hosts * gpusPerHost }
  var ticks: Int { days * Self.ticksPerDay }
  var span: TimeRange { TimeRange(start, time(of: ticks)) }

  /// The instant of a sample; every host is scraped at the same ones.
  func time(of tick: Int) -> UTCInstant { start + Int64(tick) * Self.interval }

  /// The UTC day that starts `day` days after the fleet.
  func range(ofDay day: Int) -> TimeRange {
    TimeRange(time(of: day * Self.ticksPerDay), time(of: (day + 1) * Self.ticksPerDay))
  }

  /// A host's name: three digits, four in fleets of thousands.
  func hostName(_ host: Int) -> String {
    let digits = String(host + 1)
    return "gpu" + String(repeating: "0", count: max(0, nameDigits - digits.count)) + digits
  }

  /// The hosts as the inventory writes them: `gpu[001-200]`.
  var hostRange: String {
    let bounds = [hostName(0), hostName(hosts - 1)].map { $0.dropFirst(3) }
    return hosts == 1 ? hostName(0) : "gpu[\(bounds[0])-\(bounds[1])]"
  }

  private var nameDigits: Int { max(3, String(hosts).count) }

  /// - Throws: what can't be played, in a sentence.
  func validate() throws {
    let limits = [
      ("days", days, 1...366), ("hosts", hosts, 1...8_000), ("gpus-per-host", gpusPerHost, 1...16),
      ("hosts x gpus-per-host", gpus, 1...65_535),
    ]
    for (name, value, range) in limits where !range.contains(value) {
      throw ValidationError(
        "--\(name): found \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
