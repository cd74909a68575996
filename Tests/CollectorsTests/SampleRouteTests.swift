import Logging
import Quantities
import Records
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Collectors

/// Which way is taken where a server has no remote read, or another one.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct SampleRouteTests {
  private static let streamed =
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"

  private static func answer(_ bytes: [UInt8], type: String = streamed) -> ScriptedResponse {
    var response = ScriptedResponse(headers: ["Content-Type": type])
    response.body = bytes
    return response
  }

  /// What a server may say in place of streamed chunks, and how that is told.
  static let refusals: [(ScriptedResponse, String)] = [
    (ScriptedResponse(404, "404 page not found"), "the server answered 404"),
    (ScriptedResponse(403, "no"), "the server answered 403"),
    (ScriptedResponse(401, "no"), "the server answered 401"),
    (
      ScriptedResponse(400, "unsupported path requested"),
      "the server answered 400: unsupported path requested"
    ),
    (ScriptedResponse(405, "Method Not Allowed"), "the server answered 405: Method Not Allowed"),
    (ScriptedResponse(501), "the server answered 501"),
    (
      answer([0], type: "application/x-protobuf"),
      "application/x-protobuf instead of streamed chunks (application/x-streamed-protobuf)"
    ),
    (
      answer(Array("<html>Sign in</html>".utf8), type: "text/html"),
      "text/html instead of streamed chunks (application/x-streamed-protobuf)"
    ),
    (
      answer(ChunkAnswer.frame([("a", "b")], [[0, 0]], encoding: 4)),
      "the server sends chunks of the encoding XOR2 (4), which this version can't read"
    ),
  ]

  private static func recording() -> Recording {
    var recording = Recording()
    for target in ["a:1", "b:1", "c:1"] {
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", #"UUID="GPU-\#(target)",instance="\#(target)""#, every: 30_000,
        in: 0..<7_200_000, value: "7")
    }
    return recording
  }

  @Test func `auto takes queries where there is no remote read, decided once a run`()
    async throws
  {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let asked = try await Collected(
      hours(0, 1), PrometheusSettings(url: server.url, sampleProtocol: .query))
    for (response, reason) in Self.refusals {
      let proxy = FaultProxy(to: server.port) { request, _ in
        request.path == "/api/v1/read" ? .respond(response) : .none
      }
      var settings = PrometheusSettings(url: proxy.url, samplesPerRequest: 1)
      settings.connection.retries = .once
      let words = Mutex<[String]>([])
      let log = Logger(label: "test") { _ in
        KeptWords { word in words.withLock { $0.append(word) } }
      }
      let collector = PrometheusCollector(
        settings: settings, client: Waiting().client, log: log)
      for hour in [Int64(0), 1] {
        let frames = Mutex<[SampleFrame]>([])
        _ = try await collector.collect(hours(hour, hour + 1)) { frame in
          frames.withLock { $0.append(frame) }
        }
        if hour == 0 { #expect(frames.withLock { $0 } == asked.frames) }
      }
      #expect(proxy.requests.filter { $0.path == "/api/v1/read" }.count == 1)
      #expect(
        words.withLock { $0 } == [
          "\(proxy.url): reading by queries, since remote read doesn't work (\(reason)); set the "
            + "source's 'protocol: query' to leave it out"
        ])
    }
  }

  @Test func `remote read alone fails with what to do, and check says the same`() async throws {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    for (response, reason) in Self.refusals {
      let proxy = FaultProxy(to: server.port) { request, _ in
        request.path == "/api/v1/read" ? .respond(response) : .none
      }
      var settings = PrometheusSettings(url: proxy.url, sampleProtocol: .remoteRead)
      settings.connection.retries = .once
      let error = await #expect(throws: CollectorError.self) {
        try await Collected(hours(0, 1), settings)
      }
      let expected =
        "\(proxy.url): remote read doesn't work (\(reason)); set the source's 'protocol: query', or "
        + "'auto' to have it chosen"
      #expect(error?.description == expected)
      let now = hourZero + 7_200_000
      let strict = PrometheusCollector(
        settings: settings, client: Waiting().client, log: Logger(label: "test"))
      #expect(await strict.check(now: now).problems == [expected])
      settings.sampleProtocol = .auto
      let lenient = PrometheusCollector(
        settings: settings, client: Waiting().client, log: Logger(label: "test"))
      let check = await lenient.check(now: now)
      #expect(check.isUsable)
      #expect(
        check.findings.last
          == "\(proxy.url): samples are read by queries, since remote read doesn't work (\(reason))"
      )
    }
  }

  @Test func `check names the way and the labels that are taken off`() async throws {
    let server = try await RealPrometheus(
      openMetrics: Self.recording().text,
      configuration: "global: {external_labels: {cluster: lab-a, replica: '0'}}\n")
    var settings = PrometheusSettings(url: server.url)
    let now = hourZero + 7_200_000
    let read = PrometheusCollector(
      settings: settings, client: Waiting().client, log: Logger(label: "test"))
    #expect(
      await read.check(now: now).findings.last
        == "\(server.url): samples are read by remote read, without the server's external labels: "
        + "cluster, replica")
    settings.sampleProtocol = .query
    let asked = PrometheusCollector(
      settings: settings, client: Waiting().client, log: Logger(label: "test"))
    #expect(
      await asked.check(now: now).findings.last
        == "\(server.url): samples are read by queries, as configured")
  }

  @Test(arguments: [PrometheusSettings.SampleProtocol.auto, .remoteRead])
  func `chunks that can't be read in a later window turn auto to queries`(
    way: PrometheusSettings.SampleProtocol
  ) async throws {
    let server = try await RealPrometheus(openMetrics: Self.recording().text)
    let unreadable = Self.answer(ChunkAnswer.frame([("a", "b")], [[0, 0]], encoding: 4))
    let reads = Mutex(0)
    let proxy = FaultProxy(to: server.port) { request, _ in
      guard request.path == "/api/v1/read" else { return .none }
      let isFirst = reads.withLock {
        $0 += 1
        return $0 == 1
      }
      return isFirst ? .none : .respond(unreadable)
    }
    let settings = PrometheusSettings(url: proxy.url, sampleProtocol: way)
    if way == .auto {
      let asked = try await Collected(
        hours(0, 1), PrometheusSettings(url: server.url, sampleProtocol: .query))
      #expect(try await Collected(hours(0, 1), settings).frames == asked.frames)
    } else {
      let error = await #expect(throws: CollectorError.self) {
        try await Collected(hours(0, 1), settings)
      }
      #expect(error?.description.contains("the encoding XOR2 (4)") == true)
      #expect(error?.description.contains("set the source's 'protocol: query'") == true)
    }
  }

  @Test func `labels that all series read have are external where a query lacks one`() {
    let read = [
      RawSeries(labels: ["__name__": "m", "a": "1", "x": "e", "job": "j"]),
      RawSeries(labels: ["__name__": "m", "b": "2", "x": "e", "job": "j"]),
    ]
    var asked = [
      RawSeries(labels: ["__name__": "m", "a": "1", "x": "e", "job": "j"]),
      RawSeries(labels: ["__name__": "m", "b": "2", "job": "j"]),
    ]
    #expect(ExternalLabels.compared(read: read, asked: asked) == ["x": "e"])
    asked[1].labels["x"] = "e"
    #expect(ExternalLabels.compared(read: read, asked: asked) == [:])
    #expect(ExternalLabels.compared(read: [], asked: []) == [:])
    #expect(ExternalLabels.compared(read: [], asked: asked) == nil)
    // One has a value of its own for the label, another the very value that is added.
    let mixed = [
      RawSeries(labels: ["a": "1", "x": "own"]), RawSeries(labels: ["a": "2", "x": "e"]),
      RawSeries(labels: ["a": "3", "x": "e"]),
    ]
    asked = [
      RawSeries(labels: ["a": "1", "x": "own"]), RawSeries(labels: ["a": "2", "x": "e"]),
      RawSeries(labels: ["a": "3"]),
    ]
    #expect(ExternalLabels.compared(read: mixed, asked: asked) == ["x": "e"])
    // Two series that may have become of the one without the label tell two values.
    let unclear = mixed + [RawSeries(labels: ["a": "3", "x": "own"])]
    #expect(ExternalLabels.compared(read: unclear, asked: asked) == nil)
    let external = ExternalLabels(labels: ["x": "e", "y": "f"], owners: ["x": ["own:1"]])
    #expect(
      external.removed(from: RawSeries(labels: ["x": "e", "y": "other", "instance": "a:1"])).labels
        == ["y": "other", "instance": "a:1"])
    #expect(
      external.removed(from: RawSeries(labels: ["x": "e", "y": "f", "instance": "own:1"])).labels
        == ["x": "e", "instance": "own:1"])
  }
}

/// A log that hands on its words.
private struct KeptWords: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.warning
  let keep: @Sendable (String) -> Void

  init(_ keep: @escaping @Sendable (String) -> Void) { self.keep = keep }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { keep("\(event.message)") }
}
