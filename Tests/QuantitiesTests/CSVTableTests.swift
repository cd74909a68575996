import Quantities
import Testing

@Suite struct CSVTableTests {
  @Test func `fields stand between any separator`() throws {
    let table = try CSVTable("a;b,c;\"d;\"\"e\"\"\"\r\n\n1;2;3", separator: ";")
    #expect(table.rows.map(\.fields) == [["a", "b,c", "d;\"e\""], ["1", "2", "3"]])
    #expect(table.rows.map(\.line) == [1, 3])
  }

  @Test func `more rows than there may be are refused`() throws {
    #expect(try CSVTable("a\nb\n", rowsMax: 2).rows.count == 2)
    #expect(throws: CSVTable.Fault(line: 3, reason: "it has more than 2 rows")) {
      try CSVTable("a\nb\nc\n", rowsMax: 2)
    }
  }
}
