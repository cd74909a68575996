import Foundation
import Quantities
import TestSupport
import Testing

/// The one cloud of these tests, which only read.
private let realCloud = Task { try await RealOpenStack(scene: OpenStackTests.scene) }

/// The program against a real Keystone and a real Nova, whose servers are rows of a database.
@Suite(.enabled(if: PlatformTools.isInstalled, "\(PlatformTools.absence)"))
struct OpenStackTests {
  private static let period = "2026-11-02T08:00Z/2026-11-02T18:00Z"

  private static func server(
    _ number: Int, _ name: String, _ project: String, _ flavor: String, host: String?,
    launched: String, more: String = ""
  ) -> String {
    let digits = String(repeating: "\(number)", count: 8)
    let host = host.map { "\"host\": \"\($0)\"," } ?? ""
    return """
      {"id": "\(digits)-1111-4111-8111-111111111111", "name": "\(name)", "project": "\(project)",
       "user": "kim", "flavor": "\(flavor)", \(host) \(more)
       "created": "2026-11-02T07:59:00Z", "launched": "2026-11-02T\(launched):00Z"}
      """
  }

  static let scene: String = {
    let servers = [
      server(
        1, "train", "vision", "g1.a100x2", host: "gpu01.cloud", launched: "09:00",
        more: """
          "hostname": "train-guest", "metadata": {"cost": "lane"}, "state": "stopped",
          """),
      server(
        2, "gone", "speech", "g1.a40-half", host: "gpu02.cloud", launched: "10:00",
        more: "\"terminated\": \"2026-11-02T13:00:00Z\","),
      server(3, "small", "speech", "m1.small", host: "gpu02.cloud", launched: "10:00"),
      server(
        4, "moved", "vision", "g1.a100x2", host: "gpu02.cloud", launched: "10:00",
        more: """
          "changed": "2026-11-02T15:00:00Z",
          "migrations": [["live-migration", "gpu01.cloud", "gpu02.cloud", "2026-11-02T14:50:00Z",
            "2026-11-02T15:00:00Z", "completed"],
            ["live-migration", "gpu02.cloud", "gpu03.cloud", "2026-11-02T16:00:00Z",
            "2026-11-02T16:10:00Z", "error"]],
          """),
      server(
        5, "shelved", "speech", "g1.a100x2", host: nil, launched: "08:00",
        more: """
          "state": "shelved_offloaded", "changed": "2026-11-02T11:00:00Z",
          "actions": [["create", "2026-11-02T07:59:00Z", "2026-11-02T08:00:00Z", "gpu03.cloud"],
            ["shelve", "2026-11-02T10:59:00Z", "2026-11-02T11:00:00Z", "gpu03.cloud"]],
          """),
      server(
        6, "grown", "speech", "g1.a100x2", host: "gpu03.cloud", launched: "12:01",
        more: """
          "changed": "2026-11-02T12:01:00Z",
          "actions": [["create", "2026-11-02T07:59:00Z", "2026-11-02T08:00:00Z", "gpu03.cloud"],
            ["resize", "2026-11-02T12:00:00Z", "2026-11-02T12:01:00Z", "gpu03.cloud"]],
          "migrations": [["resize", "gpu03.cloud", "gpu03.cloud", "2026-11-02T12:00:00Z",
            "2026-11-02T12:05:00Z", "confirmed"]],
          """),
      server(7, "unknown", "speech", "g1.pgpu", host: "gpu02.cloud", launched: "10:00"),
    ]
    return """
      {"projects": ["vision", "speech"], "users": ["kim"],
       "hosts": [{"name": "gpu01.cloud"}, {"name": "gpu02.cloud"},
         {"name": "gpu03.cloud", "down": "2026-11-02T17:00:00Z"}],
       "flavors": {"m1.small": {}, "g1.a100x2": {"pci_passthrough:alias": "a100:2, nic:1"},
         "g1.a40-half": {"resources:VGPU": "2"}, "g1.pgpu": {"resources:PGPU": "1"}},
       "servers": [\(servers.joined(separator: ",\n"))]}
      """
  }()

