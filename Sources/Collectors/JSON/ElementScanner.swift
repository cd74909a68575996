/// Finds where the elements of one list begin and end in a JSON text whose bytes arrive piece by
/// piece: each element is parsed as soon as it is whole, and its bytes are forgotten.
///
/// What is left of the text, the envelope, has a `0` in the place of each element and is parsed at
/// the end. Memory is that of one element's text and of the envelope.
struct ElementScanner: Sendable {
  /// Parses the text of one element.
  typealias Parser = ([UInt8]) throws(MalformedJSON) -> Void

  private let key: [UInt8]
  private let depthOfElements: Int
  private let bytesMaximum: Int

  /// How many bytes came.
  private(set) var count = 0
  private var envelope: [UInt8] = []
  /// The text of the element that is arriving, empty between two.
  private var element: [UInt8] = []
  private var isInElement = false
  /// Where elements were taken out: the place in the envelope, and the bytes missing up to it.
  private var cuts: [(place: Int, missing: Int)] = []
  private var failure: MalformedJSON?

  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var isInList = false
  /// Where the last string of the envelope begins and ends, without its quotation marks.
  private var lastString: Range<Int> = 0..<0
  private var stringStart = 0

  /// - Parameters:
  ///   - key: whose value the list is.
  ///   - depth: how many objects and arrays are around an element, its list included.
  ///   - bytesMaximum: of one element, and of the envelope.
  init(key: String, depth: Int, bytesMaximum: Int = .max) {
    self.key = Array(key.utf8)
    depthOfElements = depth
    self.bytesMaximum = bytesMaximum
  }

  /// Takes the next bytes.
  mutating func take(_ bytes: UnsafeRawBufferPointer, _ parse: Parser) {
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
          if !isInElement { lastString = stringStart..<(envelope.count + index - start - 1) }
        }
        continue
      }
      switch byte {
      case 0x22:
        isInString = true
        stringStart = envelope.count + index - start
      case UInt8(ascii: "{"):
        if isInList, depth == depthOfElements {
          envelope.append(contentsOf: bytes[start..<(index - 1)])
          start = index - 1
          isInElement = true
        }
        depth += 1
      case UInt8(ascii: "["):
        if depth == depthOfElements - 1 {
          isInList = isValueOfKey(bytes, from: start, to: index)
        }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if isInElement, depth <= depthOfElements {
          element.append(contentsOf: bytes[start..<index])
          start = index
          // One that a `]` closes is told by its parser.
          finishElement(end: count - bytes.count + index, parse)
          if failure != nil { return }
        } else if byte == UInt8(ascii: "]"), depth < depthOfElements {
          isInList = false
        }
      default: break
      }
    }
    keep(bytes[start...])
  }

  private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
    if isInElement { element.append(contentsOf: bytes) } else { envelope.append(contentsOf: bytes) }
    if max(element.count, envelope.count) > bytesMaximum {
      failure = MalformedJSON(
        offset: count,
        expected: "at most \(bytesMaximum >> 20) MiB for one of '"
          + String(decoding: key, as: UTF8.self) + "'")
      element = []
      envelope = []
    }
  }

  /// Whether the array that begins before `end` is the value of the key.
  ///
  /// - Parameter start: where the bytes begin that follow on the envelope.
  /// - Complexity: that of the blanks before the array; the envelope isn't copied.
  private func isValueOfKey(
    _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int
  ) -> Bool {
    let byte = { (place: Int) in
      place < envelope.count ? envelope[place] : bytes[start + place - envelope.count]
    }
    let last = envelope.count + end - start - 1
    guard lastString.upperBound < last, lastString.count == key.count,
      zip(lastString, key).allSatisfy({ byte($0) == $1 })
    else { return false }
    var colons = 0
    for place in (lastString.upperBound + 1)..<last {
      switch byte(place) {
      case 0x20, 0x0a, 0x0d, 0x09: break
      case UInt8(ascii: ":"): colons += 1
      default: return false
      }
    }
    return colons == 1
  }

  private mutating func finishElement(end: Int, _ parse: Parser) {
    do throws(MalformedJSON) {
      try parse(element)
    } catch {
      failure = MalformedJSON(
        offset: end - element.count + error.offset, expected: error.expected)
    }
    envelope.append(UInt8(ascii: "0"))
    cuts.append((envelope.count, (cuts.last?.missing ?? 0) + element.count - 1))
    element.removeAll(keepingCapacity: true)
    isInElement = false
  }

  /// Ends the text.
  ///
  /// - Parameter parse: tells of an element that is cut short where it is.
  /// - Returns: what `envelope` makes of the rest.
  /// - Throws: ``MalformedJSON`` at the first byte that doesn't fit, at the end for one cut short.
  func finish<Envelope>(
    _ parse: Parser, envelope parseEnvelope: ([UInt8]) throws(MalformedJSON) -> Envelope
  ) throws(MalformedJSON) -> Envelope {
    if let failure { throw failure }
    if isInElement {
      do throws(MalformedJSON) {
        try parse(element)
      } catch {
        throw MalformedJSON(
          offset: count - element.count + error.offset, expected: error.expected)
      }
    }
    do throws(MalformedJSON) {
      return try parseEnvelope(envelope)
    } catch {
      let missing = cuts.last { $0.place <= error.offset }?.missing ?? 0
      throw MalformedJSON(offset: error.offset + missing, expected: error.expected)
    }
  }
}
