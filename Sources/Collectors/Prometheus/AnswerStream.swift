import Synchronization

/// Reads an answer while its bytes arrive: each series is parsed as soon as it is whole, and its
/// bytes are forgotten.
///
/// What is left of the text, the envelope, has a `0` in the place of each series and is parsed at
/// the end. Memory is that of the samples and of one series' text.
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

/// Finds where the series of an answer begin and end.
struct AnswerScanner {
  private static let result = Array("result".utf8)
  /// The series are the elements of `data.result`: an object in an array in two objects.
  private static let seriesDepth = 3

  private(set) var count = 0
  private var envelope: [UInt8] = []
  /// The text of the series that is arriving, empty between two.
  private var element: [UInt8] = []
  private var series: [RawSeries] = []
  /// Where series were taken out: the place in the envelope, and the bytes missing up to it.
  private var cuts: [(place: Int, missing: Int)] = []
  private var failure: MalformedJSON?

  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var isInResult = false
  /// Where the last string of the envelope begins and ends, without its quotation marks.
  private var lastString: Range<Int> = 0..<0
  private var stringStart = 0

  /// Takes the next bytes.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    guard failure == nil else { return }
    // Bytes are copied in stretches: from `start` on, those looked at belong together.
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index &+= 1
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5c {
          isEscaped = true
        } else if byte == 0x22 {
          isInString = false
          if element.isEmpty && !isInElement {
            lastString = stringStart..<(envelope.count + index - start - 1)
          }
        }
        continue
      }
      switch byte {
      case 0x22:
        isInString = true
        stringStart = envelope.count + index - start
      case UInt8(ascii: "{"):
        if isInResult, depth == Self.seriesDepth {
          envelope.append(contentsOf: bytes[start..<(index - 1)])
          start = index - 1
          isInElement = true
        }
        depth += 1
      case UInt8(ascii: "["):
        if depth == 2 {
          let known = envelope + bytes[start..<index]
          isInResult = Self.names(known, lastString)
        }
        depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if isInElement, depth == Self.seriesDepth {
          element.append(contentsOf: bytes[start..<index])
          start = index
          finishElement(end: count - bytes.count + index)
          if failure != nil { return }
        }
      case UInt8(ascii: "]"):
        depth -= 1
        if depth < Self.seriesDepth { isInResult = false }
      default: break
      }
    }
    if isInElement {
      element.append(contentsOf: bytes[start...])
    } else {
      envelope.append(contentsOf: bytes[start...])
    }
  }

  private var isInElement = false

  /// Whether the array that begins at the end of `text` is the value of the key `result`.
  private static func names(_ text: [UInt8], _ key: Range<Int>) -> Bool {
    guard key.upperBound <= text.count, Array(text[key]) == result else { return false }
    let between = text[(key.upperBound + 1)..<(text.count - 1)]
    return between.filter { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
      == [UInt8(ascii: ":")]
  }

  private mutating func finishElement(end: Int) {
    do throws(MalformedJSON) {
      series.append(try PrometheusAnswer.series(element))
    } catch {
      failure = MalformedJSON(
        offset: end - element.count + error.offset, expected: error.expected)
    }
    envelope.append(UInt8(ascii: "0"))
    let missing = (cuts.last?.missing ?? 0) + element.count - 1
    cuts.append((envelope.count, missing))
    element.removeAll(keepingCapacity: true)
    isInElement = false
  }

  /// The answer, after its last byte.
  func answer() throws(MalformedJSON) -> PrometheusAnswer {
    if let failure { throw failure }
    if isInElement {
      // The text ends in the middle of a series: its own parser tells where.
      do throws(MalformedJSON) {
        _ = try PrometheusAnswer.series(element)
      } catch {
        throw MalformedJSON(
          offset: count - element.count + error.offset, expected: error.expected)
      }
    }
    do throws(MalformedJSON) {
      var answer = try PrometheusAnswer(envelope)
      answer.series += series
      return answer
    } catch {
      let missing = cuts.last { $0.place <= error.offset }?.missing ?? 0
      throw MalformedJSON(offset: error.offset + missing, expected: error.expected)
    }
  }
}
