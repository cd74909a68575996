import Synchronization

/// Counts finished windows of several sources at once.
final class ProgressCounter: Sendable {
  private let done = Mutex(0)
  private let whole: Int
  private let report: @Sendable (Int, Int) -> Void

  init(whole: Int, report: @escaping @Sendable (Int, Int) -> Void) {
    self.whole = whole
    self.report = report
  }

  func step() {
    let done = done.withLock { count in
      count += 1
      return count
    }
    report(done, whole)
  }
}
