import Foundation
import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

@Suite struct SacctReaderTests {
  private static let head =
    "JobIDRaw|JobID|Cluster|Account|User|Partition|QOS|Reservation|Submit|Eligible|Start|End|"
    + "Suspended|State|NNodes|AllocCPUS|AllocTRES|ReqTRES|NodeList|JobName"

  private func read(_ text: String, zone: String = "UTC", pieces: Int = .max) throws
    -> SacctReader.Result
  {
    var reader = SacctReader(
      file: "jobs.txt", cluster: "batch", calendar: try BillingCalendar(zone: zone))
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      reader.add(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
    }
    return reader.finish()
  }

  private func row(
    id: String = "7", start: String = "1795439048", end: String = "1795439060",
    suspended: String = "00:00:00", state: String = "COMPLETED",
    allocated: String = "billing=4,cpu=4,gres/gpu:h100=4,gres/gpu=4,mem=4G,node=1",
    requested: String = "cpu=4,gres/gpu=2", nodes: String = "gpu03", name: String = "train"
  ) -> String {
    "\(id)|\(id)||ml|alice|gpu|normal||1795439047|1795439047|\(start)|\(end)|\(suspended)|\(state)"
      + "|1|4|\(allocated)|\(requested)|\(nodes)|\(name)"
  }

