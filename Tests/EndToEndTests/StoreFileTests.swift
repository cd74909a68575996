import Foundation
import TestSupport
import Testing

/// Stores that are none, can't be written, or have no room.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct StoreFileTests {
  private static let readers = [
    ["report", "chargeback"], ["query", "gaps"], ["export", "chargeback"], ["status"], ["verify"],
  ]
  private static let writers = [["run"], ["collect"], ["rollup"], ["post"]]

  /// A program whose store is the file of `bytes`.
  private static func program(_ bytes: Data) async throws -> Program {
    let program = try await SimulatedSite.small.site().program()
    try bytes.write(to: URL(fileURLWithPath: program.folder.path + "/gputally.sqlite"))
    return program
  }

  private static func bytes(_ program: Program) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: program.folder.path + "/gputally.sqlite"))
  }

  private static func expectRefused(_ bytes: Data, _ sentence: String) async throws {
    let program = try await program(bytes)
    for verb in readers + writers { try await program.expectRefusal(verb, sentence) }
    #expect(try Self.bytes(program) == bytes, "the file is as it was")
    #expect(!program.has("gputally.sqlite.lock"))
  }

  @Test func `a text file is not taken for a store`() async throws {
    try await Self.expectRefused(
      Data("Dear diary, nothing of this is a database.\n".utf8),
      "gputally.sqlite: this file is not a gputally store; name another file under 'store' in "
        + "gputally.yaml")
  }

  @Test func `another application's database keeps every byte`() async throws {
    var bytes = try Self.bytes(try await UndisturbedRun.once().program)
    // The header's journal mode and application; SQLite's file format, 1.3.
    bytes.replaceSubrange(18..<20, with: [1, 1])
    bytes.replaceSubrange(68..<72, with: [0, 0, 0, 0])
    try await Self.expectRefused(
      bytes,
      "gputally.sqlite: this file is not a gputally store; name another file under 'store' in "
        + "gputally.yaml")
  }

  @Test func `a store of a later version is left to that version`() async throws {
    var bytes = try Self.bytes(try await UndisturbedRun.once().program)
    bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
    try await Self.expectRefused(
      bytes,
      "gputally.sqlite: the store has layout 99, this program knows up to 7; use the gputally that "
        + "wrote it or a later one")
  }

  @Test func `the store's file alone is a whole store after a run`() async throws {
    let expected = try await UndisturbedRun.once()
    let copy = try await Self.program(try Self.bytes(expected.program))
    try await copy.expectSuccess("verify")
    try copy.expectFacts(expected.facts)
  }

  @Test(.enabled("\(Mount.absence)") { await Mount.isPossible() })
  func `a store that can't be written can be read`() async throws {
    let expected = try await UndisturbedRun.once()
    let program = try await Self.program(try Self.bytes(expected.program))
    let mount = try await Mount(readOnlyFile: program.folder.path + "/gputally.sqlite")
    defer { mount.end() }
    for verb in Self.writers {
      try await program.expectRefusal(
        verb,
        "gputally.sqlite: the store can't be written; give this user write access to the file and "
          + "its folder")
    }
    for verb in Self.readers { #expect(try await program.run(verb).status == 0, "\(verb)") }
    try program.expectFacts(expected.facts)
  }

  /// The site's program with its store in the folder `disk`.
  private static func programWithDisk() async throws -> Program {
    let program = try await SimulatedSite.small.site().program {
      $0.replacing("store: gputally.sqlite", with: "store: disk/gputally.sqlite")
    }
    try FileManager.default.createDirectory(
      atPath: program.folder.path + "/disk", withIntermediateDirectories: true)
    return program
  }

  @Test(.enabled("\(Mount.absence)") { await Mount.isPossible() })
  func `a store on a medium that can't be written can be read`() async throws {
    let expected = try await UndisturbedRun.once()
    let program = try await Self.programWithDisk()
    let mount = try await Mount(temporary: "8m", at: program.folder.path + "/disk")
    defer { mount.end() }
    try Self.bytes(expected.program).write(
      to: URL(fileURLWithPath: program.folder.path + "/disk/gputally.sqlite"))
    try await mount.remount("ro")
    try await program.expectRefusal(
      ["run"],
      "disk/gputally.sqlite: the store can't be written; give this user write access to the file "
        + "and its folder")
    for verb in Self.readers { #expect(try await program.run(verb).status == 0, "\(verb)") }
  }

  @Test(
    .enabled("\(Mount.absence)") { await Mount.isPossible() },
    arguments: [12, 48, 72, 120, 180, 240, 300, 360])
  func `a full disk is told, and the run is finished when there is room`(kilobytes: Int)
    async throws
  {
    let expected = try await UndisturbedRun.once()
    let program = try await Self.programWithDisk()
    let mount = try await Mount(temporary: "\(kilobytes)k", at: program.folder.path + "/disk")
    defer { mount.end() }
    let sentence =
      "disk/gputally.sqlite: the disk is full; free some space and run again, what was stored is "
      + "intact"
    try await program.expectRefusal(["run", "--quiet"], sentence)
    let check = try await program.run("verify", "--quiet")
    // Before the first table there is no store; where not even a log's index fits, no reader works.
    let isEarly = check.errors.contains("there is no store yet") || check.errors.contains(sentence)
    #expect(check.status == 0 || isEarly, "\(check.errors)")
    try await mount.remount("size=16m")
    try await program.expectSuccess("run")
    try await program.expectSuccess("verify")
    let isSame = try program.facts(store: "disk/gputally.sqlite") == expected.facts
    #expect(isSame)
  }

  @Test(.enabled("\(Mount.absence)") { await Mount.isPossible() })
  func `an export that does not fit leaves the one before it`() async throws {
    let expected = try await UndisturbedRun.once()
    let program = try await Self.program(try Self.bytes(expected.program))
    let folder = program.folder.path + "/out"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let mount = try await Mount(temporary: "8k", at: folder)
    defer { mount.end() }
    try program.write("out/idle-allocations-2026-11.csv", "the one before\n")
    try await program.expectRefusal(
      ["export", "idle-allocations"],
      "./out/idle-allocations-2026-11.csv: can't be written, writing failed: No space left on "
        + "device; nothing was changed")
    #expect(try program.read("out/idle-allocations-2026-11.csv") == "the one before\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
  }

  @Test(arguments: [["report", "chargeback", "--format", "csv"], ["status"], ["query", "gaps"]])
  func `results that can't be written are told of`(words: [String]) async throws {
    let program = try await UndisturbedRun.once().program
    let result = try await program.run(words, output: "/dev/full")
    #expect(result.status == 1)
    #expect(
      result.errors == "gputally: the output can't be written: No space left on device; what there "
        + "is of it is not whole\n")
  }
}
