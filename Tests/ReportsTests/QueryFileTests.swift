import Foundation
import Testing

@testable import Reports

@Suite struct QueryFileTests {
  static let good = """
    -- title: Good
    -- question: Is it?
    -- parameter day: text, the day
    -- parameter least: integer, default 5, the least
    -- by: team
    -- dimension team: team
    -- dimension day: day
    -- column n: count, how many
    SELECT {{by}}, count(*) AS n FROM posting
    WHERE day = :day AND gpu_ms > :least AND team <> ':no' -- not :this
    GROUP BY {{names}}
    """

  @Test func `a head is read with its parameters, dimensions and units`() throws {
    let file = try QueryHead.parse(Self.good, path: "good.sql", name: "good")
    #expect(file.title == "Good")
    #expect(file.question == "Is it?")
    #expect(file.needsPostings == false)
    #expect(
      file.parameters == [
        .init(name: "day", kind: .text, fallback: nil, meaning: "the day"),
        .init(name: "least", kind: .integer, fallback: .integer(5), meaning: "the least"),
      ])
    #expect(file.columns == [.init(name: "n", unit: .count, meaning: "how many")])
    #expect(file.defaultBy == ["team"])
    let sql = file.sql(by: try file.dimensions(named: ["day", "team"]))
    #expect(sql.contains("SELECT day AS \"day\", team AS \"team\", count(*)"))
    #expect(sql.hasSuffix("GROUP BY \"day\", \"team\""))
  }

  @Test(
    arguments: [
      (
        "-- title: Good", "SELECT 1;\n-- title: Good",
        "good.sql, line 1: a query file starts with '-- title: ...'; write what it answers at its "
          + "head"
      ),
      (
        "-- question: Is it?\n", "",
        "good.sql, line 8: the head has no line '-- question: ...'; add one"
      ),
      (
        "-- column n: count, how many\n", "",
        "good.sql, line 8: the head has no line '-- column NAME: ...'; add one"
      ),
      (
        "-- by: team\n", "", "good.sql, line 8: the head has no line '-- by: ...'; add one"
      ),
      (
        "-- column n: count, how many", "-- column n",
        "good.sql, line 8: '-- column n' is not a line of the head; expected '-- column NAME: ...'"
      ),
      (
        "-- by: team", "-- by",
        "good.sql, line 5: '-- by' is not a line of the head; expected '-- by: ...'"
      ),
      (
        "-- by: team", "--",
        "good.sql, line 5: '--' is not a line of the head; expected '-- key: value'"
      ),
      (
        "-- by: team", "-- needs: samples\n-- by: team",
        "good.sql, line 5: '-- needs: samples' is not a line of the head; expected "
          + "'-- needs: postings'"
      ),
      (
        "-- column n:", "-- colum n:",
        "good.sql, line 8: 'colum' is not a word of the head; did you mean 'column'? "
          + "(known: title, question, needs, parameter, by, dimension, column, sum, bound, "
          + "balance, overlap)"
      ),
      (
        "n: count,", "n: hour,",
        "good.sql, line 8: 'hour' is not a unit; did you mean 'hours'? (known: text, count, "
          + "number, decimal, hours, money, percent, kilowatt hours, time)"
      ),
      (
        "day: text,", "day: date,",
        "good.sql, line 3: 'date' is not a type of parameters; known: text, integer, real"
      ),
      (
        "default 5", "default five", "good.sql, line 4: the default 'five' is not of type integer"
      ),
      (
        "-- dimension day: day", "-- dimension team: day",
        "good.sql, line 7: 'team' is declared twice; remove one"
      ),
      (
        "-- by: team", "-- title: Again", "good.sql, line 5: 'title' is declared twice; remove one"
      ),
      (
        "> :least", "> :lest AND :least",
        "good.sql, line 10: the SQL uses :lest, which the head doesn't declare; did you mean "
          + "'least'? (known: day, least)"
      ),
      (
        "gpu_ms > :least", "1",
        "good.sql, line 4: the SQL doesn't use :least, which the head declares; remove the line"
      ),
      (
        "BY {{names}}", "BY {{name}}",
        "good.sql, line 11: '{{name}}' is not known here; use {{by}} or {{names}}"
      ),
      (
        "SELECT {{by}}, ", "SELECT ",
        "good.sql, line 9: the head declares dimensions, but the SQL has no {{by}} to put them"
      ),
      (
        "-- by: team\n-- dimension team: team\n-- dimension day: day\n", "",
        "good.sql, line 6: the SQL has {{by}}, but the head declares no dimension"
      ),
      (
        "-- by: team", "-- by: teams",
        "good.sql, line 5: 'teams' is not a dimension of this query; did you mean 'team'? (known: "
          + "team, day)"
      ),
      (
        "-- by: team", "-- by: team\n-- sum cost: n",
        "good.sql, line 6: 'cost' is not a money column of this query; there is none"
      ),
      (
        "-- by: team", "-- by: team\n-- overlap: m",
        "good.sql, line 6: 'm' is not a column of this query; did you mean 'n'? (known: n)"
      ),
      (
        "-- by: team", "-- by: team\n-- bound n: cost",
        "good.sql, line 6: 'n' is not a money column of this query; there is none"
      ),
    ])
  func `a wrong head is refused with its line`(old: String, new: String, message: String) {
    let text = Self.good.replacing(old, with: new)
    let error = #expect(throws: QueryFileError.self) {
      try QueryHead.parse(text, path: "good.sql", name: "good")
    }
    #expect(error?.description == message)
  }

  @Test func `a head without SQL is refused`() {
    let text = "-- title: A\n-- question: B?\n-- column n: count\n"
    let error = #expect(throws: QueryFileError.self) {
      try QueryHead.parse(text, path: "a.sql", name: "a")
    }
    #expect(error?.description == "a.sql, line 4: there is no SQL after the head")
  }

  @Test(
    arguments: [
      ("SELECT :a, @b, $c", ["a", "b", "c"]), ("SELECT ':a', \":b\", `:c`, [:d]", []),
      ("SELECT 1 -- :a\n, :b /* :c */", ["b"]), ("SELECT 'it''s :a', :b", ["b"]),
      ("SELECT x::y :", ["y"]), ("SELECT ':a", []),
    ] as [(String, [String])])
  func `parameters in strings and comments are none`(sql: String, names: [String]) {
    #expect(SQLText.parameters(in: sql).map(\.name) == names)
  }

  @Test func `the project's own files are all right`() throws {
    let (files, broken) = QueryCatalog(folders: [Place.root + "/queries"]).list()
    #expect(broken.map(\.description) == [])
    #expect(
      files.map(\.name) == [
        "accounting", "bills", "booking-times", "borrowed", "breakeven", "budgets", "chargeback",
        "corrections", "costs", "drilldown", "failure-waste", "focus", "gaps",
        "granularity", "hoarding", "idle-allocations", "idle-by-day",
        "idle-reservations", "journal", "rejections", "shortage", "sites", "states", "storage",
        "team-tree", "teams", "unassigned", "utilization",
      ])
  }

  @Test func `what several files have in common stands in a part`() throws {
    let folder = try Place.folder()
    try FileManager.default.createDirectory(
      atPath: folder + "/parts", withIntermediateDirectories: true)
    let text =
      "-- title: A\n-- question: B?\n-- column n: count\nWITH {{part one}} SELECT n FROM one"
    try text.write(toFile: folder + "/a.sql", atomically: true, encoding: .utf8)
    let catalog = QueryCatalog(folders: [folder])
    #expect(throws: ReportError.unreadable(path: folder + "/parts/one.sql")) {
      try catalog.file(named: "a")
    }
    try "one AS (SELECT 1 AS n)\n".write(
      toFile: folder + "/parts/one.sql", atomically: true, encoding: .utf8)
    #expect(
      try catalog.file(named: "a").text.hasSuffix(
        "\nWITH one AS (SELECT 1 AS n) SELECT n FROM one"))
    #expect(catalog.names == ["a"])
  }
}
