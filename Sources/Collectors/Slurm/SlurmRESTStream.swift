import Synchronization

/// Reads an answer of slurmrestd while its bytes arrive: each element of its list is parsed as soon
/// as it is whole, and its bytes are forgotten.
///
/// - Source: 20,000 jobs are 70 MB with their steps.
final class SlurmRESTStream<Found: Sendable>: Sendable {
  /// Adds what the text of one element tells.
  typealias Reader = @Sendable (inout Found, [UInt8]) throws(MalformedJSON) -> Void

  private let scanner: Mutex<SlurmRESTScanner<Found>>
  private let beginning: SlurmRESTScanner<Found>

  /// - Parameters:
  ///   - key: of the list.
  ///   - found: what was found before.
  init(key: String, found: Found, read: @escaping Reader) {
    beginning = SlurmRESTScanner(key: key, found: found, read: read)
    scanner = Mutex(beginning)
  }

  /// Forgets everything: another attempt begins.
  func restart() { scanner.withLock { $0 = beginning } }

  /// Takes the next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) { scanner.withLock { $0.take(bytes) } }

  /// The answer, after its last byte.
  ///
  /// - Throws: ``MalformedJSON`` at the first byte that doesn't fit, at the end for one cut short.
  func answer() throws(MalformedJSON) -> SlurmRESTAnswer<Found> {
    let scanned = scanner.withLock { $0 }
    return try scanned.answer()
  }
}

/// What slurmrestd answered.
struct SlurmRESTAnswer<Found: Sendable>: Sendable {
  var found: Found
  var envelope: SlurmRESTEnvelope
}

/// The elements of an answer's list, as far as it came.
private struct SlurmRESTScanner<Found: Sendable>: Sendable {
  /// A job without its steps takes 3 KB; each of its steps some 8 KB.
  private static var bytesMaximum: Int { 64 << 20 }

  private let key: String
  /// The elements of `jobs`, say: an object in an array in an object.
  private var scanner: ElementScanner
  private let beginning: Found
  private var found: Found
  private var count = 0
  private let read: SlurmRESTStream<Found>.Reader

  init(key: String, found: Found, read: @escaping SlurmRESTStream<Found>.Reader) {
    self.key = key
    scanner = ElementScanner(key: key, depth: 2, bytesMaximum: Self.bytesMaximum)
    beginning = found
    self.found = found
    self.read = read
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    // Handed over, so that nothing of it is copied.
    var (now, number) = (found, count)
    let read = read
    found = beginning
    scanner.take(bytes) { (text) throws(MalformedJSON) in
      try read(&now, text)
      number += 1
    }
    (found, count) = (now, number)
  }

  func answer() throws(MalformedJSON) -> SlurmRESTAnswer<Found> {
    let envelope = try scanner.finish { (text) throws(MalformedJSON) in
      var cut = beginning
      try read(&cut, text)
    } envelope: { (text) throws(MalformedJSON) in
      try SlurmRESTEnvelope(text, key: key)
    }
    if envelope.count ?? 0 != count {
      throw MalformedJSON(offset: scanner.count, expected: "a list of \(key)")
    }
    return SlurmRESTAnswer(found: found, envelope: envelope)
  }
}
