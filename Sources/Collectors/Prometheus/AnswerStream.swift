import Synchronization

/// Reads an answer while its bytes arrive: each series is parsed as soon as it is whole, and its
/// bytes are forgotten.
///
/// Memory is that of the samples and of one series' text.
final class AnswerStream: Sendable {
  private let scanner = Mutex(AnswerScanner())

  /// Forgets everything: another attempt begins.
  func restart() { scanner.withLock { $0 = AnswerScanner() } }

  /// Takes the next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) { scanner.withLock { $0.take(bytes) } }

  /// How many bytes came.
  var count: Int { scanner.withLock { $0.count } }

  /// The answer, after its last byte.
  ///
  /// - Throws: ``MalformedJSON`` at the first byte that doesn't fit, at the end for one cut short.
  func answer() throws(MalformedJSON) -> PrometheusAnswer {
    let scanned = scanner.withLock { $0 }
    return try scanned.answer()
  }
}

/// The series of an answer, as far as it came.
private struct AnswerScanner {
  /// The series are the elements of `data.result`: an object in an array in two objects.
  private var scanner = ElementScanner(key: "result", depth: 3)
  private var series: [RawSeries] = []

  var count: Int { scanner.count }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var found: [RawSeries] = []
    scanner.take(bytes) { (text) throws(MalformedJSON) in
      found.append(try PrometheusAnswer.series(text))
    }
    series += found
  }

  func answer() throws(MalformedJSON) -> PrometheusAnswer {
    var answer = try scanner.finish { (text) throws(MalformedJSON) in
      _ = try PrometheusAnswer.series(text)
    } envelope: { (text) throws(MalformedJSON) in
      try PrometheusAnswer(text)
    }
    answer.series += series
    return answer
  }
}
