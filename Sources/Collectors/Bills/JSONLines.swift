/// Reads JSON objects, one a line, into rows: `{"usage":{"amount":3600}}` is as a column
/// `usage.amount`.
final class JSONLines {
  private static let depthMax = 8
  /// Kept as they are: whoever needs them reads them as a cell.
  private static let cells: Set<BillColumn> = [.tags, .details, .credits]

  private struct Use {
    let column: BillColumn
    /// The lower, the more it is wanted.
    let rank: Int
  }

  private struct Found {
    var start = 0
    var count = 0
    var rank = Int.max
  }

  private let format: BillFormat
  private var uses: [String: Use] = [:]
  /// Keys as they are written, and their normal form.
  private var normals: [String: String] = [:]
  private var bytes: [UInt8] = []
  private var found = [Found](repeating: Found(), count: BillColumn.allCases.count)
  private var values: [(column: BillColumn, field: Field)] = []

  init(_ format: BillFormat) {
    self.format = format
    for use in BillColumns.of(format).all {
      for (rank, name) in use.names.enumerated() {
        uses[BillColumns.normal(name)] = Use(column: use.column, rank: rank)
      }
    }
  }

  /// - Throws: where the format never comes as JSON.
  func head(file: String, settings: BillSettings) throws(BillError) -> BillHead {
    guard format == .gcp else {
      throw .unreadableHead(
        file: file, format: format, found: ["JSON objects"],
        missing: ["a line with the names of the columns"], looksLike: .gcp)
    }
    return BillHead()
  }

  /// Reads one object.
  func read(_ object: UnsafeBufferPointer<UInt8>, into row: BillRow) throws(RowFault) {
    bytes.removeAll(keepingCapacity: true)
    for column in found.indices { found[column] = Found() }
    do {
      var cursor = try JSONCursor(object)
      try readMembers(&cursor, object, path: "", depth: 0)
      try cursor.expectEnd()
    } catch {
      throw RowFault(
        rule: "not a JSON object", found: "something else at byte \(error.offset)",
        expected: error.expected)
    }
    values.removeAll(keepingCapacity: true)
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for column in BillColumn.allCases {
        let place = found[column.rawValue]
        if place.count > 0 {
          values.append((column, Field(start: base + place.start, count: place.count)))
        }
      }
    }
    row.take(values)
  }

  private func readMembers(
    _ cursor: inout JSONCursor, _ object: UnsafeBufferPointer<UInt8>, path: String, depth: Int
  ) throws(MalformedJSON) {
    guard depth < Self.depthMax else { throw cursor.failure("less nesting") }
    try cursor.object { (cursor, key) throws(MalformedJSON) in
      let name = path + normal(key)
      let use = uses[name]
      switch cursor.peek() {
      case UInt8(ascii: "{") where use == nil:
        try readMembers(&cursor, object, path: name, depth: depth + 1)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let start = cursor.index
        try cursor.skipValue()
        guard let use, Self.cells.contains(use.column) else { return }
        keep(UnsafeBufferPointer(rebasing: object[start..<cursor.index]), use)
      case UInt8(ascii: "\""):
        var text = try cursor.string()
        if let use { text.withUTF8 { keep($0, use) } }
      default:
        let start = cursor.index
        try cursor.skipValue()
        let value = UnsafeBufferPointer(rebasing: object[start..<cursor.index])
        // A null is nothing.
        if let use, value.first != UInt8(ascii: "n") { keep(value, use) }
      }
    }
  }

  private func normal(_ key: String) -> String {
    if let known = normals[key] { return known }
    let normal = BillColumns.normal(key)
    if normals.count < CSVScanner.columnsMax { normals[key] = normal }
    return normal
  }

  /// Keeps a value in the form that fields have: quotation marks are doubled.
  private func keep(_ value: UnsafeBufferPointer<UInt8>, _ use: Use) {
    guard use.rank < found[use.column.rawValue].rank, !value.isEmpty else { return }
    let start = bytes.count
    for byte in value {
      bytes.append(byte)
      if byte == Field.quote { bytes.append(byte) }
    }
    found[use.column.rawValue] = Found(start: start, count: bytes.count - start, rank: use.rank)
  }
}
