import Foundation

/// Finds the fields of CSV rows in blocks of bytes.
///
/// - Source: RFC 4180; a line feed alone ends a row too.
/// - Complexity: 8 bytes a step, and one step a comma.
final class CSVScanner {
  /// Bytes after a block that the scanner may read.
  static let slack = 8
  /// No row is longer; what seems to be is a quotation mark that is never closed.
  ///
  /// - Unit: bytes.
  static let rowBytesMax = 1 << 20
  /// More columns than any known bill has.
  static let columnsMax = 4_096

  /// What is wrong with a row as a whole.
  enum Fault: Error {
    case unclosedQuote, textAfterQuote, quoteInside, tooLong
  }

  /// What came next.
  enum Row {
    /// A row whose fields are set, or which is broken; the next begins at `next`.
    case row(Fault?, next: Int)
    /// A line without anything.
    case blank(next: Int)
    /// The rest of the block is no whole row.
    case rest
  }

  /// How many fields the last row has; of more than ``columnsMax`` only those are kept.
  private(set) var count = 0
  /// Line feeds in the last row, its own included.
  private(set) var lines = 0
  /// Whether the last row, or the bytes beside it, have any beyond ASCII.
  private(set) var isBeyondASCII = false
  private let starts: UnsafeMutablePointer<Int32>
  private let ends: UnsafeMutablePointer<Int32>
  private var base: UnsafePointer<UInt8>

