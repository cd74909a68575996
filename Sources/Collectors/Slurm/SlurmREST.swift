import Quantities
import Synchronization
import Transport

/// Asks a slurmrestd for the lists that it has.
///
/// - Source: slurmrestd 22.05.8: points of time as `uts1795438800` are the same in every zone, other
///   forms are local to the server; a time with an unencoded `:` is refused.
final class SlurmREST: Sendable {
  /// No answer is longer; its jobs are read as they arrive.
  static let answerBytesMaximum = 16 << 30
  /// The statuses of answers that say in words what is wrong.
  private static let statuses: Set = [400, 401, 403, 404, 405, 422, 500, 502, 503, 504]

  private let settings: SlurmRESTSettings
  private let client: HTTPClient
  private let known: Mutex<SlurmRESTVersion?>

  init(settings: SlurmRESTSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
    known = Mutex(settings.version)
  }

  /// The jobs that had any time in `window`, all runs of those that were requeued among them.
  ///
  /// - Parameter cluster: of jobs that name none.
  func jobs(
    _ window: TimeRange, cluster: String
  ) async throws(CollectorError) -> SacctReader.Result {
    let version = try await version()
    let fields = [
      ("start_time", Self.text(window.start.milliseconds / 1_000)),
      ("end_time", Self.text((window.end.milliseconds + 999) / 1_000)),
    ]
    let page = "/slurmdb/\(version.name)/jobs/"
    let stream = SlurmRESTStream(place: shown(page), cluster: cluster)
    let jobs = try await list(
      page + "?" + URLText.encoded(fields + version.completeness), "jobs", of: .accounting, stream)
    guard let jobs else { preconditionFailure("BUG: the accounting's pages aren't optional") }
    return jobs.result
  }

  /// Whose lists they are.
  enum Daemon {
    case accounting, controller

    /// What to check where it doesn't answer.
    var advice: String {
      switch self {
      case .accounting: "slurmdbd and its database run"
      case .controller: "slurmctld runs"
      }
    }
  }

  /// What a page's list has.
  ///
  /// - Parameter key: of the list.
  /// - Returns: nil where slurmrestd has no such page of the controller.
  func list<Found: Sendable>(
    _ page: String, _ key: String, of daemon: Daemon, _ stream: SlurmRESTStream<Found>
  ) async throws(CollectorError) -> Found? {
    do {
      return try await client.receive(
        request(page), over: settings.connection,
        into: {
          stream.restart()
          return { stream.take($0) }
        }
      ) { response throws(UnusableAnswer) in
        if response.status == 404, daemon == .controller { return nil }
        return try Self.found(response, key, of: daemon, stream)
      }
    } catch {
      throw CollectorError(error)
    }
  }

  /// What is spoken on both sides: the newest of them.
  func version() async throws(CollectorError) -> SlurmRESTVersion {
    if let version = known.withLock({ $0 }) { return version }
    let version: SlurmRESTVersion
    do {
      version = try await client.send(request("/openapi/v3"), over: settings.connection) {
        response throws(UnusableAnswer) in try Self.version(response)
      }
    } catch {
      throw CollectorError(error)
    }
    known.withLock { $0 = version }
    return version
  }

  private func request(_ page: String) -> HTTPRequest {
    var request = HTTPRequest(
      url: settings.url + page, acceptedStatuses: Self.statuses,
      responseBytesMaximum: Self.answerBytesMaximum)
    request.headers["X-SLURM-USER-NAME"] = settings.user
    request.headers["Accept"] = "application/json"
    return request
  }

  /// What a page is called in messages.
  func shown(_ page: String) -> String {
    URLText.shown(settings.url + page, over: settings.connection)
  }

  private static func text(_ seconds: Int64) -> String { "uts\(seconds)" }

