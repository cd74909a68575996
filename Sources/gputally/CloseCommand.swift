import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Store

/// Closes a billing month.
struct CloseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Freeze a billing month: what changes later becomes corrections in the open one.",
    discussion: """
      A month is closed once it is over, after the months before it, when all of it is collected, \
      rolled up and posted, and never opened again: its postings, their prices and what they were \
      made with stay as they are. Samples that come later still reach the ledger of states; what \
      they change is charged in the month that is open then, as corrections, which 'gputally report \
      corrections' lists. 'gputally verify' checks that closed months are what they were.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: ArgumentHelp("The billing month, such as 2026-10.", valueName: "month"))
  var month: String

  @Flag(help: "Close it although hours of sources are missing, and write down which.")
  var acceptGaps = false

  func run() throws {
    let configuration = try options.configuration()
    let month = try month(in: configuration)
    let kept = try options.kept()
    let store = try options.openToWrite(configuration, verb: "close", isMade: false)
    defer { store.close() }
    let closing = Closing(store: store, configuration: configuration, kept: kept)
    let (closed, gaps) = try closing.run(month, now: Clock.now(), acceptsGaps: acceptGaps)
    let console = Console(quiet: options.quiet)
    for gap in gaps { console.say("accepted: \(gap)") }
    console.say(Self.sentence(closed, try store.bookedCorrections()))
  }

  private func month(in configuration: Configuration) throws -> BillingMonth {
    if case .month(let month) = try Spans.period(month, configuration, of: "close").kind {
      return month
    }
    throw WrongUsage("close: '\(month)' is not a month; name one such as 2026-10 or last-month")
  }

  /// What was frozen, in one line.
  private static func sentence(_ closed: ClosedMonth, _ booked: [BookedCorrections]) -> String {
    let cost = Decimals.text(Int128(closed.costMicros), places: 6)
    let own = booked.filter { $0.month == closed.month }
    let corrections = own.reduce(0) { $0 + $1.count }
    let among =
      corrections == 0
      ? ""
      : ", \(Decimals.text(own.reduce(0) { $0 + Int128($1.costMicros) }, places: 6)) of it in "
        + "\(corrections) corrections of earlier months"
    return "closed \(closed.month): \(GPUTime(milliseconds: closed.gpuMilliseconds)), "
      + "\(GPUTime(milliseconds: closed.unknownMilliseconds)) of them unknown; \(cost) "
      + "\(closed.currency)\(among); what changes later is charged in \(closed.month.next)"
  }
}
