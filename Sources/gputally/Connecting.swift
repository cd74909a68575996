import Collectors
import Configuration
import Logging
import Pipeline
import Transport

/// What verbs that speak to sources share.
struct Connecting {
  let client = HTTPClient()
  let log: Logger

  init(quiet: Bool) {
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = quiet ? .error : .warning
      return handler
    }
    log = Logger(label: "gputally")
  }
}