  private static func found<Found: Sendable>(
    _ response: HTTPResponse, _ key: String, of daemon: Daemon, _ stream: SlurmRESTStream<Found>
  ) throws(UnusableAnswer) -> Found {
    if !(200..<300).contains(response.status) { throw refusal(response, of: daemon) }
    let answer: SlurmRESTAnswer<Found>
    do throws(MalformedJSON) { answer = try stream.answer() } catch {
      throw UnusableAnswer(
        reason: "\(error); check that the address is that of a slurmrestd", isTransient: true)
    }
    if let failure = answer.envelope.failure { throw told(failure, of: daemon) }
    guard answer.envelope.count != nil else {
      throw UnusableAnswer(
        reason: "there are no \(key) in it; check that the address is that of a slurmrestd",
        isTransient: false)
    }
    return answer.found
  }

  private static func told(
    _ failure: SlurmRESTEnvelope.Failure, of daemon: Daemon
  ) -> UnusableAnswer {
    UnusableAnswer(
      reason: "slurmrestd says: \(failure.text); check that \(daemon.advice) and look into the log "
        + "of slurmrestd", isTransient: failure.isTransient)
  }

  /// What an answer without success says.
  private static func refusal(
    _ response: HTTPResponse, of daemon: Daemon = .accounting
  ) -> UnusableAnswer {
    let isTransient = response.status >= 500
    switch response.status {
    case 401, 403:
      return UnusableAnswer(
        reason:
          "status \(response.status), slurmrestd does not let us in; give user and token_file "
          + "under rest ('scontrol token' makes a token), or run as a user that its socket admits",
        isTransient: false)
    case 404:
      return UnusableAnswer(
        reason:
          "status 404, slurmrestd has no such page; leave 'version' out to have it asked for, "
          + "or start slurmrestd with the plugins of one of \(SlurmRESTVersion.supported)",
        isTransient: false)
    default: break
    }
    if let failure = (try? SlurmRESTEnvelope(response.body))?.failure {
      let told = told(failure, of: daemon)
      return UnusableAnswer(
        reason: "status \(response.status), \(told.reason)",
        isTransient: isTransient && failure.number != 9000)
    }
    let text = String(decoding: response.body.prefix(200), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return UnusableAnswer(
      reason: "status \(response.status)" + (words.isEmpty ? "" : " (\(words))")
        + "; look into the log of slurmrestd", isTransient: isTransient)
  }

  /// The newest version among the pages that slurmrestd lists.
  private static func version(
    _ response: HTTPResponse
  ) throws(UnusableAnswer) -> SlurmRESTVersion {
    if response.status == 404 {
      throw UnusableAnswer(
        reason: "slurmrestd doesn't tell what it speaks; give 'version' under rest, one of "
          + SlurmRESTVersion.supported, isTransient: false)
    }
    if !(200..<300).contains(response.status) { throw refusal(response) }
    let offered: Set<String>
    do throws(MalformedJSON) { offered = try versions(response.body) } catch {
      throw UnusableAnswer(
        reason: "\(error); check that the address is that of a slurmrestd", isTransient: true)
    }
    let spoken = SlurmRESTVersion.allCases.filter { offered.contains($0.name) }
    guard let newest = spoken.last else {
      let found = offered.isEmpty ? "no accounting" : offered.sorted().joined(separator: ", ")
      throw UnusableAnswer(
        reason: "slurmrestd offers \(found); load the plugins of one of "
          + SlurmRESTVersion.supported, isTransient: false)
    }
    return newest
  }

  /// `v0.0.38` of each page `/slurmdb/v0.0.38/jobs`.
  private static func versions(_ bytes: [UInt8]) throws(MalformedJSON) -> Set<String> {
    var versions: Set<String> = []
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        guard key == "paths" else { return try cursor.skipValue() }
        try cursor.looseObject { cursor, path throws(MalformedJSON) in
          let parts = path.split(separator: "/")
          if parts.count == 3, parts[0] == "slurmdb", parts[2] == "jobs" {
            versions.insert(String(parts[1]))
          }
          try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
    return versions
  }
}
