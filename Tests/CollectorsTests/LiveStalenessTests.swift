import Foundation
import Quantities
import Records
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Collectors

/// A real server that really scrapes, and an exporter that goes away.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct LiveStalenessTests {
  @Test func `marks of an exporter that went away are ends, and nothing that is stored`()
    async throws
  {
    let isGone = Mutex(false)
    let exporter = ScriptedServer { _, number in
      isGone.withLock { $0 }
        ? ScriptedResponse(500)
        : ScriptedResponse(
          headers: ["Content-Type": "text/plain"],
          "DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-a\"} \(number % 100)\n")
    }
    let server = try await RealPrometheus(
      openMetrics: "# EOF\n",
      configuration: """
        global: {scrape_interval: 200ms, scrape_timeout: 200ms, external_labels: {cluster: lab-a}}
        scrape_configs:
        - {job_name: gpus, static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]}

        """)
    for _ in 0..<100 where exporter.requests.count < 10 {
      try await Task.sleep(for: .milliseconds(100))
    }
    isGone.withLock { $0 = true }
    let seen = exporter.requests.count
    for _ in 0..<100 where exporter.requests.count < seen + 3 {
      try await Task.sleep(for: .milliseconds(100))
    }
    let now = UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)).startOfHour
    let range = TimeRange(now - 3_600_000, now + 3_600_000)
    let settings = PrometheusSettings(url: server.url, sampleProtocol: .remoteRead)
    let reader = RemoteReadAPI(
      api: PrometheusAPI(
        settings: settings, client: Waiting().client, log: .init(label: "test")))
    guard
      case .series(let series) = try await reader.read(
        Selector(names: ["DCGM_FI_DEV_GPU_UTIL"], []), in: range)
    else {
      Issue.record("no series")
      return
    }
    #expect(series.count == 1 && series.first?["cluster"] == "lab-a")
    let last = try #require(series.first?.timestamps.last)
    #expect(series.first?.ends.count == 1 && series.first?.ends.first ?? 0 > last)
    let read = try await Collected(range, settings)
    let asked = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .query))
    #expect(asked.frames.first?.timestamps == series.first?.timestamps)
    #expect(read.frames == asked.frames && read.window.rejections.isEmpty)
  }
}
