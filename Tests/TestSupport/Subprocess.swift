import Foundation

/// A program that a test started, ended by its own number.
package final class Subprocess: Sendable {
  package let identifier: pid_t

  /// Starts `path` with `arguments`.
  ///
  /// `posix_spawn` and not `Process`, whose `waitUntilExit` hangs in asynchronous tests.
  ///
  /// - Parameters:
  ///   - output: the file that gets its standard output.
  ///   - errors: the file that gets its standard error; the same as `output` where nil.
  ///   - folder: where it runs, this process' folder where nil.
  ///   - environment: its variables, this process' where nil.
  package init(
    _ path: String, _ arguments: [String], output: String, errors: String? = nil,
    folder: String? = nil, environment: [String: String]? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    if let errors {
      posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    } else {
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    let variables = environment ?? ProcessInfo.processInfo.environment
    // The shell changes the folder and then becomes the program, under the same number.
    let inFolder = folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] } ?? []
    let command = inFolder + [path] + arguments
    var words = command.map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      words.forEach { free($0) }
      settings.forEach { free($0) }
    }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, command[0], &actions, nil, &words, &settings)
    guard code == 0 else { throw SupportError(text: "\(path) can't be started: code \(code)") }
    self.identifier = identifier
    Leftovers.add(identifier)
  }

  /// Waits for the end on a thread of its own.
  ///
  /// - Returns: the exit status; 128 and the number of the signal where one ended it.
  package func ended() async -> Int32 {
    let identifier = identifier
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        Leftovers.remove(identifier)
        let signal = status & 0x7f
        continuation.resume(returning: signal == 0 ? (status >> 8) & 0xff : 128 + signal)
      }
    }
  }

  /// Sends it a signal.
  package func send(_ signal: Int32) { kill(identifier, signal) }

  /// Asks the program to end, and reaps it.
  package func stop() {
    kill(identifier, SIGTERM)
    let identifier = identifier
    Thread.detachNewThread {
      var status: Int32 = 0
      waitpid(identifier, &status, 0)
      Leftovers.remove(identifier)
    }
  }
}

/// What went wrong outside of what is tested.
package struct SupportError: Error, CustomStringConvertible {
  let text: String

  package init(text: String) {
    self.text = text
  }

  package var description: String { text }
}

/// Programs that run to their end.
package enum Programs {
  /// Returns the exit status, nil where there is no such program.
  package static func run(
    _ path: String, _ arguments: [String], log: String
  ) async throws -> Int32? {
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    return await (try Subprocess(path, arguments, output: log)).ended()
  }
}
