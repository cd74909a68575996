import Quantities
import Store

/// Why a month can't be closed.
package enum ClosingError: Error, Equatable, CustomStringConvertible {
  case notOver(BillingMonth, end: UTCInstant)
  /// `next` is the month that is open.
  case alreadyClosed(BillingMonth, at: UTCInstant, next: BillingMonth?)
  /// Months that could be closed are `open`.
  case nothing(BillingMonth, open: [BillingMonth])
  /// `first` is before it and open.
  case outOfOrder(BillingMonth, first: BillingMonth)
  /// Samples came after facts were made.
  case stale(BillingMonth, hostHours: Int)
  /// Facts of `changed` came after it was posted.
  case unposted(BillingMonth, changed: BillingMonth)
  case otherConfiguration(BillingMonth)
  case incomplete(BillingMonth, [ClosedGap])
  case changedMeanwhile(String)
  /// Closed months were made with another `key`.
  case otherUnit(key: String, closed: BillingMonth, was: String, found: String)
  case notClosed(BillingMonth)
  /// What it was closed with doesn't price all of its time.
  case unpriced(BillingMonth, reason: String)

  /// No more gaps than these are told one by one.
  private static let gapsMax = 10

  package var description: String {
    switch self {
    case .notOver(let month, let end):
      "\(month) is not over: it ends at \(end); close it after that"
    case .alreadyClosed(let month, let at, let next):
      "\(month) was closed at \(at) and stays as it is; what changed since is charged in "
        + "\(next.map { "\($0)" } ?? "the next month") by 'gputally post'"
    case .nothing(let month, let open):
      "\(month) has no facts, so there is nothing to close; "
        + (open.isEmpty
          ? "run 'gputally run' first"
          : "open are " + open.map(\.description).joined(separator: ", "))
    case .outOfOrder(let month, let first):
      "\(month) can't be closed before \(first), which is open; run 'gputally close \(first)' first"
    case .stale(let month, let hours):
      "\(month) can't be closed: \(hours) host-hours of it are to be rolled up again; run "
        + "'gputally run', or 'gputally rollup' and 'gputally post', look at its reports, and close "
        + "it then"
    case .unposted(let month, let changed):
      "\(month) can't be closed: \(changed == month ? "it" : "\(changed), which is closed,") has "
        + "facts that are not posted; run 'gputally post', look at the reports of \(month), and "
        + "close it then"
    case .otherConfiguration(let month):
      "\(month) can't be closed: it was posted with other rates, teams, policies or inventory than "
        + "gputally.yaml has now; run 'gputally post', look at its reports, and close it then"
    case .incomplete(let month, let gaps):
      Self.incomplete(month, gaps)
    case .changedMeanwhile(let file):
      "\(file) changed while it was read, or can't be kept as it is; nothing was closed; run it "
        + "again"
    case .otherUnit(let key, let closed, let was, let found):
      "\(key) is \(found), but months up to \(closed) are closed with \(was), and days and amounts "
        + "must go on from there; set it back, or start a new store"
    case .notClosed(let month):
      "\(month) is not closed: 'gputally post --period \(month)' prices it anew without --correct"
    case .unpriced(let month, let reason):
      "\(month) is closed, and what it was closed with has no price for what came later: \(reason)"
        + "\nprice it with gputally.yaml as it is now, and charge the difference: 'gputally post "
        + "--period \(month) --correct'"
    }
  }

  private static func incomplete(_ month: BillingMonth, _ gaps: [ClosedGap]) -> String {
    let hours = gaps.reduce(0) { $0 + $1.hours }
    let more = gaps.count - gapsMax
    return "\(month) is not complete: \(hours) \(hours == 1 ? "hour is" : "hours are") missing or "
      + "thin; collect them with 'gputally collect --source NAME --window FROM/TO', or close it as "
      + "it is with --accept-gaps, which writes them down"
      + gaps.prefix(gapsMax).map { "\n  \($0)" }.joined()
      + (more > 0 ? "\n  and \(more) more; 'gputally query gaps --period \(month)' lists them" : "")
  }
}
