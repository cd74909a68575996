import Testing

@testable import Collectors

/// Rows of CSV are cut into fields, whatever is in them and wherever a block ends.
@Suite struct CSVScannerTests {
  /// Rows as `a|b`, broken ones by their fault, each with its line.
  private static func rows(_ text: String) -> [String] {
    let bytes = Array(text.utf8) + [UInt8](repeating: UInt8(ascii: ","), count: CSVScanner.slack)
    let scanner = CSVScanner()
    var rows: [String] = []
    bytes.withUnsafeBufferPointer { buffer in
      let block = UnsafeBufferPointer(rebasing: buffer.dropLast(CSVScanner.slack))
      var place = 0
      var line = 1
      while place < block.count {
        switch scanner.next(block, from: place, isLast: true) {
        case .rest: preconditionFailure("BUG: a last block leaves a rest")
        case .blank(let next):
          line += 1
          place = next
        case .row(let fault, let next):
          let fields = (0..<scanner.count).map { scanner.field($0).text }
          rows.append("\(line):" + (fault.map { "\($0)" } ?? fields.joined(separator: "|")))
          line += scanner.lines
          place = next
        }
      }
    }
    return rows
  }

  @Test(arguments: [
    ("a,b\n", ["1:a|b"]), ("a,b\r\n\r\nc,\n", ["1:a|b", "3:c|"]), (",\n", ["1:|"]),
    ("\"a\",\"b,c\"\n", ["1:a|b,c"]), ("\"a\"\"b\",\"\"\"\"\n", ["1:a\"b|\""]),
    ("\"a\r\nb\",\"\"\r\nc,d\n", ["1:a\r\nb|", "3:c|d"]), ("\"\"\n", ["1:"]),
    ("\n\n\na\n", ["4:a"]), ("a\rb,c\n", ["1:a\rb|c"]),
    (
      "0123456789abcdef,0123456789abcde,\"0123456789abcd\"\n",
      [
        "1:0123456789abcdef|0123456789abcde|0123456789abcd"
      ]
    ),
    ("\"0123456789abcd\"\"\",x\n", ["1:0123456789abcd\"|x"]),
  ])
  func `rows are cut at their commas`(text: String, rows: [String]) {
    #expect(Self.rows(text) == rows)
  }

  @Test(arguments: [
    ("a,\"b\nc,d\n", ["1:unclosedQuote", "2:c|d"]),
    ("a,b\"c,d\ne\n", ["1:quoteInside", "2:e"]),
    ("a,\"b\"c,d\ne\n", ["1:textAfterQuote", "2:e"]),
    ("a,\"b\"\rc\ne\n", ["1:textAfterQuote", "2:e"]),
    ("a,\"b\nc,\"d\"\ne\n", ["1:textAfterQuote", "2:c|d", "3:e"]),
    ("\"a\nb\",\"c\nd\ne\n", ["1:unclosedQuote", "3:d", "4:e"]),
  ])
  func `a broken row costs no other`(text: String, rows: [String]) {
    #expect(Self.rows(text) == rows)
  }

  @Test func `a quotation mark may stand at every place of sixteen bytes`() {
    for length in 0..<50 {
      let filling = String(repeating: "x", count: length)
      #expect(Self.rows("\(filling),\"a\"\"b\",c\n") == ["1:\(filling)|a\"b|c"])
    }
  }
}
