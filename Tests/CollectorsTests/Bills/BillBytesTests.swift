import Quantities
import Testing

@testable import Collectors

/// Numbers, times and rows are read off bytes exactly, or not at all.
@Suite struct BillBytesTests {
  private static func withField<Value>(_ text: String, _ body: (Field) -> Value) -> Value {
    var text = text + " "
    return text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { preconditionFailure("BUG: no bytes") }
      return body(Field(start: start, count: bytes.count - 1))
    }
  }

  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("20.52022672899", "20.52022672899"), ("+7", "7"), (".5", "0.5"),
    ("5.", "5"), ("-0.0000045", "-0.0000045"), ("35.2E-7", "0.00000352"), ("1e3", "1000"),
    ("2.000000000000000", "2"), ("0.000000000001", "0.000000000001"), ("1E+2", "100"),
    ("100000.000", "100000"), ("999999999999999.999999999999", "999999999999999.999999999999"),
    ("1.000000000000000000000000000000000000", "1"), ("0e60", "0"), ("-1.50e1", "-15"),
    ("123456789012345678e-10", "12345678.9012345678"),
    ("000000000000000000000000000001.5", "1.5"),
  ])
  func `decimal text is read exactly`(text: String, value: String) throws {
    let read = try #require(Self.withField(text) { DecimalField($0) })
    #expect(BillHarness.text(read.units) == value)
    #expect(!read.isRounded)
  }

  @Test(arguments: [
    ("0.0000000000005", "0"), ("0.0000000000015", "0.000000000002"),
    ("0.0000000000025", "0.000000000002"), ("-0.0000000000015", "-0.000000000002"),
    ("0.00000000000250000001", "0.000000000003"), ("4.6805419E-13", "0"),
    ("0.000012902399999999999", "0.0000129024"), ("1e-60", "0"), ("-1e-38", "0"),
    ("9.9999999999999999", "10"),
  ])
  func `more than twelve decimals are rounded half to even, and said so`(
    text: String, value: String
  ) throws {
    let read = try #require(Self.withField(text) { DecimalField($0) })
    #expect(BillHarness.text(read.units) == value)
    #expect(read.isRounded)
  }

  @Test(arguments: [
    "", "-", "+", ".", "1,5", "1.2.3", "12a", " 1", "1 ", "1e", "1e+", "1e5.", "e5", "0x10", "NaN",
    "inf", "1e61", "1e0000", "1000000000000000", "1e15", "--1", "1_000", "١",
    "1234567890123456789012345678901234567890",
  ])
  func `what is no decimal number is none`(text: String) {
    #expect(Self.withField(text) { DecimalField($0) == nil })
  }

  @Test func `a quantity may have more digits than an amount`() {
    let text = "2592000000000000000000"
    #expect(Self.withField(text) { DecimalField($0) == nil })
    #expect(
      Self.withField(text) { DecimalField($0, wholeDigitsMax: 22)?.units }
        == Int128(2_592_000_000_000_000) * 1_000_000 * 1_000_000_000_000)
  }

  @Test(arguments: [
    ("2026-11-23", "2026-11-23T00:00:00Z"), ("2026-11-23T04:05:06Z", "2026-11-23T04:05:06Z"),
    ("2026-11-23 04:05:06", "2026-11-23T04:05:06Z"),
    ("2026-11-23T04:05:06.250Z", "2026-11-23T04:05:06.250Z"),
    ("2026-11-23 04:05:06 UTC", "2026-11-23T04:05:06Z"),
    ("2026-11-23 04:05:06.123456 UTC", "2026-11-23T04:05:06.123Z"),
    ("2026-11-23T04:05:06+09:00", "2026-11-22T19:05:06Z"),
    ("2026-11-23 04:05:06+00", "2026-11-23T04:05:06Z"),
    ("2026-11-23T04:05-0130", "2026-11-23T05:35:00Z"),
    ("2026-11-23T04:05Z", "2026-11-23T04:05:00Z"),
    ("2024-02-29", "2024-02-29T00:00:00Z"), ("2000-03-01", "2000-03-01T00:00:00Z"),
    ("2099-12-31", "2099-12-31T00:00:00Z"), ("2000-01-01", "2000-01-01T00:00:00Z"),
  ])
  func `times of bills are read in all their forms`(text: String, instant: String) {
    #expect(
      Self.withField(text) { TimeField.milliseconds($0) }
        == UTCInstant(instant)?.milliseconds)
  }

  @Test func `every day of a century is the calendar's`() {
    var day = CivilDate(year: 2000, month: 1, day: 1)
    var count = 0
    while let date = day, date.year < 2100 {
      #expect(
        Self.withField(date.description) { TimeField.milliseconds($0) }
          == date.startInUTC.milliseconds)
      day = date.adding(days: 1)
      count += 1
    }
    #expect(count == 36_525)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "1999-12-31", "2100-01-01", "2026-11-23T24:00:00Z",
    "2026-11-23T04:60:00Z", "2026-11-23T04:05:60Z", "2026-11-23x04:05:06Z", "2026-11-23T04",
    "2026-11-23T04:05:06.", "2026-11-23T04:05:06 KST", "2026-11-23T04:05:06+9", "2026-11-23T04:05:",
    "2026/11/23", "11/23/2026",
  ])
  func `what is no time is none`(text: String) {
    #expect(Self.withField(text) { TimeField.milliseconds($0) == nil })
  }

  @Test(arguments: [
    ("02/28/2021", "2021-02-28"), ("2/3/2021", "2021-02-03"), ("2021-02-02", "2021-02-02"),
    ("2021-02-02T00:00:00Z", "2021-02-02"),
  ])
  func `days are read month first where they have slashes`(text: String, day: String) {
    #expect(Self.withField(text) { TimeField.day($0) } == CivilDate(day))
  }

  @Test(arguments: [
    "28/02/2021", "02/2021", "02/28/21", "02/28", "2/30/2021", "/02/2021", "02/02/2021/1",
  ])
  func `what is no day is none`(text: String) {
    #expect(Self.withField(text) { TimeField.day($0) == nil })
  }

  @Test func `texts have the numbers of their first coming`() {
    let interner = ByteInterner()
    let texts = (0..<5_000).map {
      "text \($0 % 2_500) \(String(repeating: "x", count: $0 % 2_500 % 40))"
    }
    let numbers = texts.map { text in Self.withField(text) { interner.number($0) } }
    #expect(numbers == (0..<5_000).map { UInt32($0 % 2_500 + 1) })
    #expect(interner.count == 2_501)
    #expect(zip(texts, numbers).allSatisfy { interner.text($1) == $0 })
    #expect(Self.withField("") { interner.number($0) } == 0)
    #expect(interner.text(interner.number("a \"b\"")) == "a \"b\"")
    #expect(Self.withField("a \"\"b\"\"") { interner.number($0) } == interner.number("a \"b\""))
  }
}
