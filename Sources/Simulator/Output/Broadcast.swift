import Quantities

/// The fleet as a set of pages that a Prometheus can scrape.
///
/// The script plays in real time as if it had begun at the start of its plan; after its end it
/// begins again. Whoever stops and starts the broadcast therefore finds the same pods.
package struct Broadcast: Sendable {
  /// What one page answers.
  package struct Page: Equatable, Sendable {
    package let status: Int
    package let contentType: String
    package let body: [UInt8]
  }

  /// The content type of both exporters.
  package static let exposition = "text/plain; version=0.0.4; charset=utf-8"
  private static let plain = "text/plain; charset=utf-8"

  package let fleet: Fleet
  private let paths: [String: Int]

  package init(_ fleet: Fleet) {
    self.fleet = fleet
    paths = Dictionary(
      fleet.hosts.map { (Self.path(of: $0), $0.index) }, uniquingKeysWith: { first, _ in first })
  }

  /// The path of a host's exporter.
  package static func path(of host: Host) -> String { "/hosts/\(host.name)/metrics" }

  /// The path of kube-state-metrics.
  package static let kubeStatePath = "/kube-state-metrics/metrics"

  /// The page at `path`, as it is at `now`.
  package func page(_ path: String, at now: UTCInstant) -> Page {
    if path == "/" { return text(200, index) }
    if path == Self.kubeStatePath { return page(fleet.kubeStateAnswer(at: now)) }
    if let host = paths[path] {
      return page(fleet.exporterAnswer(of: fleet.hosts[host], at: now))
    }
    return text(404, "There is no \(path) in this simulated fleet; / lists what there is.\n")
  }

  private func page(_ answer: Fleet.Answer) -> Page {
    switch answer {
    case .text(let body): Page(status: 200, contentType: Self.exposition, body: body)
    case .silence: text(503, "This scrape is missing, as the script of the simulation says.\n")
    }
  }

  private func text(_ status: Int, _ text: String) -> Page {
    Page(status: status, contentType: Self.plain, body: Array(text.utf8))
  }

  private var index: String {
    let plan = fleet.plan
    let lines = [Self.kubeStatePath] + fleet.hosts.map(Self.path)
    return """
      gputally simulate: a SIMULATED fleet, seed \(plan.seed). No GPU here exists.

      \(fleet.hosts.count) hosts with \(plan.gpusPerHost) GPUs each, \(plan.teams) teams.
      The script of \(plan.hours) h plays in real time and begins again after its end.
      A scrape that the script leaves out is answered with 503.

      \(lines.joined(separator: "\n"))

      """
  }
}
