import Quantities
import Testing

@Suite struct MoneyTests {
  @Test(
    arguments: [
      ("3250", 3_250_000_000_000_000, "3250 KRW"), ("0.0031", 3_100_000_000, "0.0031 KRW"),
      ("2.490", 2_490_000_000_000, "2.49 KRW"), ("0.000000000001", 1, "0.000000000001 KRW"),
      ("-1.5", -1_500_000_000_000, "-1.5 KRW"), ("0", 0, "0 KRW"),
      ("00.10", 100_000_000_000, "0.1 KRW"),
      (
        "999999999999999999.999999999999", 999_999_999_999_999_999_999_999_999_999,
        "999999999999999999.999999999999 KRW"
      ),
    ] as [(String, Int128, String)])
  func `an amount is read exactly and written back`(
    text: String, picos: Int128, written: String
  ) throws {
    let won = try #require(Currency("KRW"))
    let money = try #require(Money(text, currency: won))
    #expect(money.picos == picos)
    #expect(money.description == written)
  }

  @Test(arguments: [
    "", "-", ".", "1.", ".5", "1e3", "1,000", "1_000", "+1", " 1", "1 ", "0x1", "--1", "1.2.3",
    "0.0000000000001", "1000000000000000000", "NaN", "１",
  ])
  func `what is no plain decimal is refused`(text: String) throws {
    let won = try #require(Currency("KRW"))
    #expect(Money(text, currency: won) == nil)
  }

  @Test(
    arguments: [
      (1_500_000, 2), (2_500_000, 2), (2_500_001, 3), (-1_500_000, -2), (-500_000, 0), (499_999, 0),
    ] as [(Int128, Int128)])
  func `picos are rounded to micros half to even`(picos: Int128, micros: Int128) throws {
    let won = try #require(Currency("KRW"))
    #expect(Money(picos: picos, currency: won).micros == micros)
  }

  @Test(arguments: [("KRW", 0), ("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)])
  func `a currency has its own digits`(code: String, digits: Int) {
    #expect(Currency(code)?.minorDigits == digits)
    #expect(Currency(code)?.description == code)
  }

  @Test(arguments: ["", "krw", "KR", "KRWX", "K1W", "ÄÖÜ"])
  func `what is no code of a currency is refused`(code: String) {
    #expect(Currency(code) == nil)
  }

  @Test(
    arguments: [
      (0, 6, false, "0.000000"), (0, 6, true, "0"), (1, 6, false, "0.000001"),
      (-1_500_000, 6, true, "-1.5"), (-1, 6, false, "-0.000001"), (1_234_567, 0, false, "1234567"),
      (100, 2, true, "1"), (1_000_000, 6, true, "1"), (10, 0, true, "10"),
    ] as [(Int128, Int, Bool, String)])
  func `units are written as decimal text`(
    units: Int128, places: Int, trimmed: Bool, text: String
  ) {
    #expect(Decimals.text(units, places: places, trimmed: trimmed) == text)
  }

  @Test(
    arguments: [
      ("5", 4, 50_000), ("2.5", 4, 25_000), ("0.0001", 4, 1), ("100", 0, 100), ("-0.5", 1, -5),
      ("0.00001", 4, nil), ("1.0", 0, nil), ("1000", 4, nil),
    ] as [(String, Int, Int128?)])
  func `decimal text is read as units`(text: String, places: Int, units: Int128?) {
    #expect(Decimals.parse(text, places: places, wholeDigitsMax: 3) == units)
  }

  @Test(
    arguments: [
      (3_600_000, "1.000000"), (1_800_000, "0.500000"), (1, "0.000000"), (2, "0.000001"),
      (9, "0.000002"), (27, "0.000008"), (-9, "-0.000002"), (-27, "-0.000008"), (0, "0.000000"),
      (1_000, "0.000278"), (Int64.max, "2562047788015.215502"),
    ] as [(Int64, String)])
  func `GPU-hours are rounded half to even at six places`(milliseconds: Int64, hours: String) {
    let time = GPUTime(milliseconds: milliseconds)
    #expect(time.hours == hours)
    #expect(time.description == hours + " GPU-hours")
  }

  @Test func `GPU-time adds up and has an order`() {
    let one = GPUTime(milliseconds: 1)
    #expect(one + one == GPUTime(milliseconds: 2))
    #expect(one < one + one)
  }
}
