import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite(.enabled(if: RealVictoriaMetrics.isInstalled, "no VictoriaMetrics on this machine"))
struct VictoriaMetricsTests {
  /// Fills a server with text whose times are in seconds.
  private func server(_ recording: Recording) async throws -> RealVictoriaMetrics {
    let server = try await RealVictoriaMetrics()
    // The import takes times in milliseconds.
    let lines = recording.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let cut = line.lastIndex(of: " ") ?? line.startIndex
      return line[..<cut] + " " + line[cut...].dropFirst().filter { $0 != "." }
    }
    let client = Waiting().client
    let text = lines.joined(separator: "\n") + "\n"
    _ = try await client.send(
      HTTPRequest(
        method: .post, url: server.url + "/api/v1/import/prometheus", body: Array(text.utf8)),
      over: ConnectionSettings())
    _ = try await client.send(
      HTTPRequest(url: server.url + "/internal/force_flush"), over: ConnectionSettings())
    return server
  }

  @Test func `the same comes out of it as out of a Prometheus`() async throws {
    var recording = Recording()
    let hour = 3_600_000
    let own = #"pod="dcgm-x",namespace="gpu-operator""#
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL",
      gpuA + #",instance="a:1",exported_pod="train-0",exported_namespace="team-a","# + own,
      every: 30_000, in: 0..<(2 * hour), value: "9")
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuB + #",instance="a:1","# + own, every: 30_000, in: 0..<(2 * hour),
      value: "0")
    recording.add("up", #"instance="a:1","# + own, every: 30_000, in: 0..<(2 * hour), value: "1")
    recording.add(
      "kube_pod_labels",
      #"namespace="team-a",pod="train-0",uid="u",label_team="blue",instance="k:1""#,
      every: 30_000, in: 0..<(2 * hour), value: "1")
    recording.add(
      "kube_node_status_capacity", #"node="gpu-01",resource="nvidia_com_gpu",instance="k:1""#,
      every: 30_000, in: 0..<(2 * hour), value: "8")
    recording.add(
      "kube_node_spec_unschedulable", #"node="gpu-01",instance="k:1""#, every: 30_000,
      in: 600_000..<900_000, value: "1")
    let victoria = try await server(recording)
    let collected = try await Collected(hours(0, 1), PrometheusSettings(url: victoria.url))
    #expect(collected.frames.map(\.timestamps.count) == [120])
    #expect(
      collected.frames.first?.timestamps.first == hourZero.milliseconds
        && collected.frames.first?.timestamps.last == hourZero.milliseconds + 3_570_000)
    #expect(
      collected.frames.first?.series.map { $0.key.workload?.description } == [
        "team-a/train-0", nil,
      ])
    #expect(
      collected.window.observations == [
        Observation(
          kind: .pod, subject: "team-a/train-0/u", attributes: ["label_team": "blue", "uid": "u"],
          range: hours(0, 1)),
        Observation(
          kind: .nodeCapacity, subject: "gpu-01", attributes: ["gpus": "8"], range: hours(0, 1)),
        Observation(
          kind: .outage, subject: "gpu-01", attributes: ["reason": "drained"],
          range: TimeRange(hourZero + 600_000, hourZero + 930_000)),
        Observation(
          kind: .gpuNumbers, subject: "gpu-01", attributes: ["0": "GPU-aaaa", "1": "GPU-bbbb"],
          range: hours(0, 1)),
      ])
    let check = await PrometheusCollector(
      settings: PrometheusSettings(url: victoria.url), client: Waiting().client,
      log: .init(label: "test")
    ).check(now: hourZero + Int64(hour) + 5_000)
    #expect(check.gpus == 2 && check.problems.isEmpty, "\(check.problems)")
  }
}
