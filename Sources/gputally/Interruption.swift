import Dispatch
import Foundation
import Reports

/// Calls back once when the user presses Ctrl-C or the system asks the program to end; a second
/// time ends the program at once.
final class Interruption {
  private let sources: [any DispatchSourceSignal]

  init(_ action: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        action()
      }
      source.resume()
      return source
    }
  }

  /// From now on signals are ignored.
  func cancel() { for source in sources { source.cancel() } }
}

extension ResourceFolders {
  /// The folders of this very program.
  static func ofThisProgram() -> ResourceFolders {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    return ResourceFolders(
      executable: executable, workingDirectory: FileManager.default.currentDirectoryPath,
      environment: ProcessInfo.processInfo.environment)
  }
}
