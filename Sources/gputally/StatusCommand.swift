import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Store

/// How far everything is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract:
      "Show watermarks, gaps, the share observed, open and closed months and the store's size.")

  @OptionGroup var options: GlobalOptions
  private static let gapsMax = 10

  func run() throws {
    let configuration = try options.configuration()
    let store = try Store(path: configuration.store, access: .read)
    let report = try StatusReport(store: store, configuration: configuration)
    let free = report.freeBytes > 0 ? ", \(Self.size(report.freeBytes)) of it free" : ""
    print("store      \(configuration.store), \(Self.size(report.storeBytes))\(free)")
    if report.samples > 0 {
      let perSample = Double(report.segmentBytes) / Double(report.samples)
      print(
        "samples    \(report.samples) in \(Self.size(report.segmentBytes)), "
          + String(format: "%.2f bytes each", perSample)
          + (report.firstSample.map { ", since \($0)" } ?? ""))
    }
    if let frozen = report.frozenUntil {
      print("           older ones were dropped; hours before \(frozen) stay as they are")
    }
    for source in report.sources { Self.show(source) }
    print("ledger     \(report.ledger.map { "\($0)" } ?? "empty; run 'gputally rollup'")")
    if !report.unlisted.isEmpty {
      print(
        "inventory  lacks \(report.unlisted.count) hosts that were seen, such as \(report.unlisted[0])"
      )
    }
    if report.staleHostHours > 0 {
      print("           \(report.staleHostHours) host-hours are to be rolled up again")
    }
    if let observed = report.observedPercent {
      print("observed   " + String(format: "%.2f %% of all GPU-time", observed))
    }
    if let shared = report.sharedPercent, shared > 0 {
      print(
        "shared     "
          + String(format: "%.2f %% of held and reserved GPU-time is known by number", shared)
          + " of GPUs only, not by which")
    }
    for month in report.months { print("month      " + month.description) }
    for storage in report.unpriced { print("storage    \(storage)") }
    try Self.showTeams(report, configuration)
  }

  private static func showTeams(
    _ report: StatusReport, _ configuration: Configuration
  ) throws {
    if let (month, percent) = report.unassigned, percent > 0 {
      let share = percent < 0.01 ? "under 0.01" : String(format: "%.2f", percent)
      print(
        "teams      \(share) % of the GPU-time held in \(month) is of no team; 'gputally report "
          + "unassigned --period \(month)' says what to add to 'teams'")
    }
    guard !configuration.budgets.isEmpty else { return }
    let context = try ProgramContext(configuration: configuration)
    for sentence in try context.passedBudgets(in: [context.currentMonth]) {
      print("budget     \(sentence)")
    }
  }

  private static func show(_ source: StatusReport.SourceLine) {
    let watermark =
      source.whole ?? source.watermark.map { "stored until \($0)" } ?? "nothing stored yet"
    let rejected = source.rejected > 0 ? ", \(source.rejected) values refused" : ""
    print("source     \(source.name): \(watermark)\(rejected)")
    for gap in source.gaps.prefix(gapsMax) {
      print("  \(gap.isThin ? "thin" : "gap ")     \(gap.hour): \(gap.detail)")
    }
    if source.gaps.count > gapsMax {
      print(
        "           and \(source.gaps.count - gapsMax) more hours; 'gputally query gaps' lists them"
      )
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1_000_000
      ? String(format: "%.1f kB", Double(bytes) / 1e3)
      : String(format: "%.1f MB", Double(bytes) / 1e6)
  }
}

/// Checks everything in a store.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every segment, every conservation rule and every balance.")

  @OptionGroup var options: GlobalOptions

  func run() throws {
    let configuration = try options.configuration()
    let console = Console(quiet: options.quiet)
    let store = try Store(path: configuration.store, access: .read)
    var problems: [StoreProblem] = []
    for check in Verification(store: store).checks {
      let found = try check.run()
      console.say("\(found.isEmpty ? "ok  " : "FAIL") \(check.name)")
      problems += found
    }
    let slots = try SlotVerification(store: store, configuration: configuration).problems()
    console.say("\(slots.isEmpty ? "ok  " : "FAIL") every inventory slot has all its time")
    problems += slots
    let closed = try ClosedVerification(store: store).problems()
    console.say("\(closed.isEmpty ? "ok  " : "FAIL") closed months are as they were closed")
    problems += closed
    for problem in problems { console.warn("\(problem)") }
    if !problems.isEmpty { throw ExitCode(1) }
  }
}
