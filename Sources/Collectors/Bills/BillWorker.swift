import Dispatch
import Foundation
import Records
import Synchronization

/// A piece of a bill's text on its way from one thread to another.
///
/// `@unchecked Sendable`: one thread has it at a time, as the queue between them hands it over.
final class BillBlock: @unchecked Sendable {
  let capacity: Int
  var count = 0
  private let bytes: UnsafeMutableRawPointer

  init(capacity: Int) {
    self.capacity = max(1, capacity)
    bytes = .allocate(byteCount: max(1, capacity), alignment: 16)
  }

  deinit { bytes.deallocate() }

  /// What is not filled yet.
  var space: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: bytes + count, count: capacity - count)
  }

  func withBytes(
    _ body: (UnsafeRawBufferPointer) throws(BillError) -> Void
  ) throws(BillError) {
    try body(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}

/// Reads blocks on a thread of its own, a few of them ahead.
final class BillWorker: Sendable {
  /// Blocks that may wait.
  private static let blocksMax = 4

  private struct State {
    var waiting: [BillBlock] = []
    var empty: [BillBlock] = []
    var isEnded = false
    var isAbandoned = false
    var result: Result<BillSummary, BillError>?
  }

  private let state = Mutex(State())
  /// Begins at 0, since a semaphore must not end below what it began with.
  private let room = DispatchSemaphore(value: 0)
  private let arrived = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)

  init(
    file: String, format: BillFormat, settings: BillSettings,
    receive: @escaping @Sendable ([BillCharge]) throws -> Void
  ) {
    for _ in 0..<Self.blocksMax { room.signal() }
    Thread.detachNewThread { [self] in
      let text = BillText(file: file, format: format, settings: settings, receive: receive)
      work(text)
      finished.signal()
    }
  }

  /// Why the reading ended before its time.
  var failure: BillError? {
    state.withLock {
      guard case .failure(let error) = $0.result else { return nil }
      return error
    }
  }

  /// Hands a block over; waits while too many do already.
  func send(_ block: BillBlock) {
    room.wait()
    state.withLock { $0.waiting.append(block) }
    arrived.signal()
  }

  /// A block that was read.
  func emptyBlock() -> BillBlock? { state.withLock { $0.empty.popLast() } }

  /// Waits until all is read.
  func finish() throws(BillError) -> BillSummary {
    state.withLock { $0.isEnded = true }
    arrived.signal()
    finished.wait()
    guard let result = state.withLock({ $0.result }) else {
      preconditionFailure("BUG: a bill's thread ended without a result")
    }
    return try result.get()
  }

  /// Nobody waits for the result any more.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    arrived.signal()
  }

  private func work(_ text: BillText) {
    while true {
      arrived.wait()
      let (block, isEnded) = state.withLock { state -> (BillBlock?, Bool) in
        if state.isAbandoned { return (nil, true) }
        let block = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        return (block, state.isEnded)
      }
      guard let block else {
        if isEnded { break }
        continue
      }
      // After a failure blocks are only taken, so that nobody waits for room.
      if failure == nil { read(block, text) }
      block.count = 0
      state.withLock { $0.empty.append(block) }
      room.signal()
    }
    guard state.withLock({ $0.result == nil && !$0.isAbandoned }) else { return }
    let result = Result { () throws(BillError) in try text.finish() }
    state.withLock { $0.result = result }
  }

  private func read(_ block: BillBlock, _ text: BillText) {
    do throws(BillError) {
      try block.withBytes { bytes throws(BillError) in try text.take(bytes) }
    } catch {
      state.withLock { $0.result = .failure(error) }
    }
  }
}
