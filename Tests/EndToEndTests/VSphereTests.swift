import Foundation
import Quantities
import TestSupport
import Testing

/// The program against a simulated vCenter: what machines had of hosts' GPUs, in the reports.
@Suite struct VSphereTests {
  private static let period = "2026-11-02T08:00Z/2026-11-02T13:00Z"

  /// Two hosts of eight cards and one of four, and machines to which all of it happens.
  private static func scene() -> VCenterScene {
    var scene = VCenterScene()
    scene.hosts = [
      VCenterScene.Host("host-1", "esx1.lab"), VCenterScene.Host("host-2", "esx2.lab"),
      VCenterScene.Host("host-3", "esx3.lab", gpus: 4),
    ]
    scene.folders = [
      ("group-v4", "Research", "group-v3"), ("group-v5", "Vision%2fLane", "group-v4"),
      ("group-v6", "Speech", "group-v3"),
    ]
    scene.fields = [101: "cost center", 102: "owner"]
    var train = VCenterScene.Machine(
      "vm-1", "train & <more>", folder: "group-v5", on: "host-1", [.card, .card, .network])
    train.isOn = false
    train.customValues = [101: "R&D <1>"]
    var mover = VCenterScene.Machine(
      "vm-2", "mover", folder: "group-v6", on: "host-2", [.anyCard])
    mover.booted = "2026-11-01T07:00:00Z"
    mover.guest = "mover-guest.lab"
    var off = VCenterScene.Machine("vm-3", "off", folder: "group-v6", on: "host-1", [.card])
    off.isOn = false
    var slice = VCenterScene.Machine(
      "vm-4", "slice", folder: "group-v6", on: "host-3", [.profile("grid_a100d-20c")])
    slice.booted = "2026-11-02T11:00:00.5Z"
    var plain = VCenterScene.Machine("vm-5", "plain", folder: "group-v6", on: "host-3", [.network])
    plain.booted = "2026-10-01T00:00:00Z"
    scene.machines = [train, mover, off, slice, plain]
    scene.events = [
      VCenterScene.Event("VmPoweredOnEvent", "2026-11-02T09:00:00Z", "vm-1", on: "host-1"),
      VCenterScene.Event(
        "DrsVmMigratedEvent", "2026-11-02T10:00:00Z", "vm-2", on: "host-2", from: "host-1"),
      VCenterScene.Event("VmPoweredOnEvent", "2026-11-02T11:00:00Z", "vm-4", on: "host-3"),
      VCenterScene.Event("EnteredMaintenanceModeEvent", "2026-11-02T11:00:00Z", nil, on: "host-1"),
      VCenterScene.Event("VmPoweredOffEvent", "2026-11-02T12:00:00Z", "vm-1", on: "host-1"),
      VCenterScene.Event("ExitMaintenanceModeEvent", "2026-11-02T12:30:00Z", nil, on: "host-1"),
    ]
    return scene
  }

