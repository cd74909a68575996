import Logging
import Quantities
import Records
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Collectors

/// 2026-11-02T00:00:00Z.
let hourZero = UTCInstant(milliseconds: 1_793_577_600_000)

func hours(_ from: Int64, _ to: Int64) -> TimeRange {
  TimeRange(hourZero + from * 3_600_000, hourZero + to * 3_600_000)
}

/// Writes OpenMetrics text: all samples of a metric together, as the format wants it.
struct Recording {
  private var linesByName: [String: [String]] = [:]

  /// Adds samples; times in milliseconds from `hourZero`.
  mutating func add(_ name: String, _ labels: String, _ samples: [(Int64, String)]) {
    for (offset, value) in samples {
      let time = hourZero.milliseconds + offset
      let fraction = String(time % 1_000 + 1_000).dropFirst()
      linesByName[name, default: []].append(
        "\(name){\(labels)} \(value) \(time / 1_000).\(fraction)")
    }
  }

  /// Adds a sample every `step` milliseconds in `range`.
  mutating func add(
    _ name: String, _ labels: String, every step: Int, in range: Range<Int>, value: String
  ) {
    add(
      name, labels,
      stride(from: range.lowerBound, to: range.upperBound, by: step).map { (Int64($0), value) })
  }

  var text: String {
    let lines = linesByName.sorted { $0.key < $1.key }.flatMap { name, lines in
      ["# TYPE \(name) gauge"] + lines
    }
    return (lines + ["# EOF", ""]).joined(separator: "\n")
  }
}

/// Everything that one collection gave.
struct Collected {
  var frames: [SampleFrame]
  var window: CollectedWindow

