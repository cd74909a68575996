import Foundation
import TestSupport

/// A file system that a test makes small or forbids to write, where it may.
final class Mount: Sendable {
  private static let mount = "/usr/bin/mount"
  private static let umount = "/usr/bin/umount"

  let path: String

  /// Why tests that need it are left out.
  static let absence = "only root may mount file systems"

  /// Whether this process may.
  static func isPossible() async -> Bool {
    let folder = TemporaryFolder()
    guard geteuid() == 0 else { return false }
    guard let mount = try? await Mount(temporary: "64k", at: folder.path) else { return false }
    mount.end()
    return true
  }

  /// A file system in memory.
  ///
  /// - Parameter size: as mount(8) writes it.
  init(temporary size: String, at path: String) async throws {
    self.path = path
    try await Self.run(Self.mount, ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path])
  }

  /// The file at `path`, which nobody may write meanwhile.
  init(readOnlyFile path: String) async throws {
    self.path = path
    try await Self.run(Self.mount, ["--bind", path, path])
    try await Self.run(Self.mount, ["-o", "remount,ro,bind", path])
  }

  /// Ends it, so that the folder can be removed.
  func end() {
    // What is still open there keeps it for a moment; a lazy unmount does not wait.
    let process = try? Subprocess(Self.umount, ["--lazy", path], output: "/dev/null")
    var status: Int32 = 0
    if let process { waitpid(process.identifier, &status, 0) }
  }

  func remount(_ options: String) async throws {
    try await Self.run(Self.mount, ["-o", "remount,\(options)", path])
  }

  private static func run(_ program: String, _ arguments: [String]) async throws {
    let process = try Subprocess(program, arguments, output: "/dev/null")
    let status = await process.ended()
    guard status == 0 else {
      throw SupportError(text: "\(program) \(arguments.joined(separator: " ")): status \(status)")
    }
  }
}
