import Foundation
import TestSupport
import Testing

@testable import Transport

/// AWS's own example key.
private let exampleID = "AKIAIOSFODNN7EXAMPLE"
private let exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
private let verifier = AWSVerifier(accessKeyID: exampleID, secretAccessKey: exampleSecret)

@Suite struct AWSSignatureTests {
  private func connection(
    _ keys: AWSKeySource = .environment, region: String = "us-east-1"
  ) -> ConnectionSettings {
    var connection = patient
    connection.authentication = .awsSignature(AWSSignature(region: region, keys: keys))
    return connection
  }

  private func client(_ environment: [String: String]) -> HTTPClient {
    HTTPClient(sleep: { _ in }, environment: { environment })
  }

  private static let variables = [
    "AWS_ACCESS_KEY_ID": exampleID, "AWS_SECRET_ACCESS_KEY": exampleSecret,
  ]

  private func failure(
    _ url: String, _ connection: ConnectionSettings, _ environment: [String: String] = [:]
  ) async -> TransportError? {
    await TransportTests.failure(
      HTTPRequest(url: url), connection, client: client(environment))
  }

  /// The four examples of AWS's page on signatures that carry them in a header.
  @Test(arguments: [
    (
      "GET", "/test.txt", ["range": "bytes=0-9"], AWSSignature.emptyBodyHash,
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    ),
    (
      "PUT", "/test%24file.text",
      ["date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    ),
    (
      "GET", "/?lifecycle", [:], AWSSignature.emptyBodyHash,
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    ),
    (
      "GET", "/?prefix=J&max-keys=2", [:], AWSSignature.emptyBodyHash,
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    ),
  ])
  func `the tests' own check of signatures agrees with AWS's examples`(
    method: String, path: String, own: [String: String], hash: String, signature: String
  ) {
    let headers = own.merging([
      "host": "examplebucket.s3.amazonaws.com", "x-amz-content-sha256": hash,
      "x-amz-date": "20130524T000000Z",
    ]) { own, _ in own }
    #expect(
      verifier.signature(
        method: method, path: path, headers: headers, signed: headers.keys.sorted()) == signature)
  }

  @Test(arguments: [
    "/", "/bucket/part-0.csv.gz", "/bucket/billing_period%3D2026-11/a%20b%2Bc.csv",
    "/bucket//doubled//slashes", "/bucket/dot/../dot/./x", "/bucket/%C3%BC/%E6%97%A5.csv",
    "/bucket/?encoding-type=url&list-type=2&max-keys=1000&prefix=a%2Fb%3D1%2F%2B%20%26",
    "/bucket/?continuation-token=a%2Bb%2F%3D%3D&encoding-type=url&list-type=2&prefix=",
  ])
  func `a signed request is what AWS's rules make of it`(path: String) async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    var request = HTTPRequest(url: server.url + path)
    request.headers = ["If-Match": "\"abc\"", "Range": "bytes=5-"]
    _ = try await client(Self.variables).send(request, over: connection())
    let received = try #require(server.requests.first)
    #expect(received.path == path)
    #expect(verifier.fault(in: received) == nil)
    // Were the check blind, it would find nothing here either.
    let other = AWSVerifier(accessKeyID: exampleID, secretAccessKey: "other")
    #expect(other.fault(in: received)?.hasPrefix("signature ") == true)
    #expect(received.headers["user-agent"] == "gputally")
  }

  @Test func `a signed form, a session token and headers of one's own are signed as well`()
    async throws
  {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    var environment = Self.variables
    environment["AWS_SESSION_TOKEN"] = "t0ken/+="
    var connection = connection(region: "eu-west-1")
    connection.headers = ["X-Amz-Expected-Bucket-Owner": "111122223333"]
    _ = try await client(environment).send(
      .form(server.url + "/b/", fields: [("a", "b")]), over: connection)
    let received = try #require(server.requests.first)
    #expect(received.headers["x-amz-security-token"] == "t0ken/+=")
    #expect(received.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
    let verifier = AWSVerifier(
      accessKeyID: exampleID, secretAccessKey: exampleSecret, region: "eu-west-1")
    #expect(verifier.fault(in: received) == nil)
  }

