import Logging
import Quantities
import Transport

/// The three pages of a Prometheus that are needed, with all that makes an answer wrong ruled out.
struct PrometheusAPI: Sendable {
  /// How the server took a question.
  enum Reply: Sendable {
    case answer(PrometheusAnswer)
    /// It would have to load more samples than it may, in its own words.
    case tooManySamples(String)
  }

  let settings: PrometheusSettings
  let client: HTTPClient
  let log: Logger

  /// The address without its last slash.
  var root: String {
    settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url
  }

  /// The address as errors show it.
  var shownURL: String { URLText.shown(root) }

  /// Unit: bytes. - Source: a sample takes 22 to 40 bytes, its share of labels included.
  var answerBytesMaximum: Int { max(64 << 20, settings.samplesPerRequest * 64) }

  /// The address of a page, with the fields that every request has.
  func page(_ name: String, _ fields: [(String, String)] = []) -> String {
    let all = fields + settings.params.map { ($0.name, $0.value) }
    return root + "/api/v1/" + name + (all.isEmpty ? "" : "?" + URLText.encoded(all))
  }

  /// Unit: bytes of an address that every server takes.
  private static let addressBytesMaximum = 4_096

  /// A question, by POST since it may be long.
  ///
  /// Where the address has fields of its own, what stands before the server may read it: a proxy
  /// that asks for rights takes a POST for something that creates. There what is short goes by GET.
  private func request(_ name: String, _ fields: [(String, String)]) -> HTTPRequest {
    let address = page(name, fields)
    guard settings.params.isEmpty || address.utf8.count > Self.addressBytesMaximum else {
      return HTTPRequest(
        url: address, acceptedStatuses: [400, 422], responseBytesMaximum: answerBytesMaximum)
    }
    return HTTPRequest.form(
      page(name), fields: fields, acceptedStatuses: [400, 422],
      responseBytesMaximum: answerBytesMaximum)
  }

  /// Asks for `expression` as of `instant`.
  func query(
    _ expression: String, at instant: UTCInstant
  ) async throws(CollectorError) -> Reply {
    let request = self.request(
      "query", [("query", expression), ("time", Self.seconds(instant))] + Self.completeness)
    do {
      return try reply(to: try await answer(to: request))
    } catch {
      guard case .transport(let failure) = error, case .tooLarge = failure.root else { throw error }
      return .tooManySamples("\(failure)")
    }
  }

  /// The values that `label` takes among the series of `selector` in `range`, roughly: servers look
  /// into whole blocks.
  func values(
    of label: String, among selector: Selector, in range: TimeRange
  ) async throws(CollectorError) -> PrometheusAnswer {
    let fields = [
      ("match[]", selector.text), ("start", Self.seconds(range.start)),
      ("end", Self.seconds(range.end)),
    ]
    var request = HTTPRequest(
      url: page("label/\(label)/values", fields + Self.completeness), acceptedStatuses: [400, 422])
    request.responseBytesMaximum = answerBytesMaximum
    switch try reply(to: try await answer(to: request)) {
    case .answer(let answer): return answer
    case .tooManySamples(let words):
      throw .refused(url: shownURL, type: "limit", message: words)
    }
  }

  /// The server's version, nil where it doesn't tell.
  func version() async -> String? {
    let request = HTTPRequest(url: page("status/buildinfo"))
    return try? await answer(to: request).answer.version
  }

  /// What Thanos and VictoriaMetrics need to be told so that they don't leave parts out or thin
  /// data out; others ignore parameters that they don't know.
  private static let completeness = [
    ("partial_response", "false"), ("max_source_resolution", "0s"), ("deny_partial_response", "1"),
  ]

  /// Seconds with three decimals.
  private static func seconds(_ instant: UTCInstant) -> String {
    let milliseconds = instant.milliseconds
    let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
    precondition(milliseconds >= 0, "BUG: an instant before 1970, got \(instant)")
    return "\(milliseconds / 1_000).\(fraction)"
  }

  private func answer(
    to request: HTTPRequest
  ) async throws(CollectorError) -> (answer: PrometheusAnswer, status: Int) {
    let stream = AnswerStream()
    do {
      return try await client.receive(
        request, over: settings.connection,
        into: {
          stream.restart()
          return { stream.take($0) }
        }
      ) { response throws(UnusableAnswer) in try Self.decoded(response, stream) }
    } catch {
      throw CollectorError(error)
    }
  }

  /// - Parameter stream: what came of an answer with a status of success; others come whole.
  private static func decoded(
    _ response: HTTPResponse, _ stream: AnswerStream
  ) throws(UnusableAnswer) -> (answer: PrometheusAnswer, status: Int) {
    if response.mediaType == "text/html" {
      throw UnusableAnswer(
        reason: "a web page instead of JSON, probably a login page; check the address and the "
          + "source's credentials", isTransient: false)
    }
    let answer: PrometheusAnswer
    let isAnswer = (200..<300).contains(response.status)
    do throws(MalformedJSON) {
      answer = isAnswer ? try stream.answer() : try PrometheusAnswer(response.body)
    } catch {
      let reason = isAnswer ? "\(error) in \(stream.count) bytes" : excerpt(response)
      throw UnusableAnswer(reason: reason, isTransient: isAnswer)
    }
    if answer.isPartial {
      throw UnusableAnswer(
        reason: "the server marks it as partial; a storage node may be down", isTransient: true)
    }
    if ["timeout", "unavailable", "internal", "canceled"].contains(answer.errorType) {
      throw UnusableAnswer(
        reason: "the server reports \(answer.errorType): \(answer.error)", isTransient: true)
    }
    return (answer, response.status)
  }

  private static func excerpt(_ response: HTTPResponse) -> String {
    let text = String(decoding: response.body.prefix(200), as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "status \(response.status) and no JSON (\(words)); check that the address is that of a "
      + "Prometheus"
  }

  private func reply(
    to result: (answer: PrometheusAnswer, status: Int)
  ) throws(CollectorError) -> Reply {
    let answer = result.answer
    if answer.status == "success" { return .answer(answer) }
    if result.status == 422, Self.namesTooManySamples(answer.error) {
      return .tooManySamples(answer.error)
    }
    throw .refused(url: shownURL, type: answer.errorType, message: answer.error)
  }

  /// - Source: Prometheus: `query processing would load too many samples into memory`; Mimir and
  ///   VictoriaMetrics: limits by name, `cannot exceed -search.maxSamplesPerQuery`.
  private static func namesTooManySamples(_ message: String) -> Bool {
    let words = message.lowercased()
    if words.contains("too many samples") || words.contains("too many points") { return true }
    let isLimit = ["limit", "exceed", "-search.max"].contains { words.contains($0) }
    return isLimit && ["sample", "chunk", "series", "bytes"].contains { words.contains($0) }
  }
}
