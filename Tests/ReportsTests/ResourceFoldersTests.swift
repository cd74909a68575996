import Foundation
import Testing

@testable import Reports

@Suite struct ResourceFoldersTests {
  @Test func `home comes first, then here, then what is near the program`() {
    let folders = ResourceFolders(
      executable: "/src/g/.build/release/gputally", workingDirectory: "/home/mina",
      environment: ["GPUTALLY_HOME": "/opt/gputally"])
    #expect(
      folders.folders(named: "queries") == [
        "/opt/gputally/queries", "/home/mina/queries", "/src/g/.build/release/queries",
        "/src/g/.build/share/gputally/queries", "/src/g/.build/queries", "/src/g/queries",
        "/src/queries", "/queries",
      ])
  }

  @Test func `an installed program finds its share`() {
    let folders = ResourceFolders(
      executable: "/usr/local/bin/gputally", workingDirectory: "/", environment: [:])
    #expect(folders.folders(named: "exports").contains("/usr/local/share/gputally/exports"))
    #expect(folders.folders(named: "exports").first == "/exports")
  }

  @Test func `an earlier folder hides a later one's file, and headless SQL is nobody's report`()
    throws
  {
    let first = try Place.folder()
    let second = try Place.folder()
    let head = "-- question: ?\n-- column n: count\nSELECT 1 AS n"
    for (path, text) in [
      (first + "/a.sql", "-- title: Mine\n" + head),
      (second + "/a.sql", "-- title: Theirs\n" + head),
      (second + "/b.sql", "-- title: B\n" + head), (second + "/own.sql", "SELECT 1"),
      (second + "/bad.sql", "-- title: Bad\n"),
    ] {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let catalog = QueryCatalog(folders: ["/nowhere", first, second])
    #expect(catalog.list().files.map(\.title) == ["Mine", "B"])
    #expect(
      catalog.list().broken.map(\.description) == [
        "\(second)/bad.sql, line 2: the head has no line '-- question: ...'; add one"
      ])
    #expect(catalog.names == ["a", "b", "bad", "own"])
  }
}
