import Foundation

/// The validator that `make focus-validator` installs.
package enum FocusValidator {
  /// The rules of the validator by what became of them.
  package struct Outcome {
    package var passed: Set<String> = []
    package var failed: Set<String> = []
    /// All that it said.
    package var text = ""
  }

  private static let folder =
    URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    + "/.build/focus-validator"

  package static let absence: String =
    "focus-validator is not installed: run 'make focus-validator'"

  package static var isInstalled: Bool { FileManager.default.fileExists(atPath: folder + "/ready") }

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
  package static func outcome(of path: String) async throws -> Outcome {
    let log = path + ".log"
    guard let python = try FileManager.default.contentsOfDirectory(atPath: folder + "/lib").first
    else { throw SupportError(text: "\(folder) has no lib: run 'make clean focus-validator'") }
    // It reads its rules relative to where it runs.
    let process = try Subprocess(
      folder + "/bin/focus-validator",
      [
        "--data-file", path, "--validate-version", "1.2", "--block-download",
        "--show-violations", "--applicability-criteria", criteria.joined(separator: ","),
      ], output: log, folder: folder + "/lib/\(python)/site-packages")
    let status = await process.ended()
    var outcome = Outcome()
    outcome.text = try String(contentsOfFile: log, encoding: .utf8)
    guard status == 0 else { throw SupportError(text: "status \(status): \(outcome.text)") }
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
