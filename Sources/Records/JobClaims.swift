import Quantities

extension Job {
  /// The workload that stands for the run.
  package var workload: WorkloadKey {
    let begin = started.map { "\($0.milliseconds / 1_000)" }
    return WorkloadKey(
      kind: .job, namespace: "", name: id,
      uid: "\(cluster):\(begin ?? "waiting since \(submitted.milliseconds / 1_000)")")
  }

  /// What teams can match by; keys as in the table `workload`.
  package var attributes: [String: String] {
    [
      "account": account, "user": user, "partition": partition, "qos": qos,
      "reservation": reservation, "job_name": name, "gpu_type": gpuType,
    ].filter { !$0.value.isEmpty }
  }

  /// Whether its GPUs are counted in instances of cards: `1g.10gb`.
  private var countsInstances: Bool {
    let size = gpuType.prefix { $0.isASCII && $0.isNumber }
    return !size.isEmpty && gpuType.dropFirst(size.count).hasPrefix("g.")
  }

  /// What the run has of its hosts; nothing where its GPUs are counted in parts of cards, since
  /// which ones they are isn't told.
  ///
  /// - Parameters:
  ///   - seen: until when the run is known, where it goes on.
  ///   - gpusOfHosts: how many GPUs hosts have, by name, as far as that is known. Without it a run
  ///     has the same number of each of its hosts.
  package func claims(until seen: UTCInstant, gpusOfHosts: [String: Int]) -> [Claim] {
    guard let started, gpuCount > 0, !hosts.isEmpty, !countsInstances else { return [] }
    let range = TimeRange(started, max(started, ended ?? seen))
    guard !range.isEmpty else { return [] }
    if !placements.isEmpty {
      return placements.filter { !$0.indexes.isEmpty }.map {
        Claim(workload: workload, host: $0.host, range: range, reach: .indexes($0.indexes))
      }
    }
    return zip(hosts, Self.spread(gpuCount, over: hosts, gpusOfHosts)).compactMap { host, count in
      count == 0
        ? nil : Claim(workload: workload, host: host, range: range, reach: .count(count))
    }
  }

  /// `count` GPUs spread over hosts by how many they have; evenly where one of them isn't known.
  package static func spread(
    _ count: Int, over hosts: [String], _ gpusOfHosts: [String: Int]
  ) -> [Int] {
    let known = hosts.compactMap { gpusOfHosts[$0] }
    let weights = known.count == hosts.count ? known.map(Int64.init) : hosts.map { _ in 1 }
    let parts = Apportionment.split(Int64(count), by: weights)
    return (parts ?? Apportionment.split(Int64(count), by: hosts.map { _ in 1 }) ?? [])
      .map { Int($0) }
  }

  /// From when to when it waited for GPUs, and for how many; nil where it didn't, or where it isn't
  /// known since when it could have started.
  package func demand(until seen: UTCInstant) -> (range: TimeRange, gpus: Int)? {
    guard let eligible, gpuCount > 0 else { return nil }
    let end = started ?? ended ?? seen
    guard eligible < end else { return nil }
    return (TimeRange(eligible, end), gpuCount * taskCount)
  }
}
