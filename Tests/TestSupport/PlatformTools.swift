import Foundation

/// The tools of platforms' makers that `make platforms` installs: a real Keystone and Nova, and VMware's
/// client for Python.
package enum PlatformTools {
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  static let folder = package + "/.build/platforms"

  package static let absence = "the tools of platforms are not installed: run 'make platforms'"

  package static var isInstalled: Bool { FileManager.default.fileExists(atPath: folder + "/ready") }

  static let python = folder + "/bin/python"

  static func script(_ name: String) -> String { package + "/Tests/Platforms/" + name }

  /// What pyvmomi sees of a vCenter, as JSON.
  package static func vCenter(port: Int, user: String, password: String) async throws -> String {
    let folder = TemporaryFolder()
    let process = try Subprocess(
      python, ["-W", "ignore", script("vcenter.py"), "\(port)", user, password],
      output: folder.path + "/out", errors: folder.path + "/err")
    let status = await process.ended()
    let words = try String(contentsOfFile: folder.path + "/err", encoding: .utf8)
    guard status == 0 else { throw SupportError(text: "status \(status): \(words)") }
    return try String(contentsOfFile: folder.path + "/out", encoding: .utf8)
  }
}

/// A real Keystone and a real Nova on free loopback ports. Their servers and hypervisors are rows of a
/// database, since there is no hypervisor.
package final class RealOpenStack: Sendable {
  /// Keystone's address.
  package let url: String
  package let nova: String
  package let applicationCredential: (id: String, secret: String)
  private let folder = TemporaryFolder()
  private let process: Subprocess

  /// - Parameter scene: what there is, as `Tests/Platforms/cloud.py` reads it.
  package init(scene: String) async throws {
    try Data(scene.utf8).write(to: URL(fileURLWithPath: folder.path + "/scene.json"))
    let output = folder.path + "/out"
    process = try Subprocess(
      PlatformTools.python,
      [
        "-W", "ignore", PlatformTools.script("cloud.py"), "run",
        PlatformTools.folder + "/template", folder.path + "/cloud", folder.path + "/scene.json",
      ], output: output, errors: folder.path + "/err")
    for _ in 0..<1_200 {
      try await Task.sleep(for: .milliseconds(100))
      let text = try String(contentsOfFile: output, encoding: .utf8)
      guard text.hasSuffix("\n"),
        let told = try? JSONDecoder().decode(Told.self, from: Data(text.utf8))
      else { continue }
      url = told.keystone
      nova = told.nova
      applicationCredential = (
        told.application_credential_id, told.application_credential_secret
      )
      return
    }
    let words = try? String(contentsOfFile: folder.path + "/err", encoding: .utf8)
    process.stop()
    throw SupportError(text: "OpenStack did not get ready: \(words ?? "")")
  }

  private struct Told: Decodable {
    let keystone: String
    let nova: String
    let application_credential_id: String
    let application_credential_secret: String
  }

  deinit { process.stop() }
}
