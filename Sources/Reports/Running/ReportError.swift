/// Why there is no report.
package enum ReportError: Error, Equatable, CustomStringConvertible {
  case noQueries(folders: [String])
  case unknownReport(String, known: [String])
  case unreadable(path: String)
  case notText(path: String)
  case noDimensions(report: String)
  case unknownDimension(report: String, found: String, known: [String])
  case repeatedDimension(report: String, name: String)
  case noTeam(report: String)
  case noStretches(report: String)
  case shortStretch(milliseconds: Int64)
  case notDuration(String)
  case cutsDay(report: String, period: String, zone: String, canHour: Bool)
  case cutsHour(report: String, period: String)
  case notParameter(String)
  case unknownParameter(String, known: [String])
  case missingParameter(String)
  case badParameter(name: String, found: String, kind: String)
  case columnsDiffer(path: String, found: [String], expected: [String])
  case cellDiffers(path: String, column: String, row: Int, found: String, expected: String)
  case overflow(name: String)
  case unbalanced(report: String, columns: [String], totals: [String], currency: String)
  case rowLimit(Int)

  package var description: String {
    switch self {
    case .noQueries, .unknownReport, .unreadable, .notText: fileText
    case .noDimensions, .unknownDimension, .repeatedDimension, .noTeam, .noStretches: optionText
    case .shortStretch, .notDuration, .cutsDay, .cutsHour: timeText
    case .notParameter, .unknownParameter, .missingParameter, .badParameter, .rowLimit:
      parameterText
    case .columnsDiffer, .cellDiffers, .overflow, .unbalanced: resultText
    }
  }

  /// Whether another name, option or parameter would do, rather than another file or other data.
  package var isOfRequest: Bool {
    switch self {
    case .noQueries, .unreadable, .notText, .columnsDiffer, .cellDiffers, .overflow,
      .unbalanced:
      false
    case .unknownReport, .noDimensions, .unknownDimension, .repeatedDimension, .noTeam,
      .noStretches, .shortStretch, .notDuration, .cutsDay, .cutsHour, .notParameter,
      .unknownParameter, .missingParameter, .badParameter, .rowLimit:
      true
    }
  }

  /// Whether it is the value or the name of a parameter of `name` that is wrong.
  func isAbout(parameter name: String) -> Bool {
    switch self {
    case .unknownParameter(name, known: _), .badParameter(name: name, found: _, kind: _): true
    default: false
    }
  }

  private var fileText: String {
    switch self {
    case .noQueries(let folders):
      "no query file found; looked in \(folders.joined(separator: ", ")); set GPUTALLY_HOME to the "
        + "folder that holds queries/"
    case .unknownReport(let name, let known):
      "there is no query '\(name)'; \(Nearest.hint(for: name, among: known))"
    case .unreadable(let path):
      "\(path): can't be read; see that it exists and is yours to read"
    case .notText(let path):
      "\(path): is not UTF-8 text; save it as UTF-8"
    default: ""
    }
  }

  private var optionText: String {
    switch self {
    case .noDimensions(let report):
      "'\(report)' has no dimensions to choose from; leave --by out"
    case .unknownDimension(let report, let found, let known):
      "'\(report)' has no dimension '\(found)'; \(Nearest.hint(for: found, among: known))"
    case .repeatedDimension(let report, let name):
      "--by names '\(name)' twice; '\(report)' takes each dimension once"
    case .noTeam(let report):
      "'\(report)' can't be limited to a team; leave --team out"
    case .noStretches(let report):
      "'\(report)' has no idle stretches; leave --min-stretch out"
    default: ""
    }
  }

  private var timeText: String {
    switch self {
    case .shortStretch(let milliseconds):
      "--min-stretch is \(DurationText.text(milliseconds)), expected at least 5m: the store keeps "
        + "no shorter idle stretches"
    case .notDuration(let found):
      "'\(found)' is not a length of time; expected one such as 30m, 2h or 1h30m"
    case .cutsDay(let report, let period, let zone, let canHour):
      "period '\(period)' cuts a billing day of \(zone), and '\(report)' is kept by day; ask for "
        + "whole days such as 2026-11-23" + (canHour ? ", or for '--by hour'" : "")
    case .cutsHour(let report, let period):
      "period '\(period)' cuts an hour, and '\(report)' is kept by UTC hour; ask for whole hours"
    default: ""
    }
  }

  private var parameterText: String {
    switch self {
    case .notParameter(let found):
      "--param '\(found)' is not of the form name=value"
    case .unknownParameter(let name, let known):
      "the query has no parameter '\(name)'; \(Nearest.hint(for: name, among: known))"
    case .missingParameter(let name):
      "the query's parameter '\(name)' has no value; add --param \(name)=VALUE"
    case .badParameter(let name, let found, let kind):
      "parameter '\(name)' is '\(found)', expected \(kind == "text" ? "text" : "\(kind) number")"
    case .rowLimit(let limit):
      "--limit is \(limit), expected at least 1"
    default: ""
    }
  }

  private var resultText: String {
    switch self {
    case .columnsDiffer(let path, let found, let expected):
      "\(path): the SQL gives the columns \(found.joined(separator: ", ")), but the head declares "
        + expected.joined(separator: ", ")
    case .cellDiffers(let path, let column, let row, let found, let expected):
      "\(path): column '\(column)' of row \(row) is \(found), expected \(expected)"
    case .overflow(let name):
      "a sum in '\(name)' is larger than the 64 bits that SQLite counts in; ask for a shorter "
        + "period or for more dimensions"
    case .unbalanced(let report, let columns, let totals, let currency):
      "'\(report)' doesn't balance: \(columns.joined(separator: " and ")) are "
        + "\(totals.joined(separator: " and ")) \(currency); run 'gputally verify', which names what is "
        + "wrong with the postings"
    default: ""
    }
  }
}
