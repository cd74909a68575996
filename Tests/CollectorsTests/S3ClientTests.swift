import Foundation
import Quantities
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct S3ClientTests {
  private static let verifier = AWSVerifier(accessKeyID: "KEY-ID", secretAccessKey: "SECRET-KEY")
  private static let object = S3Object(
    key: "focus/2026-11/a b.csv", size: 10, etag: "one", modified: UTCInstant(milliseconds: 0))

  private static func page(_ keys: [String], next: String? = nil) -> ScriptedResponse {
    let objects = keys.map {
      "<Contents><Key>\($0)</Key><LastModified>2026-11-23T13:18:29Z</LastModified>"
        + "<ETag>\"e\"</ETag><Size>\($0.hasSuffix("/") ? 0 : 1)</Size></Contents>"
    }
    let more = next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
    return ScriptedResponse(
      200,
      "<ListBucketResult><IsTruncated>\(next != nil)</IsTruncated>" + more + objects.joined()
        + "</ListBucketResult>")
  }

  private static func error(_ code: String, _ more: String = "") -> String {
    "<Error><Code>\(code)</Code><Message>in its words</Message>\(more)</Error>"
  }

  private static func object(_ body: String, _ more: [String: String] = [:]) -> ScriptedResponse {
    ScriptedResponse(
      more["Content-Range"] == nil ? 200 : 206,
      headers: ["ETag": "\"one\""].merging(more) { $1 }, body)
  }

  private static let whole = object("0123456789")

  /// Cuts the last two bytes off the first answer of `server`.
  private static func cutting(_ server: ScriptedServer) -> FaultProxy {
    FaultProxy(to: server.port) { _, number in
      number == 0 ? .truncate(bytes: whole.bytes.count - 2) : .none
    }
  }

  /// Fetches the object, and says what became of it.
  private func fetch(
    from url: String, attempts: Int = 5
  ) async throws -> (words: String?, stored: String?, others: [String]) {
    let folder = TemporaryFolder()
    let client = try S3Stores.client(url, attempts: attempts)
    let words = await words {
      try await client.fetch(Self.object, to: folder.path + "/bill.csv")
    }
    let stored = try? String(contentsOfFile: folder.path + "/bill.csv", encoding: .utf8)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (words, stored, names.filter { $0 != "bill.csv" })
  }

  @Test func `a listing goes from page to page, signed as AWS wants it, without folders' marks`()
    async throws
  {
    let server = ScriptedServer { request, number in
      number == 0 ? Self.page(["focus/", "focus/a"], next: "t/+==") : Self.page(["focus/b"])
    }
    let objects = try await S3Stores.client(server.url, "s3://bills/focus").list()
    #expect(objects.map(\.key) == ["focus/a", "focus/b"])
    let query = "encoding-type=url&list-type=2&max-keys=1000&prefix=focus%2F"
    #expect(
      server.requests.map(\.path) == [
        "/bills/?" + query, "/bills/?continuation-token=t%2F%2B%3D%3D&" + query,
      ])
    for request in server.requests { #expect(Self.verifier.fault(in: request) == nil) }
  }

  @Test func `a listing without an end is given up`() async throws {
    let server = ScriptedServer { _, number in Self.page(["a\(number)"], next: "t") }
    var client = try S3Stores.client(server.url, "s3://bills/focus")
    client.pagesMaximum = 7
    let advice = "name a longer prefix in the path"
    #expect(
      await words { _ = try await client.list() }
        == "s3://bills/focus: the listing of 'focus/' has more than 1000000 objects or 7 pages; "
        + advice)
    #expect(server.requests.count == 7)
    client.keysMaximum = 2
    #expect(await words { _ = try await client.list() }?.hasSuffix(advice) == true)
    #expect(server.requests.count == 10)
  }

  @Test func `what is no listing is told with what to check`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(200, "<html>sign in</html>") }
    let client = try S3Stores.client(server.url, attempts: 2)
    #expect(
      await words { _ = try await client.list() }
        == "\(server.url)/bills/: unusable answer: the answer is a 'html', no listing; check that "
        + "the endpoint is that of an S3 store (tried 2 times)")
  }

  private static let refusals: [(Int, String, [String: String], String)] = [
    (
      404, error("NoSuchBucket"), [:],
      "there is no bucket 'bills' (NoSuchBucket); check the bucket in the path, and the endpoint"
    ),
    (
      403, error("AccessDenied"), [:],
      "the key may not do this (AccessDenied); allow it s3:ListBucket on the bucket 'bills' and "
        + "s3:GetObject on what is in it"
    ),
    (
      403, error("InvalidAccessKeyId", "<AWSAccessKeyId>KEY-ID</AWSAccessKeyId>"), [:],
      "the store does not know the access key id (InvalidAccessKeyId); check access_key_id_file or "
        + "AWS_ACCESS_KEY_ID, and that the key is still active"
    ),
    (
      403, error("SignatureDoesNotMatch"), [:],
      "the signature is not the one of the access key id (SignatureDoesNotMatch); check "
        + "secret_access_key_file or AWS_SECRET_ACCESS_KEY, and that nothing on the way changes "
        + "requests"
    ),
    (
      400, error("ExpiredToken"), [:],
      "the session token no longer counts (ExpiredToken); get new temporary keys and put all three "
        + "parts of them in place"
    ),
    (
      403,
      error(
        "RequestTimeTooSkewed",
        "<RequestTime>20261123T101500Z</RequestTime><ServerTime>2026-11-23T13:18:29Z</ServerTime>"),
      [:],
      "this machine's clock, 20261123T101500Z where the store has 2026-11-23T13:18:29Z, is too far "
        + "from the store's (RequestTimeTooSkewed); set it, and keep it right by NTP"
    ),
    (
      400, error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"), [:],
      "the bucket 'bills' is in region 'eu-west-1' and not in 'us-east-1' "
        + "(AuthorizationHeaderMalformed); set 'region: eu-west-1'"
    ),
    (
      301, error("PermanentRedirect", "<Endpoint>bills.s3.eu-west-1.amazonaws.com</Endpoint>"),
      ["x-amz-bucket-region": "eu-west-1"],
      "the bucket 'bills' is in region 'eu-west-1' and not in 'us-east-1' (PermanentRedirect); set "
        + "'region: eu-west-1'"
    ),
    (
      301, error("PermanentRedirect", "<Endpoint>elsewhere.example</Endpoint>"), [:],
      "the bucket 'bills' is to be asked for at 'elsewhere.example' (PermanentRedirect); set the "
        + "endpoint, or the region that it is of"
    ),
    (
      400, error("AuthorizationHeaderMalformed"), [:],
      "the store does not take region 'us-east-1' for the bucket 'bills' "
        + "(AuthorizationHeaderMalformed: in its words); set 'region' to the bucket's"
    ),
    (
      503, error("SlowDown"), [:],
      "the store is asked for too much at once (SlowDown); collect again later"
    ),
    (
      400, error("KMS.Odd"), [:],
      "the store refuses this (status 400, KMS.Odd: in its words); look up the code in its manual"
    ),
    (
      403, "<html>", [:],
      "the store answered 403 without saying why; check that the endpoint is that of an S3 store, "
        + "and what lies in between"
    ),
  ]

  @Test func `each refusal is one sentence with what to do`() async throws {
    for (status, body, headers, text) in Self.refusals {
      let server = ScriptedServer { _, _ in ScriptedResponse(status, headers: headers, body) }
      let client = try S3Stores.client(server.url, attempts: 1)
      #expect(
        await words { _ = try await client.list() }
          == "\(server.url)/bills/: unusable answer: \(text)")
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `recorded refusals are understood`() async throws {
    let recorded = [
      ("err_nobucket.body", 404, "there is no bucket"),
      ("err_nokey.body", 404, "the object is not"),
      ("err_ifmatch.body", 412, "the object was replaced"),
      ("err_range.body", 416, "the store refuses this (status 416, InvalidRange: The requested"),
      ("err_InvalidAccessKeyId.txt", 403, "the store does not know the access key id"),
      ("err_SignatureDoesNotMatch.txt", 403, "the signature is not the one"),
      ("err_anonymous.txt", 500, "the store answered 500 without saying why"),
    ]
    for (name, status, text) in recorded {
      let whole = String(decoding: try SharedData.bytes("recorded/s3/" + name), as: UTF8.self)
      let start = whole.firstRange(of: "<?xml")?.lowerBound ?? whole.startIndex
      let body = String(whole[start...])
      let server = ScriptedServer { _, _ in ScriptedResponse(status, body) }
      let client = try S3Stores.client(server.url, attempts: 1)
      let words = await words { _ = try await client.list() } ?? ""
      #expect(words.hasPrefix("\(server.url)/bills/: unusable answer: \(text)"), "\(words)")
    }
  }

  @Test func `a store that is busy is asked again, after the wait that it asks for`() async throws {
    let waits = Mutex<[Duration]>([])
    let server = ScriptedServer { _, number in
      number == 0
        ? ScriptedResponse(503, headers: ["Retry-After": "7"], Self.error("SlowDown"))
        : Self.page(["a"])
    }
    let location = try #require(S3Location("s3://bills"))
    let client = S3Client(
      location: location, settings: S3Settings(endpoint: server.url),
      client: HTTPClient(
        sleep: { wait in waits.withLock { $0.append(wait) } },
        environment: { S3Stores.variables }))
    #expect(try await client.list().count == 1)
    #expect(waits.withLock { $0 } == [.seconds(7)])
  }

  @Test func `an object is asked for as it was listed and kept as it comes`() async throws {
    let server = ScriptedServer { _, _ in
      Self.object("0123456789", ["Content-Encoding": "gzip"])
    }
    let outcome = try await fetch(from: server.url)
    #expect(outcome.words == nil && outcome.stored == "0123456789" && outcome.others.isEmpty)
    let request = try #require(server.requests.first)
    #expect(request.path == "/bills/focus/2026-11/a%20b.csv")
    #expect(request.headers["if-match"] == "\"one\"")
    #expect(request.headers["range"] == nil && request.headers["accept-encoding"] == nil)
    #expect(Self.verifier.fault(in: request) == nil)
  }

  @Test func `a transfer that breaks off goes on where it ended`() async throws {
    let server = ScriptedServer { _, number in
      number == 0 ? Self.whole : Self.object("89", ["Content-Range": "bytes 8-9/10"])
    }
    let proxy = Self.cutting(server)
    let outcome = try await fetch(from: proxy.url)
    #expect(outcome.words == nil && outcome.stored == "0123456789" && outcome.others.isEmpty)
    #expect(proxy.requests.map { $0.headers["range"] } == [nil, "bytes=8-"])
    for request in proxy.requests { #expect(Self.verifier.fault(in: request) == nil) }
  }

  /// What comes after a first answer that broke off after eight bytes, and what is made of it.
  private static let resumptions: [([ScriptedResponse], String?, String?)] = [
    // The whole again, from a store without ranges.
    ([object("abcdefghij")], "abcdefghij", nil),
    // No use for what has come, then the whole.
    (
      [ScriptedResponse(412, error("PreconditionFailed")), object("abcdefghij")], "abcdefghij", nil
    ),
    (
      [ScriptedResponse(412), ScriptedResponse(412, error("PreconditionFailed"))], nil,
      "the object was replaced after the bucket was listed (PreconditionFailed); collect again"
    ),
    (
      [object("6789", ["Content-Range": "bytes 6-9/10"])], nil,
      "the answer is of the part 'bytes 6-9/10', expected 'bytes 8-9/10'"
    ), ([object("89", ["ETag": "\"two\"", "Content-Range": "bytes 8-9/10"])], nil, mismatch),
    ([object("89x", ["Content-Range": "bytes 8-9/10"])], nil, mismatch),
    ([object("8", ["Content-Range": "bytes 8-9/10"])], nil, mismatch),
  ]
  private static let mismatch =
    "what came is not the object of 10 bytes and ETag one that was listed; collect again"

  @Test func `what comes after a broken transfer is taken only where it fits`() async throws {
    for (answers, stored, text) in Self.resumptions {
      let server = ScriptedServer { _, number in
        number == 0 ? Self.whole : answers[min(number, answers.count) - 1]
      }
      let proxy = Self.cutting(server)
      let outcome = try await fetch(from: proxy.url)
      #expect(outcome.stored == stored, "\(answers)")
      #expect(outcome.others.isEmpty)
      if let text {
        #expect(outcome.words?.contains(text) == true, "\(outcome.words ?? "")")
      } else {
        #expect(outcome.words == nil)
      }
    }
  }
}
