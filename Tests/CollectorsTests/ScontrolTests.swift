import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// Lines of `scontrol` and `sacctmgr`, one by one.
@Suite struct ScontrolTests {
  @Test(arguments: [
    ("gpu:h100:8", 8, "h100"), ("gpu:8", 8, ""), ("gpu:h100:8(S:0-1),shard:4", 8, "h100"),
    ("gpu:a100:2(S:0),gpu:h100:3(S:1)", 5, ""), ("gpu:1g.10gb:7", 7, "1g.10gb"),
    ("gpu:tesla:no_consume:4", 4, "tesla"), ("shard:4,mps:100", 0, ""), ("", 0, ""),
  ])
  func `gpus of a node are counted`(text: String, count: Int, type: String) {
    #expect(GresText.gpus(text[...]) == SlurmText.GPUs(count: count, type: type))
  }

  @Test(arguments: [
    "gpu", "gpu:h100", "gpu:h100:x", "gpu:h100:-1", "gpu:1001", "gpu:600,gpu:600",
    "gpu:9223372036854775807,gpu:1",
  ])
  func `gpus without a number are not none`(text: String) {
    #expect(GresText.gpus(text[...]) == nil)
  }

  @Test(arguments: [
    ("gpu:h100:3(IDX:0-1,4)", GresText.Numbers.told([0, 1, 4])), ("gpu:1(IDX:7)", .told([7])),
    ("gpu:a:1(IDX:5),gpu:b:2(IDX:0-1)", .told([0, 1, 5])), ("", .told([])),
    ("gpu:h100:0(IDX:N/A)", .told([])), ("gpu:4(CNT:4)", .notTold),
    ("shard:2(IDX:0-9)", .told([])),
  ])
  func `numbers of gpus are read, rising`(text: String, numbers: GresText.Numbers) {
    #expect(GresText.numbers(text[...]) == numbers)
  }

  @Test(arguments: [
    "gpu:h100:4", "gpu:1(IDX:)x", "gpu:1(IDX:a)", "gpu:1(IDX:1-0)", "gpu:1(IDX:0-1-2)",
    "gpu:1(IDX:x-3)", "gpu:1(IDX:0-1000)", "gpu:1(IDX:0-900,0-900)", "gpu:1(S:0-1)",
  ])
  func `numbers of gpus that can't be read are not none`(text: String) {
    #expect(GresText.numbers(text[...]) == (text.hasSuffix("x") ? .told([]) : nil))
  }

  /// A job of two GPUs as `scontrol -d -o show job` prints it.
  static func job(
    name: String = "train", state: String = "RUNNING", gres: String = "gpu:h100:2(IDX:2-3)",
    comment: String = ""
  ) -> String {
    "JobId=7 JobName=\(name) UserId=alice(1001) Account=ml JobState=\(state) Reason=None "
      + "NumNodes=1 TRES=cpu=4 JOB_GRES=gpu:h100:2   Nodes=gpu01 CPU_IDs=0-3 Mem=4096 GRES=\(gres) "
      + "MinCPUsNode=1 Features=(null) Comment=\(comment) WorkDir=/tmp"
  }

  private static let own = ["gpu01:[2, 3]"]

  private static func placements(_ text: String) throws -> [String]? {
    try ScontrolLine(text[...]).placements().map { told in
      #expect(told.job == "7")
      return told.placements.map { "\($0.host):\($0.indexes)" }
    }
  }

  @Test func `a running job has its GPUs by their numbers`() throws {
    #expect(try Self.placements(Self.job()) == Self.own)
    let two = Self.job().replacing(
      " MinCPUs", with: "   Nodes=a[1-2] CPU_IDs=0 Mem=1 GRES=gpu:1(IDX:7) MinCPUs")
    #expect(try Self.placements(two) == Self.own + ["a1:[7]", "a2:[7]"])
  }

