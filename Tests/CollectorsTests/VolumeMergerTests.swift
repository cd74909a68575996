import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

@Suite struct VolumeMergerTests {
  private static let gibibyte = 1_073_741_824.0

  /// A series of `metric{label="value",…}`.
  private static func series(_ text: String, _ value: Double = 1) throws -> RawSeries {
    let parts = text.dropLast().split(separator: "{", maxSplits: 1).map(String.init)
    var labels = ["__name__": parts[0]]
    for pair in parts[1].split(separator: ",") {
      let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
      labels[sides[0]] = sides.count > 1 ? sides[1] : ""
    }
    return RawSeries(labels: labels, timestamps: [0], values: [value])
  }

  private static func facts(_ lines: [(String, Double)]) throws -> [VolumeFacts] {
    var merger = VolumeMerger()
    for (text, value) in lines { merger.add(try series(text, value)) }
    return merger.facts
  }

  @Test func `kube-state-metrics and Longhorn tell of one volume`() throws {
    let facts = try Self.facts([
      ("kube_persistentvolume_capacity_bytes{persistentvolume=pv-1}", 10 * Self.gibibyte),
      ("kube_persistentvolume_claim_ref{persistentvolume=pv-1,claim_namespace=a,name=data}", 1),
      (
        "kube_persistentvolume_info{persistentvolume=pv-1,storageclass=fast,"
          + "csi_driver=driver.longhorn.io,csi_volume_handle=vol-1}", 1
      ),
      (
        "kube_persistentvolumeclaim_info{namespace=a,persistentvolumeclaim=data,storageclass=fast,"
          + "volumename=pv-1}", 1
      ),
      ("longhorn_volume_capacity_bytes{volume=vol-1,pvc=data,pvc_namespace=a,node=n1}", 9e9),
      ("longhorn_volume_actual_size_bytes{volume=vol-1,node=n1}", 3.2e9),
      // It moved within the hour.
      ("longhorn_volume_actual_size_bytes{volume=vol-1,node=n2}", 3.3e9),
      ("longhorn_replica_info{volume=vol-1,replica=vol-1-r-a}", 1),
      ("longhorn_replica_info{volume=vol-1,replica=vol-1-r-b}", 1),
      ("longhorn_volume_state{volume=vol-1,state=attached}", 1),
    ])
    #expect(facts.map(\.subject) == ["pv-1"])
    #expect(
      facts.first?.attributes == [
        "bytes": "10737418240", "class": "fast", "namespace": "a", "claim": "data",
        "replicas": "2", "used": "3355443200",
      ])
  }

  @Test func `without honor_labels the claim stands in the exported labels`() throws {
    let facts = try Self.facts([
      (
        "kube_persistentvolumeclaim_info{namespace=mon,exported_namespace=a,"
          + "persistentvolumeclaim=ksm,exported_persistentvolumeclaim=data,storageclass=x,"
          + "volumename=pv-1}", 1
      ),
      (
        "kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace=mon,"
          + "exported_namespace=a,persistentvolumeclaim=ksm,exported_persistentvolumeclaim=data}",
        5e9
      ),
    ])
    // Where persistent volumes aren't told, what was asked for counts.
    #expect(facts.map(\.subject) == ["pv-1"])
    #expect(
      facts.first?.attributes == [
        "bytes": "5000000000", "class": "x", "namespace": "a", "claim": "data",
      ])
  }

  @Test func `Longhorn alone tells of a volume too`() throws {
    let facts = try Self.facts([
      ("longhorn_volume_capacity_bytes{volume=v,pvc=data,pvc_namespace=a}", 1_000),
      ("longhorn_volume_capacity_bytes{volume=w,pvc=,pvc_namespace=}", 2_000),
      ("longhorn_volume_actual_size_bytes{volume=w}", 0),
      // Its capacity isn't told, so that nothing is known of it.
      ("longhorn_replica_info{volume=u,replica=r}", 1),
    ])
    #expect(facts.map(\.subject) == ["v", "w"])
    #expect(
      facts.map(\.attributes) == [
        ["bytes": "1000", "class": "longhorn", "namespace": "a", "claim": "data"],
        ["bytes": "2000", "class": "longhorn", "used": "0"],
      ])
    #expect(facts.map(\.namespace) == ["a", ""])
  }

  @Test
  func `a volume whose claim is gone goes by its last one, and one that nobody claims by none`()
    throws
  {
    let facts = try Self.facts([
      ("kube_persistentvolume_capacity_bytes{persistentvolume=free}", 7),
      ("kube_persistentvolume_info{persistentvolume=free,storageclass=<none>}", 1),
      ("kube_persistentvolume_capacity_bytes{persistentvolume=released}", 8),
      ("kube_persistentvolume_claim_ref{persistentvolume=released,claim_namespace=b,name=old}", 1),
      // Not bound to any volume yet.
      ("kube_persistentvolumeclaim_info{namespace=a,persistentvolumeclaim=new,volumename=}", 1),
      ("kube_persistentvolume_capacity_bytes{persistentvolume=broken}", .nan),
    ])
    #expect(facts.map(\.subject) == ["free", "released"])
    #expect(
      facts.map(\.attributes) == [
        ["bytes": "7", "class": ""],
        ["bytes": "8", "class": "", "namespace": "b", "claim": "old"],
      ])
  }

  @Test(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
  func `volumes are told hour by hour where they are asked for, and their namespaces`() async throws
  {
    var recording = Recording.cluster()
    let hour = 3_600_000
    let labels = #"persistentvolume="pv-1",instance="ksm:8080""#
    for (metric, more, value, range) in [
      ("kube_persistentvolume_capacity_bytes", "", "5e9", 0..<hour),
      ("kube_persistentvolume_capacity_bytes", "", "6e9", hour..<(2 * hour)),
      (
        "kube_persistentvolume_claim_ref", #",claim_namespace="other",name="d""#, "1",
        0..<(2 * hour)
      ), ("kube_persistentvolume_info", #",storageclass="nfs""#, "1", 0..<(2 * hour)),
    ] {
      recording.add(metric, labels + more, every: 60_000, in: range, value: value)
    }
    let server = try await RealPrometheus(openMetrics: recording.text)
    for way in [PrometheusSettings.SampleProtocol.remoteRead, .query] {
      let with = try await Collected(
        hours(0, 2), PrometheusSettings(url: server.url, sampleProtocol: way, hasStorage: true))
      func attributes(_ bytes: String) -> [String: String] {
        ["bytes": bytes, "class": "nfs", "namespace": "other", "claim": "d"]
      }
      #expect(
        with.window.observations.filter { $0.kind == .volume } == [
          Observation(
            kind: .volume, subject: "pv-1", attributes: attributes("5000000000"),
            range: hours(0, 1)),
          Observation(
            kind: .volume, subject: "pv-1", attributes: attributes("6000000000"),
            range: hours(1, 2)),
        ])
      #expect(
        with.window.observations.filter { $0.kind == .namespace }.map(\.subject)
          == ["other", "team-a"])
      let without = try await Collected(
        hours(0, 2), PrometheusSettings(url: server.url, sampleProtocol: way))
      #expect(!without.window.observations.contains { $0.kind == .volume })
    }
  }
}
