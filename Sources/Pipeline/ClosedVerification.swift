import Configuration
import Store

/// Checks closed months: what they were charged, and that later facts are charged too.
package struct ClosedVerification {
  private let store: Store

  package init(store: Store) {
    self.store = store
  }

  package func problems() throws -> [StoreProblem] {
    var months: [ClosedMonthCheck.Month] = []
    var problems: [StoreProblem] = []
    for closed in try store.closedMonths() {
      do {
        let calendar = try ClosedConfigurations.configuration(of: closed).calendar
        months.append((closed, calendar.range(of: closed.month)))
      } catch let error as ConfigurationError {
        problems.append(
          StoreProblem(
            what: "closed month \(closed.month): what it was priced with can't be read: \(error)",
            remedy: "restore the store from a backup"))
      }
    }
    return try problems + ClosedMonthCheck(store: store, months: months).problems()
  }
}