  init(
    _ range: TimeRange, _ settings: PrometheusSettings, client: HTTPClient = Waiting().client
  ) async throws {
    let collector = PrometheusCollector(
      settings: settings, client: client,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let frames = Mutex<[SampleFrame]>([])
    window = try await collector.collect(range) { frame in frames.withLock { $0.append(frame) } }
    self.frames = frames.withLock { $0 }
  }
}

/// A client that doesn't really wait between attempts.
struct Waiting {
  var client: HTTPClient { HTTPClient { _ in } }
}

let gpuA = #"UUID="GPU-aaaa",Hostname="gpu-01",modelName="NVIDIA H100 80GB HBM3",gpu="0""#
let gpuB = #"UUID="GPU-bbbb",Hostname="gpu-01",modelName="NVIDIA H100 80GB HBM3",gpu="1""#

@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct PrometheusCollectorTests {
  @Test func `samples on both edges of neighbouring windows come exactly once`() async throws {
    var recording = Recording()
    let hour: Int64 = 3_600_000
    let times: [Int64] = [0, 1, hour - 1, hour, hour + 1, 2 * hour - 1, 2 * hour]
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="a:9400""#, times.map { ($0, "7") })
    let server = try await RealPrometheus(openMetrics: recording.text)
    let settings = PrometheusSettings(url: server.url + "/")
    var seen: [[Int64]] = []
    for range in [hours(-1, 0), hours(0, 1), hours(1, 2), hours(2, 3)] {
      let collected = try await Collected(range, settings)
      seen.append(collected.frames.flatMap(\.timestamps).map { $0 - hourZero.milliseconds })
    }
    #expect(seen == [[], [0, 1, hour - 1], [hour, hour + 1, 2 * hour - 1], [2 * hour]])
    let whole = try await Collected(hours(0, 3), settings)
    #expect(whole.frames.flatMap(\.timestamps).map { $0 - hourZero.milliseconds } == times)
  }

  /// Three targets, two GPUs each, every 15 s for two hours.
  private func fleet() -> Recording {
    var recording = Recording()
    for target in ["10.0.0.1:9400", "10.0.0.2:9400", "10.0.0.3:9400"] {
      for (number, metric) in GPUField.names.enumerated()
      where metric.hasPrefix("DCGM") && metric.count < 30 {
        for gpu in ["a", "b"] {
          recording.add(
            metric, #"UUID="GPU-\#(gpu)-\#(target.prefix(8))",instance="\#(target)""#,
            every: 15_000,
            in: 0..<7_200_000, value: "0.\(number)")
        }
      }
    }
    return recording
  }

  @Test func `a server that loads few samples at once is asked for less, to the same end`()
    async throws
  {
    let text = fleet().text
    let strict = try await RealPrometheus(
      openMetrics: text, arguments: ["--query.max-samples=150"])
    let lenient = try await RealPrometheus(openMetrics: text)
    let whole = try await Collected(hours(0, 2), PrometheusSettings(url: lenient.url))
    let pieces = try await Collected(hours(0, 2), PrometheusSettings(url: strict.url))
    let planned = try await Collected(
      hours(0, 2), PrometheusSettings(url: lenient.url, samplesPerRequest: 1))
    #expect(whole.frames.count == 3)
    #expect(whole.frames.map(\.target) == ["10.0.0.1:9400", "10.0.0.2:9400", "10.0.0.3:9400"])
    #expect(whole.frames.allSatisfy { $0.timestamps.count == 480 && $0.series.count >= 8 })
    #expect(pieces.frames == whole.frames)
    #expect(planned.frames == whole.frames)
    #expect(whole.window.rejections.isEmpty && whole.window.shortfalls.isEmpty)
  }

  @Test func `a minute that is too much for the server is told with the remedy`() async throws {
    let server = try await RealPrometheus(
      openMetrics: fleet().text, arguments: ["--query.max-samples=5"])
    let error = await #expect(throws: CollectorError.self) {
      try await Collected(hours(0, 1), PrometheusSettings(url: server.url))
    }
    #expect(
      error?.description
        == "\(server.url): one minute of target '10.0.0.1:9400' is more than the server loads at "
        + "once (query processing would load too many samples into memory in query execution); "
        + "raise its limit, --query.max-samples of a Prometheus")
  }

  @Test(arguments: [
    Fault.reset, .truncate(bytes: 150), .resetAfter(bytes: 150), .status(503), .halfBody,
    .corrupt(byte: 0), .busy(retryAfter: "1"), .stall(seconds: 2),
  ])
  func `a fault at every second request changes nothing`(fault: Fault) async throws {
    let server = try await RealPrometheus(openMetrics: fleet().text)
    let proxy = FaultProxy(to: server.port) { _, number in number % 2 == 0 ? fault : .none }
    var settings = PrometheusSettings(url: proxy.url, requestsInFlight: 1)
    settings.connection.timeouts = Timeouts(totalMilliseconds: 1_500)
    settings.connection.retries.attemptsMaximum = 8
    let direct = try await Collected(hours(0, 1), PrometheusSettings(url: server.url))
    let disturbed = try await Collected(hours(0, 1), settings)
    #expect(disturbed.frames == direct.frames)
    #expect(proxy.requests.count >= 8)
  }

  @Test func `a login page is told and not tried again`() async throws {
    let proxy = FaultProxy(to: 1) { _, _ in .loginPage }
    let error = await #expect(throws: CollectorError.self) {
      try await Collected(hours(0, 1), PrometheusSettings(url: proxy.url))
    }
    #expect(
      error?.description
        == "\(proxy.url)/api/v1/label/instance/values: unusable answer: a web page instead of JSON"
        + ", probably a login page; check the address and the source's credentials")
    #expect(proxy.requests.count == 1)
  }

  @Test func `whoever takes the frames can end the collection`() async throws {
    struct Full: Error, CustomStringConvertible { let description = "disk full" }
    let server = try await RealPrometheus(openMetrics: fleet().text)
    let collector = PrometheusCollector(
      settings: PrometheusSettings(url: server.url), client: Waiting().client,
      log: Logger(label: "test"))
    let error = await #expect(throws: CollectorError.self) {
      try await collector.collect(hours(0, 1)) { _ in throw Full() }
    }
    #expect(error == .receiver(reason: "disk full"))
  }
}
