import Quantities
import Store
import Testing

@testable import Reports

@Suite struct RenderingTests {
  private func report(
    _ columns: [(String, ColumnUnit?)], _ rows: [[Cell]], sums: [QueryFile.Sum] = [],
    currency: String = "KRW", isCut: Bool = false
  ) throws -> Report {
    try Report(
      name: "test", title: "Test", question: "",
      period: Fleet.period("2026-11-01", "2026-11-01", "2026-11-02"),
      columns: columns.map { .init(name: $0.0, unit: $0.1) }, rows: rows, sums: sums,
      currency: #require(Currency(currency)), isCut: isCut)
  }

  @Test(
    arguments: [
      (.null, .text, ""), (.text("a"), .text, "a"), (.integer(1_234), .count, "1234"),
      (.real(0.5), .number, "0.5"), (.integer(3_600_000), .hours, "1.000000"),
      (.integer(1), .hours, "0.000000"), (.integer(-5_400_000), .hours, "-1.500000"),
      (.integer(1_500_001), .money, "1.500001"), (.integer(-1), .money, "-0.000001"),
      (.real(66.665), .percent, "66.67"), (.integer(0), .percent, "0.00"),
      (.integer(3_600_000_000_000), .kilowattHours, "1.000000"),
      (.integer(1_800_000), .kilowattHours, "0.000000"),
      (.integer(5_400_000), .kilowattHours, "0.000002"),
      (.integer(1_500), .time, "1970-01-01T00:00:01.500Z"),
    ] as [(Cell, ColumnUnit, String)])
  func `a cell is exact in its unit`(cell: Cell, unit: ColumnUnit, text: String) throws {
    #expect(try report([("x", unit)], [[cell]]).rendered(.csv) == "x\n\(text)\n")
  }

  @Test func `CSV quotes what RFC 4180 says`() throws {
    let cells = ["a,b", "say \"hi\"", "two\nlines", "cr\r", "로봇", ""].map(Cell.text)
    let columns = ["a", "b", "c", "d", "e", "f"].map { ($0, ColumnUnit?.some(.text)) }
    #expect(
      try report(columns, [cells]).rendered(.csv)
        == "a,b,c,d,e,f\n\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\",로봇,\n")
  }

  @Test func `for Excel, text is no formula and numbers stay numbers`() throws {
    let texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "a=b"]
    let columns = texts.indices.map { ("t\($0)", ColumnUnit?.some(.text)) }
    let numbers: [(String, ColumnUnit?)] = [("m", .money), ("d", .decimal), ("own", nil)]
    let report = try report(
      columns + numbers,
      [texts.map(Cell.text) + [.integer(-2_000_000), .text("-0.25"), .integer(-3)]])
    let text = report.rendered(.csv, RenderingOptions(isForExcel: true))
    #expect(text.hasPrefix("\u{FEFF}t0,t1,"))
    #expect(
      text.hasSuffix(
        "\n'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\",\"'\nx\",'＝1,'＋1,'－1,'＠x,a=b,-2.000000,-0.25,-3\n"))
    #expect(report.rendered(.csv).hasPrefix("t0,t1,"))
    #expect(report.rendered(.csv).contains("\n=1+1,"))
    #expect(report.rendered(.json).contains("\"d\":-0.25,"))
  }

  @Test func `JSON has numbers with all their digits and null for what is not known`() throws {
    let report = try report(
      [("team", .text), ("h", .hours), ("m", .money), ("p", .percent), ("at", .time)],
      [
        [
          .text("a\"\\\n\u{1}로"), .integer(3_600_000), .integer(10_000_000), .real(50), .integer(0),
        ],
        [.null, .null, .null, .null, .null],
      ])
    #expect(
      report.rendered(.json) == #"""
        [
        {"team":"a\"\\\n\u0001로","h":1.000000,"m":10.000000,"p":50.00,"at":"1970-01-01T00:00:00Z"},
        {"team":null,"h":null,"m":null,"p":null,"at":null}
        ]

        """#)
  }

  @Test func `JSON of nothing is an empty array`() throws {
    #expect(try report([("a", .text)], []).rendered(.json) == "[]\n")
  }

  @Test func `own SQL shows its numbers as they are`() throws {
    let report = try report(
      [("a", nil), ("b", nil), ("c", nil), ("d", nil)],
      [[.integer(1), .real(1.5), .text("x"), .real(.infinity)]])
    #expect(report.rendered(.csv) == "a,b,c,d\n1,1.5,x,9e999\n")
    #expect(report.rendered(.json) == "[\n{\"a\":1,\"b\":1.5,\"c\":\"x\",\"d\":9e999}\n]\n")
  }

  @Test func `a table aligns wide letters, groups thousands and sums what can be summed`() throws {
    let report = try report(
      [
        ("team", .text), ("site", .text), ("busy_gpu_hours", .hours),
        ("longest_idle_hours", .hours),
        ("busy_percent", .percent), ("total_cost", .money), ("currency", .text), ("note", .text),
      ],
      [
        [
          .text("perception"), .text("pangyo"), .integer(4_444_440_000), .integer(3_600_000),
          .real(100), .integer(1_234_567_500_000), .text("KRW"), .null,
        ],
        [
          .text("로봇"), .text("pangyo"), .integer(5_400_000), .null, .real(6.25),
          .integer(500_000), .text("KRW"), .null,
        ],
      ])
    #expect(
      report.rendered(.table) == """
        Test
        period: 2026-11-01 (2026-10-31T15:00:00Z/2026-11-01T15:00:00Z)
        site: pangyo · currency: KRW

                             longest                       total
                       busy     idle                        cost
        team        (GPU-h)      (h)         busy (%)      (KRW)
        ──────────  ───────  ───────  ───────────────  ─────────
        perception  1,234.6     1.00  100.00 ████████  1,234,568
        로봇            1.5             6.25 ▌░░░░░░░          0
        ──────────  ───────  ───────  ───────────────  ─────────
        total       1,236.1                            1,234,568

        """)
  }

  @Test func `a table of nothing says so`() throws {
    #expect(
      try report([("a", .text)], []).rendered(.table).hasSuffix("\n\nno lines\n"))
  }

  @Test func `a name can't move the terminal's cursor`() throws {
    let report = try report([("a", .text)], [[.text("\u{1B}[2Jx\u{202E}y")]])
    #expect(report.rendered(.table).hasSuffix("\n\u{FFFD}[2Jx\u{FFFD}y\n"))
  }

  @Test(
    arguments: [
      ("abc", 3), ("로봇", 4), ("\u{1105}\u{1169}", 2), ("é", 1), ("e\u{301}", 1), ("漢字", 4),
      ("ｶﾅ", 2), ("！", 2), ("👩‍🔬", 2), ("🇰🇷", 2), ("", 0),
    ])
  func `width is what a terminal shows`(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test(
    arguments: [
      (0, "░░░░░░░░"), (50, "████░░░░"), (100, "████████"), (1.6, "▏░░░░░░░"), (250, "████████"),
      (-5, "░░░░░░░░"),
    ] as [(Double, String)])
  func `a bar is its share of eight cells`(percent: Double, bar: String) {
    #expect(TableNumber.bar(percent) == bar)
  }
}
