import Collectors
import Foundation
import Records
import Synchronization

/// Brings a bill's charges from the threads that read it to the one that stores them.
///
/// A few batches wait at most, so that memory is bounded whoever is faster.
final class BillFeed: Sendable {
  private struct State {
    var batches: [[BillCharge]] = []
    var outcome: Result<BillSummary, any Error>?
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let changed = NSCondition()
  private static let batchesMax = 16
  private static let pieceBytes = 1 << 20

  /// The store failed, so that nobody takes charges any more.
  struct Abandoned: Error {}

  /// Starts to read a file.
  ///
  /// - Parameter name: what it is called in messages.
  init(path: String, name: String, format: BillFormat, settings: BillSettings) {
    Thread.detachNewThread { [self] in
      let outcome = Result {
        try Self.read(path, name, format, settings) { [self] in try send($0) }
      }
      changed.lock()
      state.withLock { $0.outcome = outcome }
      changed.broadcast()
      changed.unlock()
    }
  }

  private static func read(
    _ path: String, _ name: String, _ format: BillFormat, _ settings: BillSettings,
    _ send: @escaping @Sendable ([BillCharge]) throws -> Void
  ) throws -> BillSummary {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CollectorError.unreadableFile(path: path)
    }
    defer { try? handle.close() }
    let reader = BillReader(file: name, format: format, settings: settings, receive: send)
    while let piece = try handle.read(upToCount: pieceBytes), !piece.isEmpty {
      try reader.take([UInt8](piece))
    }
    return try reader.finish()
  }

  /// The next charges, nil at the end.
  ///
  /// - Throws: why the file can't be read.
  func next() throws -> (charges: [BillCharge]?, summary: BillSummary?) {
    changed.lock()
    defer { changed.unlock() }
    while true {
      let found = state.withLock { state -> Result<BillSummary, any Error>?? in
        state.batches.isEmpty ? .some(state.outcome) : nil
      }
      guard let outcome = found else {
        let batch = state.withLock { $0.batches.removeFirst() }
        changed.broadcast()
        return (batch, nil)
      }
      if let outcome { return (nil, try outcome.get()) }
      changed.wait()
    }
  }

  /// Lets the reading end.
  func abandon() {
    changed.lock()
    state.withLock { $0.isAbandoned = true }
    changed.broadcast()
    changed.unlock()
  }

  private func send(_ batch: [BillCharge]) throws {
    changed.lock()
    defer { changed.unlock() }
    while true {
      let (isFull, isAbandoned) = state.withLock {
        ($0.batches.count >= Self.batchesMax, $0.isAbandoned)
      }
      if isAbandoned { throw Abandoned() }
      if !isFull { break }
      changed.wait()
    }
    state.withLock { $0.batches.append(batch) }
    changed.broadcast()
  }
}
