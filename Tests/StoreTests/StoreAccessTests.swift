import Foundation
import GRDB
import Quantities
import Records
import Testing

@testable import Store

@Suite struct `A store that` {
  private let folder: TemporaryFolder
  private var path: String { folder.file("store.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  private func sentence(of access: Store.Access) -> String? {
    do {
      _ = try Store(path: path, access: access)
      return nil
    } catch {
      return "\(error)"
    }
  }

  private func make() throws { _ = try Store(path: path, access: .write(holder: "a test")) }

  private func write(sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test func `isn't there can't be read, and is made to be written`() throws {
    #expect(
      sentence(of: .read)
        == "\(path): there is no store yet; run 'gputally collect' or 'gputally run' to make one")
    #expect(!FileManager.default.fileExists(atPath: path))
    try make()
    #expect(sentence(of: .read) == nil)
  }

  @Test func `is an empty file can't be read yet`() throws {
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(sentence(of: .read)?.contains("there is no store yet") == true)
    try make()
    #expect(sentence(of: .read) == nil)
  }

  @Test(arguments: [Store.Access.read, .write(holder: "a test")])
  func `is somebody else's text is refused and left as it is`(access: Store.Access) throws {
    let text = Data(String(repeating: "not a database. ", count: 100).utf8)
    try text.write(to: URL(fileURLWithPath: path))
    #expect(
      sentence(of: access)
        == "\(path): this file is not a gputally store; name another file under 'store' in "
        + "gputally.yaml")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
  }

  @Test(arguments: [Store.Access.read, .write(holder: "a test")])
  func `is somebody else's database is refused`(access: Store.Access) throws {
    try write(sql: "CREATE TABLE notes(text)")
    #expect(sentence(of: access)?.contains("is not a gputally store") == true)
  }

  @Test(arguments: [Store.Access.read, .write(holder: "a test")])
  func `a later gputally wrote is refused with both layouts`(access: Store.Access) throws {
    try make()
    try write(sql: "PRAGMA user_version = \(Migrations.latest + 1)")
    #expect(
      sentence(of: access)
        == "\(path): the store has layout \(Migrations.latest + 1), this program knows up to "
        + "\(Migrations.latest); "
        + "use the gputally that wrote it or a later one")
  }

  @Test func `was left with half a change is as before the change to a reader`() throws {
    let other = try DatabaseQueue(path: folder.file("other.sqlite"))
    try other.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          PRAGMA application_id = \(Migrations.applicationID); PRAGMA user_version = 1;
          CREATE TABLE posting(team); PRAGMA cache_size = 1; PRAGMA cache_spill = 1;
          BEGIN
          """)
      for _ in 0..<50 {
        try database.execute(sql: "INSERT INTO posting VALUES(hex(randomblob(4000)))")
      }
      // The files as a process leaves them that is killed now.
      for end in ["", "-journal"] {
        try? FileManager.default.removeItem(atPath: path + end)
        try FileManager.default.copyItem(
          atPath: folder.file("other.sqlite") + end, toPath: path + end)
      }
      try database.execute(sql: "ROLLBACK")
    }
    let store = try Store(path: path, access: .read)
    #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM posting") } == 0)
    #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
  }

  @Test func `lies in a folder that isn't there can't be opened`() {
    let nowhere = folder.file("missing/store.sqlite")
    let error = #expect(throws: StoreError.self) {
      _ = try Store(path: nowhere, access: .write(holder: "a test"))
    }
    #expect(error?.description.contains("the store can't be opened") == true)
  }

  @Test func `one writes is refused to a second one, with the name of the first`() throws {
    var first: Store? = try Store(path: path, access: .write(holder: "gputally run, process 7"))
    #expect(
      sentence(of: .write(holder: "another"))
        == "\(path): another gputally is writing: gputally run, process 7; wait for it to finish "
        + "and run again")
    #expect(sentence(of: .read) == nil)
    try first?.set("greeting", to: "hello")
    first = nil
    #expect(sentence(of: .write(holder: "another")) == nil)
    let reader = try Store(path: path, access: .read)
    #expect(try reader.setting("greeting") == "hello")
  }

  @Test(.enabled(if: Tmpfs.isAtHand, "mounting needs root"))
  func `lies on a medium that can't be written says so`() throws {
    let disk = try Tmpfs(at: folder.file("disk"), size: "4m")
    let file = folder.file("disk/store.sqlite")
    _ = try Store(path: file, access: .write(holder: "a test"))
    try disk.becomeReadOnly()
    let error = #expect(throws: StoreError.self) {
      _ = try Store(path: file, access: .write(holder: "a test"))
    }
    #expect(
      error?.description
        == "\(file): the store can't be written; give this user write access to the file and its "
        + "folder")
  }

  @Test(.enabled(if: Tmpfs.isAtHand, "mounting needs root"))
  func `runs out of disk says so, and keeps the windows it had`() throws {
    let disk = try Tmpfs(at: folder.file("disk"), size: "2m")
    let path = folder.file("disk/store.sqlite")
    let store = try Store(path: path, access: .write(holder: "a test"))
    var random = SeededNumbers(seed: 1)
    var kept: Int64 = 0
    var refusal: StoreError?
    while refusal == nil, kept < 24 {
      let range = StoreFixture.hours(kept..<(kept + 1))
      let entity = GPUEntity(uuid: "GPU-1", instance: nil, slices: nil, model: "", host: "node-1")
      let times = (0..<20_000).map { range.start.milliseconds + $0 * 100 }
      let points = SeriesPoints(
        key: SeriesKey(metric: .powerUsage, entity: entity, workload: nil), timestamps: times,
        values: times.map { _ in Double(bitPattern: random.next() >> 2) })
      let writer = store.window(range, of: StoreFixture.origin)
      do {
        try writer.add(SampleFrame(target: "t\(kept)", points: [points]))
        try writer.commit(CollectedWindow(range: range))
        kept += 1
      } catch { refusal = error }
    }
    let text = try #require(refusal?.description)
    #expect(
      text == "\(path): the disk is full; free some space and run again, what was stored is intact")
    #expect(kept > 0)
    #expect(try store.span() == StoreFixture.hours(0..<kept))
    let targets = try store.targets(of: "prometheus", day: StoreFixture.day)
    #expect(targets.count == Int(kept))
    withExtendedLifetime(disk) {}
  }
}

/// A small disk of its own, for those who may mount one.
final class Tmpfs {
  private let path: String

  static var isAtHand: Bool {
    guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
    return (try? Tmpfs(at: folder.file("try"), size: "1m")) != nil
  }

  init(at path: String, size: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path)
  }

  deinit { try? Self.run("umount", "-l", path) }

  func becomeReadOnly() throws { try Self.run("mount", "-o", "remount,ro", path) }

  private struct Refused: Error { let arguments: [String] }

  private static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Refused(arguments: arguments) }
  }
}
