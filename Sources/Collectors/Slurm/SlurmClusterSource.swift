import Quantities
import Records
import Transport

/// Who is asked what a cluster's controller says: its commands, or a slurmrestd.
package struct SlurmClusterSource: Sendable {
  private enum Way {
    case commands(SlurmClusterReader)
    case rest(SlurmRESTClusterReader)
  }
  private let way: Way

  /// - Parameter client: asks slurmrestd.
  /// - Returns: nil for a file, which tells of jobs alone.
  package init?(_ settings: SlurmSettings, client: HTTPClient) {
    if case .rest(let rest) = settings.access {
      way = .rest(SlurmRESTClusterReader(SlurmREST(settings: rest, client: client)))
    } else if let reader = SlurmClusterReader(settings) {
      way = .commands(reader)
    } else {
      return nil
    }
  }

  /// Whether outages and reservations that are over are told, too; else those that were known stay.
  package var keepsHistory: Bool {
    if case .commands = way { true } else { false }
  }

  /// What the controller says now; nil where it can't be asked at all, so that jobs are all there is.
  package func read(now: UTCInstant) async -> SlurmCluster? {
    switch way {
    case .commands(let reader): reader.read(now: now)
    case .rest(let reader): await reader.read(now: now)
    }
  }

  /// What is said of the nodes in `window`, where `cluster` is what the controller says now.
  package func surroundings(
    of window: TimeRange, _ cluster: SlurmCluster
  ) -> SlurmSurroundings {
    var around = SlurmSurroundings()
    around.shortfalls = cluster.shortfalls
    switch way {
    case .commands(let reader):
      do throws(CollectorError) {
        let out = try reader.outages(in: window)
        let reserved = try reader.reservations(in: window, cluster)
        around.outages = out.outages + reserved.maintenance
        around.reservations = reserved.forWork
        around.rejections = out.rejections + reserved.rejections
      } catch {
        around.shortfalls.append("outages and reservations: \(error)")
      }
    case .rest:
      around.outages = (cluster.outages + cluster.reserved.maintenance).filter {
        !($0.range.intersection(window)?.isEmpty ?? true)
      }
    }
    return around
  }

  /// What the controller told, as sentences of `check`.
  package func check(now: UTCInstant) async -> SourceCheck {
    guard let cluster = await read(now: now) else {
      var check = SourceCheck()
      check.warnings.append(
        "slurmrestd tells jobs alone; nodes, outages and reservations come with its plugin openapi/"
          + "v0.0.38 beside openapi/dbv0.0.38, or those of its version")
      return check
    }
    var check = cluster.check()
    if !keepsHistory, !cluster.nodes.isEmpty {
      check.findings.append(
        "slurmrestd tells what is out of service or reserved now and keeps no history: what came and "
          + "went between two collections isn't known; 'sacct: local' or 'command' tells it")
    }
    return check
  }
}

/// What is said of a cluster's nodes in a window, and what couldn't be said.
package struct SlurmSurroundings: Sendable {
  package var outages: [Observation] = []
  /// nil where nothing of them is kept once they are over: those that were known stay.
  package var reservations: [Reservation]?
  package var rejections: [Rejection] = []
  package var shortfalls: [String] = []

  package init() {}
}
