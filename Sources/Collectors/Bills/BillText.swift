import Foundation
import Quantities
import Records

/// Reads the text of a bill, block after block, in whichever form its first byte says that it has.
final class BillText {
  private let file: String
  private let format: BillFormat
  private let settings: BillSettings
  private let intake: ChargeIntake
  private let scanner = CSVScanner()
  private var row: BillRow?
  private var columnCount = 0
  private var jsonLines: JSONLines?
  /// The rest of the last block, and what came since.
  private var bytes: [UInt8] = []
  private var line = 1
  private var textBytes = 0
  private var isStarted = false
  /// Whether the line is too long, and what is left of it is thrown away.
  private var isSkipping = false

  init(
    file: String, format: BillFormat, settings: BillSettings,
    receive: @escaping @Sendable ([BillCharge]) throws -> Void
  ) {
    self.file = file
    self.format = format
    self.settings = settings
    intake = ChargeIntake(file: file, format: format, settings: settings, receive: receive)
  }

  /// Takes the next bytes.
  func take(_ block: UnsafeRawBufferPointer) throws(BillError) {
    bytes.append(contentsOf: block)
    textBytes += block.count
    try read(isLast: false)
  }

  /// Ends the text.
  func finish() throws(BillError) -> BillSummary {
    if let last = bytes.last, last != Self.lineFeed { bytes.append(Self.lineFeed) }
    try read(isLast: true)
    guard row != nil else { throw .noHead(file: file) }
    var summary = try intake.finish()
    summary.textBytes = textBytes
    return summary
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private func read(isLast: Bool) throws(BillError) {
    if !isStarted {
      guard isLast || bytes.count >= 4 else { return }
      isStarted = true
      if bytes.starts(with: Self.byteOrderMark) { bytes.removeFirst(3) }
      let first = bytes.first { $0 > 0x20 }
      if first == UInt8(ascii: "{") {
        let lines = JSONLines(format)
        jsonLines = lines
        row = BillRow(head: try lines.head(file: file, settings: settings))
      }
    }
    let count = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: CSVScanner.slack))
    var used = 0
    // Typed throws don't pass through the standard library's closure.
    let outcome = bytes.withUnsafeBufferPointer { buffer -> Result<Int, BillError> in
      let block = UnsafeBufferPointer(rebasing: buffer[..<count])
      do throws(BillError) {
        return .success(try readRows(block, isLast: isLast))
      } catch {
        return .failure(error)
      }
    }
    used = try outcome.get()
    bytes.removeLast(CSVScanner.slack)
    bytes.removeFirst(used)
  }

  /// Reads all whole rows of a block.
  ///
  /// - Returns: how many bytes they are.
  private func readRows(
    _ block: UnsafeBufferPointer<UInt8>, isLast: Bool
  ) throws(BillError) -> Int {
    var place = isSkipping ? skipLine(block) : 0
    while place < block.count {
      if let jsonLines {
        guard let next = try readObject(block, from: place, jsonLines) else { break }
        place = next
        continue
      }
      switch scanner.next(block, from: place, isLast: isLast) {
      case .rest:
        guard block.count - place > CSVScanner.rowBytesMax else { return place }
        refuse(.tooLong)
        isSkipping = true
        return skipLine(block, from: place)
      case .blank(let next):
        line += 1
        place = next
      case .row(let fault, let next):
        try readRow(block, place, next, fault)
        line += scanner.lines
        place = next
      }
    }
    return place
  }

  private func readRow(
    _ block: UnsafeBufferPointer<UInt8>, _ place: Int, _ next: Int, _ fault: CSVScanner.Fault?
  ) throws(BillError) {
    guard let row else {
      try readHead(fault)
      return
    }
    if let fault {
      refuse(fault)
      return
    }
    guard scanner.count == columnCount else {
      intake.reject(
        RowFault(
          rule: "wrong number of columns",
          found: scanner.count == 1 ? "1 column" : "\(scanner.count) columns",
          expected: "\(columnCount), as the head has"), line: line)
      return
    }
    let bytes = UnsafeBufferPointer(rebasing: block[place..<next])
    if scanner.isBeyondASCII, !Self.isUTF8(bytes) {
      refuseEncoding()
      return
    }
    row.take(scanner)
    try intake.add(row, line: line)
  }

  private func readHead(_ fault: CSVScanner.Fault?) throws(BillError) {
    guard fault == nil, scanner.count <= CSVScanner.columnsMax else { throw .noHead(file: file) }
    let names = (0..<scanner.count).map { scanner.field($0).text }
    let head = try BillHead(
      names, format: format, file: file, hasCurrency: settings.currency != nil)
    columnCount = head.count
    if head.places.contains(where: { $0.column == .currency }) { intake.readCurrencyFromRows() }
    row = BillRow(head: head)
  }

  private func readObject(
    _ block: UnsafeBufferPointer<UInt8>, from place: Int, _ lines: JSONLines
  ) throws(BillError) -> Int? {
    guard let end = block[place...].firstIndex(of: Self.lineFeed) else {
      guard block.count - place > CSVScanner.rowBytesMax else { return nil }
      refuse(.tooLong)
      isSkipping = true
      return skipLine(block, from: place)
    }
    defer { line += 1 }
    guard end - place <= CSVScanner.rowBytesMax else {
      refuse(.tooLong)
      return end + 1
    }
    let object = UnsafeBufferPointer(rebasing: block[place..<end])
    guard let row, object.contains(where: { $0 > 0x20 }) else { return end + 1 }
    guard Self.isUTF8(object) else {
      refuseEncoding()
      return end + 1
    }
    let outcome: Result<Void, RowFault>
    do throws(RowFault) {
      try lines.read(object, into: row)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    switch outcome {
    case .success: try intake.add(row, line: line)
    case .failure(let fault): intake.reject(fault, line: line)
    }
    return end + 1
  }

  /// Passes over the rest of a line that is too long.
  private func skipLine(_ block: UnsafeBufferPointer<UInt8>, from place: Int = 0) -> Int {
    guard let end = block[place...].firstIndex(of: Self.lineFeed) else { return block.count }
    isSkipping = false
    line += 1
    return end + 1
  }

  private func refuse(_ fault: CSVScanner.Fault) {
    intake.reject(RowFault(fault), line: line)
  }

  private func refuseEncoding() {
    intake.reject(
      RowFault(
        rule: "not UTF-8", found: "bytes that are no text", expected: "text in UTF-8"), line: line)
  }

  private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    String(validating: bytes, as: UTF8.self) != nil
  }
}

extension RowFault {
  /// What is wrong with a row that can't be cut into fields.
  init(_ fault: CSVScanner.Fault) {
    let expected = "fields as of RFC 4180, quoted ones with both marks"
    switch fault {
    case .unclosedQuote:
      self.init(
        rule: "quotation mark is never closed", found: "an open quotation mark",
        expected: expected)
    case .textAfterQuote:
      self.init(
        rule: "text after a quoted field", found: "text between a closing mark and the comma",
        expected: expected)
    case .quoteInside:
      self.init(
        rule: "quotation mark inside a field", found: "a mark in a field that isn't quoted",
        expected: expected)
    case .tooLong:
      self.init(
        rule: "row too long", found: "more than \(CSVScanner.rowBytesMax) bytes",
        expected: "a row of at most so many")
    }
  }
}
