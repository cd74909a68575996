import Quantities
import Records

/// Reads what kube-state-metrics left in a Prometheus.
struct KubernetesCollector: Sendable {
  let fetcher: SampleFetcher

  /// What was said of pods, namespaces and nodes in `range`.
  func collect(
    _ range: TimeRange, podsOfGPUs: Set<WorkloadKey>
  ) async throws(CollectorError) -> (observations: [Observation], warnings: Set<String>) {
    ([], [])
  }
}
