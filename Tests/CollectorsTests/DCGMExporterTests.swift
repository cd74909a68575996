import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct DCGMExporterTests {
  private static let page = """
    # TYPE DCGM_FI_DEV_GPU_UTIL gauge
    DCGM_FI_DEV_GPU_UTIL{\(gpuA),pod="train-0",namespace="team-a",container="main"} 91
    DCGM_FI_DEV_GPU_UTIL{\(gpuB),pod="",namespace=""} 0
    DCGM_FI_DEV_POWER_USAGE{\(gpuB),pod="",namespace=""} 9223372036854775794
    DCGM_FI_DEV_SM_CLOCK{\(gpuB)} 345

    """

  @Test func `a scrape gives points of this moment, pod and namespace being the workload's`()
    async throws
  {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(200, headers: ["Content-Type": "text/plain; version=0.0.4"], Self.page)
    }
    let target = "127.0.0.1:\(server.port)"
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(targets: [target]), client: Waiting().client)
    let result = try #require(await collector.scrape(at: hourZero).first)
    let points = try result.points.get()
    #expect(points.map(\.key.entity.uuid) == ["GPU-aaaa", "GPU-bbbb"])
    #expect(points.map { $0.key.workload?.description } == ["team-a/train-0", nil])
    #expect(points.map(\.values) == [[91], [0]])
    #expect(points.allSatisfy { $0.timestamps == [hourZero.milliseconds] })
    #expect(
      result.rejections.map(\.description) == [
        "target \(target), GPU-bbbb: blank value: found 9.223372036854776e+18, expected 0.0 to "
          + "10000.0"
      ])
    #expect(server.requests.first?.path == "/metrics")
  }

  @Test func `scrapes come out as windows, failures as shortfalls`() async throws {
    let server = ScriptedServer { _, number in
      number == 1 ? ScriptedResponse(404) : ScriptedResponse(200, Self.page)
    }
    let target = "127.0.0.1:\(server.port)"
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(targets: [target]), client: Waiting().client)
    var buffer = ScrapeBuffer()
    for offset in [0, 30_000, 3_599_999, 3_600_000] as [Int64] {
      buffer.add(await collector.scrape(at: hourZero + offset))
    }
    #expect(buffer.count == 4 && buffer.oldest == hourZero)
    let window = buffer.drain(hours(0, 1))
    #expect(
      window.frames.map(\.timestamps) == [
        [hourZero.milliseconds, hourZero.milliseconds + 3_599_999]
      ])
    #expect(window.rejections.map(\.count) == [2])
    #expect(
      window.shortfalls == [
        "target \(target): 1 of 3 scrapes failed, at last: http://\(target)/metrics: the server "
          + "answered 404, there is no such page; check the path of the address"
      ])
    #expect(buffer.count == 1)
    #expect(buffer.drain(hours(1, 2)).frames.count == 1)
    #expect(buffer.count == 0 && buffer.oldest == nil)
  }

  @Test func `a dead target does not hold up the others`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(200, Self.page) }
    let targets = ["127.0.0.1:1", "127.0.0.1:\(server.port)", "127.0.0.1:2"]
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(targets: targets, scrapesInFlight: 1),
      client: Waiting().client)
    let results = await collector.scrape(at: hourZero)
    #expect(results.map(\.target) == targets)
    #expect(results.map { (try? $0.points.get())?.count } == [nil, 2, nil])
    let check = await collector.check(now: hourZero)
    #expect(check.gpus == 2 && check.targets == 1 && check.warnings.count == 2)
    #expect(check.isUsable)
  }

  @Test(arguments: [
    ("a:9400", "http://a:9400/metrics"), ("https://a", "https://a/metrics"),
    ("http://a:1/", "http://a:1/metrics"), ("http://a/m/x", "http://a/m/x"),
  ])
  func `a target is an address or a part of one`(target: String, url: String) {
    #expect(DCGMExporterCollector.url(of: target) == url)
  }
}
