import Foundation
import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

/// How sources differ: who scraped, with which labels, behind which door.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct SourceShapesTests {
  @Test func `an idle GPU is nobody's under either honorLabels`() async throws {
    var recording = Recording()
    let own = #"pod="dcgm-x",namespace="gpu-operator""#
    for (target, held, idle) in [
      ("false:9400", own + #",exported_pod="train-0",exported_namespace="team-a""#, own),
      ("true:9400", #"pod="train-0",namespace="team-a""#, own),
    ] {
      let instance = #",instance="\#(target)","#
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", gpuA + instance + held, every: 30_000, in: 0..<3_600_000, value: "9"
      )
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", gpuB + instance + idle, every: 30_000, in: 0..<3_600_000, value: "0"
      )
      recording.add(
        "up", #"instance="\#(target)","# + own, every: 30_000, in: 0..<3_600_000, value: "1")
    }
    let server = try await RealPrometheus(openMetrics: recording.text)
    let collected = try await Collected(hours(0, 1), PrometheusSettings(url: server.url))
    for frame in collected.frames {
      #expect(frame.series.map { $0.key.workload?.description } == ["team-a/train-0", nil])
      #expect(frame.series.map(\.key.entity.uuid) == ["GPU-aaaa", "GPU-bbbb"])
    }
    #expect(collected.frames.map(\.target) == ["false:9400", "true:9400"])
  }

  @Test func `two replicas tell of one target once`() async throws {
    var recording = Recording()
    for (replica, range) in [("r-0", 0..<1_800_000), ("r-1", 5_000..<3_600_000)] {
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="a:1",prometheus_replica="\#(replica)""#,
        every: 30_000, in: range, value: "9")
    }
    let server = try await RealPrometheus(openMetrics: recording.text)
    let collected = try await Collected(hours(0, 1), PrometheusSettings(url: server.url))
    #expect(collected.frames.map(\.series.count) == [1])
    #expect(collected.frames.first?.timestamps.count == 120)
    #expect(collected.frames.first?.timestamps.first == hourZero.milliseconds + 5_000)
  }

  @Test func `further matchers hold for every question`() async throws {
    var recording = Recording()
    for cluster in ["one", "two"] {
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="\#(cluster):1",cluster="\#(cluster)""#,
        every: 30_000, in: 0..<60_000, value: "9")
    }
    let server = try await RealPrometheus(openMetrics: recording.text)
    let settings = PrometheusSettings(
      url: server.url, matchers: [LabelMatcher("cluster", .equal, "two")])
    #expect(try await Collected(hours(0, 1), settings).frames.map(\.target) == ["two:1"])
  }

  @Test func `series without an instance are told by their host`() async throws {
    var recording = Recording()
    for host in ["gpu-01", "gpu-02"] {
      recording.add(
        "DCGM_FI_DEV_GPU_UTIL", #"UUID="GPU-\#(host)",Hostname="\#(host)""#, every: 30_000,
        in: 0..<3_600_000, value: "9")
    }
    let server = try await RealPrometheus(openMetrics: recording.text)
    let collected = try await Collected(hours(0, 1), PrometheusSettings(url: server.url))
    #expect(collected.frames.map(\.target) == ["gpu-01", "gpu-02"])
    #expect(collected.frames.allSatisfy { $0.timestamps.count == 120 })
  }

  @Test func `warnings make a window incomplete, partial answers stop it`() async throws {
    let warning = #"{"status":"success","data":[],"warnings":["store gone"]}"#
    let warned = ScriptedServer { _, _ in .json(warning) }
    let collected = try await Collected(hours(0, 1), PrometheusSettings(url: warned.url))
    #expect(collected.window.shortfalls == ["\(warned.url) warns: store gone"])
    let partial = ScriptedServer { _, _ in
      .json(#"{"status":"success","isPartial":true,"data":[]}"#)
    }
    let settings = PrometheusSettings(
      url: partial.url,
      connection: ConnectionSettings(retries: RetryPolicy(attemptsMaximum: 2)))
    await #expect(throws: CollectorError.self) {
      try await Collected(hours(0, 1), settings)
    }
    #expect(partial.requests.count == 2)
  }

  @Test func `every question asks for whole and raw data`() async throws {
    let server = ScriptedServer { request, _ in
      request.path.contains("/label/")
        ? .json(#"{"status":"success","data":["a:1"]}"#)
        : .json(#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)
    }
    _ = try await Collected(hours(0, 1), PrometheusSettings(url: server.url + "/prefix/"))
    let bodies = server.requests.map { $0.bodyText.isEmpty ? $0.path : $0.bodyText }
    #expect(bodies.count > 3)
    for body in bodies {
      #expect(
        body.contains("partial_response=false&max_source_resolution=0s&deny_partial_response=1"))
      #expect(!body.contains("query_range"))
    }
    #expect(server.requests.allSatisfy { $0.path.hasPrefix("/prefix/api/v1/") })
    #expect(
      bodies.contains { $0.contains("%5B3600000ms%5D") && $0.contains("time=1793581199.999") })
  }

  @Test func `a server behind TLS and a password is collected from`() async throws {
    guard let tls = try await SelfSigned.make() else { return }
    var recording = Recording()
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="a:1""#, every: 30_000, in: 0..<60_000, value: "9")
    let server = try await RealPrometheus(
      openMetrics: recording.text,
      webConfiguration: """
        tls_server_config: { cert_file: \(tls.certificate), key_file: \(tls.key) }
        basic_auth_users: { gputally: \(SelfSigned.hashOfSesame) }
        """)
    let url = server.url.replacing("http://", with: "https://")
    let password = try TemporaryFile("sesame\n")
    var settings = PrometheusSettings(url: url)
    settings.connection.retries = .once
    settings.connection.authentication = .basic(username: "gputally", passwordFile: password.path)
    settings.connection.tls = TLSSettings(caFile: tls.certificate, serverName: "gputally.test")
    #expect(try await Collected(hours(0, 1), settings).frames.count == 1)
    var failures: [String] = []
    for change in ["name", "authority", "password"] {
      var changed = settings
      let wrong = try TemporaryFile("open\n")
      if change == "name" { changed.connection.tls.serverName = nil }
      if change == "authority" { changed.connection.tls.caFile = nil }
      if change == "password" {
        changed.connection.authentication = .basic(
          username: "gputally", passwordFile: wrong.path)
      }
      do { _ = try await Collected(hours(0, 1), changed) } catch { failures.append("\(error)") }
    }
    // Whoever says so takes the certificate unseen.
    var careless = settings
    careless.connection.tls = TLSSettings(skipsVerification: true)
    #expect(try await Collected(hours(0, 1), careless).frames.count == 1)
    #expect(failures.count == 3)
    #expect(failures.prefix(2).allSatisfy { $0.contains("no trusted TLS connection") })
    #expect(failures.last?.contains("401, it does not know us") == true)
  }
}

