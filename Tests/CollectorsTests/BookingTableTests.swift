import Quantities
import Records
import Testing

@testable import Collectors

@Suite struct BookingTableTests {
  private static let head =
    "source,reservation_id,cluster,resource,gpu_count,gpu_model,team,user,start,end,state,updated\n"
  private static let uuid = "GPU-5d4c1a2b-0000-1111-2222-333344445555"

  private static func row(
    id: String = "r1", cluster: String = "train", resource: String = "gpu01", count: String = "",
    start: String = "2026-11-23 09:00", end: String = "2026-11-24", state: String = "",
    updated: String = ""
  ) -> String {
    "s,\(id),\(cluster),\"\(resource)\",\(count),,vision,kim,\(start),\(end),\(state),\(updated)\n"
  }

  @Test(arguments: [
    (row(), "r1 gpu01 2026-11-23T00:00:00Z/2026-11-23T15:00:00Z"),
    (row(resource: "gpu[09-10], lab1"), "r1 gpu09,gpu10,lab1 2026-11-23T00:00:00Z/"),
    (row(resource: "gpu01;gpu02", count: "4"), "r1 gpu01,gpu02*4 2026-11-23T00:00:00Z/"),
    (row(resource: uuid), "r1 <\(uuid)> 2026-11-23T00:00:00Z/"),
    (row(resource: "GPU-01"), "r1 GPU-01 2026-11-23T00:00:00Z/"),
    (row(resource: "", count: "2"), "r1 any*2 2026-11-23T00:00:00Z/"),
    (row(start: "2026-11-23T09:00:30.5+01:00"), "r1 gpu01 2026-11-23T08:00:30.500Z/"),
    (row(start: "2026-11-23 09:00:00Z"), "r1 gpu01 2026-11-23T09:00:00Z/"),
    (row(start: "2026-11-23 9:00"), "r1 gpu01 2026-11-23T00:00:00Z/"),
    (row(start: "2026-11-23T09:00:10"), "r1 gpu01 2026-11-23T00:00:10Z/"),
    (row(start: "2026-11-23"), "r1 gpu01 2026-11-22T15:00:00Z/"),
    (row().dropLast() + ",,\n", "r1 gpu01 2026-11-23T00:00:00Z/"),
    (row(state: "Confirmed"), "r1 gpu01 2026-11-23T00:00:00Z/"),
  ])
  func `a row is a booking`(row: String, line: String) throws {
    let result = try BookingTexts().read(Self.head + row)
    #expect(result.rejections.map(\.description) == [])
    let found = try #require(result.reservations.first.map(BookingTexts.line))
    #expect(found.hasPrefix(line))
  }

