import Testing

@testable import Collectors

/// Tags of all bills come to one form.
@Suite struct TagTextTests {
  @Test(arguments: [
    ("{\"b\":\"2\",\"a\":\"1\"}", "{\"a\":\"1\",\"b\":\"2\"}"),
    ("\"b\": \"2\",  \"a\": 1", "{\"a\":\"1\",\"b\":\"2\"}"),
    ("{'b': '2', 'a': None, 'c': True}", "{\"b\":\"2\",\"c\":\"True\"}"),
    ("[{'key': 'b', 'value': '2'}, {'value': 'x', 'key': 'a'}]", "{\"a\":\"x\",\"b\":\"2\"}"),
    ("{\"a\":\"1\",\"a\":\"2\"}", "{\"a\":\"2\"}"), ("{ }", ""), ("[]", ""), ("null", ""),
    ("{\"a\":{\"b\":[1,\"x\"]}}", "{\"a\":\"{\\\"b\\\":[\\\"1\\\",\\\"x\\\"]}\"}"),
    ("{\"\\u00e9\\ud83d\\ude00\\n\":\"\\\\\\\"\\u0001\"}", "{\"é😀\\n\":\"\\\\\\\"\\u0001\"}"),
    ("{\"\":\"\"}", "{\"\":\"\"}"),
    ("{\"Z\":\"1\",\"a\":\"2\",\"é\":\"3\"}", "{\"Z\":\"1\",\"a\":\"2\",\"é\":\"3\"}"),
  ])
  func `tags are an object of texts in the order of their keys`(cell: String, tags: String) {
    #expect(TagText.canonical(cell: Array(cell.utf8)) == tags)
  }

  @Test(arguments: [
    "", "x", "{", "{\"a\"}", "{\"a\":}", "{\"a\":\"1\",}", "{\"a\":\"1\"} x", "[1]", "\"a\"",
    "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "[{\"key\":\"a\"}]", "{'a': 'b}",
  ])
  func `what can't be read is no tags`(cell: String) {
    #expect(TagText.canonical(cell: Array(cell.utf8)) == nil)
  }

  @Test(arguments: [(16, true), (17, false), (100_000, false)])
  func `nesting has an end`(depth: Int, isRead: Bool) {
    let cell = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect((LooseValue(cell: Array(cell.utf8)) != nil) == isRead)
  }
}
