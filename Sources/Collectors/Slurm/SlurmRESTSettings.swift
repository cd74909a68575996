import Transport

/// How a slurmrestd is reached.
package struct SlurmRESTSettings: Hashable, Sendable {
  /// Its address without a slash at its end; that of a socket is only for show.
  package let url: String
  /// The file with the token is among its headers.
  package let connection: ConnectionSettings
  /// Whose token it is, nil where the socket tells who asks.
  package let user: String?
  /// nil to ask what it speaks.
  package let version: SlurmRESTVersion?

  package init(
    url: String, connection: ConnectionSettings, user: String? = nil, tokenFile: String? = nil,
    version: SlurmRESTVersion? = nil
  ) {
    self.url = url
    var connection = connection
    connection.headerFiles["X-SLURM-USER-TOKEN"] = tokenFile
    self.connection = connection
    self.user = user
    self.version = version
  }
}

/// What slurmrestd calls its data parsers, which its pages are named after.
package enum SlurmRESTVersion: Int, CaseIterable, Sendable {
  /// Slurm 22.05.
  case v38 = 38
  /// Slurm 23.02.
  case v39 = 39
  /// Slurm 23.11.
  case v40 = 40
  /// Slurm 24.05.
  case v41 = 41

  /// As in its pages: `v0.0.38`.
  package var name: String { "v0.0.\(rawValue)" }

  /// All of them in words.
  package static let supported = "v0.0.38, v0.0.39, v0.0.40 or v0.0.41"

  package init?(_ name: some StringProtocol) {
    guard let version = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = version
  }

  /// What must be said for all runs of requeued jobs to come, with their own times and without
  /// their steps.
  ///
  /// - Source: slurmrestd 22.05 and 23.02 always give all runs and their own times, and refuse what
  ///   they don't know; from 23.11 on that is only the default, lost with any flag that is given.
  var completeness: [(String, String)] {
    let steps = [("skip_steps", "true")]
    switch self {
    case .v38, .v39: return steps
    case .v40, .v41:
      return steps + [
        ("show_duplicates", "true"), ("disable_truncate_usage_time", "true"),
        ("scheduler_unset", "true"),
      ]
    }
  }
}
