import Quantities

/// Where a server was, and when: worked out backwards from where it is.
///
/// A server that is stopped, suspended or shelved keeps its devices; one that is shelved and
/// offloaded has none.
struct OpenStackHistory: Sendable {
  /// A time on one host.
  struct Stay: Hashable, Sendable {
    /// nil where it isn't told.
    let host: String?
    let range: TimeRange
    /// Whether it had the flavour that it has now.
    let hasFlavor: Bool
  }

  let server: OpenStackServer
  /// In the order of time.
  let actions: [OpenStackAction]
  /// Of this server.
  let migrations: [OpenStackMigration]
  /// The host on which an action took place, by its request.
  let hostsOfActions: [String: String]

  /// What a server does that makes its time of launch a later one.
  private static let relaunches: Set = [
    "unshelve", "resize", "migrate", "evacuate", "rebuild", "revertResize", "confirmResize",
  ]

  /// When it was first built; nil for a server that never was.
  private var start: UTCInstant? {
    guard let launched = server.launched else { return nil }
    guard actions.contains(where: { Self.relaunches.contains($0.name) }) else { return launched }
    let built = actions.first { $0.name == "create" }?.end ?? server.created
    return built.map { min($0, launched) } ?? launched
  }

  /// The actions that took its devices away, each with when it got some again.
  ///
  /// - Source: Nova offloads at once unless `shelved_offload_time` says otherwise.
  static func absences(
    _ server: OpenStackServer, _ actions: [OpenStackAction]
  ) -> [(action: OpenStackAction, end: UTCInstant?)] {
    var result: [(action: OpenStackAction, end: UTCInstant?)] = []
    var shelved: OpenStackAction?
    for action in actions {
      switch action.name {
      case "shelve", "shelveOffload": shelved = action
      case "unshelve":
        if let last = shelved { result.append((last, action.end)) }
        shelved = nil
      default: break
      }
    }
    if let last = shelved, server.state != "shelved" { result.append((last, nil)) }
    return result
  }

  /// All stays up to `now`, in the order of time.
  func stays(until now: UTCInstant) -> [Stay] {
    let end = min(server.terminated ?? now, now)
    guard let start, start < end else { return [] }
    let absences = Self.absences(server, actions)
    var result: [Stay] = []
    var from = start
    for absence in absences {
      let left = min(absence.action.end, end)
      if from < left {
        result += stays(
          TimeRange(from, left), lastHost: hostsOfActions[absence.action.request])
      }
      // An action that seems to end after the next one takes nothing back.
      from = max(from, left, absence.end ?? end)
    }
    // Offloaded at a time that nothing tells of.
    let isAway = server.state == "shelved_offloaded" && absences.last.map { $0.end != nil } ?? true
    if from < end, !isAway { result += stays(TimeRange(from, end), lastHost: server.host) }
    return result
  }

  /// Splits a time without absence by migrations.
  private func stays(_ range: TimeRange, lastHost: String?) -> [Stay] {
    var result: [Stay] = []
    var (host, end, hasFlavor) = (lastHost, range.end, true)
    let later = migrations.filter { $0.isResize && $0.time >= range.end }
    if !later.isEmpty { hasFlavor = false }
    for migration in migrations.sorted(by: { $0.time > $1.time })
    where migration.time < range.end {
      let time = max(migration.time, range.start)
      if time < end {
        result.append(Stay(host: host, range: TimeRange(time, end), hasFlavor: hasFlavor))
      }
      if migration.time <= range.start { return result.reversed() }
      end = time
      host = migration.source
      if migration.isResize { hasFlavor = false }
    }
    if range.start < end {
      result.append(Stay(host: host, range: TimeRange(range.start, end), hasFlavor: hasFlavor))
    }
    return result.reversed()
  }
}
