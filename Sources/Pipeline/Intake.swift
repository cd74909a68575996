import Records
import Store
import Synchronization

/// Hands frames to a store's window, and keeps what the collector would only tell as text.
final class Intake: Sendable {
  private let writer: WindowWriter
  private let state = Mutex(State())

  private struct State {
    var samples = 0
    var failure: StoreError?
  }

  init(writer: WindowWriter) {
    self.writer = writer
  }

  /// How many samples came.
  var samples: Int { state.withLock { $0.samples } }

  /// Why the store refused a frame, nil where it took all.
  var failure: StoreError? { state.withLock { $0.failure } }

  func add(_ frame: SampleFrame) throws(StoreError) {
    do {
      try writer.add(frame)
      state.withLock { $0.samples += frame.sampleCount }
    } catch {
      state.withLock { $0.failure = error }
      throw error
    }
  }
}
