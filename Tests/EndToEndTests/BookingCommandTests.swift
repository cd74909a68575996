import Foundation
import TestSupport
import Testing

/// Bookings and assignments, through the built program.
@Suite struct BookingCommandTests {
  private static let head = "reservation_id,resource,team,start,end\n"

  private func program(_ sources: String) throws -> Program {
    let program = Program(folder: TemporaryFolder())
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      time_zone: Asia/Seoul
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
      \(sources)
      inventory:
        - { site: pangyo, cluster: train, hosts: "gpu[01-02].example.com", gpus: 8,
            gpu_model: H100 }
      """)
    return program
  }

  private static let bookings =
    "  - { name: b, type: reservations, site: pangyo, cluster: train, format: csv, file: b.csv }"

  @Test func `check says what bookings there are, and which hosts nobody knows`() async throws {
    let program = try program(Self.bookings)
    try program.write(
      "b.csv",
      Self.head
        + "1,\"gpu[01,03],gpu02.lan\",vision,2026-11-23,2026-11-24\n2,gpu01,nlp,2026-11-24,soon\n")
    let result = try await program.run("check")
    #expect(result.status == 0)
    #expect(
      result.output.hasSuffix(
        """
        b: ok
          found    1 reservations; 3 hosts, teams: vision
          found    from 2026-11-22T15:00:00Z to 2026-11-23T15:00:00Z
          found    when it was booked is known of 0
          warning  1 hosts are not in the inventory of the cluster: gpu03; compare their names
          warning  refused: b.csv:3: unreadable end: found 'soon', expected a time such as \
        2026-11-23T09:00:00+09:00, 2026-11-23 09:00 in the source's time zone, or a day

        """))
  }

  @Test func `what was refused, or can't be read at all, is told and ends with 2`() async throws {
    let program = try program(Self.bookings)
    let missing = try await program.run("collect")
    #expect(missing.status == 2)
    #expect(
      missing.errors == """
        gputally: gap in 'b': b.csv: the file can't be read; check its path and that this user may \
        read it

        """)
    try program.write("b.csv", Self.head + "1,gpu01,,2026-11-23,2026-11-24\n2,,,x,\n")
    let refused = try await program.run("collect")
    #expect(refused.status == 2)
    #expect(
      refused.errors.hasPrefix(
        "collected b: 1 reservations\ngputally: refused from 'b': b.csv:3: unreadable start: found "
          + "'x'"))
    try program.write("b.csv", Self.head + "1,gpu01,,2026-11-23,2026-11-24\n")
    let whole = try await program.run("collect", "--source", "b")
    #expect(whole.status == 0)
    #expect(whole.errors == "collected b: 1 reservations\n")
  }

  @Test func `a calendar comes from a server, assignments from a table`() async throws {
    let calendar =
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:s\nDTSTART:20261123T000000Z\nDURATION:PT1H\n"
      + "RRULE:FREQ=DAILY;COUNT=3\nLOCATION:GPU Server 1\nEND:VEVENT\nEND:VCALENDAR\n"
    let server = ScriptedServer { request, _ in
      request.path == "/cal.ics?key=hunter2"
        ? ScriptedResponse(200, calendar) : ScriptedResponse(404)
    }
    let program = try program(
      "  - { name: c, type: reservations, site: pangyo, cluster: train, format: ical,\n"
        + "      url_file: address, hosts: { GPU Server 1: gpu01 } }\n"
        + "  - { name: a, type: assignments, site: pangyo, file: a.csv }")
    try program.write("address", server.url + "/cal.ics?key=hunter2\n")
    try program.write("a.csv", "host;team;from\nlab[1-2];robotics;2026-01-01\n")
    let result = try await program.run("collect")
    #expect(result.status == 0)
    #expect(result.errors.contains("collected c: 3 reservations\n"))
    #expect(result.errors.contains("collected a: 2 assignments\n"))
    let status =
      "source     c: 3 reservations stored, the last until 2026-11-25T01:00:00Z\n"
      + "source     a: assignments of 2 hosts stored\n"
    #expect(try await program.run("status").output.contains(status))
    try program.write("address", server.url + "/private-hunter2")
    let failed = try await program.run("collect")
    #expect(failed.status == 2)
    #expect(
      failed.errors.contains(
        "gap in 'c': the address in address: the server answered 404, there is no such page"))
    #expect(!failed.errors.contains("hunter2"))
    // What was stored stays.
    #expect(try await program.run("status").output.contains(status))
  }
}
