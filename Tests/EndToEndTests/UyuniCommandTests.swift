import Foundation
import TestSupport
import Testing

/// A simulated Uyuni, through the built program.
@Suite struct UyuniCommandTests {
  private static let h100 = SimulatedUyuni.card("10DE", "GH100 [H100 SXM5 80GB]")
  private static let a100 = SimulatedUyuni.card("10de", "GA100 [A100 SXM4 40GB]")
  private static let today = "2026-11-27T08:00:00Z"

  private static let uyuni = SimulatedUyuni([
    .init(
      1, "gpu01.example", checkIn: today, devices: Array(repeating: h100, count: 8),
      groups: ["team-vision"]),
    .init(
      2, "gpu02.example", checkIn: "2026-11-20T08:00:00Z",
      devices: Array(repeating: h100, count: 7),
      groups: ["team-speech"]),
    .init(3, "gpu03", checkIn: today, devices: [a100], groups: ["team-a", "team-b"]),
    .init(4, "mixed", checkIn: today, devices: [a100, h100]),
    .init(5, "gpu05", checkIn: today, devices: []), .init(6, "web", checkIn: today, devices: []),
  ])

  private func program() throws -> Program {
    var program = Program(folder: TemporaryFolder())
    program.environment["GPUTALLY_NOW"] = "2026-11-27T12:00:00Z"
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: suma, type: uyuni, site: pangyo, cluster: train, url: "\(Self.uyuni.url)",
            user: reader, password_file: password, owner_groups: "team-*",
            gpu_models: { "GH100 [H100 SXM5 80GB]": NVIDIA H100 80GB HBM3 } }
      inventory:
        - { site: pangyo, cluster: train, hosts: "gpu[01-02,04-05]", gpus: 8, gpu_model: m,
            owner: vision }
      teams: [{ name: vision, aliases: [team-vision], match: [{ namespace: v }] }]
      """)
    try program.write("password", SimulatedUyuni.password)
    return program
  }

  @Test func `check compares the inventory with what it knows`() async throws {
    let result = try await program().run("check")
    #expect(result.status == 0)
    #expect(
      result.output.hasSuffix(
        """
        suma: ok
          found    6 hosts, 3 of them with 16 GPUs
          warning  gpu03: it is in 2 groups of owners (team-a, team-b); name its owner by hand
          warning  mixed: it has GPUs of 2 models (NVIDIA A100 SXM4 40GB, NVIDIA H100 80GB HBM3), \
        and the inventory one a host; write it by hand
          warning  1 hosts with GPUs are not in the inventory: gpu03; 'gputally inventory suma' \
        prints them
          warning  1 hosts of the inventory are not known to Uyuni: gpu04; compare their names
          warning  1 hosts of the inventory have not checked in for two days: gpu02; look whether \
        they are still there
          warning  1 hosts of the inventory have no GPU that Uyuni sees: gpu05; let it read their \
        hardware again
          warning  1 hosts have other numbers of GPUs than the inventory says: gpu02 (7); look for \
        cards that are gone or new
          warning  1 hosts are in groups of other owners than the inventory says: gpu02 \
        (team-speech); correct one of the two

        """), "\(result.output)")
  }

  @Test func `its hosts with GPUs are printed as an inventory file`() async throws {
    let program = try program()
    let result = try await program.run("inventory", "suma")
    #expect(result.status == 2)
    #expect(
      result.output == """
        site,cluster,hosts,gpus,gpu_model,owner
        pangyo,train,gpu01,8,NVIDIA H100 80GB HBM3,team-vision
        pangyo,train,gpu02,7,NVIDIA H100 80GB HBM3,team-speech
        pangyo,train,gpu03,1,NVIDIA A100 SXM4 40GB,

        """)
    #expect(
      result.errors.split(separator: "\n").map { $0.prefix(24) } == [
        "gputally: gpu03: it is i", "gputally: mixed: it has ",
      ])
    try await program.expectRefusal(
      ["inventory", "sumo"], status: 64,
      "there is no source 'sumo' of type 'uyuni' in gputally.yaml; expected one of suma")
    let collected = try await program.expectSuccess("collect")
    #expect(
      collected.errors
        == "collected suma: nothing is stored of it; 'gputally inventory suma' prints its hosts\n")
  }
}
