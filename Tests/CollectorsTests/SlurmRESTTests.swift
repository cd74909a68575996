import Foundation
import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct SlurmRESTTests {
  private static let pages = """
    {"openapi": "3.0.2", "paths": {"\\/slurmdb\\/v0.0.37\\/jobs": {"get": {}},
    "\\/slurmdb\\/v0.0.38\\/jobs": {}, "\\/slurmdb\\/v0.0.40\\/jobs\\/": {},
    "\\/slurmdb\\/v0.0.43\\/jobs\\/": {}, "\\/slurm\\/v0.0.41\\/jobs": {}}}
    """
  private static let window = TimeRange(
    UTCInstant(milliseconds: 1_795_438_800_000), UTCInstant(milliseconds: 1_795_442_400_000))

  private func collector(
    _ server: ScriptedServer, version: SlurmRESTVersion? = nil, user: String? = nil,
    tokenFile: String? = nil, socket: String? = nil, attempts: Int = 1
  ) throws -> SlurmCollector {
    let connection = ConnectionSettings(
      retries: RetryPolicy(attemptsMaximum: attempts, initialDelayMilliseconds: 1),
      unixSocket: socket)
    let rest = SlurmRESTSettings(
      url: socket == nil ? server.url : "http://localhost", connection: connection, user: user,
      tokenFile: tokenFile, version: version)
    let calendar = try BillingCalendar(zone: "UTC")
    return SlurmCollector(
      settings: SlurmSettings(access: .rest(rest), cluster: "batch", calendar: calendar),
      client: HTTPClient())
  }

  /// A slurmrestd that tells its pages and gives `jobs` as its jobs.
  private func server(
    at path: String? = nil, pages: String = Self.pages, jobs: ScriptedResponse
  ) -> ScriptedServer {
    ScriptedServer(at: path) { request, _ in
      request.path.hasPrefix("/openapi") ? .json(pages) : jobs
    }
  }

  private func failure(_ collector: SlurmCollector) async -> String? {
    do throws(CollectorError) {
      _ = try await collector.collect(Self.window)
      return nil
    } catch { return error.description }
  }

  @Test func `the newest version on both sides is asked for all runs`() async throws {
    let server = server(jobs: .json(SlurmRESTText.answer([SlurmRESTText.job("40")])))
    let collector = try collector(server)
    for _ in 0..<2 {
      let result = try await collector.collect(Self.window)
      #expect(result.jobs == [SlurmRESTText.expected])
    }
    let times = "start_time=uts1795438800&end_time=uts1795442400&skip_steps=true"
    let page =
      "/slurmdb/v0.0.40/jobs/?\(times)&show_duplicates=true&disable_truncate_usage_time=true"
      + "&scheduler_unset=true"
    #expect(server.requests.map(\.path) == ["/openapi/v3", page, page])
  }

  @Test func `a given version is asked for without looking`() async throws {
    let server = server(jobs: .json(SlurmRESTText.answer([])))
    #expect(try await collector(server, version: .v38).collect(Self.window).jobs == [])
    #expect(
      server.requests.map(\.path) == [
        "/slurmdb/v0.0.38/jobs/?start_time=uts1795438800&end_time=uts1795442400&skip_steps=true"
      ])
  }

  @Test func `a socket is spoken to like a server`() async throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/s"
    let server = server(at: path, jobs: .json(SlurmRESTText.answer([SlurmRESTText.job("38")])))
    let result = try await collector(server, socket: path).collect(Self.window)
    #expect(result.jobs == [SlurmRESTText.expected])
    #expect(server.requests.map { $0.headers["x-slurm-user-token"] } == [nil, nil])
    let nobody = try await failure(collector(server, socket: folder.path + "/none"))
    #expect(nobody?.hasPrefix("unix:\(folder.path)/none:/openapi/v3: no connection") == true)
  }

  @Test func `user and token go with each request, and the token nowhere else`() async throws {
    let token = try TemporaryFile("eyJhbGciOi\n")
    let refused = ScriptedResponse(500, "who is eyJhbGciOi?")
    let server = server(jobs: refused)
    let collector = try collector(server, user: "gputally", tokenFile: token.path)
    let text = await failure(collector)
    #expect(
      text
        == "\(server.url)/slurmdb/v0.0.40/jobs/: unusable answer: status 500 (who is <secret>?); "
        + "look into the log of slurmrestd")
    #expect(server.requests.map { $0.headers["x-slurm-user-name"] } == ["gputally", "gputally"])
    #expect(
      server.requests.map { $0.headers["x-slurm-user-token"] } == ["eyJhbGciOi", "eyJhbGciOi"])
    #expect(
      try await failure(self.collector(server, user: "gputally", tokenFile: "/nowhere/token"))
        == "/nowhere/token: the file does not exist; check its path and that this user may read it")
  }

  @Test func `errors inside a success are a failure with its words`() async throws {
    let text = SlurmRESTText.answer(
      [],
      errors: #"[{"description": "Failed connecting to slurmdbd", "error_number": 7000, "#
        + #""error": "Unable to connect to database", "source": "slurmdb_jobs_get"}]"#)
    let server = server(jobs: .json(text))
    let words =
      "\(server.url)/slurmdb/v0.0.38/jobs/: unusable answer: slurmrestd says: Unable to connect to "
      + "database (Failed connecting to slurmdbd); check that slurmdbd and its database run and "
      + "look into the log of slurmrestd"
    #expect(try await failure(collector(server, version: .v38)) == words)
    // The database may come back.
    #expect(
      try await failure(collector(server, version: .v38, attempts: 2)) == words + " (tried 2 times)"
    )
  }

  @Test func `what a broken-off attempt gave is forgotten`() async throws {
    let whole = SlurmRESTText.answer([SlurmRESTText.job("38"), SlurmRESTText.job("38", id: "10")])
    let server = ScriptedServer { _, number in
      .json(number == 0 ? String(whole.prefix(whole.count - 60)) : whole)
    }
    let result = try await collector(server, version: .v38, attempts: 2).collect(Self.window)
    #expect(result.jobs.map(\.id) == ["9", "10"])
  }

  private static let refusals: [(ScriptedResponse, String)] = [
    (
      ScriptedResponse(401, "Authentication failure"),
      "status 401, slurmrestd does not let us in; give user and token_file under rest ('scontrol "
        + "token' makes a token), or run as a user that its socket admits"
    ),
    (
      ScriptedResponse(404, ""),
      "status 404, slurmrestd has no such page; leave 'version' out to have it asked for, or start "
        + "slurmrestd with the plugins of one of v0.0.38, v0.0.39, v0.0.40 or v0.0.41"
    ),
    (
      .json(#"{"errors": [{"error": "Unknown Query field", "error_number": 9000}]}"#, status: 422),
      "status 422, slurmrestd says: Unknown Query field; check that slurmdbd and its database run "
        + "and look into the log of slurmrestd"
    ),
    (
      ScriptedResponse(400, "Unable to parse query."),
      "status 400 (Unable to parse query.); look into the log of slurmrestd"
    ),
    (
      .json("{}"),
      "there are no jobs in it; check that the address is that of a slurmrestd"
    ),
    (
      ScriptedResponse(200, "<html>"),
      "malformed JSON at byte 0: expected '{'; check that the address is that of a slurmrestd"
    ),
  ]

  @Test(arguments: refusals.indices)
  func `a refusal says what to do`(index: Int) async throws {
    let (response, words) = Self.refusals[index]
    let server = server(jobs: response)
    #expect(
      try await failure(collector(server, version: .v41))
        == "\(server.url)/slurmdb/v0.0.41/jobs/: unusable answer: \(words)")
  }

  @Test(arguments: [
    (
      #"{"paths": {"/slurmdb/v0.0.36/jobs": {}, "/slurmdb/v0.0.37/jobs": {}}}"#,
      "slurmrestd offers v0.0.36, v0.0.37; load the plugins of one of v0.0.38, v0.0.39, v0.0.40 or "
        + "v0.0.41"
    ),
    (
      "{}",
      "slurmrestd offers no accounting; load the plugins of one of v0.0.38, v0.0.39, v0.0.40 or "
        + "v0.0.41"
    ),
    (
      "hello",
      "malformed JSON at byte 0: expected '{'; check that the address is that of a slurmrestd"
    ),
  ])
  func `a slurmrestd that speaks nothing known is told`(pages: String, words: String) async throws {
    let server = server(pages: pages, jobs: .json("{}"))
    #expect(
      try await failure(collector(server))
        == "\(server.url)/openapi/v3: unusable answer: \(words)")
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the pages of a real slurmrestd are understood`() async throws {
    let pages = try SharedData.bytes("recorded/slurm/rest_openapi.json")
    let text = String(decoding: pages, as: UTF8.self)
    let server = server(pages: text, jobs: .json(SlurmRESTText.answer([])))
    _ = try await collector(server).collect(Self.window)
    #expect(server.requests.last?.path.hasPrefix("/slurmdb/v0.0.38/jobs/?") == true)
  }

  @Test func `a check tells what the last day had`() async throws {
    let server = server(jobs: .json(SlurmRESTText.answer([SlurmRESTText.job("40")])))
    let check = try await collector(server).check(now: Self.window.end)
    #expect(check.findings == ["1 jobs, 1 of them with GPUs; accounts: ml"])
    #expect(check.problems == [])
  }
}
