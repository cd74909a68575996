import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

@Suite struct AssignmentTableTests {
  private static let head = "host,gpu,gpu_count,team,user,from,to\n"
  private static let uuid = "GPU-5d4c1a2b-0000-1111-2222-333344445555"

  private func read(_ text: String) throws -> AssignmentImport {
    try AssignmentCollector.read(
      text,
      AssignmentSettings(
        place: .file("a.csv"), cluster: "lab", calendar: try BillingCalendar(zone: "Asia/Seoul")))
  }

  @Test func `rows say whose hosts and GPUs are, by billing days`() throws {
    let result = try read(
      Self.head + "lab[1-2],,,robotics,,2026-01-01,2026-06-01\nlab1,,,vision,kim,2026-06-01,\n"
        + "lab3,,4,a,,,\nlab3,,4,b,,,\nlab4,\(Self.uuid),1,c,,,\n"
        + ",\(Self.uuid.replacing("5d4c", with: "6e5d")),,d,,,\n")
    #expect(result.rejections.map(\.description) == [])
    let day = { (text: String) throws in try #require(UTCInstant(text)) }
    let june = try day("2026-05-31T15:00:00Z")
    let first = Assignment(
      host: "lab1", team: "robotics", start: try day("2025-12-31T15:00:00Z"), end: june)
    #expect(result.assignments.contains(first))
    #expect(
      result.assignments.contains(
        Assignment(host: "lab1", team: "vision", user: "kim", start: june)))
    #expect(result.assignments.filter { $0.host == "lab3" }.map(\.gpuCount) == [4, 4])
    #expect(
      result.assignments.contains(Assignment(host: "lab4", uuids: [Self.uuid], team: "c")))
    #expect(result.assignments.count == 7)
  }

  @Test(arguments: [
    ("lab1,,,,,,", "no team: found nothing, expected the team's name"),
    (",,,a,,,", "no host: found neither a host nor a GPU"),
    ("lab[,,,a,,,", "unknown resource: found 'lab['"),
    ("\(uuid),,,a,,,", "a GPU in place of a host: found '\(uuid)'"),
    ("lab1,0,,a,,,", "not a GPU: found '0', expected UUIDs"),
    ("\"lab[1-2]\",\(uuid),,a,,,", "a GPU of several hosts: found 2 hosts"),
    ("lab1,,many,a,,,", "unreadable gpu_count: found 'many'"),
    (
      "lab1,\(uuid),2,a,,,", "another number of GPUs than it names: found 2, expected 1, or nothing"
    ),
    ("lab1,,,a,,2026-13-01,", "unreadable from: found '2026-13-01', expected a day such as"),
    ("lab1,,,a,,,2026-1-1", "unreadable to: found '2026-1-1', expected a day such as"),
    ("lab1,,,a,,2026-02-01,2026-02-01", "ends before it starts: found 2026-02-01 to 2026-02-01"),
    ("lab1,,,a", "wrong number of columns: found 4 columns, expected 7"),
  ])
  func `a row that can't be read is refused with its line`(row: String, told: String) throws {
    let result = try read(Self.head + "lab9,,,ok,,,\n" + row + "\n")
    #expect(result.assignments.map(\.team) == ["ok"])
    #expect(result.rejections.count == 1)
    #expect(result.rejections.first?.description.hasPrefix("a.csv:3: " + told) == true)
    let hosts = row.hasPrefix("\"lab") ? ["lab1", "lab2"] : row.contains("lab1") ? ["lab1"] : []
    #expect(result.refusedHosts == Set(hosts))
  }

  @Test func `one GPU of two teams at once is refused with both lines`() throws {
    let result = try read(
      Self.head + "\"lab[1-3]\",,,a,,2026-01-01,2026-03-01\nlab2,,4,b,,2026-02-28,\n"
        + "lab3,,,b,,2026-03-01,\nlab4,\(Self.uuid),,a,,,\nlab4,\(Self.uuid),,b,,,\n")
    #expect(
      result.rejections.map(\.description) == [
        "a.csv:3: assigned twice: found host 'lab2' is 'b' from 2026-02-28, and on line 2 'a' from "
          + "2026-01-01 to 2026-03-01, expected GPUs that are one team's at a time; end one with "
          + "'to' where the other has 'from'",
        "a.csv:6: assigned twice: found host 'lab4' is 'b', and on line 5 'a', expected GPUs that "
          + "are one team's at a time; end one with 'to' where the other has 'from'",
      ])
    #expect(result.assignments.map { $0.host + $0.team } == ["lab1a", "lab3a", "lab3b"])
    #expect(result.refusedHosts == ["lab2", "lab4"])
    let backwards = try read(
      Self.head + "lab1,,,b,,2026-03-01,\nlab1,,,a,,2026-01-01,2026-03-01\n")
    #expect(backwards.assignments.map(\.team) == ["b", "a"])
    let own = try read(Self.head + "lab1,,,a,,,\nlab1,,,a,,2026-01-01,\n")
    #expect(own.assignments == [Assignment(host: "lab1", team: "a")])
    #expect(own.rejections.count == 1)
  }

  @Test func `hosts of other clusters are left out and counted`() throws {
    let result = try read("team,host,cluster\na,lab1,lab\nb,gpu01,train\nc,lab2,\n")
    #expect(result.assignments.map(\.team) == ["a", "c"])
    #expect(result.summary == "2 assignments; left out: 1 of other clusters")
  }

  @Test(arguments: [
    ("", "a.csv:1: the table is empty; expected a first line with the columns' names"),
    ("team,host,form\n", "a.csv:1: unknown column 'form'; did you mean 'from'?"),
    (
      "host,from\n", "a.csv:1: column 'team' is missing in the first line, which has 'host', 'from'"
    ),
    ("team,from\n", "a.csv:1: column 'host' is missing in the first line"),
    ("team,host\n\"a,b\n", "a.csv:2: this is not CSV of RFC 4180: the quote that opens here"),
  ])
  func `a text that is no such table is refused as a whole`(text: String, told: String) {
    #expect {
      try read(text)
    } throws: {
      "\($0)".hasPrefix(told)
    }
  }
}
