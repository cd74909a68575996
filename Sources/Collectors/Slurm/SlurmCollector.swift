import Foundation
import Quantities
import Records
import Transport

/// Where a cluster's accounting is read.
package struct SlurmSettings: Sendable {
  /// How its jobs are asked for.
  package enum Access: Hashable, Sendable {
    /// `sacct`, after the words that reach the machine that has it: none, or `ssh login`.
    case command(prefix: [String])
    /// What `sacct -P` printed, head included.
    case file(String)
    /// A slurmrestd.
    case rest(SlurmRESTSettings)
  }
  package let access: Access
  /// Of rows that name no cluster.
  package let cluster: String
  /// In whose zone times of a file are that come without one.
  package let calendar: BillingCalendar
  /// - Unit: seconds.
  package let timeout: Int

  package init(access: Access, cluster: String, calendar: BillingCalendar, timeout: Int = 600) {
    self.access = access
    self.cluster = cluster
    self.calendar = calendar
    self.timeout = timeout
  }
}

/// Reads a cluster's jobs from Slurm's accounting.
///
/// - Source: sacct(1) of Slurm 22.05: without `-a` only one's own jobs come, without `-D` a requeued
///   job is only its last run, without `-X` each step repeats what its job holds.
package struct SlurmCollector: Sendable {
  /// What is asked for; what users write freely comes last.
  static let fields = [
    "JobIDRaw", "JobID", "Cluster", "Account", "User", "Partition", "QOS", "Reservation", "Submit",
    "Eligible", "Start", "End", "Suspended", "State", "NNodes", "AllocCPUS", "AllocTRES", "ReqTRES",
    "NodeList", "JobName",
  ]
  private static let states = "BF,CA,CD,DL,F,NF,OOM,PD,PR,R,RQ,RS,S,TO"

  private let settings: SlurmSettings
  private let rest: SlurmREST?

  /// - Parameter client: asks slurmrestd.
  package init(settings: SlurmSettings, client: HTTPClient) {
    self.settings = settings
    rest =
      if case .rest(let own) = settings.access { SlurmREST(settings: own, client: client) } else {
        nil
      }
  }

  /// The jobs that had any time in `window`, or all of a file's.
  package func collect(
    _ window: TimeRange
  ) async throws(CollectorError) -> SacctReader.Result {
    if let rest { return try await rest.jobs(window, cluster: settings.cluster) }
    switch settings.access {
    case .file(let path): return try read(path)
    case .command(let prefix): return try run(prefix, window)
    case .rest: preconditionFailure("BUG: a slurmrestd without its client")
    }
  }

  private func run(
    _ prefix: [String], _ window: TimeRange
  ) throws(CollectorError) -> SacctReader.Result {
    let name = (prefix + ["sacct"]).joined(separator: " ")
    var reader = SacctReader(
      file: name, cluster: settings.cluster, calendar: settings.calendar)
    // Epoch seconds: local times would leave it open which of two hours one is at the end of
    // summer time.
    let words =
      prefix + [
        "env", "TZ=UTC", "SLURM_TIME_FORMAT=%s", "sacct", "-a", "-D", "-X", "-P", "--noconvert",
        "-S", SlurmText.local(window.start), "-E", SlurmText.local(window.end), "-s", Self.states,
        "-o",
        Self.fields.joined(separator: ","),
      ]
    do {
      try CommandOutput(words: words, timeout: settings.timeout).run { reader.add($0) }
    } catch {
      throw .command(error)
    }
    return reader.finish()
  }

  private func read(_ path: String) throws(CollectorError) -> SacctReader.Result {
    var reader = SacctReader(
      file: path, cluster: settings.cluster, calendar: settings.calendar)
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .unreadableFile(path: path)
    }
    defer { try? handle.close() }
    do {
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        reader.add([UInt8](piece))
      }
    } catch {
      throw .unreadableFile(path: path)
    }
    return reader.finish()
  }

  /// What the accounting has of the last day.
  package func check(now: UTCInstant) async -> SourceCheck {
    var check = SourceCheck()
    do {
      let result = try await collect(TimeRange(now - UTCInstant.millisecondsPerDay, now))
      let gpuJobs = result.jobs.filter { $0.gpuCount > 0 && $0.started != nil }
      check.findings.append(
        "\(result.jobs.count) jobs, \(gpuJobs.count) of them with GPUs; accounts: "
          + SourceCheck.listed(Set(result.jobs.map(\.account)).sorted(), most: 5))
      if gpuJobs.isEmpty, !result.jobs.isEmpty {
        check.warnings.append(
          "no job tells GPUs; AccountingStorageTRES in slurm.conf must name gres/gpu")
      }
      check.problems += result.rejections.prefix(3).map(\.description)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }
}
