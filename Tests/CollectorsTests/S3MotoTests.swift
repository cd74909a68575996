import Foundation
import Quantities
import TestSupport
import Testing
import Transport

@testable import Collectors

/// The one store of these tests; each makes a bucket of its own.
private let store = Task { try await RealMoto() }

@Suite(.enabled(if: RealMoto.isInstalled, "\(RealMoto.absence)"))
struct S3MotoTests {
  private func bucket(_ name: String) async throws -> RealMoto {
    let moto = try await store.value
    try moto.makeBucket(name)
    return moto
  }

  /// Bytes that no other position repeats soon.
  private func bytes(_ count: Int, _ seed: UInt32 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }

  private func stored(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func `all that is under a prefix is listed, over as many pages as it takes`() async throws {
    let moto = try await bucket("pages")
    for number in 10..<35 { try moto.put("/pages/focus/\(number).csv", bytes(number)) }
    try moto.put("/pages/focus-old/1.csv", bytes(1))
    try moto.put("/pages/focus/", [])
    var client = try S3Stores.client(moto.url, "s3://pages/focus")
    client.keysPerPage = 4
    let objects = try await client.list()
    #expect(objects.map(\.key) == (10..<35).map { "focus/\($0).csv" })
    #expect(objects.map(\.size) == Array(10..<35))
    #expect(Set(objects.map(\.etag)).count == 25)
    #expect(try await client.list(prefix: "").count == 26)
    #expect(try await client.list(prefix: "none/") == [])
  }

  @Test func `objects with odd keys are found and fetched`() async throws {
    let moto = try await bucket("odd")
    let keys = [
      "a b.csv", "a+b.csv", "billing_period=2026-11/x.csv", "ü/日本 1.csv", "a%2Fb%zz",
      "a&b=c?d#e.csv", "quote\"'<>.csv", "~t(1)*!;,:@$.csv", "empty//part.csv", "dot.../.x/..y",
    ]
    for (index, key) in keys.enumerated() {
      let path = key.split(separator: "/", omittingEmptySubsequences: false)
        .map { URLText.encoded(String($0)) }.joined(separator: "/")
      try moto.put("/odd/" + path, bytes(20 + index))
    }
    let client = try S3Stores.client(moto.url, "s3://odd")
    let objects = try await client.list()
    #expect(Set(objects.map(\.key)) == Set(keys))
    let folder = TemporaryFolder()
    for object in objects {
      let number = try #require(keys.firstIndex(of: object.key))
      try await client.fetch(object, to: folder.path + "/x")
      #expect(try stored(folder.path + "/x") == bytes(20 + number), "\(object.key)")
    }
  }

  @Test func `what is not there is told`() async throws {
    let moto = try await bucket("gaps")
    try moto.put("/gaps/a.csv", bytes(3))
    let client = try S3Stores.client(moto.url, "s3://gaps")
    let object = try #require(try await client.list().first)
    try moto.remove("/gaps/a.csv")
    let folder = TemporaryFolder()
    #expect(
      await words { try await client.fetch(object, to: folder.path + "/x") }
        == "\(moto.url)/gaps/a.csv: unusable answer: the object is not there any more (NoSuchKey), "
        + "somebody removed it after the bucket was listed; collect again")
    let other = try S3Stores.client(moto.url, "s3://no-such-bucket")
    #expect(
      await words { _ = try await other.list() }
        == "\(moto.url)/no-such-bucket/: unusable answer: there is no bucket 'no-such-bucket' "
        + "(NoSuchBucket); check the bucket in the path, and the endpoint")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func `an interrupted download goes on where it ended`() async throws {
    let moto = try await bucket("broken")
    let contents = bytes(300_000)
    try moto.put("/broken/a.csv.gz", contents, headers: ["Content-Encoding": "gzip"])
    let proxy = FaultProxy(to: moto.port) { request, number in
      request.path.contains("list-type")
        ? .none
        : number == 1
          ? .resetAfter(bytes: 100_000)
          : number == 2
            ? .truncate(bytes: 90_000)
            : .none
    }
    let client = try S3Stores.client(proxy.url, "s3://broken")
    let object = try #require(try await client.list().first)
    let folder = TemporaryFolder()
    try await client.fetch(object, to: folder.path + "/a.csv.gz")
    #expect(try stored(folder.path + "/a.csv.gz") == contents)
    let ranges = proxy.requests.dropFirst().map { $0.headers["range"] }
    #expect(ranges.count == 3 && ranges[0] == nil && ranges[1] != nil && ranges[1] != ranges[2])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv.gz"])
  }

  @Test func `an object replaced before or during its download is not mixed with the new one`()
    async throws
  {
    let moto = try await bucket("replaced")
    try moto.put("/replaced/a.csv", bytes(200_000, 1))
    let text = "the object was replaced after the bucket was listed (PreconditionFailed)"
    let proxy = FaultProxy(to: moto.port) { _, number in
      // It is replaced between the first part and the question for the rest.
      if number == 1 { try? moto.put("/replaced/a.csv", bytes(200_000, 2)) }
      return number == 0 ? .truncate(bytes: 100_000) : .none
    }
    let client = try S3Stores.client(proxy.url, "s3://replaced")
    let object = try #require(
      try await S3Stores.client(moto.url, "s3://replaced").list().first)
    let folder = TemporaryFolder()
    for _ in 0..<2 {
      let words = await words { try await client.fetch(object, to: folder.path + "/a") } ?? ""
      #expect(words.contains(text), "\(words)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
    #expect(proxy.requests.map { $0.headers["range"] != nil } == [false, true, false, false])
    let newer = try #require(try await client.list().first)
    try await client.fetch(newer, to: folder.path + "/a")
    #expect(try stored(folder.path + "/a") == bytes(200_000, 2))
  }

  @Test func `a folder that can not be written to is told before anything is asked for`()
    async throws
  {
    let server = ScriptedServer { _, _ in ScriptedResponse(404) }
    let client = try S3Stores.client(server.url, "s3://bills")
    let object = S3Object(key: "a", size: 1, etag: "e", modified: UTCInstant(milliseconds: 0))
    #expect(
      await words { try await client.fetch(object, to: "/nonexistent/a") }
        == "s3://bills/: /nonexistent/a.part: making it failed (No such file or directory); check "
        + "the disk's space and that this user may write there")
    #expect(server.requests.isEmpty)
  }
}
