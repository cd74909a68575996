import Quantities

/// The keys of power and its tariffs.
enum PowerKeys {
  static let all = ["pue", "nameplate_watts_per_gpu", "currency", "tariffs"]
  static let tariff = ["per_kwh", "weekdays", "hours", "from", "to"]
}

/// Reading the `power` of a cost pool.
extension ConfigurationReader {
  private static let wattsMax = 100_000
  private static let weekdayNames = Weekday.allCases.map(\.rawValue)

  func readPower(_ section: Section, _ money: MoneyReading) -> PowerEntry? {
    let pue = section.required(
      "pue",
      expected: "the building's energy for 1 of the hosts', from 1 to 10, such as 1.35"
    ) { text in
      Decimals.parse(text, places: 6, wholeDigitsMax: 2).flatMap {
        (1_000_000...10_000_000).contains($0) ? $0 : nil
      }
    }
    let watts = section.required(
      "nameplate_watts_per_gpu",
      expected: "the watts of a GPU whose energy nobody measured, 0 to \(Self.wattsMax)"
    ) { Self.whole($0, in: 0...Self.wattsMax) }
    let currency = readCurrency(in: section, money)
    let sections = section.sections("tariffs", valid: PowerKeys.tariff)
    if !section.has("tariffs") {
      section.tell(
        .missingKey(expected: "a list of tariffs, such as [{ per_kwh: \"120.5\" }]"),
        of: "tariffs")
    }
    let tariffs = sections.compactMap { readTariff($0, currency) }
    guard let pue, let watts, let currency else { return nil }
    return PowerEntry(
      pueMillionths: pue, nameplateWattsPerGPU: watts, currency: currency, tariffs: tariffs)
  }

  private func readTariff(_ section: Section, _ currency: Currency?) -> TariffEntry? {
    let price = section.required(
      "per_kwh", expected: Self.moneyExpectation("\"120.5\""), parse: Self.amount)
    let weekdays = readWeekdays(section)
    let hours = section.value(
      "hours",
      expected: "a span of full hours such as 09:00-18:00, or 22:00-06:00 past midnight",
      parse: Self.hours)
    let from = readDay("from", in: section)
    let to = readDay("to", in: section)
    checkSpan(from, to, key: "to", in: section)
    guard let price, let currency else { return nil }
    return TariffEntry(
      perKilowattHour: Money(picos: price, currency: currency), weekdays: weekdays, hours: hours,
      from: from, to: to)
  }

  private func readWeekdays(_ section: Section) -> Set<Weekday>? {
    let expected = "days of the week: " + Self.weekdayNames.joined(separator: ", ")
    let names = section.texts("weekdays", expected: expected, orOne: true)
    guard let names else { return nil }
    if names.isEmpty { section.tell(.badValue(found: "", expected: expected), of: "weekdays") }
    return Set(
      names.compactMap { name in
        if let day = Weekday(rawValue: name.value) { return day }
        checkName(name.value, what: "day", known: Self.weekdayNames, at: name.place)
        return nil
      })
  }

  /// The hours of `09:00-18:00`; those past midnight belong to the day whose clock shows them.
  static func hours(_ text: String) -> Set<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
      hour(String($0.trimmingBlanks()))
    }
    guard ends.count == 2, let start = ends[0], let end = ends[1], start < 24, start != end else {
      return nil
    }
    return start < end ? Set(start..<end) : Set(start..<24).union(0..<end)
  }

  private static func hour(_ text: String) -> Int? {
    guard text.utf8.count == 5, text.hasSuffix(":00") else { return nil }
    return whole(String(text.prefix(2)), in: 0...24)
  }
}
