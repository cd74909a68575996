/// Where a file has the columns that are needed.
struct BillHead {
  /// A column that is needed, and where it may be.
  struct Place {
    let column: BillColumn
    let first: Int
    /// Where else, if the first place has nothing.
    let others: [Int]
  }

  /// A column of one tag.
  struct TagPlace {
    /// The tag's name as the beginning of a member, its quotation marks doubled.
    let key: [UInt8]
    let index: Int
  }

  let count: Int
  let places: [Place]
  let tagPlaces: [TagPlace]
  let hasNullWord: Bool

  /// - Parameters:
  ///   - names: of all columns, in their order.
  ///   - hasCurrency: whether the currency is known without the file.
  /// - Throws: ``BillError/unreadableHead(file:format:found:missing:looksLike:)``.
  init(
    _ names: [String], format: BillFormat, file: String, hasCurrency: Bool
  ) throws(BillError) {
    let columns = BillColumns.of(format)
    var indices: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      let normal = BillColumns.normal(name)
      if indices[normal] == nil { indices[normal] = index }
    }
    var missing: [String] = []
    var places: [Place] = []
    for use in columns.all {
      let found = use.names.compactMap { indices[BillColumns.normal($0)] }
      if let first = found.first {
        places.append(Place(column: use.column, first: first, others: Array(found.dropFirst())))
      } else if use.isRequired || (use.column == .currency && !hasCurrency) {
        missing.append(use.names[0])
      }
    }
    guard missing.isEmpty else {
      throw .unreadableHead(
        file: file, format: format, found: names, missing: missing,
        looksLike: Self.nearest(to: Set(indices.keys), but: format))
    }
    count = names.count
    self.places = places
    hasNullWord = columns.hasNullWord
    tagPlaces = names.enumerated().compactMap { index, name in
      guard let prefix = columns.tagPrefix, name.hasPrefix(prefix) else { return nil }
      return TagPlace(key: Self.tagKey(name.dropFirst(prefix.count)), index: index)
    }
  }

  /// The head of a file of JSON objects, which name their fields themselves.
  init() {
    count = 0
    places = []
    tagPlaces = []
    hasNullWord = false
  }

  /// The format whose required columns are all there.
  private static func nearest(to names: Set<String>, but format: BillFormat) -> BillFormat? {
    let candidates = BillFormat.allCases.filter { candidate in
      candidate != format && candidate != .oci
        && BillColumns.of(candidate).all.allSatisfy { use in
          !use.isRequired || use.names.contains { names.contains(BillColumns.normal($0)) }
        }
    }
    // The two of AWS have the same names once compared.
    return candidates.first { $0 != .cur2 && $0 != .cur }
      ?? (candidates.isEmpty || format == .cur || format == .cur2 ? nil : candidates[0])
  }

  /// A tag of the user is `user:Team` in the head.
  private static func tagKey(_ name: Substring) -> [UInt8] {
    let inner = name.hasPrefix("user:") ? name.dropFirst("user:".count) : name
    var key = Array("\"\"".utf8)
    for byte in inner.utf8 {
      switch byte {
      case Field.quote: key += Array("\\\"\"".utf8)
      case UInt8(ascii: "\\"): key += [byte, byte]
      default: key.append(byte)
      }
    }
    return key + Array("\"\":".utf8)
  }
}
