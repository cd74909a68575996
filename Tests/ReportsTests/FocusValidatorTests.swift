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

/// The validator that `make focus-validator` installs.
enum FocusValidator {
  /// The rules of the validator by what became of them.
  struct Outcome {
    var passed: Set<String> = []
    var failed: Set<String> = []
    /// All that it said.
    var text = ""
  }

  private static let folder = Place.root + "/.build/focus-validator"

  static let absence = "focus-validator is not installed: run 'make focus-validator'"

  static var isInstalled: Bool { FileManager.default.fileExists(atPath: folder + "/ready") }

  /// What is true of exports, so that the rules for it apply.
  private static let criteria = [
    "ACCOUNT_NAMING", "BILLING_BASED_ON_PROVISIONED_RESOURCES", "MULTIPLE_PRICING_CATEGORIES",
    "NEGOTIATED_PRICING", "PRICING_BILLING_CURRENCY_DIFFERENCES", "PUBLIC_PRICE_LIST", "REGION",
    "RESOURCE_TYPE_ASSIGNMENT", "SUB_ACCOUNT", "TAGGING", "UNIT_PRICING", "USAGE_MEASUREMENT",
  ].map { $0 + "_SUPPORTED" }

  /// Runs it over the file at `path`.
  ///
  /// Of the two rules of which only one can hold, it applies both: that no line has an invoice, and
  /// that all have. Where their alternative holds, neither counts as failed.
  static func outcome(of path: String) async throws -> Outcome {
    let log = path + ".log"
    let python = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder + "/lib").first)
    // It reads its rules relative to where it runs.
    let process = try Subprocess(
      folder + "/bin/focus-validator",
      [
        "--data-file", path, "--validate-version", "1.2", "--block-download",
        "--show-violations", "--applicability-criteria", criteria.joined(separator: ","),
      ], output: log, folder: folder + "/lib/\(python)/site-packages")
    #expect(await process.ended() == 0)
    var outcome = Outcome()
    outcome.text = try String(contentsOfFile: log, encoding: .utf8)
    for line in outcome.text.split(separator: "\n") {
      let words = line.split(separator: " ").prefix(3).map(String.init)
      guard words.count == 3, words[1].hasSuffix(":") else { continue }
      let rule = String(words[1].dropLast())
      switch words[2] {
      case "PASS": outcome.passed.insert(rule)
      case "FAIL": outcome.failed.insert(rule)
      default: break
      }
    }
    if outcome.passed.contains("InvoiceId-C-003-C") {
      outcome.failed.subtract(["InvoiceId-C-004-C", "InvoiceId-C-005-C"])
    }
    return outcome
  }
}
