import Foundation
import Synchronization

/// What the program says besides its results: on standard error.
struct Console: Sendable {
  let isQuiet: Bool

  init(quiet: Bool) {
    isQuiet = quiet
  }

  /// Something went wrong.
  static func error(_ text: String) { write("gputally: \(text)\n") }

  /// What is being done, unless the user wants quiet.
  func say(_ text: String) {
    if !isQuiet { Self.write(text + "\n") }
  }

  /// Something that people should look into, quiet or not.
  func warn(_ text: String) { Self.write("gputally: \(text)\n") }

  static func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
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
