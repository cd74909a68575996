import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

@Suite struct SlurmRESTAnswerTests {
  @Test(arguments: SlurmRESTText.versions, [1, 7, 4_096])
  func `every version's job is the same record, however it comes in pieces`(
    version: String, pieces: Int
  ) throws {
    let text = SlurmRESTText.answer([SlurmRESTText.job(version)])
    let answer = try SlurmRESTText.read(text, pieces: pieces)
    #expect(answer.result.rejections == [])
    #expect(answer.result.jobs == [SlurmRESTText.expected])
    #expect(answer.envelope.count == 1)
  }

  @Test(
    arguments: [
      (#""COMPLETED""#, .completed), (#""CANCELLED by 1000""#, .cancelled),
      (#"["NODE_FAIL"]"#, .nodeFail), (#"["COMPLETING", "FAILED"]"#, .failed),
      (#"["RUNNING", "CONFIGURING"]"#, .running), (#"["PENDING", "REQUEUED"]"#, .requeued),
      (#"["RUNNING", "RESIZING"]"#, .resizing), (#"["OUT_OF_MEMORY"]"#, .outOfMemory),
    ] as [(String, Job.State)])
  func `a state is a word or a list with flags`(text: String, state: Job.State) throws {
    let job = SlurmRESTText.job("41", state: text, end: 1_795_439_060)
    #expect(try SlurmRESTText.read(SlurmRESTText.answer([job])).result.jobs.map(\.state) == [state])
  }

  @Test(arguments: [
    (#"{"job_id": 0, "task": null, "task_id": null}"#, nil, "9", 1),
    (#"{"job_id": 6, "task": null, "task_id": 0}"#, nil, "6_0", 1),
    (#"{"job_id": 6, "task": "1-3,7%2", "task_id": null}"#, nil, "6_[1-3,7%2]", 4),
    (
      #"{"job_id": 6, "task": "", "task_id": {"set": true, "infinite": false, "number": 5}}"#, nil,
      "6_5", 1
    ),
    (#"{"job_id": 6, "task_id": {"set": false, "infinite": false, "number": 0}}"#, nil, "9", 1),
    (#"{"job_id": 0}"#, #"{"job_id": 14, "job_offset": 1}"#, "14+1", 1),
    (
      #"{"job_id": 0}"#,
      #"{"job_id": 14, "job_offset": {"set": true, "infinite": false, "number": 0}}"#, "14+0", 1
    ),
    ("null", "[]", "9", 1),
  ])
  func `arrays and heterogeneous jobs are shown as sacct shows them`(
    array: String, het: String?, shown: String, tasks: Int
  ) throws {
    let text = SlurmRESTText.answer([SlurmRESTText.job("38", het: het, array: array)])
    let jobs = try SlurmRESTText.read(text).result.jobs
    #expect(jobs.map(\.displayID) == [shown])
    #expect(jobs.map(\.taskCount) == [tasks])
  }

  @Test func `who waits or never ran has no start, and a time of 0 isn't set`() throws {
    let pending = SlurmRESTText.job(
      "40", state: #"["PENDING"]"#, start: 0, end: 0, nodes: #""""#)
    // As an answer cut to a window tells it.
    let cut = SlurmRESTText.job(
      "38", id: "10", state: #""PENDING""#, end: 1_795_439_304, nodes: #""None assigned""#)
    let cancelled = SlurmRESTText.job(
      "38", id: "11", state: #""CANCELLED""#, end: 1_795_439_060, nodes: #""None assigned""#)
    let result = try SlurmRESTText.read(SlurmRESTText.answer([pending, cut, cancelled])).result
    #expect(result.rejections == [])
    #expect(result.jobs.map(\.started) == [nil, nil, nil])
    #expect(result.jobs.map(\.ended) == [nil, nil, SlurmRESTText.instant(1_795_439_060)])
    #expect(result.jobs.map(\.gpuCount) == [5, 5, 5])
  }

  @Test(arguments: ["0", "null", #""""#, "[]"])
  func `a reservation without a name is none`(text: String) throws {
    let job = SlurmRESTText.job("38", reservation: text)
    let jobs = try SlurmRESTText.read(SlurmRESTText.answer([job])).result.jobs
    #expect(jobs.map(\.reservation) == [""])
  }

  private static let bad: [(String, String)] = [
    (
      SlurmRESTText.job("38", id: "null"),
      "rest: a job without a number: not a job's number: found 'none', expected a number such as "
        + "4711"
    ),
    (
      SlurmRESTText.job("38", id: "7", state: #""DONE""#),
      "rest: job 7: unreadable state: found 'DONE', expected a job's state such as COMPLETED"
    ),
    (
      SlurmRESTText.job("38", id: "7", state: "{}"),
      "rest: job 7: unreadable state: found '', expected a job's state such as COMPLETED"
    ),
    (
      SlurmRESTText.job("38", id: "7", state: #""FAILED""#, end: 1_795_439_047),
      "rest: job 7: ends before it starts: found '2026-11-23T13:04:08Z to 2026-11-23T13:04:07Z', "
        + "expected an end after it"
    ),
    (
      SlurmRESTText.job("38", id: "7", suspended: "-1"),
      "rest: job 7: unreadable suspended: found '-1', expected a duration in seconds"
    ),
    (
      SlurmRESTText.job("38", id: "7", suspended: "1.5"),
      "rest: job 7: unreadable suspended: found '1.5', expected a duration in seconds"
    ),
    (
      SlurmRESTText.job("38", id: "7", gpus: "-4"),
      "rest: job 7: unreadable tres: found 'gres/gpu=-4,gres/gpu:h100=-4', expected a count of GPUs"
    ),
    (
      SlurmRESTText.job("38", id: "7", nodes: #""gpu[3-1]""#),
      "rest: job 7: unreadable nodes: found 'gpu[3-1]', expected host names such as gpu1, "
        + "gpu[001-200] or a[1-3,7],b, 100000 at most"
    ),
  ]

  @Test(arguments: bad)
  func `a bad job is refused with its number, the others are kept`(
    job: String, words: String
  ) throws {
    let text = SlurmRESTText.answer([job, SlurmRESTText.job("39")])
    let result = try SlurmRESTText.read(text).result
    #expect(result.rejections.map(\.description) == [words])
    #expect(result.jobs == [SlurmRESTText.expected])
    #expect(result.rowCount == 2)
  }

  @Test func `every prefix of an answer is refused`() throws {
    let bytes = Array(
      SlurmRESTText.answer([SlurmRESTText.job("38"), SlurmRESTText.job("41")]).utf8)
    #expect(try SlurmRESTText.read(bytes[...]).result.jobs.count == 2)
    for count in bytes.indices {
      #expect(throws: MalformedJSON.self, "\(count)") {
        try SlurmRESTText.read(bytes[..<count])
      }
    }
  }

  @Test(arguments: [
    ("[]", 0), ("{} x", 3), (#"{"jobs": [1]}"#, 10), (#"{"jobs": [{"job_id": 1,}]}"#, 23),
    (#"{"jobs": [{"job_id": +1}]}"#, 21), (#"{"jobs": [{}}"#, 12), ("{\"a\": \"\u{1}\"}", 7),
    (#"{"jobs": [0, 0]}"#, 16), ("]]]]}}}}", 0), ("}{\"jobs\":[{}]}", 0),
  ])
  func `what isn't such an answer is refused with its place`(text: String, offset: Int) {
    do throws(MalformedJSON) {
      _ = try SlurmRESTText.read(text)
      Issue.record("was read")
    } catch {
      #expect(error.offset == offset)
    }
  }

  @Test func `any byte changed is read or refused, never trapped on`() throws {
    let bytes = Array(SlurmRESTText.answer([SlurmRESTText.job("40")]).utf8)
    var generator = SystemRandomNumberGenerator()
    let seed = generator.next()
    var state = seed
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var changed = bytes
      changed[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
      let jobs = (try? SlurmRESTText.read(changed[...], pieces: 100))?.result.jobs.count ?? 0
      #expect(jobs <= 1, "seed \(seed)")
    }
  }

  @Test(arguments: [
    (
      #"[{"description": "Failed connecting to slurmdbd", "error_number": 7000, "#
        + #""error": "Unable to connect to database", "source": "slurmdb_jobs_get"}]"#,
      "Unable to connect to database (Failed connecting to slurmdbd)"
    ),
    (#"[{"error_number": 2}]"#, "error 2"), ("[{}]", "error 0"),
    (#"[{"error_number": 9003, "source": "slurmdb_tres_get", "error": "Nothing"}]"#, "Nothing"),
    (
      #"[{"error_number": 9003, "description": "Nothing found", "source": "slurmdb_jobs_get"}]"#,
      nil
    ),
    ("null", nil),
  ])
  func `errors fail an answer, but for that there is nothing`(text: String, words: String?) throws {
    let answer = try SlurmRESTText.read(SlurmRESTText.answer([], errors: text))
    #expect(answer.envelope.failure?.text == words)
  }
}
