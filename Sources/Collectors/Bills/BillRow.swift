/// One row's fields by their use.
final class BillRow {
  private let fields: UnsafeMutablePointer<Field>
  private let nothing: Field
  private let head: BillHead
  private var tags: [UInt8] = []

  init(head: BillHead) {
    self.head = head
    let empty = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    empty.pointee = 0
    nothing = Field(start: UnsafePointer(empty), count: 0)
    fields = .allocate(capacity: BillColumn.allCases.count)
    fields.initialize(repeating: nothing, count: BillColumn.allCases.count)
  }

  deinit {
    fields.deallocate()
    nothing.start.deallocate()
  }

  /// The field for a use; empty where the row has nothing for it.
  @inline(__always) subscript(column: BillColumn) -> Field { fields[column.rawValue] }

  /// Takes the fields of a row of CSV, which has as many as the head.
  func take(_ scanner: CSVScanner) {
    for place in head.places {
      var field = scanner.field(place.first)
      if isNothing(field) {
        field = nothing
        for other in place.others {
          let next = scanner.field(other)
          if !isNothing(next) {
            field = next
            break
          }
        }
      }
      fields[place.column.rawValue] = field
    }
    if !head.tagPlaces.isEmpty { joinTags(scanner) }
  }

  /// Takes the values of a JSON object, already in the form that fields have.
  func take(_ values: [(column: BillColumn, field: Field)]) {
    for column in BillColumn.allCases { fields[column.rawValue] = nothing }
    for value in values { fields[value.column.rawValue] = value.field }
  }

  @inline(__always) private func isNothing(_ field: Field) -> Bool {
    field.isEmpty || (head.hasNullWord && field.count == 4 && field.equals("NULL"))
  }

  /// Makes one cell of the columns that hold a tag each.
  private func joinTags(_ scanner: CSVScanner) {
    tags.removeAll(keepingCapacity: true)
    for place in head.tagPlaces {
      let value = scanner.field(place.index)
      if value.isEmpty { continue }
      if !tags.isEmpty { tags.append(UInt8(ascii: ",")) }
      tags += place.key
      tags += [Field.quote, Field.quote]
      var index = 0
      while index < value.count {
        let byte = value[index]
        if byte == Field.quote {
          // The mark is doubled already, and both halves belong to one.
          tags += [UInt8(ascii: "\\"), byte, byte]
          index += 2
          continue
        }
        if byte == UInt8(ascii: "\\") { tags.append(byte) }
        tags.append(byte)
        index += 1
      }
      tags += [Field.quote, Field.quote]
    }
    guard !tags.isEmpty else { return }
    fields[BillColumn.tags.rawValue] = tags.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return nothing }
      return Field(start: start, count: bytes.count)
    }
  }
}
