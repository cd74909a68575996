import Foundation
import Quantities
import TestSupport
import Testing

@testable import Reports

/// FinOps' own validator over exports in the form of FOCUS; some fifteen seconds a run.
@Suite(.enabled(if: FocusValidator.isInstalled, "\(FocusValidator.absence)"))
struct FocusValidatorTests {
  /// The export over ``Fleet`` with its sites, as `adjust` changes its text.
  ///
  /// The specification wants Unicode, the validator ASCII: the one Korean name is written so.
  private func export(_ adjust: (String) -> String = { $0 }) throws -> String {
    let export = try ExportCatalog(folders: [Place.root + "/exports"]).file(named: "focus")
    let folder = try Place.folder()
    let written = try ExportRunner(runner: Fleet.runner(Fleet.storeOfSites())).write(
      export, period: Fleet.period("2026-11", "2026-11-01", "2026-12-01"), directory: folder)
    let text = try String(contentsOfFile: written.path, encoding: .utf8)
    try adjust(text.replacing("로봇", with: "robots"))
      .write(toFile: written.path, atomically: true, encoding: .utf8)
    return written.path
  }

  @Test func `the validator finds nothing wrong with an export`() async throws {
    let outcome = try await FocusValidator.outcome(of: export())
    #expect(outcome.failed == [], "\(outcome.text)")
    #expect(outcome.passed.count > 280)
  }

  @Test func `the validator sees what is wrong`() async throws {
    let path = try export {
      $0.replacing(",Usage,", with: ",Use,").replacing(",Adjustment,", with: ",Mend,")
        .replacing("T15:00:00Z,2026-10-31", with: " at noon,2026-10-31")
        .replacing(",KRW,", with: ",WON,")
    }
    let failed = try await FocusValidator.outcome(of: path).failed
    for rule in ["ChargeCategory-C-003-M", "BillingPeriodEnd-C-001-M", "BillingCurrency-C-006-M"] {
      #expect(failed.contains(rule), "\(failed)")
    }
  }
}
