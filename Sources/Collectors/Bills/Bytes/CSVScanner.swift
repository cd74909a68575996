import Foundation

/// Finds the fields of CSV rows in blocks of bytes.
///
/// - Source: RFC 4180; a line feed alone ends a row too.
/// - Complexity: 16 bytes a step, and one step a comma.
final class CSVScanner {
  /// Bytes after a block that the scanner may read.
  static let slack = 16
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
    var column = 0
    var fieldStart = begin
    var lineFeeds = 0
    var quoteAt = -1  // where the open or last quotation of this field begins
    var closedAt = -1  // where it closes, or -1 while it is open
    var skipped = -1  // the second of two quotation marks
    var seen = SIMD16<UInt8>(repeating: 0)
    var place = begin
    while place < end {
      let bytes = UnsafeRawPointer(base + place).loadUnaligned(as: SIMD16<UInt8>.self)
      seen |= bytes
      let special =
        (bytes .== Self.comma) .| (bytes .== Self.lineFeed) .| (bytes .== Field.quote)
      let halves = unsafeBitCast(special, to: SIMD2<UInt64>.self)
      var half = 0
      while half < 2 {
        var bits = halves[half] & 0x8080_8080_8080_8080
        while bits != 0 {
          let at = place &+ half &* 8 &+ bits.trailingZeroBitCount &>> 3
          bits &= bits &- 1
          if at >= end { break }
          let byte = base[at]
          if byte == Field.quote {
            if at == skipped { continue }
            if quoteAt < 0 {
              if at != fieldStart {
                return broken(.quoteInside, block, begin, from: at, isLast: isLast)
              }
              quoteAt = at
            } else if closedAt < 0 {
              // At the end of a block the next byte decides, and isn't there yet.
              if at &+ 1 < end && base[at &+ 1] == Field.quote {
                skipped = at &+ 1
              } else {
                closedAt = at
              }
            } else {
              return broken(.textAfterQuote, block, begin, from: quoteAt, isLast: isLast)
            }
            continue
          }
          if byte == Self.lineFeed { lineFeeds &+= 1 }
          if quoteAt >= 0 && closedAt < 0 { continue }
          if column < Self.columnsMax {
            if quoteAt < 0 {
              starts[column] = Int32(truncatingIfNeeded: fieldStart)
              ends[column] = Int32(truncatingIfNeeded: at)
            } else {
              guard
                closedAt &+ 1 == at
                  || (byte == Self.lineFeed && closedAt &+ 2 == at
                    && base[at &- 1] == Self.carriageReturn)
              else { return broken(.textAfterQuote, block, begin, from: quoteAt, isLast: isLast) }
              starts[column] = Int32(truncatingIfNeeded: quoteAt &+ 1)
              ends[column] = Int32(truncatingIfNeeded: closedAt)
            }
          }
          column &+= 1
          if byte == Self.lineFeed {
            isBeyondASCII = seen.max() >= 0x80
            return ended(column, lineFeeds, at, begin, isQuoted: quoteAt >= 0)
          }
          quoteAt = -1
          closedAt = -1
          fieldStart = at &+ 1
        }
        half &+= 1
      }
      place &+= 16
    }
    if isLast || (quoteAt >= 0 && end - begin > Self.rowBytesMax) {
      // The block ends with a line feed, so that only a quotation can be open.
      return broken(.unclosedQuote, block, begin, from: quoteAt, isLast: isLast)
    }
    return .rest
  }

  private func ended(
    _ columns: Int, _ lineFeeds: Int, _ at: Int, _ begin: Int, isQuoted: Bool
  ) -> Row {
    count = columns
    lines = lineFeeds
    let last = columns - 1
    if last < Self.columnsMax, !isQuoted, ends[last] > starts[last],
      base[at - 1] == Self.carriageReturn
    {
      ends[last] -= 1
    }
    if columns == 1, !isQuoted, starts[0] == ends[0] { return .blank(next: at + 1) }
    return .row(at - begin > Self.rowBytesMax ? .tooLong : nil, next: at + 1)
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