  @Test func `keys come from files, or from a profile of a file`() async throws {
    let identifier = try TemporaryFile(exampleID + "\n")
    let secret = try TemporaryFile(exampleSecret + "\n")
    let token = try TemporaryFile("t0ken\n")
    let profiles = try TemporaryFile(
      """
      # comment
      [default]
      aws_access_key_id = other
      aws_secret_access_key = other

      [ billing ]
      AWS_ACCESS_KEY_ID=\(exampleID)
      aws_secret_access_key = \(exampleSecret)
      aws_session_token = t0ken
      """)
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    let sources: [(AWSKeySource, [String: String])] = [
      (
        .files(
          accessKeyID: identifier.path, secretAccessKey: secret.path, sessionToken: token.path), [:]
      ), (.profile("billing", file: profiles.path), [:]),
      (.profile("billing", file: nil), ["AWS_SHARED_CREDENTIALS_FILE": profiles.path]),
    ]
    for (keys, environment) in sources {
      #expect(await failure(server.url, connection(keys), environment) == nil)
      let received = try #require(server.requests.last)
      #expect(verifier.fault(in: received) == nil)
      #expect(received.headers["x-amz-security-token"] == "t0ken")
    }
    #expect(server.requests.count == sources.count)
  }

  @Test func `a home folder's profiles are found by HOME`() async throws {
    let home = TemporaryFolder()
    let folder = home.path + "/.aws"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("[default]\naws_access_key_id=\(exampleID)\naws_secret_access_key=x".utf8)
      .write(to: URL(fileURLWithPath: folder + "/credentials"))
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    let keys = AWSKeySource.profile("default", file: nil)
    #expect(await failure(server.url, connection(keys), ["HOME": home.path]) == nil)
    let other = AWSVerifier(accessKeyID: exampleID, secretAccessKey: "x")
    #expect(try other.fault(in: #require(server.requests.first)) == nil)
  }

  @Test func `keys that are not there are told with where they were looked for`() async throws {
    let url = "http://127.0.0.1:1"
    #expect(
      await failure(url, connection())?.description
        == "AWS_ACCESS_KEY_ID: the environment variable is not set; set it, or name the files with "
        + "the keys by access_key_id_file and secret_access_key_file, or by credentials_file")
    let half = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "hidden-1\nhidden-2"]
    #expect(
      await failure(url, connection(), half)?.description
        == "AWS_SECRET_ACCESS_KEY: the environment variable holds more than one line; set it to "
        + "the key")
    let file = try TemporaryFile("[a]\naws_access_key_id = x\nrole_arn = y\n[b]\n")
    let texts = [
      "a": "the profile 'a' has no aws_secret_access_key; add it, or name a profile that holds the "
        + "keys themselves by 'profile'",
      "c": "there is no profile 'c' in it but a, b; name one of its profiles by 'profile'",
    ]
    for (profile, text) in texts {
      let keys = AWSKeySource.profile(profile, file: file.path)
      #expect(
        await failure(url, connection(keys)) == .noKeys(place: file.path, reason: text))
    }
    #expect(
      await failure(url, connection(.profile("a", file: nil)))?.description
        == "~/.aws/credentials: the environment variable HOME is not set; give the whole path by "
        + "credentials_file")
  }

  @Test func `no error shows a key or a token, even where the server repeats them`() async throws {
    let environment = Self.variables.merging(["AWS_SESSION_TOKEN": "t0ken-t0ken"]) { $1 }
    let server = ScriptedServer { request, _ in
      ScriptedResponse(400, "\(request.headers.values.sorted()) \(exampleSecret)")
    }
    let words = await "\(String(describing: failure(server.url, connection(), environment)))"
    #expect(words.contains("<secret>"), "\(words)")
    for secret in [exampleID, exampleSecret, "t0ken"] { #expect(!words.contains(secret)) }
  }

  @Test(arguments: ["", "eu west", "a:b", "x\r\nX-Y: z"])
  func `a region that is none is refused unsent`(region: String) async {
    let error = await failure("http://127.0.0.1:1", connection(region: region), Self.variables)
    #expect(
      error
        == .setting(
          url: "http://127.0.0.1:1", reason: "a region must be one word such as eu-west-1"))
  }

  @Test func `what is marked as compressed is kept as it comes where that is asked for`()
    async throws
  {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(200, headers: ["Content-Encoding": "gzip"], "no gzip at all")
    }
    var request = HTTPRequest(url: server.url)
    request.acceptsCompression = false
    let response = try await Waits().client.send(request, over: patient)
    #expect(String(decoding: response.body, as: UTF8.self) == "no gzip at all")
    #expect(server.requests.first?.headers["accept-encoding"] == nil)
  }
}
