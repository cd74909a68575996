import Foundation
import TestSupport
import Testing

/// Samples by remote read and by queries: nobody may tell from the store which way they came.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct ProtocolTests {
  /// A configuration's text with the protocol of its Prometheus chosen.
  private static func choosing(_ way: String) -> (String) -> String {
    { $0.replacing("type: prometheus\n", with: "type: prometheus\n    protocol: \(way)\n") }
  }

  @Test func `the store holds the same bytes whichever way samples came`() async throws {
    let small = try await SimulatedSite.small.site()
    let labelled = try await RealPrometheus(
      openMetricsFile: small.folder.path + "/fleet.om",
      configuration: """
        global:
          external_labels: {cluster: lab-a, replica: "0", pod: prometheus-0, node: gpu-77}

        """)
    let asked = try small.program(adjust: Self.choosing("query"))
    #expect(try asked.read("gputally.yaml").contains("protocol: query"))
    #expect(try await asked.run("run").status == 0)
    let expected = try asked.facts()
    #expect(expected["segment"]?.isEmpty == false && expected["posting"]?.isEmpty == false)
    for (way, url) in [
      ("remote-read", small.prometheus.url), ("auto", small.prometheus.url),
      ("remote-read", labelled.url), ("query", labelled.url),
    ] {
      let read = try small.program(url: url, adjust: Self.choosing(way))
      let run = try await read.run("run")
      #expect(run.status == 0 && !run.errors.contains("remote read"), "\(way): \(run.errors)")
      let found = try read.facts()
      for (table, rows) in expected {
        let isSame = found[table] == rows
        #expect(isSame, "\(table) by \(way) from \(url)")
      }
    }
  }

  @Test func `a server without remote read is told once, and a source that wants it fails`()
    async throws
  {
    let small = try await SimulatedSite.small.site()
    let proxy = FaultProxy(to: small.prometheus.port) { request, _ in
      request.path == "/api/v1/read" ? .status(404) : .none
    }
    let lenient = try small.program(url: proxy.url)
    let collected = try await lenient.run("collect")
    #expect(collected.status == 0)
    let words = "reading by queries, since remote read doesn't work (the server answered 404)"
    #expect(collected.errors.ranges(of: words).count == 1, "\(collected.errors)")
    let quiet = try await small.program(url: proxy.url).run("collect", "--quiet")
    #expect(quiet.errors == "" && quiet.output == "")
    let strict = try small.program(url: proxy.url, adjust: Self.choosing("remote-read"))
    let checked = try await strict.run("check")
    #expect(checked.status == 1)
    let remedy =
      "\(proxy.url): remote read doesn't work (the server answered 404); set the source's "
      + "'protocol: query', or 'auto' to have it chosen"
    #expect(checked.output.contains("  problem  \(remedy)\n"), "\(checked.output)")
    let refused = try await strict.run("collect")
    #expect(refused.status == 2)
    #expect(refused.errors.contains(remedy), "\(refused.errors)")
  }
}