  init() {
    starts = .allocate(capacity: Self.columnsMax)
    ends = .allocate(capacity: Self.columnsMax)
    base = UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))
    emptyBase = base
  }

  private let emptyBase: UnsafePointer<UInt8>

  deinit {
    starts.deallocate()
    ends.deallocate()
    emptyBase.deallocate()
  }

  /// The field in `column`, counted from 0.
  ///
  /// - Precondition: it is one of the first ``count``, and of the first ``columnsMax``.
  @inline(__always) func field(_ column: Int) -> Field {
    Field(start: base + Int(starts[column]), count: Int(ends[column] &- starts[column]))
  }

  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static let highBits: UInt64 = 0x8080_8080_8080_8080
  private static let lowBits: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// The high bits of the bytes that are a comma, a line feed or a quotation mark.
  ///
  /// Exact for each byte: no carry leaves one. Plain words, since Swift's vectors of bytes are
  /// compared one by one.
  @inline(__always) private static func specials(_ word: UInt64) -> UInt64 {
    let commas = word ^ (ones &* UInt64(comma))
    let lineFeeds = word ^ (ones &* UInt64(lineFeed))
    let quotes = word ^ (ones &* UInt64(Field.quote))
    let others =
      ((commas & lowBits) &+ lowBits | commas) & ((lineFeeds & lowBits) &+ lowBits | lineFeeds)
      & ((quotes & lowBits) &+ lowBits | quotes)
    return ~others & highBits
  }

  /// Finds the row that begins at `begin`.
  ///
  /// - Parameters:
  ///   - block: followed by ``slack`` bytes that may be read.
  ///   - isLast: whether nothing comes after it; then it ends with a line feed.
  func next(
    _ block: UnsafeBufferPointer<UInt8>, from begin: Int, isLast: Bool
  ) -> Row {
    guard let base = block.baseAddress, begin < block.count else { return .rest }
    self.base = base
    let end = block.count
    let limit = begin &+ Self.rowBytesMax
    var state = State(fieldStart: begin)
    var seen: UInt64 = 0
    var place = begin
    while place < end {
      let word = UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self).littleEndian
      seen |= word
      var bits = Self.specials(word)
      while bits != 0 {
        let at = place &+ bits.trailingZeroBitCount &>> 3
        bits &= bits &- 1
        if at >= end { break }
        if at > limit { return overlong(state, block, begin, isLast: isLast) }
        let byte = base[at]
        if byte == Field.quote {
          if let fault = state.takeQuote(at, base, end) {
            let from = state.quoteAt < 0 ? at : state.quoteAt
            return broken(fault, block, begin, from: from, isLast: isLast)
          }
          continue
        }
        if byte == Self.lineFeed { state.lineFeeds &+= 1 }
        if state.isInside { continue }
        guard endField(at, byte, &state) else {
          return broken(.textAfterQuote, block, begin, from: state.quoteAt, isLast: isLast)
        }
        if byte == Self.lineFeed {
          isBeyondASCII = seen & Self.highBits != 0
          return ended(state, at, begin)
        }
        state.startField(at &+ 1)
      }
      place &+= 8
    }
    if end > limit { return overlong(state, block, begin, isLast: isLast) }
    // A last block ends with a line feed, so that only a quotation can be open.
    return isLast
      ? broken(.unclosedQuote, block, begin, from: state.quoteAt, isLast: isLast) : .rest
  }

  /// Gives a row up that is longer than any.
  ///
  /// Where a quotation is open, and a line ends in it, that line is where it was to close. Only
  /// bytes within the limit decide, so that blocks of any size have the same rows.
  private func overlong(
    _ state: State, _ block: UnsafeBufferPointer<UInt8>, _ begin: Int, isLast: Bool
  ) -> Row {
    let limit = min(begin + Self.rowBytesMax, block.count - 1)
    if state.isInside, block[state.quoteAt...limit].contains(Self.lineFeed) {
      return broken(.unclosedQuote, block, begin, from: state.quoteAt, isLast: isLast)
    }
    return broken(.tooLong, block, begin, from: begin, isLast: isLast)
  }

  /// How far a row is read.
  private struct State {
    var column = 0
    var fieldStart: Int
    var lineFeeds = 0
    /// Where the quotation of this field begins, or -1.
    var quoteAt = -1
    /// Where it closes, or -1 while it is open.
    var closedAt = -1
    /// The second of two quotation marks.
    var skipped = -1

    init(fieldStart: Int) { self.fieldStart = fieldStart }

    /// Whether a quotation is open, in which commas and line feeds are text.
    @inline(__always) var isInside: Bool { quoteAt >= 0 && closedAt < 0 }

    @inline(__always) mutating func startField(_ place: Int) {
      quoteAt = -1
      closedAt = -1
      fieldStart = place
      column &+= 1
    }

    @inline(__always) mutating func takeQuote(
      _ at: Int, _ base: UnsafePointer<UInt8>, _ end: Int
    ) -> Fault? {
      if at == skipped { return nil }
      if quoteAt < 0 {
        if at != fieldStart { return .quoteInside }
        quoteAt = at
      } else if closedAt < 0 {
        // At the end of a block the next byte decides, and isn't there yet.
        if at &+ 1 < end && base[at &+ 1] == Field.quote {
          skipped = at &+ 1
        } else {
          closedAt = at
        }
      } else {
        return .textAfterQuote
      }
      return nil
    }
  }

  /// Notes a field that ends before `at`.
  ///
  /// - Returns: false where something stands between its quotation and there.
  @inline(__always) private func endField(_ at: Int, _ byte: UInt8, _ state: inout State) -> Bool {
    if state.column >= Self.columnsMax { return true }
    if state.quoteAt < 0 {
      starts[state.column] = Int32(truncatingIfNeeded: state.fieldStart)
      ends[state.column] = Int32(truncatingIfNeeded: at)
      return true
    }
    starts[state.column] = Int32(truncatingIfNeeded: state.quoteAt &+ 1)
    ends[state.column] = Int32(truncatingIfNeeded: state.closedAt)
    return state.closedAt &+ 1 == at
      || (byte == Self.lineFeed && state.closedAt &+ 2 == at
        && base[at &- 1] == Self.carriageReturn)
  }

  private func ended(_ state: State, _ at: Int, _ begin: Int) -> Row {
    count = state.column + 1
    lines = state.lineFeeds
    let last = state.column
    let isQuoted = state.quoteAt >= 0
    if last < Self.columnsMax, !isQuoted, ends[last] > starts[last],
      base[at - 1] == Self.carriageReturn
    {
      ends[last] -= 1
    }
    if last == 0, !isQuoted, starts[0] == ends[0] { return .blank(next: at + 1) }
    return .row(nil, next: at + 1)
  }

  /// Gives a broken row up: reading goes on in the line after the one that `from` is on.
  private func broken(
    _ fault: Fault, _ block: UnsafeBufferPointer<UInt8>, _ begin: Int, from: Int, isLast: Bool
  ) -> Row {
    let start = max(from, begin)
    guard let end = block[start...].firstIndex(of: Self.lineFeed) else {
      if !isLast { return .rest }
      lines = 1
      count = 0
      return .row(fault, next: block.count)
    }
    count = 0
    lines = block[begin...end].reduce(0) { $0 + ($1 == Self.lineFeed ? 1 : 0) }
    return .row(fault, next: end + 1)
  }
}
