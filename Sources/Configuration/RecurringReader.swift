import Quantities

/// The keys of a cost that recurs: the unit of an amount is part of its key.
enum RecurringKeys {
  /// An amount's key and what it is paid for.
  struct Amount {
    let key: String
    let unit: RecurringEntry.Unit?
    let span: RecurringEntry.Span
  }

  static let amounts: [Amount] =
    RecurringEntry.Unit.allCases.flatMap { unit in
      RecurringEntry.Span.allCases.map {
        Amount(key: "per_\(unit.rawValue)_\($0.rawValue)", unit: unit, span: $0)
      }
    } + [
      Amount(key: "flat_month", unit: nil, span: .month),
      Amount(key: "flat_year", unit: nil, span: .year),
    ]

  static let counts = RecurringEntry.Unit.allCases.map(\.rawValue).map { $0 + "s" }

  static let all =
    ["name", "kind"] + amounts.map(\.key) + counts + ["currency", "from", "to"]
}

/// Reading the `costs` of a cost pool.
extension ConfigurationReader {
  private static let countMax = 10_000_000

  /// - Parameter hasInventory: whether the inventory tells how many hosts and GPUs there are.
  func readRecurring(
    _ section: Section, _ money: MoneyReading, hasInventory: Bool, names: inout [String: Int]
  ) -> RecurringEntry? {
    let name = section.requiredText("name", expected: "a name for what is paid")
    if let name { checkRepeated(name, in: section, firstLines: &names) }
    let kinds = RecurringEntry.Kind.allCases.map(\.rawValue)
    if !section.has("kind") {
      section.tell(.missingKey(expected: "one of " + kinds.joined(separator: ", ")), of: "kind")
    }
    let kind = section.choice("kind", RecurringEntry.Kind.self)
    let currency = readCurrency(in: section, money)
    let from = readDay("from", in: section)
    let to = readDay("to", in: section)
    checkSpan(from, to, key: "to", in: section)
    guard let key = amountKey(of: section) else { return nil }
    let amount = section.value(
      key.key, expected: Self.moneyExpectation("1200000"), parse: Self.amount)
    let count = readCount(section, of: key, hasInventory: hasInventory)
    guard let name, let kind, let currency, let amount else { return nil }
    return RecurringEntry(
      name: name, kind: kind, amount: Money(picos: amount, currency: currency), span: key.span,
      unit: key.unit, count: count, from: from, to: to)
  }

  /// The one key with an amount, nil where there is none, or more than one.
  private func amountKey(of section: Section) -> RecurringKeys.Amount? {
    let given = RecurringKeys.amounts.filter { section.has($0.key) }
    guard let first = given.first else {
      section.tell(
        .missingKey(
          expected: "one amount, whose key names its unit: per_host, per_gpu, per_core or per_rack "
            + "with _hour, _month or _year, or flat_month or flat_year"), of: "flat_month")
      return nil
    }
    for other in given.dropFirst() { section.tell(.conflict(with: first.key), of: other.key) }
    return given.count == 1 ? first : nil
  }

  private func readCount(
    _ section: Section, of amount: RecurringKeys.Amount, hasInventory: Bool
  ) -> Int? {
    let expected = amount.unit.map { $0.rawValue + "s" }
    for key in RecurringKeys.counts where section.has(key) && key != expected {
      section.tell(.otherCount(amount: amount.key, expected: expected), of: key)
    }
    guard let expected, let unit = amount.unit else { return nil }
    let isKnown = hasInventory && (unit == .host || unit == .gpu)
    if !section.has(expected), !isKnown {
      let reason =
        unit == .host || unit == .gpu
        ? ", as the inventory has no host of this pool" : ""
      section.tell(
        .missingKey(expected: "how many \(expected) '\(amount.key)' is paid for\(reason)"),
        of: expected)
    }
    return section.value(expected, expected: "a whole number, 0 to \(Self.countMax)") {
      Self.whole($0, in: 0...Self.countMax)
    }
  }
}
