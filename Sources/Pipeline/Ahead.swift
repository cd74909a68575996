import Foundation

/// Values that are made ahead on other cores and handed out in their order.
final class Ahead<Value: Sendable>: @unchecked Sendable {
  /// No more values than these wait to be handed out or are being made.
  private static var waitingMax: Int { 4 }

  private let count: Int
  private let make: @Sendable (Int) -> Value
  /// Guards all that follows.
  private let condition = NSCondition()
  private var begun = 0
  private var handedOut = 0
  private var values: [Int: Value] = [:]
  private var isCancelled = false

  /// Starts to make `count` values on `width` cores.
  init(count: Int, width: Int, make: @escaping @Sendable (Int) -> Value) {
    self.count = count
    self.make = make
    for _ in 0..<min(width, count) { Thread.detachNewThread { self.work() } }
  }

  /// The next value, as soon as it is made; nil after the last.
  func next() -> Value? {
    condition.withLock {
      guard handedOut < count else { return nil }
      while values[handedOut] == nil { condition.wait() }
      let value = values.removeValue(forKey: handedOut)
      handedOut += 1
      condition.broadcast()
      return value
    }
  }

  /// Lets no more values be made.
  func cancel() {
    condition.withLock {
      isCancelled = true
      condition.broadcast()
    }
  }

  private func work() {
    while let index = begin() {
      let value = make(index)
      condition.withLock {
        values[index] = value
        condition.broadcast()
      }
    }
  }

  /// The number of a value to make, as soon as there is room for it; nil where none is left.
  private func begin() -> Int? {
    condition.withLock {
      while begun < count, !isCancelled, begun - handedOut >= Self.waitingMax { condition.wait() }
      guard begun < count, !isCancelled else { return nil }
      begun += 1
      return begun - 1
    }
  }
}
