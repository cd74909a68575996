import Quantities
import Testing

@testable import Simulator

@Suite struct ExporterTextTests {
  let fleet: Fleet

  init() throws {
    fleet = try Fleet(Fleets.plan())
  }

  @Test func `labels stand in the order of dcgm-exporter on whole cards, old and new`() throws {
    let form = try Regex(
      #"DCGM_FI_\w+\{gpu="\d+",UUID="GPU-[0-9a-f-]{36}",pci_bus_id="00000000:..:00\.0","#
        + #"device="nvidia\d+",modelName="NVIDIA [^"]+",[Hh]ostname="gpu\d+","#
        + #"DCGM_FI_DRIVER_VERSION="[0-9.]+""#
        + #"(,container="\w+",namespace="[\w-]+",pod="[\w-]+")?\} [0-9.]+"#)
    for (index, key) in [(0, ",Hostname="), (1, ",hostname=")] {
      let lines = samples(of: fleet.hosts[index], tick: 1_000)
      #expect(lines.count == 40)
      for line in lines {
        #expect(line.wholeMatch(of: form) != nil, "\(line)")
        #expect(line.contains(key), "\(line)")
      }
      #expect(lines.contains { $0.contains(",pod=") })
    }
  }

  @Test func `an instance shows its profile and id and no utilisation`() throws {
    let host = try #require(fleet.hosts.first { $0.cards.contains { $0.sharing == .instances } })
    let lines = samples(of: host, tick: 1_000).filter { $0.contains("GPU_I_ID") }
    let form = try Regex(
      #"DCGM_FI_\w+\{gpu="\d",UUID="[^"]+",pci_bus_id="[^"]+",device="nvidia\d","#
        + #"modelName="[^"]+",GPU_I_PROFILE="[23]g\.\d+gb",GPU_I_ID="\d",[Hh]ostname=.*"#)
    #expect(!lines.isEmpty)
    for line in lines {
      #expect(line.wholeMatch(of: form) != nil, "\(line)")
      #expect(!line.hasPrefix("DCGM_FI_DEV_GPU_UTIL"), "\(line)")
    }
  }

  @Test func `power is the card's and repeated on each instance`() throws {
    let host = try #require(fleet.hosts.first { $0.cards.contains { $0.sharing == .instances } })
    let card = try #require(host.cards.first { $0.sharing == .instances })
    let values = samples(of: host, tick: 1_000)
      .filter { $0.hasPrefix("DCGM_FI_DEV_POWER_USAGE") && $0.contains(card.uuid) }
      .compactMap { $0.components(separatedBy: "} ").last }
    #expect(values.count == card.parts.count)
    #expect(Set(values).count == 1)
    // Whole milliwatts, six decimals.
    #expect(values.allSatisfy { $0.hasSuffix("000") && $0.contains(".") })
  }

  @Test func `the energy counter is a counter that adds up power, and a new driver sets it back`()
    throws
  {
    let host = try #require(fleet.hosts.first { $0.events.down != nil })
    let down = try #require(host.events.down)
    let card = host.cards[0]
    let name = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
    func counter(_ tick: Int) throws -> Int {
      let line = samples(of: host, tick: tick)
        .first { $0.hasPrefix(name) && $0.contains(card.uuid) }
      return try #require(line?.components(separatedBy: "} ").last.flatMap { Int($0) })
    }
    let text = Fleets.lines(fleet.exporterText(of: host, tick: 1_000))
    #expect(text.contains("# TYPE \(name) counter"))
    // Readings are cut down to whole millijoules.
    let drawn = (900..<1_000).reduce(0) { sum, tick in
      sum + Int(fleet.microjoules(of: card, on: host, at: tick))
    }
    let shown = try counter(1_000) - counter(900)
    #expect(abs(shown - drawn / 1_000) <= 1)
    #expect(try counter(down.upperBound) == 0)
    #expect(try counter(down.upperBound + 1) > 0)
    #expect(try counter(down.lowerBound - 1) > 1_000_000)
  }

  @Test func `a time-sliced card shows utilisation for the device and for each pod`() throws {
    let (host, card, tick) = try sharedCard()
    let pods = card.parts[0].stretch(at: tick).pods.count
    let lines = samples(of: host, tick: tick).filter { $0.contains(card.uuid) }
    for (name, count) in [
      ("DCGM_FI_DEV_GPU_UTIL{", pods + 1), ("DCGM_FI_DEV_FB_USED{", pods + 1),
      ("DCGM_FI_PROF_GR_ENGINE_ACTIVE{", pods), ("DCGM_FI_DEV_POWER_USAGE{", pods),
      ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{", pods),
    ] {
      let found = lines.filter { $0.hasPrefix(name) }
      #expect(found.count == count, "\(name)")
      #expect(found.filter { $0.contains(",pod_uid=") }.count == pods, "\(name)")
    }
  }

  @Test func `values have the decimals of the exporter`() {
    let lines = samples(of: fleet.hosts[0], tick: 1_000)
    for line in lines {
      let value = line.components(separatedBy: "} ").last ?? ""
      let isWhole =
        ["GPU_UTIL", "FB_USED", "TOTAL_ENERGY_CONSUMPTION"].contains {
          line.hasPrefix("DCGM_FI_DEV_" + $0)
        }
      let decimals = value.split(separator: ".").dropFirst().first?.count ?? 0
      #expect(decimals == (isWhole ? 0 : 6), "\(line)")
    }
  }

  @Test func `kube-state-metrics shows a pod while it lives and no longer`() throws {
    let pod = try #require(fleet.pods.first { $0.life.end < fleet.plan.span.end })
    for (time, isShown) in [
      (pod.life.start, true), (pod.life.end - 1, true), (pod.life.end, false),
      (pod.life.start - 1, false),
    ] {
      guard case .text(let bytes) = fleet.kubeStateAnswer(at: time) else { continue }
      let lines = Fleets.lines(bytes).filter { $0.contains(pod.uid) }
      // Info, owner, labels, request and five phases.
      #expect(lines.count == (isShown ? 9 : 0), "\(time)")
      let running = lines.filter { $0.contains("phase=") && $0.hasSuffix("} 1") }
      #expect(running.count == (isShown ? 1 : 0))
    }
  }

  @Test func `a cordoned node and a node that is down are told`() throws {
    let drained = try #require(fleet.hosts.first { $0.events.drain != nil })
    let down = try #require(fleet.hosts.first { $0.events.down != nil })
    let cordon = try #require(fleet.cordoned(drained))
    let failure = try #require(fleet.notReady(down))
    let unschedulable = "kube_node_spec_unschedulable{node=\"\(drained.name)\"} "
    #expect(try kubeLines(at: cordon.start + 1).contains(unschedulable + "1"))
    #expect(try kubeLines(at: cordon.end).contains(unschedulable + "0"))
    let ready = "kube_node_status_condition{node=\"\(down.name)\",condition=\"Ready\",status="
    #expect(try kubeLines(at: failure.start + 1).contains(ready + "\"true\"} 0"))
    #expect(try kubeLines(at: failure.start + 1).contains(ready + "\"unknown\"} 1"))
    #expect(try kubeLines(at: failure.end).contains(ready + "\"true\"} 1"))
  }

  @Test func `pages say that the fleet is simulated and where a scrape is missing`() throws {
    let broadcast = Broadcast(fleet)
    let host = fleet.hosts[0]
    let missing = try #require(host.isScraped.firstIndex(of: false))
    let index = broadcast.page("/", at: Fleets.start)
    let text = String(decoding: index.body, as: UTF8.self)
    #expect(index.status == 200 && text.contains("SIMULATED"))
    #expect(text.contains("/hosts/gpu001/metrics\n"))
    #expect(text.contains("/kube-state-metrics/metrics\n"))
    let path = Broadcast.path(of: host)
    let page = broadcast.page(path, at: fleet.time(of: missing - 1, on: host))
    #expect(page.status == 200)
    #expect(page.contentType == "text/plain; version=0.0.4; charset=utf-8")
    #expect(broadcast.page(path, at: fleet.time(of: missing, on: host)).status == 503)
    #expect(broadcast.page("/hosts/gpu999/metrics", at: Fleets.start).status == 404)
    // The script begins again after its end.
    let later = fleet.time(of: missing - 1, on: host) + 3 * fleet.plan.span.milliseconds
    #expect(broadcast.page(path, at: later) == page)
  }

  private func kubeLines(at time: UTCInstant) throws -> [String] {
    guard case .text(let bytes) = fleet.kubeStateAnswer(at: time) else {
      // That scrape is missing; the next one is not.
      guard case .text(let next) = fleet.kubeStateAnswer(at: time + 60_000) else { return [] }
      return Fleets.lines(next)
    }
    return Fleets.lines(bytes)
  }

  private func samples(of host: Host, tick: Int) -> [String] {
    Fleets.lines(fleet.exporterText(of: host, tick: tick)).filter { !$0.hasPrefix("#") }
  }

  private func sharedCard() throws -> (Host, Card, Int) {
    for host in fleet.hosts {
      for card in host.cards where card.sharing == .timeSliced {
        let shared = card.parts[0].stretches.first {
          $0.pods.count > 1 && host.isScraped[$0.ticks.lowerBound]
        }
        if let shared { return (host, card, shared.ticks.lowerBound) }
      }
    }
    return try #require(nil as (Host, Card, Int)?)
  }
}
