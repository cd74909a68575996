import Quantities

/// What one unit of another currency is worth in a month.
package struct ExchangeRateEntry: Hashable, Sendable {
  package var month: BillingMonth
  package var currency: Currency
  /// - Unit: 1e-12 of the reporting currency. - Range: more than 0.
  package var picos: Int128

  package init(month: BillingMonth, currency: Currency, picos: Int128) {
    self.month = month
    self.currency = currency
    self.picos = picos
  }
}

/// What reading an amount needs to know.
struct MoneyReading {
  /// Nil where it isn't known.
  let reporting: Currency?
  /// The currencies that have a rate of exchange.
  let exchanged: Set<Currency>
  let sites: [String]
}

/// Reading `exchange_rates`, a list or the path of a CSV file with the same columns.
extension ConfigurationReader {
  private static let exchangeColumns = ["month", "currency", "rate"]
  private static let monthExpectation = "a month such as 2026-10"
  private static let currencyExpectation = "a currency's code of ISO 4217, such as USD"

  /// The path of the file with rates of exchange, nil where none is named.
  var exchangeRateFile: String? {
    guard root.holdsText("exchange_rates") else { return nil }
    return root.text("exchange_rates", expected: "a path").map(resolve)
  }

  private var rateExpectation: String {
    let reporting = root.text("currency") ?? "the reporting currency"
    return "what 1 of the currency is worth in \(reporting), such as 1385.50: more than 0, with 9 "
      + "digits and 12 decimals at most"
  }

  /// The rates of the list, or of the file, whose content is `text`.
  func readExchangeRates(text: String?, reporting: Currency?) -> [ExchangeRateEntry] {
    var entries: [Placed<ExchangeRateEntry>] = []
    if let path = exchangeRateFile {
      let columns = Self.exchangeColumns
      let file = CSVFile(path: path, reader: self, columns: columns, requiredColumns: columns)
      entries = file.rows(of: text ?? columns.joined(separator: ",")).compactMap { row in
        readExchangeRate(row, of: file).map { Placed(value: $0, place: file.place(row.line, "")) }
      }
    } else {
      entries = root.sections("exchange_rates", valid: Self.exchangeColumns).compactMap { section in
        readExchangeRate(section).map { Placed(value: $0, place: section.place) }
      }
    }
    check(entries, reporting: reporting)
    return entries.map(\.value)
  }

  private func readExchangeRate(_ row: CSVFile.Row, of file: CSVFile) -> ExchangeRateEntry? {
    func value<Value>(_ column: String, _ expected: String, _ parse: (String) -> Value?) -> Value? {
      file.required(column, expected: expected, row)
        .flatMap { file.parsed($0, parse, column, expected, row) }
    }
    let month = value("month", Self.monthExpectation) { BillingMonth($0) }
    let currency = value("currency", Self.currencyExpectation) { Currency($0) }
    let rate = value("rate", rateExpectation, Self.rate)
    guard let month, let currency, let rate else { return nil }
    return ExchangeRateEntry(month: month, currency: currency, picos: rate)
  }

  private func readExchangeRate(_ section: Section) -> ExchangeRateEntry? {
    let month = section.required("month", expected: Self.monthExpectation) { BillingMonth($0) }
    let currency = section.required("currency", expected: Self.currencyExpectation) { Currency($0) }
    let rate = section.required("rate", expected: rateExpectation, parse: Self.rate)
    guard let month, let currency, let rate else { return nil }
    return ExchangeRateEntry(month: month, currency: currency, picos: rate)
  }

  private static func rate(_ text: String) -> Int128? {
    Decimals.parse(text, places: 12, wholeDigitsMax: 9).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Tells of rates that are given twice, or of the reporting currency to itself.
  private func check(_ entries: [Placed<ExchangeRateEntry>], reporting: Currency?) {
    var firstLines: [[String]: Int] = [:]
    for entry in entries {
      let (month, currency) = (entry.value.month, entry.value.currency)
      if currency == reporting {
        problems.add(.ownCurrency(currency.code), at: entry.place)
      }
      let key = [month.description, currency.code]
      if let line = firstLines[key] {
        problems.add(
          .repeatedExchangeRate(month: key[0], currency: key[1], firstLine: line), at: entry.place)
      } else {
        firstLines[key] = entry.place.line
      }
    }
  }

  /// The currency of a section's amounts, by default the reporting one; another one must have rates
  /// of exchange.
  func readCurrency(in section: Section, _ money: MoneyReading) -> Currency? {
    guard section.has("currency") else { return money.reporting }
    let currency = section.value(
      "currency", expected: "a currency's code of ISO 4217, such as KRW or USD"
    ) { Currency($0) }
    if let currency, let reporting = money.reporting, currency != reporting,
      !money.exchanged.contains(currency)
    {
      section.tell(.otherCurrency(found: currency.code, expected: reporting.code), of: "currency")
    }
    return currency
  }
}
