import Foundation
import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// What a controller says, through a program that prints recordings in its place.
@Suite struct SlurmClusterTests {
  /// The words before a command, and a script that they run: it prints what is written for the
  /// words after `show`.
  private final class Controller: Sendable {
    private let script: TemporaryFile
    private let texts: [TemporaryFile]
    let reader: SlurmClusterReader

    /// - Parameter texts: by `node`, `job`, `res`, `assoc`, `event`, `reservation`.
    init(_ texts: [String: String], failing: String = "none") throws {
      let files = try texts.mapValues { try TemporaryFile($0) }
      self.texts = Array(files.values)
      let cases = files.map { "*' show \($0)'*) cat '\($1.path)' ;;" }.sorted()
        .joined(separator: "\n")
      script = try TemporaryFile(
        "case \"$* \" in\n*' show \(failing) '*) echo 'no controller' >&2; exit 1 ;;\n"
          + cases.replacing("'*)", with: " '*)") + "\nesac\n")
      let settings = SlurmSettings(
        access: .command(prefix: ["sh", script.path]), cluster: "c",
        calendar: try BillingCalendar(zone: "UTC"), timeout: 20)
      reader = try #require(SlurmClusterReader(settings))
    }

    func read() -> SlurmCluster { reader.read(now: UTCInstant(milliseconds: 1_000)) }
  }

  private static let nodes = """
    NodeName=gpu01 Arch=x86_64 Gres=gpu:h100:8(S:0-1) State=IDLE+DRAIN Reason=x Gres=gpu:9
    NodeName=cpu01 Arch=x86_64 Gres=(null) State=IDLE

    """

  @Test func `what can be read is read, and what can't is told with its program`() throws {
    let long = "NodeName=" + String(repeating: "x", count: 2 << 20)
    let controller = try Controller([
      "node": Self.nodes + "garbage\n" + long + "\nNodeName=gpu02 Gres=gpu:1\nmore garbage",
      "job": ScontrolTests.job() + "\nslurm says something\n" + ScontrolTests.job(gres: "gpu:x"),
      "res": "ReservationName=r StartTime=1 EndTime=2 Nodes=gpu01\nReservationName=s Nodes=a\n",
      "assoc": "7|ml|alice\nx|ml|bob\n8|ml\n9|nlp|\n3|a|b|c\n",
    ])
    let cluster = controller.read()
    #expect(cluster.nodes.map { "\($0.name) \($0.gpuCount)" } == ["gpu01 8", "cpu01 0", "gpu02 1"])
    #expect(Set(cluster.placements.keys) == ["7"])
    #expect(cluster.reserved.forWork.map(\.id) == ["r"])
    #expect(cluster.associations.keys.sorted() == [7, 9])
    #expect(cluster.shortfalls == [] && cluster.reservationsAsked != nil)
    #expect(
      cluster.rejections.map(\.description) == [
        "scontrol show node: line too long: found more than 1048576 bytes, expected shorter lines; "
          + "run 'scontrol show node' by hand to see what it prints",
        "scontrol show node: unreadable line: found 'garbage', "
          + "expected a node as NodeName=gpu01 ... Gres=gpu:h100:8 ... (2 times)",
        "scontrol show job: unreadable line: found 'slurm says something', "
          + "expected a job as JobId=4711 JobName=... JobState=RUNNING ... (2 times)",
        "scontrol show res: unreadable line: found 'ReservationName=s Nodes=a', "
          + "expected StartTime= and a later EndTime=",
        "sacctmgr show assoc: unreadable line: found 'x|ml|bob', "
          + "expected a number, an account and a user as 7|vision|alice (3 times)",
      ])
    let warnings = cluster.check().warnings
    #expect(warnings.count == 5 && warnings.allSatisfy { $0.hasPrefix("refused: ") })
  }

  @Test func `what isn't for us is nothing to tell`() throws {
    let controller = try Controller([
      "node": Self.nodes,
      "job": "No jobs in the system\n" + ScontrolTests.job(state: "PENDING") + "\n"
        + "JobId=9 JobName=cpu JobState=RUNNING TRES=cpu=1 MinCPUsNode=1\r\n\n",
      "res":
        "No reservations in the system\nReservationName=l StartTime=1 EndTime=2 Nodes=(null)\n",
      "assoc": "1|root|\n",
    ])
    let cluster = controller.read()
    #expect(cluster.rejections == [] && cluster.shortfalls == [])
    #expect(cluster.placements.isEmpty && cluster.reserved.forWork.isEmpty)
    #expect(cluster.reservationsAsked != nil)
    let empty = try Controller([
      "node": "No nodes in the system\n", "job": "", "res": "", "assoc": "",
    ]).read()
    #expect(empty.rejections == [] && empty.nodes == [])
  }

  @Test func `a job's name may break over lines`() throws {
    let controller = try Controller([
      "node": "", "res": "", "assoc": "",
      "job": ScontrolTests.job(name: "two\n   lines JobState=x\nJOB_GRES=gpu:9") + "\n"
        + "JobId=8 JobName=cut short\n",
    ])
    let cluster = controller.read()
    #expect(cluster.placements == ["7": [Job.Placement(host: "gpu01", indexes: [2, 3])]])
    #expect(cluster.rejections.map(\.found) == ["'JobId=8 JobName=cut short'"])
  }

  @Test func `the found part of a line has a bound`() throws {
    let controller = try Controller([
      "node": String(repeating: "é", count: 500), "job": "", "res": "", "assoc": "",
    ])
    #expect(controller.read().rejections.map(\.found.count) == [122])
  }

  @Test func `a list that can't be asked for is a shortfall, the others are read`() throws {
    let cluster = try Controller(
      ["node": Self.nodes, "job": "", "res": "", "assoc": ""], failing: "res"
    ).read()
    #expect(cluster.nodes.count == 2 && cluster.reservationsAsked == nil)
    #expect(cluster.shortfalls.count == 1)
    #expect(cluster.shortfalls[0].hasPrefix("reservations: 'sh "))
    #expect(cluster.shortfalls[0].contains("no controller"))
  }
}