  private func program(
    _ cloud: RealOpenStack, auth: String? = nil, secret: String? = nil
  ) throws -> Program {
    var program = Program(folder: TemporaryFolder())
    program.environment["GPUTALLY_NOW"] = "2026-11-02T18:05:00Z"
    try program.write("secret", (secret ?? cloud.applicationCredential.secret) + "\n")
    let application =
      "application_credential_id: \(cloud.applicationCredential.id), "
      + "application_credential_secret_file: secret"
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: private-cloud }]
      sources:
        - name: nova
          type: openstack
          site: pangyo
          cluster: cloud
          url: "\(cloud.url)"
          auth: { \(auth ?? application) }
          pci_aliases: { a100: NVIDIA A100-SXM4-80GB }
          vgpu: { VGPU: { gpu_model: NVIDIA A40, per_gpu: 4 } }
      inventory:
        - { site: pangyo, cluster: cloud, hosts: gpu01, gpus: 4, gpu_model: NVIDIA A100-SXM4-80GB }
      teams:
        - { name: lane, match: [{ "tag:cost": lane, user: kim }] }
        - { name: seers, match: [{ project: vision }] }
        - { name: talkers, match: [{ namespace: speech }] }
      rates: [{ per_gpu_hour: "3600", currency: KRW, from: 2020-01-01 }]

      """)
    return program
  }

  @Test func `servers hold what their flavours have, where Nova had them, and as long`()
    async throws
  {
    let cloud = try await realCloud.value
    let program = try program(cloud)
    let collected = try await program.run("collect", "--window", Self.period)
    #expect(collected.status == 2)
    let told = collected.errors.split(separator: "\n").map {
      String($0.trimmingPrefix("gputally: "))
    }
    #expect(
      told == [
        "collected nova: 10 hours, 5 virtual machines with GPUs",
        "refused from 'nova': \(cloud.nova): flavour 'g1.pgpu': virtual GPUs of an unknown "
          + "part of a card: found resources:PGPU, expected vgpu: { PGPU: { gpu_model: ..., per_gpu: "
          + "how many a GPU makes } }",
        "refused from 'nova': \(cloud.nova): server 'grown': flavour before a resize "
          + "unknown: found flavour 'g1.a100x2' since then, expected a collection before it; up to "
          + "the resize it counts as without GPUs",
      ])
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    let result = try await program.run(
      "report", "states", "--by", "host,team,workload", "--period", "2026-11-02", "--format", "csv")
    let lines = result.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)[0..<5].joined(separator: ",")
    }
    #expect(
      lines.filter { $0.contains("allocated_unknown") } == [
        // Stopped, but Nova keeps its devices: nine hours of two.
        "gpu01,lane,train,allocated_unknown,18.000000",
        "gpu01,seers,moved,allocated_unknown,10.000000",
        "gpu02.cloud,seers,moved,allocated_unknown,6.000000",
        "gpu02.cloud,talkers,gone,allocated_unknown,3.000000",
        "gpu03.cloud,talkers,grown,allocated_unknown,12.000000",
        "gpu03.cloud,talkers,shelved,allocated_unknown,6.000000",
      ])
    // Four cards of the inventory for ten hours; what Nova gave to nobody is free.
    #expect(lines.contains("gpu01,,,unallocated,12.000000"), "\(lines)")
  }

  @Test func `check says what a cloud has, and what its flavours ask for`() async throws {
    let cloud = try await realCloud.value
    let password =
      "username: admin, password_file: secret, user_domain: Default, project: admin"
    let program = try program(cloud, auth: password, secret: "secret")
    let checked = try await program.run("check")
    #expect(checked.status == 1)
    for line in [
      "found    4 flavours, 2 of them with GPUs: g1.a100x2 (2 NVIDIA A100-SXM4-80GB), "
        + "g1.a40-half (2/4 NVIDIA A40)",
      "found    projects: speech, vision",
      "warning  alias 'nic' of flavours g1.a100x2 is not in pci_aliases, so that it counts as no "
        + "GPU",
      "warning  hypervisor 'gpu03.cloud' is out of service: down",
      "problem  flavour 'g1.pgpu': virtual GPUs of an unknown part of a card: found resources:PGPU, "
        + "expected vgpu: { PGPU: { gpu_model: ..., per_gpu: how many a GPU makes } }",
    ] {
      #expect(checked.output.contains("  " + line + "\n"), "\(line) in \(checked.output)")
    }
  }

  @Test func `Keystone and Nova that refuse are told with what to do`() async throws {
    let cloud = try await realCloud.value
    let wrong = try program(cloud, secret: "wrong-secret")
    let checked = try await wrong.run("check")
    #expect(
      checked.output.contains(
        "  problem  \(cloud.url)/auth/tokens: unusable answer: status 401, Keystone does not let us "
          + "in; check application_credential_id and application_credential_secret_file under auth, "
          + "and that the credential has not expired\n"), "\(checked.output)")
    #expect(!checked.output.contains("wrong-secret"))
    let member = try program(
      cloud, auth: "username: kim, password_file: secret, project: vision", secret: "secret")
    let refused = try await member.run("collect", "--window", Self.period)
    #expect(refused.status == 2)
    #expect(
      refused.errors.contains("status 403, this is not allowed (Policy doesn't allow"),
      "\(refused.errors)")
    #expect(
      refused.errors.contains(
        "give the user a role such as admin that may list the servers of all projects"),
      "\(refused.errors)")
    let elsewhere = try program(cloud)
    try elsewhere.write(
      "gputally.yaml",
      try elsewhere.read("gputally.yaml")
        .replacing("    auth:", with: "    region: RegionTwo\n    auth:"))
    let region = try await elsewhere.run("check")
    #expect(
      region.output.contains(
        "Nova has public addresses in RegionOne; check interface and region, and the project of "
          + "the credentials"), "\(region.output)")
  }
}
