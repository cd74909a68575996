import Foundation
import TestSupport
import Testing

/// What compare.py computes by itself is right: its own tests pass.
@Suite struct CompareTests {
  private static let python = "/usr/bin/env"
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private static var isInstalled: Bool {
    get async {
      let probe = try? Subprocess(
        python, ["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
        output: "/dev/null")
      return await probe?.ended() == 0
    }
  }

  @Test func `the comparison's own tests pass`() async throws {
    guard await Self.isInstalled else { return }
    let folder = TemporaryFolder()
    let log = folder.path + "/unittest.log"
    let tests = try Subprocess(
      Self.python, ["python3", "-B", "Tests/Benchmarks/test_compare.py"], output: log,
      folder: Self.package)
    let status = await tests.ended()
    let words = try String(contentsOfFile: log, encoding: .utf8)
    #expect(status == 0, "\(words)")
  }
}