// The history of a window.
extension SlurmClusterTests {
  private static let window = TimeRange(milliseconds: 1_795_438_800_000..<1_795_442_400_000)

  @Test func `outages of a window are read, and what can't be read is told`() throws {
    let controller = try Controller([
      "event": """
      |1795438000|Unknown|||
      gpu01|1795438000|1795438860|DOWN*|a | b
      gpu02|1795439000|Unknown|DRAIN|x
      gpu03|1795439000|1795439000|INVAL|
      gpu04|1795439000|1795439010|MIXED|
      gpu05|Unknown|1795439010|DOWN|
      gpu06|1795439010|1795439000|DOWN|
      gpu07|soon|1795439000|DOWN|
      gpu08|1795439010
      """
    ])
    let told = try controller.reader.outages(in: Self.window)
    #expect(
      told.outages.map { "\($0.subject) \($0.attributes["reason"] ?? "") \($0.range.milliseconds)" }
        == ["gpu01 down 60000", "gpu02 drained 3400000"])
    #expect(told.rejections.map(\.place) == ["sacctmgr show event"])
    #expect(told.rejections.map(\.count) == [4])
    #expect(told.rejections.map(\.found) == ["'gpu05|Unknown|1795439010|DOWN|'"])
  }

  @Test func `reservations of a window are read, and what can't be read is told`() throws {
    let controller = try Controller([
      "reservation": """
      1795438000|1795439000|gpu[01-02]|,7,8|SPEC_NODES|a|b
      1795438000|Unknown|gpu03|7|MAINT,SPEC_NODES|m
      1795438000|1795439000|gpu04|-7,99|FLEX|n
      1795438000|1795439000||7|ANY_NODES|licences
      1795439000|1795439000|gpu05|7||over at once
      1795439000|1795438000|gpu06|7||backwards
      Unknown|1795438000|gpu07|7||never
      1795438000|1795439000|gpu[08|7||broken
      1795438000|1795439000|gpu09|x||odd
      1795438000|1795439000
      """
    ])
    var cluster = SlurmCluster()
    cluster.associations = [7: ("ml", "alice"), 8: ("ml", "bob")]
    let told = try controller.reader.reservations(in: Self.window, cluster)
    #expect(
      told.forWork.map { "\($0.id) \($0.hosts.count) \($0.account) \($0.user)" }
        == ["a|b 2 ml ", "n 1  "])
    #expect(told.maintenance.map(\.subject) == ["gpu03"])
    #expect(told.rejections.map(\.count) == [5])
    #expect(told.rejections.map(\.found) == ["'1795439000|1795438000|gpu06|7||backwards'"])
  }
}

