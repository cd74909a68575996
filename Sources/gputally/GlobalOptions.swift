import ArgumentParser
import Configuration
import Foundation
import Quantities
import Reports
import Store

/// What every verb takes.
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
  var config = "gputally.yaml"

  @Flag(help: "Say only what is wrong: for cron.")
  var quiet = false

  /// Reads the configuration.
  func configuration() throws -> Configuration {
    do {
      return try ConfigurationLoader.load(config)
    } catch {
      throw Failure("\(error)")
    }
  }

  /// What is kept of the configuration with the months that are priced with it.
  func kept() throws -> KeptConfiguration {
    do {
      return try KeptConfiguration.load(config)
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Opens the store to write; one process at a time may.
  ///
  /// - Parameter isMade: whether it is made where it isn't there.
  func openToWrite(
    _ configuration: Configuration, verb: String, isMade: Bool = true
  ) throws -> Store {
    guard isMade || FileManager.default.fileExists(atPath: configuration.store) else {
      throw Failure("\(StoreError.missing(path: configuration.store))")
    }
    do {
      return try Store(path: configuration.store, access: .write(holder: holder(verb: verb)))
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Who writes, as it is told to whoever wants to write meanwhile.
  func holder(verb: String) -> String {
    let process = ProcessInfo.processInfo
    return "'gputally \(verb)', process \(process.processIdentifier) on \(process.hostName), since "
      + "\(Clock.now())"
  }

  /// Opens everything that a verb needs to read the store.
  func open() throws -> ProgramContext {
    try ProgramContext(configuration: try configuration())
  }
}

/// What verbs that read a store share.
struct ProgramContext {
  let configuration: Configuration
  let now: UTCInstant
  let queryStore: QueryStore
  private let folders: ResourceFolders
  private let interruption: Interruption

  init(configuration: Configuration) throws {
    self.configuration = configuration
    now = Clock.now()
    do {
      queryStore = try QueryStore(
        path: configuration.store, calendar: configuration.calendar,
        budgets: configuration.budgetRows)
    } catch {
      throw Failure("\(error)")
    }
    folders = .ofThisProgram()
    interruption = Interruption { [queryStore] in queryStore.interrupt() }
  }

  var queries: any QuerySource { queryStore }
  var calendar: BillingCalendar { configuration.calendar }
  var currency: Quantities.Currency { configuration.currency }
  var exportDirectory: String { configuration.exportDirectory }

  /// Where the files of `name` may lie, `queries` or `exports`.
  func folders(for name: String) -> [String] { folders.folders(named: name) }
}

/// The only place that asks what time it is.
enum Clock {
  /// Now, or what the environment variable `GPUTALLY_NOW` says (RFC 3339), to repeat a run.
  static func now() -> UTCInstant {
    if let text = ProcessInfo.processInfo.environment["GPUTALLY_NOW"],
      let instant = UTCInstant(text)
    {
      return instant
    }
    return UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }
}
