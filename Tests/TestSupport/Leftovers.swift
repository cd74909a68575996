import Foundation
import Synchronization

/// What tests share until their very end: programs that still run, and folders. Both go with the
/// tests.
enum Leftovers {
  private static let running = Mutex<Set<pid_t>>([])
  private static let folders = Mutex<Set<String>>([])

  private static let isWatched: Bool = {
    atexit {
      Leftovers.running.withLock { for identifier in $0 { kill(identifier, SIGKILL) } }
      Leftovers.folders.withLock {
        for folder in $0 { try? FileManager.default.removeItem(atPath: folder) }
      }
    }
    return true
  }()

  static func add(folder: String) {
    precondition(isWatched)
    folders.withLock { _ = $0.insert(folder) }
  }

  static func remove(folder: String) {
    folders.withLock { _ = $0.remove(folder) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func add(_ identifier: pid_t) {
    precondition(isWatched)
    running.withLock { _ = $0.insert(identifier) }
  }

  static func remove(_ identifier: pid_t) {
    running.withLock { _ = $0.remove(identifier) }
  }
}
