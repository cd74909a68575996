/// Why there is no configuration.
package enum ConfigurationError: Error, Equatable, CustomStringConvertible {
  case missingFile(String)
  case unreadableFile(String, reason: String)
  /// The text is no YAML; `seen` is what the parser stumbled over, without quoting the file.
  case badYAML(file: String, line: Int, seen: String)
  /// All that is wrong, in the order of files and lines.
  case problems([ConfigurationProblem])

  package var description: String {
    switch self {
    case .missingFile(let file):
      "\(file): there is no such file; run 'gputally init' to write one, or name yours with "
        + "--config FILE"
    case .unreadableFile(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .badYAML(let file, let line, let seen):
      "\(file):\(line): this is not YAML: \(seen)"
    case .problems(let problems):
      problems.map(\.description).joined(separator: "\n")
    }
  }
}

/// One thing that is wrong with a configuration, and where.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  package let file: String
  package let line: Int
  /// `sources[0].scrape_interval`; empty for the file as a whole.
  package let key: String
  package let fault: Fault

  package init(file: String, line: Int, key: String, fault: Fault) {
    self.file = file
    self.line = line
    self.key = key
    self.fault = fault
  }

  package var description: String {
    "\(file):\(line): " + (key.isEmpty ? "" : key + ": ") + fault.description
  }
}

extension ConfigurationProblem {
  /// What is wrong with a key or its value.
  package enum Fault: Hashable, Sendable, CustomStringConvertible {
    case unknownKey(nearest: String?, valid: [String])
    case missingKey(expected: String)
    case wrongType(found: String, expected: String)
    case badValue(found: String, expected: String)
    /// As `badValue`, for values that may hold a secret.
    case badHiddenValue(expected: String)
    case unknownName(String, what: String, nearest: String?, known: [String])
    case repeatedName(String, firstLine: Int)
    case repeatedHost(String, cluster: String, firstFile: String, firstLine: Int)
    case otherCostCenter(team: String, firstLine: Int)
    case secret(use: String)
    case otherCurrency(found: String, expected: String)
    case repeatedBudget(team: String, firstLine: Int)
    case ownCurrency(String)
    case repeatedExchangeRate(month: String, currency: String, firstLine: Int)
    /// A number of something that the amount isn't paid for; `expected` is nil where it counts
    /// nothing.
    case otherCount(amount: String, expected: String?)
    case reservedName(String)
    case emptySpan(from: String, to: String)
    case conflict(with: String)
    case missingPartner(String)
    case missingColumn(String)
    case fieldCount(found: Int, expected: Int)
    case badCSV(String)
    case unreadableInventory(String, reason: String)

    package var description: String {
      switch self {
      case .unknownKey(let nearest?, _): "unknown key; did you mean '\(nearest)'?"
      case .unknownKey(nil, let valid):
        "unknown key; valid keys here are " + valid.joined(separator: ", ")
      case .missingKey(let expected): "missing; expected \(expected)"
      case .wrongType(let found, let expected): "found \(found); expected \(expected)"
      case .badValue(let found, let expected):
        "found '\(found)'; expected \(expected)"
      case .badHiddenValue(let expected):
        "the value, which may be secret and isn't shown, is refused; expected \(expected)"
      case .unknownName(let name, let what, let nearest?, _):
        "there is no \(what) '\(name)'; did you mean '\(nearest)'?"
      case .unknownName(let name, let what, nil, let known):
        "there is no \(what) '\(name)'; "
          + (known.isEmpty ? "none is listed" : "listed are " + known.joined(separator: ", "))
      case .repeatedName(let name, let line):
        "'\(name)' is already the name of the one on line \(line); names must differ"
      case .repeatedHost(let host, let cluster, let file, let line):
        "host '\(host)' of cluster '\(cluster)' is already listed at \(file):\(line); "
          + "list each host once"
      case .otherCostCenter(let team, let line):
        "team '\(team)' has another cost center on line \(line); a team has one at a time: give "
          + "the same one, or 'from' and 'to' so that the days differ"
      case .secret(let use):
        "secrets are not written here; put it into a file of its own and name that with '\(use)'"
      case .otherCurrency(let found, let expected):
        "found \(found), but amounts are reported in \(expected) and there is no rate of exchange of "
          + "\(found); add one a month to 'exchange_rates', or give it in \(expected)"
      case .ownCurrency(let currency):
        "amounts are reported in \(currency), which needs no rate of exchange; take it away"
      case .repeatedExchangeRate(let month, let currency, let line):
        "the rate of \(currency) for \(month) is already on line \(line); give it once"
      case .otherCount(let amount, let expected?):
        "is not what '\(amount)' is paid for; expected '\(expected)'"
      case .otherCount(let amount, nil):
        "'\(amount)' is one amount for all; take the number away"
      case .repeatedBudget(let team, let line):
        "team '\(team)' has a budget on line \(line) for some of the same months; end that one with "
          + "'to' where this one starts with 'from'"
      case .reservedName(let name):
        "'\(name)' is a name that gputally itself uses; choose another one"
      case .emptySpan(let from, let to):
        "the span from \(from) to \(to) holds no day; expected a start before the end"
      case .conflict(let other):
        "cannot be used together with '\(other)'; keep one of them"
      case .missingPartner(let other): "needs '\(other)' as well"
      case .missingColumn(let column):
        "column '\(column)' is missing in the first line"
      case .fieldCount(let found, let expected):
        "found \(found) fields; expected \(expected), as in the first line"
      case .badCSV(let reason): "this is not CSV of RFC 4180: \(reason)"
      case .unreadableInventory(let path, let reason):
        "'\(path)' cannot be read: \(reason)"
      }
    }
  }
}
