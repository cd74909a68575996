import Foundation
import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct WholeTextTests {
  private static let table = "reservation_id,resource,start,end\n1,gpu01,2026-11-23,2026-11-24\n"
  private let folder = TemporaryFolder()

  private func collect(
    _ place: TextPlace, over connection: ConnectionSettings = ConnectionSettings()
  ) async throws -> ReservationImport {
    var settings = try BookingTexts(.csv).settings
    settings.place = place
    settings.connection = connection
    return try await ReservationCollector(settings: settings, client: Waiting().client)
      .collect(now: hourZero)
  }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder.path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// What collecting from there ends with.
  private func told(_ place: TextPlace) async -> String {
    do {
      return "taken: \(try await collect(place).reservations.count)"
    } catch {
      return "\(error)"
    }
  }

  @Test func `bookings come from a server, with who we are`() async throws {
    let server = ScriptedServer { request, _ in
      request.headers["authorization"] == "Bearer hunter2"
        ? ScriptedResponse(200, headers: ["Content-Type": "text/csv"], Self.table)
        : ScriptedResponse(401)
    }
    let token = try file("token", Array("hunter2\n".utf8))
    let result = try await collect(
      .url(server.url + "/export?format=csv"),
      over: ConnectionSettings(authentication: .credentials(scheme: "Bearer", file: token)))
    #expect(result.reservations.map(\.id) == ["1"])
    #expect(server.requests.first?.path == "/export?format=csv")
    #expect(await told(.url(server.url + "/x")).contains("401"))
  }

  @Test func `an address that is secret is read from its file and never shown`() async throws {
    let server = ScriptedServer { request, _ in
      request.path.hasSuffix("ok") ? ScriptedResponse(200, Self.table) : ScriptedResponse(404)
    }
    let good = try file("good", Array((server.url + "/private-hunter2/ok\n").utf8))
    #expect(try await collect(.urlFile(good)).reservations.count == 1)
    let bad = try file("bad", Array((server.url + "/private-hunter2/x").utf8))
    let text = await told(.urlFile(bad))
    #expect(
      text == "the address in \(bad): the server answered 404, there is no such page; check the "
        + "path of the address")
    #expect(
      await told(.urlFile("/nowhere/x")) == """
        /nowhere/x: the file does not exist; check its path and that this user may read it
        """)
  }

  @Test func `what is no text of bookings is refused as a whole`() async throws {
    let page = ScriptedServer { _, _ in
      ScriptedResponse(200, headers: ["Content-Type": "text/html; charset=utf-8"], "<html>login")
    }
    #expect(
      await told(.url(page.url + "/x?key=hunter2"))
        == "\(page.url)/x: the server answered with a web "
        + "page, not with bookings; check the address, and whether it wants a login")
    let notUTF8 = "the text is not UTF-8; export it again, in Excel as 'CSV UTF-8'"
    for bytes in [[0xFF, 0xFE, 0x41, 0], [0x41, 0xB1, 0xE8, 0x0A]] as [[UInt8]] {
      let path = try file("b.csv", bytes)
      #expect(await told(.file(path)) == "\(path): \(notUTF8)")
    }
    #expect(
      await told(.file("/nowhere/b.csv"))
        == "/nowhere/b.csv: the file can't be read; check its path and that this user may read it")
  }

  @Test func `a text that is too long is refused`() async throws {
    let path = try file("b.csv", [])
    truncate(path, off_t(WholeText.bytesMax + 1))
    #expect(
      await told(.file(path))
        == "\(path): the file is larger than \(WholeText.bytesMax) bytes; leave old bookings out")
  }
}
