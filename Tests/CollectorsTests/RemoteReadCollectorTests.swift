import Logging
import Quantities
import Records
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Collectors

/// Remote read against real servers: the same must come of it as of queries.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct RemoteReadCollectorTests {
  /// Labels that would change who holds a GPU and where it is, if they stayed on.
  private static let labelled = """
    global:
      external_labels:
        cluster: lab-a
        replica: "0"
        pod: prometheus-0
        namespace: monitoring
        node: gpu-77

    """

  /// Two targets, one of which has of its own what the server adds to the others.
  private static func recording() -> Recording {
    var recording = Recording.cluster()
    let hour = 3_600_000
    for (target, labels) in [
      ("a:9400", #"Hostname="h-a""#), ("b:9400", #"node="gpu-77",cluster="lab-a""#),
      ("c:9400", #"node="gpu-78",cluster="lab-b""#), ("d:9400", #"gpu="3""#),
    ] {
      for (gpu, value) in [("0", "NaN"), ("1", "+Inf"), ("2", "0.1234567"), ("3", "1e-9")] {
        recording.add(
          "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
          #"UUID="GPU-\#(target.prefix(1))-\#(gpu)",instance="\#(target)","# + labels,
          every: 15_000, in: 7_000..<(2 * hour), value: value)
        recording.add(
          "DCGM_FI_DEV_POWER_USAGE",
          #"UUID="GPU-\#(target.prefix(1))-\#(gpu)",instance="\#(target)","# + labels,
          (0..<400).map { number in
            (Int64(number * 17_011 + number % 7), "\(number % 90).\(number % 13)")
          })
      }
      recording.add(
        "up", #"instance="\#(target)""#, every: 15_000, in: 7_000..<(2 * hour), value: "1")
    }
    return recording
  }

  private static func settings(
    _ url: String, _ sampleProtocol: PrometheusSettings.SampleProtocol
  ) -> PrometheusSettings {
    PrometheusSettings(url: url, requestsInFlight: 2, sampleProtocol: sampleProtocol)
  }

  private static func expectSame(_ read: Collected, _ asked: Collected) {
    #expect(!asked.frames.isEmpty)
    #expect(difference(read.frames, asked.frames) == nil)
    #expect(read.window.observations == asked.window.observations)
    #expect(read.window.rejections == asked.window.rejections)
    #expect(read.window.shortfalls == asked.window.shortfalls)
  }

  /// Where frames differ first: they are too long to be shown.
  private static func difference(_ read: [SampleFrame], _ asked: [SampleFrame]) -> String? {
    if read.map(\.target) != asked.map(\.target) {
      return "targets \(read.map(\.target)) and \(asked.map(\.target))"
    }
    for (one, other) in zip(read, asked) where one != other {
      if one.timestamps != other.timestamps {
        return "\(one.target): \(one.timestamps.count) and \(other.timestamps.count) times"
      }
      if one.series.map(\.key) != other.series.map(\.key) {
        let keys = Set(one.series.map(\.key)).symmetricDifference(other.series.map(\.key))
        return "\(one.target): \(keys)"
      }
      return "\(one.target): values"
    }
    return nil
  }

  @Test(arguments: ["global: {}\n", labelled])
  func `both ways give the same, whatever labels the server adds`(configuration: String)
    async throws
  {
    let server = try await RealPrometheus(
      openMetrics: Self.recording().text, configuration: configuration)
    let proxy = FaultProxy(to: server.port) { _, _ in .none }
    for range in [hours(0, 1), hours(1, 2), hours(0, 3), hours(-1, 0)] {
      let asked = try await Collected(range, Self.settings(proxy.url, .query))
      #expect(!proxy.requests.contains { $0.path == "/api/v1/read" } || range != hours(0, 1))
      let read = try await Collected(range, Self.settings(proxy.url, .remoteRead))
      if range == hours(-1, 0) {
        #expect(read.frames.isEmpty && asked.frames.isEmpty)
      } else {
        Self.expectSame(read, asked)
      }
    }
    // A trial each, samples of three windows, and what kube-state-metrics says, in several reads.
    #expect(proxy.requests.filter { $0.path == "/api/v1/read" }.count >= 18)
  }

  @Test(arguments: [
    LabelMatcher("cluster", .equal, "lab-a"), LabelMatcher("cluster", .unequal, "lab-a"),
    LabelMatcher("cluster", .equal, ""), LabelMatcher("cluster", .matching, "lab-.|"),
    LabelMatcher("cluster", .equal, "lab-."),
  ])
  func `a matcher on an external label means the series' own`(matcher: LabelMatcher) async throws {
    let server = try await RealPrometheus(
      openMetrics: Self.recording().text, configuration: Self.labelled)
    var settings = Self.settings(server.url, .query)
    settings.matchers = [matcher]
    let asked = try await Collected(hours(0, 1), settings)
    settings.sampleProtocol = .remoteRead
    let read = try await Collected(hours(0, 1), settings)
    #expect(Self.difference(read.frames, asked.frames) == nil)
    #expect(asked.frames.isEmpty == (matcher.value == "lab-."))
    #expect(read.window.observations == asked.window.observations)
  }

  @Test func `more samples than are taken at once are asked for in parts, to the same end`()
    async throws
  {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let asked = try await Collected(hours(0, 2), Self.settings(server.url, .query))
    var settings = Self.settings(server.url, .remoteRead)
    settings.samplesPerRequest = 100
    Self.expectSame(try await Collected(hours(0, 2), settings), asked)
  }

  /// How a server answers the second read and those after it: the first one is the trial.
  private static func faulty(_ server: RealPrometheus, _ fault: Fault) -> FaultProxy {
    let reads = Mutex(0)
    return FaultProxy(to: server.port) { request, _ in
      guard request.path == "/api/v1/read" else { return .none }
      let number = reads.withLock {
        $0 += 1
        return $0
      }
      return number == 2 ? fault : .none
    }
  }

  @Test(arguments: [
    Fault.reset, .truncate(bytes: 900), .resetAfter(bytes: 900), .status(503), .halfBody,
    .corrupt(byte: 0), .corrupt(byte: 3), .corrupt(byte: 300), .busy(retryAfter: "1"),
  ])
  func `an answer that fails once is asked for again and nothing of it kept`(fault: Fault)
    async throws
  {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let proxy = Self.faulty(server, fault)
    let asked = try await Collected(hours(0, 1), Self.settings(server.url, .query))
    Self.expectSame(
      try await Collected(hours(0, 1), Self.settings(proxy.url, .remoteRead)), asked)
  }

  @Test func `an answer that fails each time is told`() async throws {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let proxy = Self.faulty(server, .halfBody)
    var settings = Self.settings(proxy.url, .remoteRead)
    settings.connection.retries = .once
    let error = await #expect(throws: CollectorError.self) {
      try await Collected(hours(0, 1), settings)
    }
    let words = error?.description ?? ""
    let prefix =
      "\(proxy.url)/api/v1/read: unusable answer: the stream of chunks ends within the frame at "
    #expect(words.hasPrefix(prefix + "byte "), "\(words)")
  }

  @Test func `an error in the middle of an answer is told in the server's words`() async throws {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let frame = ChunkAnswer.frame([("__name__", "up")], [[0, 0]])
    var response = ScriptedResponse(
      headers: [
        "Content-Type":
          "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"
      ])
    response.body = frame + Array("expanding series: context deadline exceeded\n".utf8)
    let proxy = Self.faulty(server, .respond(response))
    var settings = Self.settings(proxy.url, .auto)
    settings.connection.retries = .once
    let error = await #expect(throws: CollectorError.self) {
      try await Collected(hours(0, 1), settings)
    }
    #expect(
      error?.description
        == "\(proxy.url)/api/v1/read: unusable answer: the stream of chunks ends within the frame "
        + "at byte \(frame.count); the server says 'expanding series: context deadline exceeded'")
  }
}
