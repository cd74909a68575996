import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

/// What slurmrestd tells besides jobs' accounting.
@Suite struct SlurmRESTClusterTests {
  private static let now = UTCInstant(milliseconds: 1_795_442_400_000)

  private static func list(_ key: String, _ elements: [String]) -> ScriptedResponse {
    .json(#"{"meta": {}, "errors": [], "\#(key)": [\#(elements.joined(separator: ", "))]}"#)
  }

  /// A slurmrestd with these pages of the controller.
  private static func server(
    nodes: ScriptedResponse = list("nodes", []), jobs: ScriptedResponse = list("jobs", []),
    reservations: ScriptedResponse = list("reservations", [])
  ) -> ScriptedServer {
    ScriptedServer { request, _ in
      switch request.path.split(separator: "/").last {
      case "nodes": nodes
      case "jobs": jobs
      default: reservations
      }
    }
  }

  private static func source(_ server: ScriptedServer) throws -> SlurmClusterSource {
    let connection = ConnectionSettings(
      retries: RetryPolicy(attemptsMaximum: 1, initialDelayMilliseconds: 1))
    let rest = SlurmRESTSettings(url: server.url, connection: connection, version: .v38)
    let calendar = try BillingCalendar(zone: "UTC")
    return try #require(
      SlurmClusterSource(
        SlurmSettings(access: .rest(rest), cluster: "batch", calendar: calendar),
        client: HTTPClient()))
  }

  private static func cluster(_ server: ScriptedServer) async throws -> SlurmCluster {
    try await #require(source(server).read(now: now))
  }

  private static func range(_ start: Int64, _ end: Int64) -> TimeRange {
    TimeRange(milliseconds: (start * 1_000)..<(end * 1_000))
  }

  // MARK: What a real one wrote

