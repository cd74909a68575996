import Foundation
import Synchronization

/// What a program of this machine prints, handed on as it comes.
package struct CommandOutput: Sendable {
  /// The program's path or name, then its arguments.
  package let words: [String]
  /// - Unit: seconds.
  package let timeout: Int

  /// Nothing a program says of a failure is longer.
  private static let errorBytesMax = 4_096

  package init(words: [String], timeout: Int = 600) {
    self.words = words
    self.timeout = timeout
  }

  /// Runs the program to its end.
  ///
  /// - Parameter receive: gets what it prints, piece by piece.
  /// - Throws: ``CommandError`` where it can't be started, fails or takes too long.
  package func run(_ receive: ([UInt8]) -> Void) throws(CommandError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw .notStarted(command: text, reason: "\(error.localizedDescription)")
    }
    let said = ErrorText(errors.fileHandleForReading, bytesMax: Self.errorBytesMax)
    let limit = TimeLimit(process, seconds: timeout)
    while let piece = try? output.fileHandleForReading.read(upToCount: 1 << 18), !piece.isEmpty {
      receive([UInt8](piece))
    }
    process.waitUntilExit()
    let isLate = limit.end()
    let words = said.text()
    if isLate { throw .timedOut(command: text, seconds: timeout) }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .failed(command: text, status: process.terminationStatus, said: words)
    }
  }

  private var text: String { words.joined(separator: " ") }
}

/// Collects what a program says of its failure while its output is read elsewhere.
private final class ErrorText: Sendable {
  private let state = Mutex<[UInt8]>([])
  private let isDone = DispatchSemaphore(value: 0)

  init(_ handle: FileHandle, bytesMax: Int) {
    let descriptor = handle.fileDescriptor
    // The handle is kept until all is read: with it its descriptor would go.
    Thread.detachNewThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { break }
        state.withLock { $0 += buffer.prefix(min(count, max(0, bytesMax - $0.count))) }
      }
      withExtendedLifetime(handle) {}
      isDone.signal()
    }
  }

  /// Waits for the end; lines are joined.
  func text() -> String {
    isDone.wait()
    let lines = state.withLock { String(decoding: $0, as: UTF8.self) }
      .split(whereSeparator: \.isNewline)
    return lines.joined(separator: "; ")
  }
}

/// Stops a program that takes too long.
private final class TimeLimit: Sendable {
  private let state = Mutex((isOver: false, isLate: false))

  init(_ process: Process, seconds: Int) {
    let pid = process.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
      self?.state.withLock { state in
        guard !state.isOver else { return }
        state.isLate = true
        kill(pid, SIGKILL)
      }
    }
  }

  /// - Returns: whether the program was stopped.
  func end() -> Bool {
    state.withLock { state in
      state.isOver = true
      return state.isLate
    }
  }
}

/// Why a program gave no usable output.
package enum CommandError: Error, Equatable, CustomStringConvertible {
  case notStarted(command: String, reason: String)
  case failed(command: String, status: Int32, said: String)
  case timedOut(command: String, seconds: Int)

  package var description: String {
    switch self {
    case .notStarted(let command, let reason):
      "'\(command)' can't be started (\(reason)); check that the program is installed"
    case .failed(let command, let status, let said):
      "'\(command)' ended with status \(status)\(said.isEmpty ? "" : ": \(said)"); run it by hand "
        + "to see why"
    case .timedOut(let command, let seconds):
      "'\(command)' was stopped after \(seconds) s; run it by hand to see how long it takes, and "
        + "allow more by 'timeout'"
    }
  }
}