  private func program(
    _ vCenter: SimulatedVCenter, password: String = SimulatedVCenter.password, more: String = ""
  ) throws -> Program {
    var program = Program(folder: TemporaryFolder())
    program.environment["GPUTALLY_NOW"] = "2026-11-02T13:05:00Z"
    try program.write("password", password + "\n")
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: private-cloud }]
      sources:
        - name: vcenter
          type: vsphere
          site: pangyo
          cluster: vms
          url: "\(vCenter.url)"
          username: \(SimulatedVCenter.username)
          password_file: password
          gpu_models: { "GA100 [A100 SXM4 80GB]": NVIDIA A100-SXM4-80GB }
      \(more)
      teams:
        - { name: lane, match: [{ project: "Research/Vision*", "tag:cost center": "R&D <1>" }] }
        - { name: movers, match: [{ workload: mover, namespace: Speech }] }
        - { name: talkers, match: [{ project: Speech }] }
      rates: [{ gpu_model: "NVIDIA A100*", per_gpu_hour: "3600", currency: KRW, from: 2020-01-01 }]

      """)
    return program
  }

  /// The lines of the report on states, without cost.
  private func states(_ program: Program, by columns: String) async throws -> [String] {
    let result = try await program.run(
      "report", "states", "--by", columns, "--period", "2026-11-02", "--format", "csv")
    #expect(result.status == 0, "\(result.errors)")
    let count = columns.split(separator: ",").count + 2
    return result.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)[0..<count].joined(separator: ",")
    }
  }

  @Test func `machines hold their host's GPUs while they run, and move with them`() async throws {
    let vCenter = SimulatedVCenter(Self.scene())
    let program = try program(vCenter)
    try await program.expectSuccess("collect", "--window", Self.period)
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    // Who has parts of a card alone has the card.
    let held = try await states(program, by: "host,team,namespace,workload")
      .filter { $0.contains("allocated_unknown") }
    #expect(
      held == [
        "esx1.lab,lane,Research/Vision/Lane,train & <more>,allocated_unknown,6.000000",
        "esx1.lab,movers,Speech,mover,allocated_unknown,2.000000",
        "esx2.lab,movers,Speech,mover,allocated_unknown,3.000000",
        "esx3.lab,talkers,Speech,slice,allocated_unknown,2.000000",
      ])
    // Every card for five hours, no second more or less; in maintenance what is free.
    let sums = try await states(program, by: "host").sorted()
    #expect(
      sums == [
        "esx1.lab,allocated_unknown,8.000000", "esx1.lab,out_of_service,10.000000",
        "esx1.lab,unallocated,22.000000", "esx2.lab,allocated_unknown,3.000000",
        "esx2.lab,unallocated,37.000000", "esx3.lab,allocated_unknown,2.000000",
        "esx3.lab,unallocated,18.000000",
      ])
    let models = try await states(program, by: "team")
    #expect(models.count > 3)
    #expect(vCenter.sessions.logins == vCenter.sessions.logouts)
    let spoken = vCenter.requests.map { $0.headers["soapaction"] ?? "" }
    #expect(spoken.first == "\"urn:vim25/5.5\"" && Set(spoken.dropFirst()).count == 1)
    #expect(spoken.last == "\"urn:vim25/8.0.2.0\"")
    let before = try ["claim", "observation", "state_hour"].flatMap { try program.rows($0) }
    try await program.expectSuccess("collect", "--window", "2026-11-02T11:00Z/2026-11-02T13:00Z")
    try await program.expectSuccess("collect", "--window", "2026-11-02T08:00Z/2026-11-02T10:00Z")
    try await program.expectSuccess("rollup")
    #expect(try ["claim", "observation", "state_hour"].flatMap { try program.rows($0) } == before)
  }

  @Test func `a machine that is removed before the next collection had what it was known to have`()
    async throws
  {
    let vCenter = SimulatedVCenter(Self.scene())
    var program = try program(vCenter)
    program.environment["GPUTALLY_NOW"] = "2026-11-02T10:05:00Z"
    try await program.expectSuccess("collect", "--window", "2026-11-02T08:00Z/2026-11-02T10:00Z")
    program.environment["GPUTALLY_NOW"] = "2026-11-02T13:05:00Z"
    vCenter.change { scene in
      scene.machines.removeAll { $0.name == "mover" }
      scene.events += [
        VCenterScene.Event("VmPoweredOffEvent", "2026-11-02T10:30:00Z", "vm-2", on: "host-2"),
        VCenterScene.Event("VmRemovedEvent", "2026-11-02T11:00:00Z", "vm-2", on: "host-2"),
      ]
    }
    try await program.expectSuccess("collect", "--window", "2026-11-02T10:00Z/2026-11-02T13:00Z")
    let stored = try program.rows("claim")
    try await program.expectSuccess("collect", "--window", Self.period)
    #expect(try program.rows("claim") == stored)
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    let moved = try await states(program, by: "host,team,workload").filter {
      $0.contains("mover")
    }
    #expect(
      moved == [
        "esx1.lab,movers,mover,allocated_unknown,2.000000",
        "esx2.lab,movers,mover,allocated_unknown,0.500000",
      ])
    // Later no event tells of it any more: a window that is collected again keeps it.
    vCenter.change { $0.events.removeAll { $0.machine == "vm-2" } }
    try await program.expectSuccess("collect", "--window", Self.period)
    #expect(try program.rows("claim") == stored)
  }

  /// Samples of the GPU that machine `mover` sees inside: busy until it moves, idle from then on.
  private static func inside() -> String {
    let start: Int64 = 1_793_606_400
    let labels =
      "gpu=\"0\",UUID=\"GPU-11111111-2222-3333-4444-555555555555\",modelName=\"NVIDIA "
      + "A100-SXM4-80GB\",Hostname=\"mover-guest\",instance=\"mover-guest:9400\",job=\"dcgm\""
    let lines = stride(from: start, to: start + 5 * 3_600, by: 60).map { time in
      "DCGM_FI_DEV_GPU_UTIL{\(labels)} \(time < start + 2 * 3_600 ? 90 : 0) \(time)"
    }
    return "# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n" + lines.joined(separator: "\n") + "\n# EOF\n"
  }

  @Test(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
  func `an exporter inside of a machine tells of its host's GPUs, and none counts twice`()
    async throws
  {
    let vCenter = SimulatedVCenter(Self.scene())
    let prometheus = try await RealPrometheus(openMetrics: Self.inside())
    let program = try program(
      vCenter,
      more: "  - { name: inside, type: prometheus, site: pangyo, cluster: guests, url: "
        + "\"\(prometheus.url)\" }")
    try await program.expectSuccess("collect", "--window", Self.period)
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    let moved = try await states(program, by: "host,team,workload").filter {
      $0.contains("mover")
    }
    #expect(
      moved == ["esx1.lab,movers,mover,busy,2.000000", "esx2.lab,movers,mover,idle,3.000000"])
    let capacity = try await states(program, by: "host").reduce(into: [String: Int128]()) {
      let fields = $1.split(separator: ",")
      $0[String(fields[0]), default: 0] += Decimals.parse(String(fields[2]), places: 6) ?? 0
    }
    #expect(
      capacity == [
        "esx1.lab": 40_000_000, "esx2.lab": 40_000_000, "esx3.lab": 20_000_000,
      ])
  }

  @Test func `check says what a vCenter has`() async throws {
    let vCenter = SimulatedVCenter(Self.scene())
    let program = try program(vCenter)
    let checked = try await program.expectSuccess("check")
    #expect(
      checked.output.contains(
        """
        vcenter: ok
          found    VMware vCenter Server 8.0.2 (simulated): 5 virtual machines, 6 events of the last day
          found    3 hosts with 20 GPUs (NVIDIA A100-SXM4-80GB); 2 virtual machines have 2 GPUs of 2 of them now
          found    projects: Research/Vision/Lane, Speech

        """), "\(checked.output)")
  }

  @Test func `what can not be known is listed, and the rest counts`() async throws {
    var scene = Self.scene()
    var odd = VCenterScene.Machine(
      "vm-6", "odd", folder: "group-v6", on: "host-2", [.profile("vendor_odd-profile")])
    odd.booted = "2026-11-02T08:30:00Z"
    var changed = VCenterScene.Machine(
      "vm-7", "changed", folder: "group-v6", on: "host-2", [.card])
    changed.isOn = false
    scene.machines += [odd, changed]
    var gone = [
      VCenterScene.Event("VmPoweredOnEvent", "2026-11-02T08:10:00Z", "vm-8", on: "host-1"),
      VCenterScene.Event("VmRemovedEvent", "2026-11-02T10:10:00Z", "vm-8", on: "host-1"),
    ]
    for index in gone.indices { gone[index].machineName = "desktop-17" }
    scene.events += gone
    scene.events += [
      VCenterScene.Event("VmPoweredOnEvent", "2026-11-02T08:20:00Z", "vm-7", on: "host-2"),
      VCenterScene.Event("VmPoweredOffEvent", "2026-11-02T08:40:00Z", "vm-7", on: "host-2"),
      VCenterScene.Event("VmReconfiguredEvent", "2026-11-02T09:00:00Z", "vm-7", on: "host-2"),
    ]
    let vCenter = SimulatedVCenter(scene)
    let program = try program(vCenter)
    let collected = try await program.run("collect", "--window", Self.period)
    #expect(collected.status == 2)
    let place = vCenter.url
    for line in [
      "\(place): virtual machine 'odd': unknown profile of virtual GPUs: found "
        + "'vendor_odd-profile', expected vgpu_profiles: { vendor_odd-profile: how many of it a card "
        + "makes }",
      "\(place): virtual machine 'changed': devices of an earlier run unknown: found other devices "
        + "since 2026-11-02T09:00:00Z, expected a collection before it; that run counts as "
        + "without GPUs",
      "\(place): virtual machines removed since they ran on a host with GPUs: found 'desktop-17' on "
        + "esx1.lab, expected a collection while they are there; what they had isn't known",
    ] {
      #expect(
        collected.errors.contains("refused from 'vcenter': \(line)\n"), "\(collected.errors)")
    }
    #expect(try program.rows("claim").count == 4)
    let configured = try self.program(
      vCenter, more: "    vgpu_profiles: { vendor_odd-profile: 3/7 }")
    let again = try await configured.run("collect", "--window", Self.period)
    #expect(!again.errors.contains("odd"), "\(again.errors)")
    #expect(try configured.rows("claim").count == 5)
  }

  @Test func `a vCenter that refuses is told with what to do, and without the password`()
    async throws
  {
    let vCenter = SimulatedVCenter(Self.scene())
    let wrong = try program(vCenter, password: "hunter2-secret")
    let checked = try await wrong.run("check")
    #expect(checked.status == 1)
    #expect(
      checked.output.contains(
        "  problem  \(vCenter.url)/sdk: unusable answer: vCenter does not know the user or the "
          + "password (InvalidLogin); check username, with its domain as in gputally@vsphere.local, "
          + "and password_file\n"), "\(checked.output)")
    let program = try program(vCenter)
    vCenter.change { $0.missingPrivilege = "System.Read" }
    let refused = try await program.run("collect", "--window", Self.period)
    #expect(refused.status == 2)
    #expect(
      refused.errors.contains(
        "\(vCenter.url)/sdk: unusable answer: the user lacks the privilege System.Read "
          + "(NoPermission); give it the role Read-only on the vCenter, with its children"),
      "\(refused.errors)")
    vCenter.change { $0.apiType = "HostAgent" }
    let host = try await program.run("check")
    #expect(
      host.output.contains(
        "and not a vCenter; give the address of the vCenter that manages the host"),
      "\(host.output)")
    let server = ScriptedServer { _, _ in
      ScriptedResponse(headers: ["Content-Type": "text/html"], "<html><p>Hello</html>")
    }
    try program.write(
      "gputally.yaml",
      try program.read("gputally.yaml").replacing(vCenter.url, with: server.url))
    let page = try await program.run("check")
    #expect(page.output.contains("check that the url is that of a vCenter"), "\(page.output)")
    for text in [checked.output + checked.errors, refused.errors, host.output, page.output] {
      #expect(!text.contains("hunter2") && !text.contains("Pa\"ss"))
    }
  }

  @Test(.enabled(if: PlatformTools.isInstalled, "\(PlatformTools.absence)"))
  func `VMware's own client reads the simulated vCenter as the program does`() async throws {
    let vCenter = SimulatedVCenter(Self.scene())
    let seen = try await PlatformTools.vCenter(
      port: vCenter.port, user: SimulatedVCenter.username, password: SimulatedVCenter.password)
    for part in [
      #""name": "VMware vCenter Server 8.0.2 (simulated)""#,
      #""devices": ["DeviceBackingInfo:20b2", "#
        + #""DeviceBackingInfo:20b2", "#
        + #""DeviceBackingInfo:1017"]"#,
      #""name": "train & <more>""#, #""values": {"cost center": "R&D <1>"}"#,
      #"["DrsVmMigratedEvent", "2026-11-02T10:00:00+00:00", "mover", "esx2.lab", "esx1.lab"]"#,
      #""devices": 12, "maintenance": false, "name": "esx1.lab", "nvidia": 10"#,
    ] {
      #expect(seen.contains(part), "\(part) in \(seen)")
    }
    #expect(vCenter.sessions.logins == 1 && vCenter.sessions.logouts == 1)
  }
}