  @Test(arguments: [1, 7, 64, Int.max])
  func `a row is a job, however it comes in pieces`(pieces: Int) throws {
    let result = try read(Self.head + "\n" + row() + "\n", pieces: pieces)
    let instant = { UTCInstant(milliseconds: $0 * 1_000) }
    #expect(result.rejections == [])
    #expect(
      result.jobs == [
        Job(
          cluster: "batch", id: "7", name: "train", account: "ml", user: "alice",
          partition: "gpu", qos: "normal", submitted: instant(1_795_439_047),
          eligible: instant(1_795_439_047), started: instant(1_795_439_048),
          ended: instant(1_795_439_060), state: .completed, hosts: ["gpu03"], nodeCount: 1,
          cpuCount: 4, gpuCount: 4, gpuType: "h100")
      ])
  }

  @Test(arguments: [
    ("billing=80,cpu=8,gres/gpu=8,gres/gpu:a100=8", 8, "a100"),
    ("gres/gpu:a100=8,gres/gpu=8", 8, "a100"), ("gres/gpu:a100=2,gres/gpu:h100=3", 5, ""),
    ("gres/gpu:1g.10gb=2", 2, "1g.10gb"), ("cpu=8,mem=320.5G", 0, ""), ("", 0, ""),
    ("gres/gpumem=36266M,gres/gpuutil=100", 0, ""), ("gres/shard=4,gres/mps=50", 0, ""),
    ("gres/gpu=0", 0, ""), ("energy=18446744073709551614,gres/gpu=1", 1, ""),
  ])
  func `gpus are counted once`(resources: String, count: Int, type: String) throws {
    let jobs = try read(Self.head + "\n" + row(allocated: resources)).jobs
    #expect(jobs.map(\.gpuCount) == [count])
    #expect(jobs.map(\.gpuType) == [type])
  }

  @Test func `text that holds the separator or a line feed stays with its row`() throws {
    let text =
      Self.head + "\n" + row(name: "a|b \"q\",\\x") + "\n" + row(id: "8", name: "one\ntwo")
      + "\n" + row(id: "9", name: "") + "\n"
    let result = try read(text)
    #expect(result.jobs.map(\.name) == ["a|b \"q\",\\x", "one\ntwo", ""])
    #expect(result.rejections == [])
  }

  @Test func `a name in the middle may hold separators as long as it is the only free text`() throws
  {
    let head = "JobIDRaw|JobName|Account|User|Submit|Start|End|State|AllocTRES|NodeList"
    let result = try read(
      head + "\n1|odd|name|ml|alice|10|20|30|COMPLETED|gres/gpu=1|gpu01\n")
    #expect(result.jobs.map(\.name) == ["odd|name"])
    #expect(result.jobs.map(\.account) == ["ml"])
  }

  @Test func `steps repeat what their job holds and are passed over`() throws {
    let result = try read(
      [Self.head, row(), row(id: "7.batch"), row(id: "7.0"), row(id: "7.extern")]
        .joined(separator: "\n"))
    #expect(result.jobs.count == 1)
    #expect(result.rowCount == 1)
    #expect(result.stepCount == 3)
  }

  @Test func `a job that goes on has no end, one that never started has no start`() throws {
    let result = try read(
      [
        Self.head, row(end: "Unknown", state: "RUNNING"),
        row(id: "8", start: "None", state: "CANCELLED by 1000", nodes: "None assigned"),
        row(id: "9", start: "Unknown", end: "Unknown", state: "PENDING", allocated: "", nodes: ""),
      ].joined(separator: "\n"))
    #expect(result.rejections == [])
    #expect(result.jobs.map(\.ended) == [nil, UTCInstant(milliseconds: 1_795_439_060_000), nil])
    #expect(result.jobs.map { $0.started == nil } == [false, true, true])
    #expect(result.jobs.map(\.state) == [.running, .cancelled, .pending])
    // Who waits asks for GPUs that it hasn't got.
    #expect(result.jobs.map(\.gpuCount) == [4, 2, 2])
    #expect(result.jobs.map(\.hosts) == [["gpu03"], [], []])
  }

  @Test(
    arguments: [
      ("00:00:11", 11_000), ("7-20:39:39", 679_179_000), ("05:00.250", 300_000), ("9", 9_000),
      ("", 0),
    ] as [(String, Int64)])
  func `suspended time is read as it is printed`(text: String, milliseconds: Int64) throws {
    let jobs = try read(Self.head + "\n" + row(suspended: text)).jobs
    #expect(jobs.map(\.suspendedMilliseconds) == [milliseconds])
  }

  @Test(arguments: [
    ("Asia/Seoul", "2026-11-23T13:04:07", "2026-11-23T04:04:07Z"),
    ("UTC", "2026-11-23T13:04:07", "2026-11-23T13:04:07Z"),
    // An hour that comes twice is its first.
    ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
  ])
  func `a local time is that of the cluster's zone`(
    zone: String, text: String, expected: String
  ) throws {
    let jobs = try read(Self.head + "\n" + row(start: text, end: "Unknown"), zone: zone).jobs
    #expect(jobs.map { $0.started?.description } == [expected])
  }

  @Test(arguments: [
    ("4103947_[1-3]", 3), ("6_[0-9:2,20%4]", 6), ("6_2", 1), ("14+0", 1), ("7", 1),
    ("6_[0-9223372036854775807]", 10_000_000), ("6_[1-9000000,1-9000000]", 10_000_000),
  ])
  func `a pending array stands for its tasks`(id: String, tasks: Int) throws {
    let text = Self.head + "\n" + row().replacing("7|7|", with: "7|\(id)|")
    #expect(try read(text).jobs.map(\.taskCount) == [tasks])
  }

  private static let bad: [(String, String)] = [
    (
      "x1|x1||ml|a|g|n||10|10|20|30|0|COMPLETED|1|1||||n",
      "jobs.txt:2: not a job's number: found 'x1', expected a number such as 4711"
    ),
    (
      "1|1||ml|a|g|n||10|10|20|30|0|DONE|1|1||||n",
      "jobs.txt:2: unreadable State: found 'DONE', expected a job's state such as COMPLETED or "
        + "CANCELLED by 1000"
    ),
    (
      "1|1||ml|a|g|n||10|10|yesterday|30|0|FAILED|1|1||||n",
      "jobs.txt:2: unreadable Start: found 'yesterday', expected seconds since 1970, or a time as "
        + "2026-11-23T13:04:07"
    ),
    (
      "1|1||ml|a|g|n||10|10|30|20|0|FAILED|1|1||||n",
      "jobs.txt:2: ends before it starts: found '1970-01-01T00:00:30Z to 1970-01-01T00:00:20Z', "
        + "expected an end after it"
    ),
    (
      "1|1||ml|a|g|n||10|10|20|30|0|FAILED|1|1|gres/gpu=-1|||n",
      "jobs.txt:2: unreadable AllocTRES: found 'gres/gpu=-1', expected resources as "
        + "cpu=8,gres/gpu=8,gres/gpu:a100=8"
    ),
    (
      "1|1||ml|a|g|n||10|10|20|30|0|FAILED|1|1|||gpu[3-1]|n",
      "jobs.txt:2: unreadable NodeList: found 'gpu[3-1]', expected host names such as gpu1, "
        + "gpu[001-200] or a[1-3,7],b, 100000 at most"
    ),
    (
      "1|1||ml|a",
      "jobs.txt:2: wrong number of columns: found '5 columns', expected 20; ask sacct for JobName "
        + "as the only free text, and last"
    ),
  ]

  @Test(arguments: bad)
  func `a bad row is refused with its line, the others are kept`(text: String, words: String) throws
  {
    let result = try read(Self.head + "\n" + text + "\n" + row() + "\n")
    #expect(result.rejections.map(\.description) == [words])
    #expect(result.jobs.map(\.id) == ["7"])
  }

  @Test(arguments: ["", "hello\nworld\n", "JobID|State|Start|End\n1|COMPLETED|1|2\n"])
  func `what isn't a table of sacct is refused as a whole`(text: String) throws {
    let result = try read(text)
    #expect(result.jobs == [])
    #expect(result.rejections.count == 1)
  }

  @Test func `a line that is too long is refused as a whole, and those around it are kept`() throws
  {
    let long = "8|" + String(repeating: "x", count: 2 << 20) + "\n"
    let text = [Self.head, row(id: "7"), long + row(id: "9"), ""].joined(separator: "\n")
    let result = try read(text, pieces: 1 << 18)
    #expect(result.jobs.map(\.id) == ["7", "9"])
    #expect(
      result.rejections.map(\.description) == [
        "jobs.txt:3: line too long: found 'more than 1048576 bytes', expected what sacct -P prints"
      ])
  }

  @Test func `a local time before 1970 is none, as seconds are`() throws {
    let text = Self.head + "\n" + row(start: "0001-01-01T00:00:00")
    #expect(try read(text).jobs.map(\.started) == [nil])
  }

  @Test func `every prefix of a table is read without a trap`() throws {
    let text = Array((Self.head + "\n" + row(name: "ü|\n") + "\n" + row(id: "8") + "\n").utf8)
    for count in text.indices {
      let result = try read(String(decoding: text.prefix(count), as: UTF8.self))
      #expect(result.jobs.count <= 2)
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `what a real sacct printed is read, but for a row that can't be told apart`() throws {
    let bytes = try SharedData.bytes("recorded/slurm/sacct_useful_X_D.txt")
    let result = try read(String(decoding: bytes, as: UTF8.self))
    // Names, comments and folders are all free text there, and one name holds the separator.
    #expect(result.rejections.map(\.place) == ["jobs.txt:6"])
    #expect(result.jobs.count == 26)
    #expect(result.jobs.contains { $0.state == .nodeFail && $0.gpuCount == 8 })
    #expect(result.jobs.contains { $0.suspendedMilliseconds == 11_000 })
  }
}
