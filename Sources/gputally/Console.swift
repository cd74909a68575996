import Foundation
import Synchronization

/// What the program says besides its results: on standard error.
struct Console: Sendable {
  let isQuiet: Bool

  init(quiet: Bool) {
    isQuiet = quiet
  }

  /// Something went wrong; each line says whose words it is.
  static func error(_ text: String) {
    let lines = text.split(separator: "\n").map { "gputally: \($0)\n" }
    write(lines.joined())
  }

  /// What is being done, unless the user wants quiet.
  func say(_ text: String) {
    if !isQuiet { Self.write(text + "\n") }
  }

  /// Something that people should look into, quiet or not.
  func warn(_ text: String) { Self.error(text) }

  /// Writes to standard error; where nobody can be told, the exit status has to say it.
  static func write(_ text: String) { _ = Self.write(text, to: STDERR_FILENO) }

  /// Writes all of `text`.
  ///
  /// - Returns: nil, or why not all of it was written.
  fileprivate static func write(_ text: String, to descriptor: Int32) -> String? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return String(cString: strerror(errno))
      }
    }
    return nil
  }
}

/// The program's results: on standard output.
enum StandardOutput {
  /// Writes `text` after what was printed before.
  ///
  /// - Throws: ``Failure`` where not all of it could be written, to a full disk say.
  static func write(_ text: String) throws {
    try finish()
    if let reason = Console.write(text, to: STDOUT_FILENO) { throw failure(reason) }
  }

  /// Writes out what was printed.
  static func finish() throws {
    if fflush(nil) != 0 { throw failure(String(cString: strerror(errno))) }
  }

  private static func failure(_ reason: String) -> Failure {
    Failure("the output can't be written: \(reason); what there is of it is not whole")
  }
}

/// A bar that moves, on a terminal only.
final class ProgressBar: Sendable {
  private let title: String
  private let isShown: Bool
  private let shown = Mutex(-1)
  private static let width = 30

  init(_ title: String, quiet: Bool) {
    self.title = title
    isShown = !quiet && isatty(STDERR_FILENO) == 1
  }

  func update(_ done: Int, _ whole: Int) {
    guard isShown, whole > 0 else { return }
    let percent = done * 100 / whole
    let isNew = shown.withLock { last in
      defer { last = percent }
      return last != percent
    }
    guard isNew else { return }
    let filled = done * Self.width / whole
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "·", count: Self.width - filled)
    Console.write("\r\(title) \(bar) \(done)/\(whole)")
    if done == whole { Console.write("\r\u{1b}[K") }
  }
}