  @Test func `a job that waits, has no GPUs or isn't told which is passed over`() throws {
    #expect(try Self.placements(Self.job(state: "PENDING")) == nil)
    #expect(try Self.placements(Self.job(gres: "gpu:2(CNT:2)")) == nil)
    #expect(
      try Self.placements("JobId=7 JobName=a JobState=RUNNING NumNodes=1 MinCPUsNode=1") == nil)
  }

  /// Every name that once fooled, or could.
  @Test(arguments: [
    "a JOB_GRES=gpu:1", "a Nodes=gpu09 CPU_IDs=0 Mem=1 GRES=gpu:1(IDX:0)", "a JobState=PENDING",
    "a \"quoted\" 'name' | JobId=8", "JobId=8 JobState=PENDING", "a MinCPUsNode=1", "\u{301}",
    "a JOB_GRES=gpu:8 Nodes=gpu09 GRES=gpu:8(IDX:0-7)", "a \u{301}", "e\u{301} GRES=\u{338}",
  ])
  func `a job's name doesn't fool`(name: String) throws {
    #expect(try Self.placements(Self.job(name: name)) == Self.own)
  }

  @Test(arguments: ["x JOB_GRES=gpu:1 Nodes=gpu09 GRES=gpu:1(IDX:0)", "x JobState=PENDING", "|"])
  func `a job's comment doesn't fool`(comment: String) throws {
    #expect(try Self.placements(Self.job(comment: comment)) == Self.own)
  }

  @Test(arguments: [true, false])
  func `a forged copy of what Slurm says is told, and not believed`(isName: Bool) {
    let forged = "x JOB_GRES=gpu:1 Nodes=gpu09 GRES=gpu:1(IDX:0) MinCPUsNode=1"
    #expect(
      throws: SlurmText.Malformed(
        expected: "JOB_GRES= ... MinCPUsNode= once; a job's name or comment has the same")
    ) {
      try Self.placements(
        isName ? Self.job(name: forged) : Self.job(comment: forged))
    }
  }

  @Test(arguments: [
    "", "JobId=7", "JobId=x JobState=RUNNING MinCPUsNode=1", "JobState=RUNNING MinCPUsNode=1",
    "JobId=7 JobState=RUNNING JOB_GRES=gpu:1 Nodes=a GRES=gpu:1(IDX:0)", job(gres: "gpu:x"),
    job(gres: "gpu:2"), job().replacing("Nodes=gpu01", with: "Nodes=gpu[01"),
    job().replacing(" Nodes=gpu01", with: ""),
    job().replacing("MinCPUs", with: "GRES=gpu:1(IDX:0) MinCPUs"),
  ])
  func `a job that can't be read is refused`(text: String) {
    #expect(throws: SlurmText.Malformed.self) { try ScontrolLine(text[...]).placements() }
  }

  @Test func `a job's placements have a bound`() {
    // A name of a thousand characters could ask for millions of them.
    let part = " Nodes=a[1-60000] GRES=gpu:1(IDX:0)"
    let text = Self.job().replacing("   Nodes=", with: part + part + " Nodes=")
    #expect(throws: SlurmText.Malformed.self) { try ScontrolLine(text[...]).placements() }
  }

  @Test(arguments: [
    "", "Gres=gpu:1", "NodeName= Gres=gpu:1", "NodeName=(null) Gres=gpu:1",
    "NodeName=a Gres=gpu:h100",
  ])
  func `a node that can't be read is refused`(text: String) {
    #expect(
      throws: SlurmText.Malformed(expected: "a node as NodeName=gpu01 ... Gres=gpu:h100:8 ...")
    ) { try ScontrolLine(text[...]).node() }
  }

  @Test(arguments: [
    "", "StartTime=1 EndTime=2 Nodes=a", "ReservationName=r StartTime=1 EndTime=2",
    "ReservationName=r StartTime=2 EndTime=1 Nodes=a",
    "ReservationName=r StartTime=1 EndTime=1 Nodes=a",
    "ReservationName=r StartTime=x EndTime=2 Nodes=a",
    "ReservationName=r StartTime=Unknown EndTime=2 Nodes=a",
    "ReservationName=r StartTime=1 EndTime=2 Nodes=a[1",
  ])
  func `a reservation that can't be read is refused`(text: String) throws {
    var clock = LocalClock(try BillingCalendar(zone: "UTC"))
    #expect(throws: SlurmText.Malformed.self) {
      try ScontrolLine(text[...]).reservation(&clock)
    }
  }

  @Test func `a reservation of no nodes is passed over`() throws {
    var clock = LocalClock(try BillingCalendar(zone: "UTC"))
    let line = ScontrolLine("ReservationName=r StartTime=1 EndTime=2 Nodes=(null) Licenses=a")
    #expect(try line.reservation(&clock)?.reservation == nil)
  }
}
