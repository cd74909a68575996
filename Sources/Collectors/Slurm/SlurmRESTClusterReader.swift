import Quantities
import Records

/// Asks a slurmrestd for what the controller says: its nodes, what running jobs have of them, and
/// reservations.
///
/// - Source: `/slurm/v0.0.38/` to `/slurm/v0.0.41/`. They have no history of nodes and of
///   reservations, and the associations of `/slurmdb/` have no numbers before 40; nothing here needs
///   them, since a reservation names its accounts and users.
struct SlurmRESTClusterReader: Sendable {
  private let rest: SlurmREST

  init(_ rest: SlurmREST) { self.rest = rest }

  /// What the controller says now.
  ///
  /// - Returns: nil where slurmrestd has no pages of the controller.
  func read(now: UTCInstant) async -> SlurmCluster? {
    var cluster = SlurmCluster()
    do throws(CollectorError) {
      let base = "/slurm/\(try await rest.version().name)/"
      let place = rest.shown(base)
      let known = try await ask(base, "nodes", cluster) {
        (cluster, text) throws(MalformedJSON) in
        cluster.take(try SlurmRESTNode(text), from: place + "nodes/", until: now)
      }
      guard let known else { return nil }
      cluster = known
      cluster =
        try await ask(base, "jobs", cluster) { (cluster, text) throws(MalformedJSON) in
          let job = try SlurmRESTRunningJob(text)
          if let id = job.id, let placements = job.placements {
            cluster.placements[id] = placements
          }
        } ?? cluster
      let reserved = try await ask(base, "reservations", cluster) {
        (cluster, text) throws(MalformedJSON) in
        cluster.take(try SlurmRESTReservation(text), from: place + "reservations/")
      }
      if let reserved {
        cluster = reserved
        cluster.reservationsAsked = now
      }
    } catch {
      // Whoever doesn't answer once keeps one waiting for the other pages as well.
      cluster.shortfalls.append("nodes, GPUs of jobs and reservations: \(error)")
    }
    return cluster
  }

  private func ask(
    _ base: String, _ key: String, _ cluster: SlurmCluster,
    _ read: @escaping SlurmRESTStream<SlurmCluster>.Reader
  ) async throws(CollectorError) -> SlurmCluster? {
    try await rest.list(
      base + key + "/", key, of: .controller,
      SlurmRESTStream(key: key, found: cluster, read: read))
  }
}

extension SlurmCluster {
  fileprivate mutating func take(
    _ node: SlurmRESTNode, from place: String, until now: UTCInstant
  ) {
    do throws(SacctRow.Fault) {
      if let known = try node.schedulerNode() { nodes.append(known) }
      if let outage = try node.outage(until: now) { outages.append(outage) }
    } catch {
      refuse(error, "\(place): node \(node.name)")
    }
  }

  fileprivate mutating func take(_ reservation: SlurmRESTReservation, from place: String) {
    do throws(SacctRow.Fault) {
      guard let known = try reservation.record() else { return }
      reserved.add(known, flags: reservation.flags.joined(separator: ",")[...])
    } catch {
      refuse(error, "\(place): \(reservation.name)")
    }
  }

  private mutating func refuse(_ fault: SacctRow.Fault, _ place: String) {
    var tally = RejectionTally()
    tally.add(
      Rejection(
        place: place, rule: fault.rule, found: "'\(fault.found)'", expected: fault.expected))
    rejections += tally.all
  }
}
