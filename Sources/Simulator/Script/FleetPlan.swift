import Quantities

/// What a simulated fleet is made from; equal plans make equal fleets.
package struct FleetPlan: Hashable, Sendable {
  /// The most hosts that report.
  package static let hostsMax = 2_000
  /// The most GPUs of a host.
  package static let gpusPerHostMax = 16
  /// The most teams.
  package static let teamsMax = 40
  /// The most hours: a leap year.
  package static let hoursMax = 8_784
  /// The most volumes of a team.
  package static let volumesMax = 1_000

  package var seed: UInt64 = 1
  /// Hosts that report; the inventory has one more, which is never seen.
  package var hosts = 8
  package var gpusPerHost = 8
  /// Hosts besides, whose GPUs only virtual machines have.
  package var machineHosts = 0
  /// How many teams there are.
  package var teams = 4
  /// - Unit: milliseconds between two scrapes of a GPU exporter; a divisor of an hour.
  package var scrapeInterval: Int64 = 30_000
  /// - Unit: milliseconds between two scrapes of kube-state-metrics; a divisor of an hour.
  package var kubeStateInterval: Int64 = 60_000
  /// When the fleet starts: a whole UTC hour.
  package var start: UTCInstant
  /// How long the fleet plays.
  package var hours = 24
  package var site = "pangyo"
  package var cluster = "train"
  /// How many persistent volumes each team has; with none the cluster shows no storage at all.
  package var volumes = 0
  /// Whether Longhorn is one before 1.11, which tells states as numbers and no replicas.
  package var hasOldLonghorn = false
  /// Whether every target is scraped at whole intervals rather than with an offset of its own.
  package var isAligned = false

  package init(start: UTCInstant) {
    self.start = start
  }

  /// The time that the fleet plays.
  package var span: TimeRange {
    TimeRange(start, start + Int64(hours) * UTCInstant.millisecondsPerHour)
  }

  /// How often each exporter is scraped in the span, missing scrapes counted.
  package var ticks: Int { Int(span.milliseconds / scrapeInterval) }

  /// How often kube-state-metrics is scraped in the span, missing scrapes counted.
  package var kubeStateTicks: Int { Int(span.milliseconds / kubeStateInterval) }

  /// Checks that the plan can be played.
  ///
  /// - Throws: ``SimulationError/impossible(option:found:expected:)``.
  package func validate() throws(SimulationError) {
    try Self.check("hosts", hosts, in: 1...Self.hostsMax)
    try Self.check("machine-hosts", machineHosts, in: 0...Self.hostsMax)
    try Self.check("gpus-per-host", gpusPerHost, in: 1...Self.gpusPerHostMax)
    try Self.check("teams", teams, in: 1...Self.teamsMax)
    try Self.check("hours", hours, in: 1...Self.hoursMax)
    try Self.check("volumes", volumes, in: 0...Self.volumesMax)
    try Self.check("interval", interval: scrapeInterval)
    try Self.check("ksm-interval", interval: kubeStateInterval)
    guard start == start.startOfHour else {
      throw .impossible(option: "start", found: "\(start)", expected: "a whole UTC hour")
    }
    for (option, text) in [("site", site), ("cluster", cluster)] where !Self.isName(text) {
      throw .impossible(
        option: option, found: "'\(text)'", expected: "letters, digits, '-', '_' and '.'")
    }
  }

  private static func check(
    _ option: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(SimulationError) {
    guard range.contains(value) else {
      throw .impossible(
        option: option, found: "\(value)",
        expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private static func check(_ option: String, interval: Int64) throws(SimulationError) {
    guard (1_000...600_000).contains(interval), UTCInstant.millisecondsPerHour % interval == 0
    else {
      throw .impossible(
        option: option, found: "\(interval) ms",
        expected: "1 second to 10 minutes, and a whole part of an hour")
    }
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }
}

/// Why a fleet cannot be simulated or written.
package enum SimulationError: Error, Equatable, CustomStringConvertible {
  /// An option has a value that no fleet can have.
  case impossible(option: String, found: String, expected: String)
  /// The file system refused.
  case unwritable(file: String, reason: String)
  /// The port could not be served.
  case unservable(port: Int, reason: String)

  package var description: String {
    switch self {
    case .impossible(let option, let found, let expected):
      "--\(option): found \(found), expected \(expected)"
    case .unwritable(let file, let reason):
      "\(file): cannot be written: \(reason); name a file in a folder that exists and is yours"
    case .unservable(let port, let reason):
      "port \(port): cannot be served: \(reason); choose another one with --serve"
    }
  }

  /// A fixed text without values, for counting.
  package var label: String {
    switch self {
    case .impossible: "impossible"
    case .unwritable: "unwritable"
    case .unservable: "unservable"
    }
  }
}
