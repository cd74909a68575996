import Synchronization
import Transport

/// One object on its way into a file, over as many attempts as it takes.
final class S3Download: Sendable {
  private struct State: ~Copyable {
    var file: PartFile
    /// Whether the present attempt asks only for what is missing.
    var isResumption = false
    var isHeadSeen = false
  }

  private let object: S3Object
  private let refusal: S3Refusal
  private let state: Mutex<State>

  init(of object: S3Object, to path: String, refusal: S3Refusal) throws(FileFault) {
    self.object = object
    self.refusal = refusal
    state = Mutex(State(file: try PartFile(for: path)))
  }

  /// Begins an attempt: asks for what is missing of the object as it was listed.
  func resume(_ request: inout HTTPRequest) throws -> HeadedSink {
    request.headers["If-Match"] = "\"\(object.etag)\""
    let offset = try state.withLock { state in
      if state.file.size >= object.size { try state.file.restart() }
      state.isResumption = state.file.size > 0
      state.isHeadSeen = false
      return state.file.size
    }
    if offset > 0 { request.headers["Range"] = "bytes=\(offset)-" }
    return { head, bytes in try self.take(head, bytes) }
  }

  private func take(_ head: HTTPHead, _ bytes: UnsafeRawBufferPointer) throws {
    try state.withLock { state in
      if !state.isHeadSeen {
        try look(at: head, &state)
        state.isHeadSeen = true
      }
      guard state.file.size + bytes.count <= object.size else { throw S3Mismatch(object: object) }
      try state.file.append(bytes)
    }
  }

  /// Makes sure that what comes is what was listed, and belongs where the file ends.
  private func look(at head: HTTPHead, _ state: inout State) throws {
    guard isListed(head.headers) else { throw S3Mismatch(object: object) }
    guard head.status == 206 else { return try state.file.restart() }
    let expected = "bytes \(state.file.size)-\(object.size - 1)/\(object.size)"
    let found = head.headers["content-range"] ?? "nothing"
    if !state.isResumption || found != expected {
      throw S3AnswerRange(found: found, expected: expected)
    }
  }

  private func isListed(_ headers: [String: String]) -> Bool {
    headers["etag"].map(S3Object.bare) == object.etag
  }

  /// Judges an answer whose bytes have all come.
  func check(_ response: HTTPResponse) throws(UnusableAnswer) {
    if response.status == 412, state.withLock({ $0.isResumption }) {
      // What came before is of no use; whether there is anything of use, the next attempt tells.
      let fault = state.withLock { state in
        do throws(FileFault) { try state.file.restart() } catch { return error as FileFault? }
        return nil
      }
      throw UnusableAnswer(
        reason: fault?.description ?? refusal.told(response).reason, isTransient: fault == nil)
    }
    guard (200..<300).contains(response.status) else { throw refusal.told(response) }
    let size = state.withLock { $0.file.size }
    if size != object.size || !isListed(response.headers) {
      throw UnusableAnswer(reason: "\(S3Mismatch(object: object))", isTransient: false)
    }
  }

  /// Removes what has come. The thread of the transfers may keep hold of this a little longer.
  func abandon() { state.withLock { $0.file.abandon() } }

  /// Brings the whole object under its name.
  func complete() throws(FileFault) {
    try state.withLock { state throws(FileFault) in try state.file.complete() }
  }
}

/// What came is another version than what was listed.
private struct S3Mismatch: Error, CustomStringConvertible {
  let object: S3Object

  var description: String {
    "what came is not the object of \(object.size) bytes and ETag \(object.etag) that was listed; "
      + "collect again"
  }
}

/// What came is not the part that was asked for.
private struct S3AnswerRange: Error, CustomStringConvertible {
  let found: String
  let expected: String

  var description: String {
    "the answer is of the part '\(found)', expected '\(expected)'; check what lies in between"
  }
}
