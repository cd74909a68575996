import Foundation
import Quantities
import Testing

@testable import Simulator

@Suite struct OpenMetricsTests {
  static let promtool = "/usr/bin/promtool"

  @Test func `the same seed makes the same bytes and another seed makes others`() throws {
    let plan = Fleets.plan(seed: 5, hosts: 2, gpus: 4, hours: 3)
    var other = plan
    other.seed = 6
    let one = try Fleet(plan)
    let two = try Fleet(plan)
    let text = try one.openMetrics(honorsLabels: false)
    #expect(try text == two.openMetrics(honorsLabels: false))
    #expect(one.truth() == two.truth())
    #expect(try text != Fleet(other).openMetrics(honorsLabels: false))
  }

  @Test func `a file holds the same bytes as the text in memory`() throws {
    let fleet = try Fleet(Fleets.plan(hosts: 1, gpus: 8, hours: 2))
    let file = Fleets.temporaryFile()
    defer { try? FileManager.default.removeItem(atPath: file) }
    try fleet.writeOpenMetrics(to: file, honorsLabels: true)
    let written = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(try Array(written) == fleet.openMetrics(honorsLabels: true))
  }

  @Test func `families are in one piece and times rise within a series`() throws {
    let fleet = try Fleet(Fleets.plan(hosts: 2, gpus: 8, hours: 3))
    var families: [String] = []
    var last: [String: Double] = [:]
    let lines = try Fleets.lines(fleet.openMetrics(honorsLabels: false))
    for line in lines where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: "} ")
      let name = String(line.prefix { $0 != "{" })
      if families.last != name { families.append(name) }
      let time = try #require(Double(parts[1].components(separatedBy: " ")[1]))
      #expect(time > last[parts[0]] ?? 0, "\(parts[0])")
      last[parts[0]] = time
    }
    #expect(Set(families).count == families.count)
    #expect(lines.last == "# EOF")
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: promtool), "promtool is not installed"),
    arguments: [false, true])
  func `promtool makes blocks of the text`(honorsLabels: Bool) throws {
    let fleet = try Fleet(Fleets.plan(seed: 2, hosts: 2, gpus: 8, hours: 3))
    let file = Fleets.temporaryFile()
    let folder = Fleets.temporaryFile()
    defer {
      try? FileManager.default.removeItem(atPath: file)
      try? FileManager.default.removeItem(atPath: folder)
    }
    try fleet.writeOpenMetrics(to: file, honorsLabels: honorsLabels)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.promtool)
    process.arguments = ["tsdb", "create-blocks-from", "openmetrics", file, folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    // A header and two blocks of two hours.
    #expect(said.split(separator: "\n").count == 3, "\(said)")
  }

  @Test func `a held GPU keeps the workload under exported names unless labels are honored`() {
    let fleet = Fleets.handmade(
      isScraped: [Bool](repeating: true, count: 6), held: 3..<6, conduct: .dead)
    let pod = fleet.pods[0].name
    let start = """
      DCGM_FI_DEV_GPU_UTIL{DCGM_FI_DRIVER_VERSION="1",Hostname="gpu1",UUID="GPU-1",
      """
    let card = #"modelName="NVIDIA H100 80GB HBM3","#
    let bus = #"pci_bus_id="00000000:0F:00.0","#
    let target = #"gpu="0",instance="gpu1:9400",job="dcgm-exporter","# + card
    let own = #"namespace="gpu-operator","# + bus + #"pod="dcgm-exporter-a"} 0 "#
    let free = start + #"container="exporter",device="nvidia0","# + target + own
    let held =
      start + #"container="exporter",device="nvidia0",exported_container="pytorch","#
      + #"exported_namespace="perception-train",exported_pod="\#(pod)","# + target + own
    let honored =
      start + #"container="pytorch",device="nvidia0","# + target
      + #"namespace="perception-train","# + bus + #"pod="\#(pod)"} 0 "#
    #expect(utilization(fleet, false) == [free + "1795132860.000", held + "1795134660.000"])
    #expect(utilization(fleet, true) == [free + "1795132860.000", honored + "1795134660.000"])
  }

  @Test func `up tells of missing scrapes and the exporter has another name after a restart`()
    throws
  {
    let fleet = try Fleet(Fleets.plan(hosts: 1, gpus: 2, hours: 6))
    let host = fleet.hosts[0]
    let restart = try #require(host.events.restart)
    let ups = try Fleets.lines(fleet.openMetrics(honorsLabels: false)).filter {
      $0.hasPrefix(#"up{container="exporter""#)
    }
    #expect(ups.count == fleet.plan.ticks)
    for (tick, line) in ups.enumerated() {
      #expect(line.contains("} \(host.isScraped[tick] ? 1 : 0) "))
    }
    #expect(ups[restart.lowerBound].contains(host.exporters[0].name))
    #expect(ups[restart.upperBound].contains(host.exporters[1].name))
    #expect(ups[restart.lowerBound].contains("} 0 "))
  }

  /// The first line of each series of utilisation.
  private func utilization(_ fleet: Fleet, _ honorsLabels: Bool) -> [String] {
    var seen: Set<Substring> = []
    let text = (try? fleet.openMetrics(honorsLabels: honorsLabels)) ?? []
    return Fleets.lines(text).filter {
      $0.hasPrefix("DCGM_FI_DEV_GPU_UTIL{") && seen.insert($0.prefix { $0 != "}" }).inserted
    }
  }
}
