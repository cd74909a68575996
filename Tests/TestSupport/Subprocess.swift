import Foundation

/// A program that a test started, ended by its own number.
final class Subprocess: Sendable {
  let identifier: pid_t

  /// Starts `path` with `arguments`, its output going to `log`.
  ///
  /// `posix_spawn` and not `Process`, whose `waitUntilExit` hangs in asynchronous tests.
  init(_ path: String, _ arguments: [String], log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, path, &actions, nil, &words, environ)
    guard code == 0 else { throw SupportError(text: "\(path) can't be started: code \(code)") }
    self.identifier = identifier
  }

  /// Waits for the end on a thread of its own, and returns the exit status.
  func ended() async -> Int32 {
    let identifier = identifier
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
        continuation.resume(returning: (status >> 8) & 0xff)
      }
    }
  }

  /// Asks the program to end, and reaps it.
  func stop() {
    kill(identifier, SIGTERM)
    let identifier = identifier
    Thread.detachNewThread {
      var status: Int32 = 0
      waitpid(identifier, &status, 0)
    }
  }
}

/// What went wrong outside of what is tested.
package struct SupportError: Error, CustomStringConvertible {
  let text: String

  package var description: String { text }
}

/// Programs that run to their end.
package enum Programs {
  /// Returns the exit status, nil where there is no such program.
  package static func run(
    _ path: String, _ arguments: [String], log: String
  ) async throws -> Int32? {
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    return await (try Subprocess(path, arguments, log: log)).ended()
  }
}
