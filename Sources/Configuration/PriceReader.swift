import Quantities

/// Reading `rates`.
extension ConfigurationReader {
  /// The rates in the order of the file; none where the currency is not known.
  func readRates(_ money: MoneyReading) -> [Rate] {
    let valid = ["site", "cluster", "gpu_model", "per_gpu_hour", "currency", "from", "to"]
    return root.sections("rates", valid: valid).compactMap { section in
      let site = pattern("site", in: section)
      checkSite(site, known: money.sites, in: section)
      let currency = readCurrency(in: section, money)
      let from = readDay("from", in: section)
      let to = readDay("to", in: section)
      checkSpan(from, to, key: "to", in: section)
      // The text is read exactly; where the currency is missing that alone is told.
      let perGPUHour = section.required(
        "per_gpu_hour",
        expected: "a price such as 3250 or \"2.49\", with 9 digits and 12 decimals at most"
      ) { text -> Int128? in
        guard let picos = Decimals.parse(text, places: 12, wholeDigitsMax: 9), picos >= 0 else {
          return nil
        }
        return picos
      }
      guard let perGPUHour, let currency else { return nil }
      return Rate(
        site: site, cluster: pattern("cluster", in: section),
        gpuModel: pattern("gpu_model", in: section),
        perGPUHour: Money(picos: perGPUHour, currency: currency), from: from, to: to,
        line: section.place.line)
    }
  }

  /// Tells where a pattern matches no site.
  func checkSite(_ site: Pattern?, known: [String], in section: Section) {
    guard let site, !known.contains(where: site.matches) else { return }
    checkName(site.text, what: "site", known: known, at: section.place(of: "site"))
  }

  func pattern(_ key: String, in section: Section) -> Pattern? {
    section.text(key, expected: "a pattern such as NVIDIA H100*").map { Pattern($0) }
  }
}