  private static func recorded(_ name: String) throws -> ScriptedResponse {
    let bytes = try SharedData.bytes("recorded/slurm/rest_slurm_v0.0.38_\(name).json")
    return .json(String(decoding: bytes, as: UTF8.self))
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the pages of a real slurmrestd are its nodes and reservations`() async throws {
    let server = Self.server(
      nodes: try Self.recorded("nodes"), jobs: try Self.recorded("jobs"),
      reservations: try Self.recorded("reservations"))
    let cluster = try await Self.cluster(server)
    #expect(
      cluster.nodes
        == (1...4).map { SchedulerNode(name: "gpu0\($0)", gpuCount: 8, gpuType: "h100") })
    #expect(
      cluster.reserved.forWork == [
        Reservation(
          id: "team_vision", range: Self.range(1_795_439_048, 1_795_440_848), hosts: ["gpu02"],
          account: "vision")
      ])
    #expect(
      cluster.reserved.maintenance == [
        Observation(
          kind: .outage, subject: "gpu01", attributes: ["reason": "maintenance"],
          range: Self.range(1_795_446_248, 1_795_449_848))
      ])
    // None of its jobs ran any more.
    #expect(cluster.placements == [:])
    #expect(cluster.rejections == [] && cluster.shortfalls == [])
    #expect(cluster.reservationsAsked == Self.now)
    #expect(
      server.requests.map(\.path) == [
        "/slurm/v0.0.38/nodes/", "/slurm/v0.0.38/jobs/", "/slurm/v0.0.38/reservations/",
      ])
  }

  // MARK: Shapes

  /// A number as later versions write it.
  private static func wrapped(_ number: Int) -> String {
    #"{"set": true, "infinite": false, "number": \#(number)}"#
  }

  @Test(arguments: [
    (#""state": "down", "state_flags": ["NOT_RESPONDING"]"#, "1795439000"),
    (#""state": ["DOWN", "NOT_RESPONDING"]"#, "1795439000"),
    (#""state": ["DOWN", "DRAIN", "NOT_RESPONDING"]"#, wrapped(1_795_439_000)),
    (#""state": ["IDLE", "INVALID_REG"]"#, wrapped(1_795_439_000)),
  ])
  func `a node that is down is so since its reason was set`(state: String, since: String)
    async throws
  {
    let node = #"{"name": "gpu01", "gres": "gpu:h100:8(S:0-1)", "reason_changed_at": \#(since), "#
    let cluster = try await Self.cluster(
      Self.server(nodes: Self.list("nodes", [node + state + "}"])))
    #expect(cluster.nodes == [SchedulerNode(name: "gpu01", gpuCount: 8, gpuType: "h100")])
    #expect(
      cluster.outages == [
        Observation(
          kind: .outage, subject: "gpu01", attributes: ["reason": "down"],
          range: TimeRange(UTCInstant(milliseconds: 1_795_439_000_000), Self.now))
      ])
  }

  @Test(
    arguments: [
      (#""state": "idle", "state_flags": ["DRAIN"]"#, ["drained"]),
      (#""state": ["MIXED", "DRAIN"]"#, ["drained"]),
      // Maintenance has its times in the reservations.
      (#""state": "idle", "state_flags": ["MAINTENANCE", "RESERVED"]"#, []),
      (#""state": ["IDLE", "CLOUD", "POWERED_DOWN"]"#, []), (#""state": ["ALLOCATED"]"#, []),
    ] as [(String, [String])])
  func `a state that takes no work is an outage`(state: String, reasons: [String]) async throws {
    let node = #"{"name": "gpu01", "gres": "", "reason_changed_at": 1795439000, \#(state)}"#
    let cluster = try await Self.cluster(Self.server(nodes: Self.list("nodes", [node])))
    #expect(cluster.outages.map { $0.attributes["reason"] } == reasons)
  }

  @Test(arguments: [("1795439048", "1795440848"), (wrapped(1_795_439_048), wrapped(1_795_440_848))])
  func `a reservation is the same of every version`(start: String, end: String) async throws {
    let text = """
      {"name": "night", "node_list": "gpu[01-02]", "accounts": "-spare,vision,robot", "users": "",
       "flags": ["SPEC_NODES"], "start_time": \(start), "end_time": \(end)}
      """
    let cluster = try await Self.cluster(
      Self.server(reservations: Self.list("reservations", [text])))
    #expect(
      cluster.reserved.forWork == [
        Reservation(
          id: "night", range: Self.range(1_795_439_048, 1_795_440_848), hosts: ["gpu01", "gpu02"],
          account: "vision")
      ])
  }

  @Test(
    arguments: [
      (#""RUNNING""#, #"["gpu:h100:2(IDX:3-4)", "gpu:h100:1(IDX:0)"]"#, [[3, 4], [0]]),
      (#"["RUNNING"]"#, #"["gpu:h100:2(IDX:0,7)", ""]"#, [[0, 7], []]),
      (#"["PENDING"]"#, #"["gpu:h100:2(IDX:3-4)", "gpu:h100:1(IDX:0)"]"#, nil),
      (#"["SUSPENDED"]"#, #"["gpu:h100:2(IDX:3-4)", "gpu:h100:1(IDX:0)"]"#, nil),
      // Of which node is it?
      (#"["RUNNING"]"#, #"["gpu:h100:2(IDX:3-4)"]"#, nil), (#"["RUNNING"]"#, "[]", nil),
      (#"["RUNNING"]"#, #"["gpu:h100:2(CNT:2)", "gpu:h100:1(IDX:0)"]"#, nil),
    ] as [(String, String, [[Int]]?)])
  func `what a running job has of each node is told by its numbers`(
    state: String, details: String, expected: [[Int]]?
  ) async throws {
    let text =
      #"{"job_id": 9, "job_state": \#(state), "nodes": "gpu[01-02]", "gres_detail": \#(details)}"#
    let cluster = try await Self.cluster(Self.server(jobs: Self.list("jobs", [text])))
    let placements = expected.map { zip(["gpu01", "gpu02"], $0).map(Job.Placement.init) }
    #expect(cluster.placements["9"] == placements)
  }

  // MARK: What can't be told

  @Test func `what can't be read is refused by its place`() async throws {
    let server = Self.server(
      nodes: Self.list(
        "nodes", [#"{"name": "gpu01", "gres": "", "state": "down", "reason_changed_at": 0}"#]),
      reservations: Self.list(
        "reservations",
        [
          #"{"name": "odd", "node_list": "gpu[1-", "start_time": 1795439048, "end_time": 1}"#,
          #"{"name": "gone", "node_list": "gpu1", "start_time": 1795439048, "end_time": 1}"#,
          #"{"name": "licences", "node_list": "", "start_time": 1, "end_time": 2}"#,
        ]))
    let cluster = try await Self.cluster(server)
    let place = server.url + "/slurm/v0.0.38/"
    #expect(
      cluster.rejections.map(\.description) == [
        "\(place)nodes/: node gpu01: out of service since an unknown time: found 'down', expected a "
          + "node that is down or drained with the time of its reason",
        "\(place)reservations/: odd: unreadable node_list: found 'gpu[1-', expected "
          + HostRange.expectation,
        "\(place)reservations/: gone: ends before it starts: found '2026-11-23T13:04:08Z to "
          + "1970-01-01T00:00:01Z', expected an end after it",
      ])
    #expect(cluster.nodes.map(\.name) == ["gpu01"] && cluster.outages == [])
  }

  @Test func `a controller that doesn't answer is asked once, and that is told`() async throws {
    let silent = ScriptedResponse.json(
      #"{"errors": [{"error": "Unspecified error", "errno": -1}], "nodes": []}"#, status: 500)
    let server = Self.server(nodes: silent)
    let cluster = try await Self.cluster(server)
    #expect(
      cluster.shortfalls == [
        "nodes, GPUs of jobs and reservations: \(server.url)/slurm/v0.0.38/nodes/: unusable "
          + "answer: status 500, slurmrestd says: Unspecified error; check that slurmctld runs and "
          + "look into the log of slurmrestd"
      ])
    #expect(cluster.reservationsAsked == nil)
    #expect(server.requests.count == 1)
  }

  @Test func `a slurmrestd of the accounting alone tells jobs, and a check says so`() async throws {
    let server = Self.server(nodes: ScriptedResponse(404, ""))
    let source = try Self.source(server)
    #expect(await source.read(now: Self.now) == nil)
    let check = await source.check(now: Self.now)
    #expect(
      check.warnings == [
        "slurmrestd tells jobs alone; nodes, outages and reservations come with its plugin openapi/"
          + "v0.0.38 beside openapi/dbv0.0.38, or those of its version"
      ])
    #expect(server.requests.map(\.path) == ["/slurm/v0.0.38/nodes/", "/slurm/v0.0.38/nodes/"])
  }

  @Test func `a check says that there is no history`() async throws {
    let node = #"{"name": "gpu01", "gres": "gpu:8", "state": "idle", "reason_changed_at": 0}"#
    let server = Self.server(nodes: Self.list("nodes", [node]))
    let check = try await Self.source(server).check(now: Self.now)
    #expect(server.requests.count == 3)
    #expect(
      check.findings == [
        "1 nodes with 8 GPUs; 0 reservations now and later",
        "slurmrestd tells what is out of service or reserved now and keeps no history: what came and "
          + "went between two collections isn't known; 'sacct: local' or 'command' tells it",
      ])
    #expect(check.warnings == [])
  }
}
