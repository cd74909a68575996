import Configuration
import Quantities
import Testing

@Suite struct ExchangeRateTests {
  private static let yaml = """
    currency: KRW
    sites: [{ name: a, kind: on-prem }]
    rates: [{ per_gpu_hour: "2.49", currency: USD }]
    exchange_rates: fx.csv
    """
  private static let head = "month,currency,rate\n"
  private static let rate =
    "expected what 1 of the currency is worth in KRW, such as 1385.50: more than 0, with 9 digits "
    + "and 12 decimals at most"

  static let wrong: [WrongText] = [
    WrongText(
      head + "2026-10,KRW,1\n2026-10,USD,1385.50\n2026-11,USD,1\n2026-10,USD,1385.50\n",
      "fx.csv:2: amounts are reported in KRW, which needs no rate of exchange; take it away",
      "fx.csv:5: the rate of USD for 2026-10 is already on line 3; give it once"),
    WrongText(
      head + "2026-13,usd,0\n,,\n2026-10,USD,1385.5\n2026-10,EUR,1e3\n2026-10,EUR,-1\n",
      "fx.csv:2: month: found '2026-13'; expected a month such as 2026-10",
      "fx.csv:2: currency: found 'usd'; expected a currency's code of ISO 4217, such as USD",
      "fx.csv:2: rate: found '0'; " + rate,
      "fx.csv:3: month: missing; expected a month such as 2026-10",
      "fx.csv:3: currency: missing; expected a currency's code of ISO 4217, such as USD",
      "fx.csv:3: rate: missing; " + rate,
      "fx.csv:5: rate: found '1e3'; " + rate, "fx.csv:6: rate: found '-1'; " + rate),
    WrongText(
      "month,curency,rate\n",
      "c.yaml:3: rates[0].currency: found USD, but amounts are reported in KRW and there is no "
        + "rate of exchange of USD; add one a month to 'exchange_rates', or give it in KRW",
      "fx.csv:1: curency: unknown key; did you mean 'currency'?",
      "fx.csv:1: column 'currency' is missing in the first line"),
  ]

  @Test(arguments: wrong)
  func `each problem of rates of exchange is told with its line`(wrong: WrongText) {
    expect(wrong.told) {
      try ConfigurationLoader.parse(Self.yaml, file: "c.yaml") { _ in wrong.text }
    }
  }

  @Test(arguments: [
    ("exchange_rates: fx.csv", "month,currency,rate\n2026-10,USD,1385.50\n2026-11,EUR,1500\n"),
    (
      "exchange_rates:\n- { month: 2026-10, currency: USD, rate: \"1385.50\" }\n"
        + "- { month: 2026-11, currency: EUR, rate: 1500 }", ""
    ),
  ])
  func `a list and a file say the same`(key: String, file: String) throws {
    let text = Self.yaml.replacing("exchange_rates: fx.csv", with: key)
    let configuration = try ConfigurationLoader.parse(text, file: "/etc/c.yaml") { path in
      #expect(path == "/etc/fx.csv")
      return file
    }
    #expect(configuration.exchangeRates.map(\.month.description) == ["2026-10", "2026-11"])
    #expect(configuration.exchangeRates.map(\.currency.code) == ["USD", "EUR"])
    #expect(
      configuration.exchangeRates.map(\.picos) == [1_385_500_000_000_000, 1_500_000_000_000_000])
    #expect(configuration.rates.map(\.perGPUHour.description) == ["2.49 USD"])
    #expect(configuration.exchangeRateFile == (file.isEmpty ? nil : "/etc/fx.csv"))
  }

  @Test func `a file of rates of exchange that is not there is told at its key`() {
    let told =
      "c.yaml:4: exchange_rates: 'fx.csv' cannot be read: there is no such file; write it or take "
      + "the key away"
    let text = Self.yaml.replacing("\"2.49\", currency: USD", with: "1")
    expect([told]) { try ConfigurationLoader.parse(text, file: "c.yaml") }
  }
}