extension SourceShapesTests {
  @Test func `a server that asks for our certificate gets it`() async throws {
    guard let tls = try await SelfSigned.make() else { return }
    var recording = Recording()
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="a:1""#, every: 30_000, in: 0..<60_000, value: "9")
    let server = try await RealPrometheus(
      openMetrics: recording.text,
      webConfiguration: """
        tls_server_config:
          cert_file: \(tls.certificate)
          key_file: \(tls.key)
          client_auth_type: RequireAndVerifyClientCert
          client_ca_file: \(tls.certificate)
        """)
    var settings = PrometheusSettings(url: server.url.replacing("http://", with: "https://"))
    settings.connection.retries = .once
    settings.connection.tls = TLSSettings(
      caFile: tls.certificate, certificateFile: tls.certificate, keyFile: tls.key,
      serverName: "gputally.test")
    #expect(try await Collected(hours(0, 1), settings).frames.count == 1)
    settings.connection.tls.certificateFile = nil
    settings.connection.tls.keyFile = nil
    await #expect(throws: CollectorError.self) { try await Collected(hours(0, 1), settings) }
  }
}

/// A certificate for gputally.test, made by the openssl program where there is one.
private struct SelfSigned {
  /// Of `sesame`, by bcrypt.
  static let hashOfSesame = "$2y$04$huPA1E.TfNLBfCs5cxq.HuIgS.gVZ75HXiC0q0lhoScyUhVFs/M8S"

  let certificate: String
  let key: String

  static func make() async throws -> SelfSigned? {
    let folder = NSTemporaryDirectory() + "gputally-tls-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = SelfSigned(certificate: folder + "/cert.pem", key: folder + "/key.pem")
    let status = try await Programs.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=gputally.test",
        "-addext", "subjectAltName=DNS:gputally.test", "-keyout", made.key, "-out",
        made.certificate,
      ], log: folder + "/log")
    return status == 0 ? made : nil
  }
}
