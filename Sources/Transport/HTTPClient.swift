import CCurl
import Foundation
import Synchronization

/// HTTP and HTTPS over libcurl, with retries. One client serves a whole program.
///
/// No proxies, no redirects, no other protocols. Answers may come compressed.
package final class HTTPClient: Sendable {
  private let loop: TransferLoop
  private let chance: Mutex<SplitMix>
  private let environment: @Sendable () -> [String: String]
  private let sleep: @Sendable (Duration) async throws -> Void

  /// - Parameters:
  ///   - transfersMaximum: how many requests are under way at once.
  ///   - seed: what the jitter between attempts comes from.
  ///   - sleep: how the client waits between attempts.
  ///   - environment: the variables, for keys that are there.
  package init(
    transfersMaximum: Int = 32, seed: UInt64 = 0,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    environment: @escaping @Sendable () -> [String: String] = {
      ProcessInfo.processInfo.environment
    }
  ) {
    loop = TransferLoop(transfersMaximum: transfersMaximum)
    chance = Mutex(SplitMix(seed: seed))
    self.environment = environment
    self.sleep = sleep
  }

  deinit { loop.stop() }

  /// Sends `request` until an attempt succeeds or none is left.
  ///
  /// - Throws: ``TransportError``; within ``TransportError/exhausted(attempts:last:)`` where more
  ///   than one attempt was made.
  package func send(
    _ request: HTTPRequest, over connection: ConnectionSettings
  ) async throws(TransportError) -> HTTPResponse {
    try await send(request, over: connection) { response throws(UnusableAnswer) in response }
  }

  /// Sends `request` until an attempt's answer can be decoded or none is left.
  package func send<Answer: Sendable>(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    decode: @Sendable (HTTPResponse) throws(UnusableAnswer) -> Answer
  ) async throws(TransportError) -> Answer {
    try await retrying(request, over: connection, beginning: { _ in nil }, decode: decode)
  }

  /// Sends `request` and hands the bytes of its answer on as they arrive.
  ///
  /// - Parameter beginning: called at each attempt: a sink that starts from nothing, since what a
  ///   broken-off attempt gave isn't to be kept.
  /// - Returns: the head; its body is empty.
  package func receive(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    into beginning: @Sendable () throws -> ByteSink
  ) async throws(TransportError) -> HTTPResponse {
    try await receive(request, over: connection, into: beginning) {
      response throws(UnusableAnswer) in response
    }
  }

  /// The same, until what the sink was given can be decoded or no attempt is left.
  ///
  /// - Parameter decode: called with the head; the body of an answer without success is with it.
  package func receive<Answer: Sendable>(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    into beginning: @Sendable () throws -> ByteSink,
    decode: @Sendable (HTTPResponse) throws(UnusableAnswer) -> Answer
  ) async throws(TransportError) -> Answer {
    try await retrying(
      request, over: connection,
      beginning: { _ in
        let sink = try beginning()
        return { _, bytes in try sink(bytes) }
      }, decode: decode)
  }

  /// The same, where an attempt may go on from where the one before broke off.
  ///
  /// - Parameter resuming: called at each attempt with the request, to which it may add what is
  ///   still missing; its sink sees the head of the answer with the bytes.
  package func receive<Answer: Sendable>(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    resuming: @Sendable (inout HTTPRequest) throws -> HeadedSink,
    decode: @Sendable (HTTPResponse) throws(UnusableAnswer) -> Answer
  ) async throws(TransportError) -> Answer {
    try await retrying(
      request, over: connection, beginning: { try resuming(&$0) }, decode: decode)
  }

  private func retrying<Answer: Sendable>(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    beginning: @Sendable (inout HTTPRequest) throws -> HeadedSink?,
    decode: @Sendable (HTTPResponse) throws(UnusableAnswer) -> Answer
  ) async throws(TransportError) -> Answer {
    let policy = connection.retries
    var attempt = 1
    while true {
      let result = await once(request, over: connection, beginning: beginning, decode: decode)
      switch result {
      case .success(let answer):
        return answer
      case .failure(let failure):
        let last = failure.error
        let error = attempt == 1 ? last : .exhausted(attempts: attempt, last: last)
        if !failure.isTransient || attempt >= policy.attemptsMaximum { throw error }
        let wait = try wait(after: failure, attempt: attempt, policy, error)
        do {
          try await sleep(.milliseconds(wait))
        } catch {
          throw .cancelled(url: URLText.shown(request.url, over: connection))
        }
        attempt += 1
      }
    }
  }

  private func wait(
    after failure: AttemptFailure, attempt: Int, _ policy: RetryPolicy, _ error: TransportError
  ) throws(TransportError) -> Int {
    let chance = chance.withLock { $0.nextMillionth() }
    let own = policy.delayMilliseconds(after: attempt, chance: chance)
    guard let asked = failure.waitMilliseconds else { return own }
    if asked > policy.retryAfterMillisecondsMaximum {
      guard case .status(let url, _, _) = failure.error else { throw error }
      throw .busy(url: url, seconds: (asked + 999) / 1_000)
    }
    return max(asked, own)
  }

  private func once<Answer: Sendable>(
    _ request: HTTPRequest, over connection: ConnectionSettings,
    beginning: @Sendable (inout HTTPRequest) throws -> HeadedSink?,
    decode: @Sendable (HTTPResponse) throws(UnusableAnswer) -> Answer
  ) async -> Result<Answer, AttemptFailure> {
    let url = URLText.shown(request.url, over: connection)
    if let fault = RequestCheck.fault(in: request, over: connection) {
      return .failure(AttemptFailure(.setting(url: url, reason: fault)))
    }
    let credentials: Credentials
    do {
      credentials = try Credentials(for: connection, environment: environment())
    } catch {
      return .failure(AttemptFailure(error))
    }
    var request = request
    let sink: HeadedSink?
    do { sink = try beginning(&request) } catch {
      return .failure(AttemptFailure(.receiver(url: url, reason: "\(error)")))
    }
    guard let transfer = Transfer(request, over: connection, with: credentials, sink: sink) else {
      let code = Int(CURLE_OUT_OF_MEMORY.rawValue)
      return .failure(AttemptFailure(.library(url: url, code: code, reason: "out of memory")))
    }
    let outcome = await loop.run(transfer)
    switch AttemptFailure.judge(outcome, of: request, at: url, with: credentials) {
    case .failure(let failure): return .failure(failure)
    case .success(let response):
      do { return .success(try decode(response)) } catch {
        let reason = credentials.blotting(error.reason)
        return .failure(
          AttemptFailure(
            .unusable(url: url, reason: reason), isTransient: error.isTransient,
            waitMilliseconds: RetryAfter.milliseconds(response)))
      }
    }
  }
}

/// What must hold of a request before it is sent.
enum RequestCheck {
  /// Returns what keeps the request from being sent, or nil where nothing does.
  static func fault(in request: HTTPRequest, over connection: ConnectionSettings) -> String? {
    if let fault = URLText.fault(in: request.url) { return fault }
    for (name, value) in connection.headers.merging(request.headers, uniquingKeysWith: { $1 }) {
      let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 58 }
      if !isName { return "a header's name must be of visible ASCII without a colon" }
      if value.utf8.contains(where: { $0 < 32 || $0 == 127 }) {
        return "the value of header '\(name)' must be one line without control characters"
      }
    }
    if case .basic(let username, _) = connection.authentication,
      username.utf8.contains(where: { $0 < 32 || $0 == 127 || $0 == 58 })
    {
      return "a user name must be one line without a colon"
    }
    if case .awsSignature(let signature) = connection.authentication,
      ![signature.region, signature.service].allSatisfy(AWSSignature.isName)
    {
      return "a region must be one word such as eu-west-1"
    }
    return nil
  }
}