  @Test func `a row tells whose a booking is, what for and since when it stands`() throws {
    let result = try BookingTexts().read(
      "reservation_id;resource;gpu_model;team;user;start;end;updated;booked\r\n"
        + "7;;H100;nlp;lee;2026-11-23;2026-11-24;2026-11-22;2026-11-20T00:00Z\r\n"
        + "8;\"gpu01;gpu02\";;;;2026-11-23;2026-11-24;2026-11-22;\r\n")
    #expect(
      result.rejections.map(\.description) == [
        "b.txt:2: no resource: found neither a resource nor a number of GPUs, expected "
          + BookedResource.expectation + ", or gpu_count for any GPUs of the cluster"
      ])
    let counted = try BookingTexts().read(
      "\u{FEFF}Reservation_ID\tgpu_count\tgpu_model\tteam\tuser\tstart\tend\tupdated\tBooked\n"
        + "7\t2\tH100\tnlp\tlee\t2026-11-23\t2026-11-24\t2026-11-22\t2026-11-20T00:00Z\n")
    #expect(
      counted.reservations == [
        Reservation(
          id: "7",
          range: TimeRange(
            try #require(UTCInstant("2026-11-22T15:00Z")),
            try #require(UTCInstant("2026-11-23T15:00Z"))),
          gpuCount: 2, gpuModel: "H100", team: "nlp", user: "lee",
          booked: UTCInstant("2026-11-20T00:00Z"))
      ])
  }

  @Test(arguments: [
    (row(id: ""), "no id: found nothing"),
    (row(resource: ""), "no resource: found neither a resource nor a number of GPUs"),
    (row(resource: "gpu[1-"), "unknown resource: found 'gpu[1-'"),
    (row(resource: "GPU Server 1"), "unknown resource: found 'GPU Server 1'"),
    (row(resource: "MIG-5d4c1a2b"), "unknown resource: found 'MIG-5d4c1a2b'"),
    (row(resource: "gpu01,\(uuid)"), "hosts and GPUs mixed: found 'gpu01,\(uuid)'"),
    (row(resource: uuid, count: "2"), "another number of GPUs than it names: found 2, expected 1"),
    (row(count: "0"), "unreadable gpu_count: found '0'"),
    (row(count: "1.5"), "unreadable gpu_count: found '1.5'"),
    (row(start: "23.11.2026"), "unreadable start: found '23.11.2026'"),
    (row(start: "2026-11-23 24:00"), "unreadable start: found '2026-11-23 24:00'"),
    (row(start: ""), "unreadable start: found ''"),
    (row(start: "0001-01-01"), "unreadable start: found '0001-01-01'"),
    (row(end: "2026-02-30"), "unreadable end: found '2026-02-30'"),
    (
      row(end: "2026-11-23 09:00"),
      "ends before it starts: found 2026-11-23T00:00:00Z to 2026-11-23T00:00:00Z"
    ),
    (row(state: "maybe"), "unknown state: found 'maybe', expected confirmed or cancelled"),
    (row(updated: "yesterday"), "unreadable booked: found 'yesterday'"),
    ("s,r1,train\n", "wrong number of columns: found 3 columns, expected 12"),
  ])
  func `a row that is no booking is refused with its line`(row: String, told: String) throws {
    let result = try BookingTexts().read(Self.head + Self.row(id: "ok") + row)
    #expect(result.reservations.map(\.id) == ["ok"])
    let rejection = try #require(result.rejections.first)
    #expect(result.rejections.count == 1)
    #expect(rejection.description.hasPrefix("b.txt:3: " + told))
    #expect(result.refusedIDs == (told.hasPrefix("no id") ? [] : ["r1"]))
  }

  @Test(arguments: [
    ("", "b.txt:1: the table is empty; expected a first line with the columns' names"),
    (
      "reservation_id,resource,start,end,tema\n",
      "b.txt:1: unknown column 'tema'; did you mean 'team'?"
    ),
    (
      "\nreservation_id,resource,start,end,xxxxxxxxx\n",
      "b.txt:2: unknown column 'xxxxxxxxx'; known columns are booked, created, updated, cluster"
    ),
    (
      "reservation_id,resource,start\n",
      "b.txt:1: column 'end' is missing in the first line, which has 'reservation_id', 'resource', "
        + "'start'"
    ),
    ("start,end,start,reservation_id\n", "b.txt:1: column 'start' comes twice; keep one of them"),
    (
      "reservation_id,start,end\n1,\"2026,x\n",
      "b.txt:2: this is not CSV of RFC 4180: the quote that opens here is never closed"
    ),
  ])
  func `a text that is no such table is refused as a whole`(text: String, told: String) throws {
    #expect(try BookingTexts().fault(text).hasPrefix(told))
  }

  @Test func `what is cancelled or of another cluster is left out and counted`() throws {
    let result = try BookingTexts().read(
      Self.head + Self.row(id: "a", start: "2026-11-01", end: "2026-11-02", state: "Cancelled")
        + Self.row(id: "b", cluster: "lab", start: "2026-10-01") + Self.row(id: "c", cluster: ""))
    #expect(result.reservations.map(\.id) == ["c"])
    #expect(result.summary == "1 reservations; left out: 1 cancelled, 1 of other clusters")
    // What was cancelled must be able to vanish, what is others' says nothing.
    #expect(result.start == UTCInstant("2026-10-31T15:00:00Z"))
  }

  @Test func `a booking told twice is its last row, and is told`() throws {
    let result = try BookingTexts().read(
      Self.head + Self.row() + Self.row(start: "2026-11-22") + Self.row(resource: "gpu07"))
    #expect(result.reservations.map(\.hosts) == [["gpu07"], ["gpu01"]])
    #expect(
      result.rejections.map(\.description) == [
        "b.txt:2: booking told twice: found 'r1' from 2026-11-23T00:00:00Z, also on line 4, "
          + "expected each id and start once; the last one counts"
      ])
    #expect(result.refusedIDs == [])
  }

  @Test func `without an earlier booking, what is stored of the past stays`() throws {
    let texts = try BookingTexts()
    #expect(try texts.read(Self.head).start == texts.now)
    let later = try texts.read(Self.head + Self.row(start: "2026-12-01", end: "2026-12-02"))
    #expect(later.start == texts.now)
    #expect(try texts.read(Self.head + Self.row()).start == UTCInstant("2026-11-23T00:00:00Z"))
  }

  @Test func `other names of columns, other times and names of hosts are as the source says`()
    throws
  {
    var texts = try BookingTexts()
    texts.settings.columns = [
      "id": "Nummer", "resource": "Gerät", "start": "Von", "end": "Bis", "user": "Wer",
    ]
    texts.settings.dateFormat = "d.m.Y H:i"
    texts.settings.hosts = ["GPU Server 1": "gpu01", "H100 pool": "gpu[02-03]", "A, B": "gpu09"]
    let head = "Nummer;Wer;Gerät;Von;Bis;Bemerkung\n"
    let rows =
      "1;kim;GPU Server 1;23.11.2026 09:00;24.11.2026 00:00;x\n"
      + "2;kim;GPU Server 1, H100 pool;23.11.2026 09:00;24.11.2026 00:00;x\n"
      + "3;kim;\"A, B\";2026-11-23;2026-11-24;x\n"
    #expect(
      try texts.lines(head + rows) == [
        "1 gpu01 2026-11-23T00:00:00Z/2026-11-23T15:00:00Z",
        "2 gpu01,gpu02,gpu03 2026-11-23T00:00:00Z/2026-11-23T15:00:00Z",
        "3 gpu09 2026-11-22T15:00:00Z/2026-11-23T15:00:00Z",
      ])
    #expect(
      texts.fault("Nummer;Von;Bis;Wer\n").hasPrefix(
        "b.txt:1: column 'Gerät' is missing in the first line"))
  }

  @Test func `a report of LibreBooking is read as it is written`() throws {
    let texts = try BookingTexts(.librebooking)
    let report = """
      "Resource","Begin","End","Title","Reference Number","User","Created","Status",

      "gpu01","11/23/26 9:00 AM","11/23/26 12:00 PM","R&amp;D","5f1","Kim &#039;Min&quot;","11/20/26 12:30 AM","Created",

      "gpu02","11/23/26 9:00 AM","11/23/26 12:00 PM","R&amp;D","5f1","Kim","11/20/26 12:30 AM","Created",

      "gpu03","11/24/26 1:00 PM","11/24/26 2:15 PM","","5f2","Lee","11/20/26 12:30 AM","Deleted",


      """
    let result = try texts.read(report)
    #expect(result.rejections.map(\.description) == [])
    #expect(
      result.reservations.map(BookingTexts.line) == [
        "5f1 gpu01,gpu02 2026-11-23T00:00:00Z/2026-11-23T03:00:00Z"
      ])
    #expect(result.reservations.first?.user == "Kim 'Min\"")
    #expect(result.reservations.first?.booked == UTCInstant("2026-11-19T15:30:00Z"))
    #expect(result.cancelledCount == 1)
  }

  @Test(arguments: [
    ("n/j/y g:i A", "1/2/26 12:05 am", "2026-01-02 300000"),
    ("n/j/y g:i A", "11/23/26 12:05 PM", "2026-11-23 43500000"),
    ("n/j/y g:i A", "11/23/26 13:05 PM", ""),
    ("d/m/Y H:i:s", "23/11/2026 23:59:59", "2026-11-23 86399000"),
    ("j.n.Y", "3.2.2026", "2026-02-03 0"),
    ("j.n.Y", "30.2.2026", ""),
    ("Y-m-d H:i", "2026-11-23 9:05 ", ""),
    ("Y-m-d H:i", "26-11-23 9:05", ""),
  ])
  func `times are read as their pattern says`(pattern: String, text: String, read: String) {
    let found = DatePattern(pattern).read(text).map { "\($0.day) \($0.milliseconds)" }
    #expect(found ?? "" == read)
  }

  @Test(arguments: [
    ("R&amp;D &lt;x&gt; &quot;&#039;&#x41;&apos;", "R&D <x> \"'A'"), ("a & b;", "a & b;"),
    ("&amp", "&amp"), ("&unknown;&#xFFFFFFFF;&", "&unknown;&#xFFFFFFFF;&"), ("&amp;lt;", "&lt;"),
  ])
  func `references of web pages are characters`(text: String, plain: String) {
    #expect(HTMLText.plain(text) == plain)
  }

  @Test func `a row names no more GPUs than can be compared`() throws {
    let uuids = { (count: Int) in (0..<count).map { "GPU-\(10_000_000 + $0)" } }
    let text = { (count: Int) in
      "reservation_id,resource,start,end\nr,\(uuids(count).joined(separator: ";")),2026-11-23,"
        + "2026-11-24\n"
    }
    let texts = try BookingTexts()
    #expect(try texts.read(text(4_096)).reservations.map(\.uuids.count) == [4_096])
    #expect(try texts.read(text(4_097)).rejections.map(\.rule) == ["unknown resource"])
  }

  @Test func `hosts of all lists together have a bound`() throws {
    let rows = (1...11).map { number in
      Self.row(id: "r\(number)", resource: "a\(number)x[1-99999]")
    }
    let result = try BookingTexts().read(Self.head + rows.joined())
    #expect(result.reservations.count == 10)
    #expect(
      result.rejections.map(\.description) == [
        "b.txt:12: too many hosts: found 'a11x[1-99999]', expected 1000000 hosts in all different "
          + "lists together"
      ])
  }
}
