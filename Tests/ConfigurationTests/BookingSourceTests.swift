import Configuration
import Testing

@Suite struct BookingSourceTests {
  private static let head = "currency: KRW\nsites: [{ name: pangyo, kind: on-prem }]\nsources:\n"

  private static func source(_ type: String, _ more: String) -> String {
    head + "  - { name: b, type: \(type), site: pangyo, cluster: c, " + more + " }\n"
  }

  private static func booking(_ more: String) -> String {
    source("reservations", "format: csv, " + more)
  }

  private func loaded(_ text: String) throws -> Source {
    let configuration = try ConfigurationLoader.parse(text, file: "/etc/g/c.yaml")
    return try #require(configuration.sources.last)
  }

  @Test func `a source of bookings is read as it is written`() throws {
    let file = try loaded(Self.booking("file: b.csv"))
    #expect(
      file.kind == .reservations(ReservationSource(format: .csv, access: .file("/etc/g/b.csv"))))
    let all = try loaded(
      Self.source(
        "reservations",
        "format: librebooking, url: 'https://b.example/x?a=1', time_zone: Asia/Kolkata,\n"
          + "columns: { resource: Gerät, start: Von }, date_format: 'd.m.Y H:i', resource: summary,\n"
          + "hosts: { GPU Server 1: gpu01, pool: 'gpu[02-03]' }, timeout: 5s,\n"
          + "basic_auth: { username: u, password_file: p }"))
    #expect(
      all.kind
        == .reservations(
          ReservationSource(
            format: .librebooking, access: .url("https://b.example/x?a=1"),
            timeZone: "Asia/Kolkata", columns: ["resource": "Gerät", "start": "Von"],
            dateFormat: "d.m.Y H:i", resource: .summary,
            hosts: ["GPU Server 1": "gpu01", "pool": "gpu[02-03]"])))
    #expect(all.connection.basicAuth?.passwordFile == "/etc/g/p")
    #expect(all.connection.timeout == 5_000)
    let secret = try loaded(Self.source("reservations", "format: ical, url_file: address"))
    #expect(
      secret.kind
        == .reservations(ReservationSource(format: .ical, access: .urlFile("/etc/g/address"))))
  }

  @Test func `the cluster of assignments is the only one of their site`() throws {
    let others = "  - { name: p, type: prometheus, site: pangyo, cluster: lab, url: http://h }\n"
    let own = "  - { name: a, type: assignments, site: pangyo, file: a.csv }\n"
    let source = try loaded(Self.head + others + own)
    #expect(source.cluster == "lab")
    #expect(
      source.kind == .assignments(AssignmentSource(access: .file("/etc/g/a.csv"))))
    expect([
      "c.yaml:4: sources[0].cluster: missing; expected the cluster's name, since no other source of "
        + "the site names one"
    ]) { try ConfigurationLoader.parse(Self.head + own, file: "c.yaml") }
    let more = "  - { name: q, type: prometheus, site: pangyo, cluster: gpu, url: http://h }\n"
    expect([
      "c.yaml:6: sources[2].cluster: missing; expected one of the site's clusters (gpu, lab); a file "
        + "for several has a column 'cluster' and a source for each of them"
    ]) { try ConfigurationLoader.parse(Self.head + others + more + own, file: "c.yaml") }
  }

  private static let address =
    "the value, which may be secret and isn't shown, is refused; expected an address such as "
    + "https://booking.example/export.csv, without user or password"

  static let wrong: [WrongText] = [
    WrongText(
      source("reservations", ""),
      "c.yaml:4: sources[0].format: missing; expected csv, ical or librebooking",
      "c.yaml:4: sources[0].file: missing; expected file: a path, or url: an address, or url_file: "
        + "the path of a file that holds an address that is secret"),
    WrongText(
      source("reservations", "format: icla, file: b.ics"),
      "c.yaml:4: sources[0].format: found 'icla'; expected one of csv, ical, librebooking"),
    WrongText(
      booking("file: b.csv, urll: x"), "c.yaml:4: sources[0].urll: unknown key; did you mean 'url'?"
    ),
    WrongText(
      booking("file: b.csv, url: 'http://h'"),
      "c.yaml:4: sources[0].url: cannot be used together with 'file'; keep one of them"),
    WrongText(
      booking("file: b.csv, headers: { A: b }"),
      "c.yaml:4: sources[0].headers: cannot be used together with 'file'; keep one of them"),
    WrongText(booking("url: 'https://u:hunter2@h/x'"), "c.yaml:4: sources[0].url: " + address),
    WrongText(booking("url: 'webcal://h/x'"), "c.yaml:4: sources[0].url: " + address),
    WrongText(
      booking("file: b.csv, time_zone: Mars/Base"),
      "c.yaml:4: sources[0].time_zone: found 'Mars/Base'; expected a zone such as Asia/Seoul"),
    WrongText(
      booking("file: b.csv, resource: location"),
      "c.yaml:4: sources[0].resource: cannot be used together with 'format: csv'; keep one of them"
    ),
    WrongText(
      source("reservations", "format: ical, file: b, columns: { id: x }, date_format: Y-m-d"),
      "c.yaml:4: sources[0].columns: cannot be used together with 'format: ical'; keep one of them",
      "c.yaml:4: sources[0].date_format: cannot be used together with 'format: ical'; keep one of "
        + "them"),
    WrongText(
      booking("file: b.csv, columns: { strat: x, id: a, end: a }"),
      "c.yaml:4: sources[0].columns.strat: unknown key; did you mean 'start'?",
      "c.yaml:4: sources[0].columns.id: cannot be used together with 'end'; keep one of them"),
    WrongText(
      booking("file: b.csv, date_format: 'YYYY-MM-DD'"),
      "c.yaml:4: sources[0].date_format: found 'YYYY-MM-DD'; expected how times are written, in the "
        + "letters of PHP's date: Y-m-d H:i, n/j/y g:i A"),
    WrongText(
      booking("file: b.csv, hosts: { a: 'gpu[1-' }"),
      "c.yaml:4: sources[0].hosts.a: found 'gpu[1-'; expected host names such as gpu1, gpu[001-200] "
        + "or a[1-3,7],b, 100000 at most, or a GPU's UUID such as GPU-5d4c..."),
    WrongText(
      source("assignments", "file: a.csv, format: csv"),
      "c.yaml:4: sources[0].format: unknown key; valid keys here are name, type, site, cluster, "
        + "basic_auth, authorization, tls_config, headers, timeout, file, url, url_file"),
  ]

  @Test(arguments: wrong)
  func `each problem is told with its place and what to do`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(wrong.text, file: "c.yaml") }
  }
}