// What a real Slurm 22.05 printed.
extension SlurmClusterTests {
  private static func recording(_ name: String) throws -> String {
    String(decoding: try SharedData.bytes("recorded/slurm/\(name)"), as: UTF8.self)
  }

  /// What `-o` makes of records of several lines: one each.
  private static func oneLine(_ text: String) -> String {
    text.replacing("\n   ", with: " ").replacing("\n\n", with: "\n")
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `recorded nodes, jobs, reservations and accounts are read without a rest`() throws {
    let reservations = Self.oneLine(try Self.recording("res.txt"))
    let words = { (text: String) in text.split(separator: "\n").map { $0.split(separator: " ") } }
    #expect(words(reservations) == words(try Self.recording("res_oneline.txt")))
    let accounts = try Self.recording("assoc.txt").split(separator: "\n").dropFirst().enumerated()
      .map { index, line in
        let fields = line.split(separator: "|", omittingEmptySubsequences: false)
        return "\(index + 1)|\(fields[1])|\(fields[2])"
      }
    let controller = try Controller([
      "node": Self.oneLine(try Self.recording("nodes.txt")),
      "job": Self.oneLine(try Self.recording("jobs_scontrol.txt")),
      "res": reservations, "assoc": accounts.joined(separator: "\n"),
    ])
    let cluster = controller.read()
    #expect(cluster.rejections == [] && cluster.shortfalls == [])
    #expect(
      cluster.nodes
        == (1...4).map {
          SchedulerNode(name: "gpu0\($0)", gpuCount: 8, gpuType: "h100")
        })
    #expect(
      cluster.placements.mapValues { $0.map { "\($0.host) \($0.indexes)" } } == [
        "1": ["gpu03 [0, 1, 2, 3]"], "3": ["gpu03 [4, 5]"], "4": ["gpu03 [6, 7]"],
        "17": ["gpu04 [1]"], "18": ["gpu04 [2]"],
      ])
    #expect(
      cluster.reserved.forWork.map { "\($0.id) \($0.hosts) \($0.account) \($0.range)" } == [
        "team_vision [\"gpu02\"] vision 2026-11-23T13:04:08Z/2026-11-23T13:34:08Z"
      ])
    #expect(cluster.reserved.maintenance.map(\.subject) == ["gpu01"])
    #expect(cluster.associations.count == 10)
    #expect(cluster.associations[6]?.user == "rig_bob")
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `recorded events and reservations of the past are read without a rest`() throws {
    let events = try Self.recording("events.txt").split(separator: "\n").dropFirst().map { line in
      line.split(separator: "|", omittingEmptySubsequences: false)[1...5].joined(separator: "|")
    }
    let past = try Self.recording("sacctmgr_reservation.txt").split(separator: "\n").dropFirst()
      .map { line in
        let fields = line.split(separator: "|", omittingEmptySubsequences: false)
        return "\(fields[3])|\(fields[4])|gpu02||SPEC_NODES|\(fields[1])"
      }
    let controller = try Controller([
      "event": events.joined(separator: "\n"), "reservation": past.joined(separator: "\n"),
    ])
    let window = TimeRange(milliseconds: 1_795_435_200_000..<1_795_446_000_000)
    let told = try controller.reader.outages(in: window)
    #expect(told.rejections == [])
    #expect(told.outages.count > 4)
    #expect(told.outages.allSatisfy { $0.subject.hasPrefix("gpu0") })
    let reserved = try controller.reader.reservations(in: window, SlurmCluster())
    #expect(reserved.rejections == [] && reserved.forWork.map(\.id) == ["team_vision"])
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `tables of other commands are refused line by line`() throws {
    let folder = "gcm_slurm_fixtures_mit"
    for name in try SharedData.names(in: folder) {
      let bytes = try SharedData.bytes("\(folder)/\(name)")
      let lines = bytes.split(separator: 10).count { $0 != [13] }
      for list in SlurmList.allCases {
        var cluster = SlurmCluster()
        var reader = SlurmListReader(list, calendar: try BillingCalendar(zone: "UTC"))
        reader.add(bytes, to: &cluster)
        reader.finish(&cluster)
        #expect(cluster.rejections.map(\.count) == [lines], "\(name) as \(list)")
        #expect(cluster.nodes.isEmpty && cluster.reserved.forWork.isEmpty)
      }
    }
  }
}
