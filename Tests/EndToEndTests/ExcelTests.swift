import Foundation
import TestSupport
import Testing

/// What the built program writes for Excel, of teams with names that Excel would misread.
@Suite struct ExcelTests {
  /// A simulated day, posted; two teams have names that want care.
  private func program() async throws -> Program {
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2026-11-26T00:30:00Z"])
    try await program.expectSuccess(
      "simulate", "--start", "2026-11-25T00:00:00Z", "--hours", "24", "--store",
      "gputally.sqlite", "--write-config", "gputally.yaml")
    let text = try program.read("gputally.yaml")
    try program.write(
      "gputally.yaml",
      text.replacing("name: perception,", with: "name: 인지,")
        .replacing("name: language,", with: #"name: "=cmd|'/c calc'!A1","#))
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    return program
  }

  private func lines(_ program: Program, _ file: String) throws -> [String] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: program.folder.path + "/out/" + file))
    #expect(bytes.prefix(3) == Data([0xEF, 0xBB, 0xBF]), "\(file) starts with the mark of UTF-8")
    return String(decoding: bytes.dropFirst(3), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  @Test func `Korean names are whole, formulas disarmed, negative amounts are numbers`()
    async throws
  {
    let program = try await program()
    let written = try await program.expectSuccess(
      "export", "chargeback", "--period", "2026-11", "--excel")
    #expect(written.output == "./out/chargeback-2026-11.csv\n")
    let chargeback = try lines(program, "chargeback-2026-11.csv")
    #expect(chargeback.contains { $0.hasPrefix("2026-11,인지,CC-100,") })
    #expect(chargeback.contains { $0.hasPrefix("2026-11,'=cmd|'/c calc'!A1,CC-101,") })
    #expect(!chargeback.contains { $0.contains(",=") })
    try await program.expectSuccess("export", "focus", "--excel")
    let focus = try lines(program, "focus-2026-11.csv")
    #expect(focus.contains { $0.hasPrefix("-") && $0.contains(",unallocated,") })
    #expect(!focus.contains { $0.hasPrefix("'") })
  }

  @Test func `a file that says excel and round is written so, and the flags are the same`()
    async throws
  {
    let program = try await program()
    try FileManager.default.createDirectory(
      atPath: program.folder.path + "/exports", withIntermediateDirectories: true)
    try program.write(
      "exports/mine.yaml",
      "name: mine\ntitle: Mine\nreport: journal\nformat: csv\nfile: mine.csv\noptions: { excel: true, "
        + "round: true }\ncolumns: { 팀: \"{teams|pool}\", 금액: \"{debit|-credit}\" }\n")
    try await program.expectSuccess("export", "mine")
    let mine = try lines(program, "mine.csv")
    #expect(mine.first == "팀,금액")
    let amounts = mine.dropFirst().compactMap { line in
      line.split(separator: ",").last.flatMap { Int($0) }
    }
    #expect(amounts.count == mine.count - 1 && amounts.reduce(0, +) == 0)
    #expect(amounts.contains { $0 < 0 } && amounts.contains { $0 > 0 })
    try await program.expectSuccess("export", "journal", "--excel", "--round")
    let journal = try lines(program, "journal-2026-11.csv")
    #expect(journal.count == mine.count)
    #expect(journal.contains { $0.contains("GPU 2026-11: 인지") })
  }

  @Test func `what an export can't be is wrong usage`() async throws {
    let program = try await program()
    let path = try await program.run("export", "focus", "--round")
    #expect(path.status == 64)
    #expect(
      path.errors.hasSuffix(
        "exports/focus.yaml: amounts of FOCUS aren't rounded, since prices times quantities must "
          + "give them; leave --round, and 'round' in the file, out\n"))
    try await program.expectRefusal(
      ["export", "chargeback", "--focus-version", "1.3"], status: 64,
      "'chargeback' follows no version of FOCUS; leave --focus-version out, or set focus_version in "
        + "the options of its file")
    try await program.expectSuccess("export", "focus", "--focus-version", "1.3")
    let focus = try program.read("out/focus-2026-11.csv")
    #expect(focus.split(separator: "\n").first?.contains(",AllocatedMethodDetails,") == true)
  }
}
