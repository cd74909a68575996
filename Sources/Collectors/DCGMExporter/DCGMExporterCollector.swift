import Quantities
import Records
import Transport

/// Exporters that are read directly, without a Prometheus between.
package struct DCGMExporterSettings: Sendable {
  /// `10.0.0.5:9400`, or an address with its scheme, and its path where that isn't `/metrics`.
  package var targets: [String]
  package var connection: ConnectionSettings
  /// How many targets are read at once.
  package var scrapesInFlight: Int

  /// The defaults of `connection` are those of a scrape: ten seconds, and one more attempt.
  package init(
    targets: [String],
    connection: ConnectionSettings = ConnectionSettings(
      timeouts: Timeouts(connectMilliseconds: 3_000, totalMilliseconds: 10_000, stallSeconds: 10),
      retries: RetryPolicy(attemptsMaximum: 2)),
    scrapesInFlight: Int = 32
  ) {
    precondition(scrapesInFlight > 0, "BUG: no scrapes in flight, got \(scrapesInFlight)")
    self.targets = targets
    self.connection = connection
    self.scrapesInFlight = scrapesInFlight
  }
}

/// What one target said at one instant.
package struct ScrapeResult: Sendable {
  package let target: String
  package let instant: UTCInstant
  /// One point a series, or why there are none.
  package let points: Result<[SeriesPoints], CollectorError>
  package let rejections: [Rejection]
  /// By which numbers the target's host knows its cards.
  var numbers = GPUNumbers()
}

/// Reads dcgm-exporters, all targets at once.
///
/// The labels `pod` and `namespace` are the workload's here: nobody stood between to put others on.
package struct DCGMExporterCollector: Sendable {
  /// Unit: bytes. - Source: 8 GPUs with 50 metrics for 10 pods each are 2 MB.
  private static let pageBytesMaximum = 32 << 20

  private let settings: DCGMExporterSettings
  private let client: HTTPClient

  package init(settings: DCGMExporterSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// Reads every target once.
  ///
  /// - Parameter now: the time of the points: exporters tell none.
  /// - Returns: one result a target, in the order of the settings.
  package func scrape(at now: UTCInstant) async -> [ScrapeResult] {
    let targets = settings.targets
    return await withTaskGroup(of: (Int, ScrapeResult).self) { group in
      var results: [(Int, ScrapeResult)] = []
      for (number, target) in targets.enumerated() {
        if number >= settings.scrapesInFlight, let result = await group.next() {
          results.append(result)
        }
        group.addTask { (number, await scrape(target, at: now)) }
      }
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// Reads every target once and tells what was found.
  package func check(now: UTCInstant) async -> SourceCheck {
    var check = SourceCheck()
    var uuids: Set<String> = []
    for result in await scrape(at: now) {
      switch result.points {
      case .success(let points):
        let seen = Set(points.map(\.key.entity.uuid))
        uuids.formUnion(seen)
        check.targets += 1
        check.gpuSeries += points.count
        check.newestSample = now
        check.findings.append(
          "target \(result.target): \(seen.count) GPUs, \(points.count) series")
        if points.isEmpty {
          check.problems.append(
            "target \(result.target): no GPU metric; check that it is a dcgm-exporter")
        }
      case .failure(let error):
        check.problems.append("target \(result.target): \(error)")
      }
    }
    check.gpus = uuids.count
    // A target that fails is no reason to leave the others alone.
    if check.gpus > 0 {
      check.warnings = check.problems
      check.problems = []
    }
    return check
  }

  private func scrape(_ target: String, at now: UTCInstant) async -> ScrapeResult {
    var request = HTTPRequest(
      url: Self.url(of: target), headers: ["Accept": "text/plain;version=0.0.4"])
    request.responseBytesMaximum = Self.pageBytesMaximum
    do throws(TransportError) {
      let samples = try await client.send(
        request, over: settings.connection, decode: Self.decoded)
      var normaliser = TargetNormaliser(target: target, holder: .atExporter)
      for sample in samples {
        var series = RawSeries(labels: sample.labels)
        series.labels["__name__"] = sample.name
        series.timestamps = [sample.timestamp ?? now.milliseconds]
        series.values = [sample.value]
        normaliser.add(series)
      }
      let points = normaliser.points.filter { !$0.values.isEmpty }
      return ScrapeResult(
        target: target, instant: now, points: .success(points),
        rejections: normaliser.rejections.all, numbers: normaliser.numbers)
    } catch {
      return ScrapeResult(
        target: target, instant: now, points: .failure(CollectorError(error)), rejections: [])
    }
  }

  @Sendable
  private static func decoded(
    _ response: HTTPResponse
  ) throws(UnusableAnswer) -> [ExpositionSample] {
    if response.mediaType == "text/html" {
      throw UnusableAnswer(
        reason: "a web page instead of metrics; check the address and its path",
        isTransient: false)
    }
    do throws(MalformedExposition) {
      return try ExpositionFormat(mediaType: response.mediaType).samples(of: response.body)
    } catch {
      throw UnusableAnswer(reason: "\(error)", isTransient: true)
    }
  }

  /// The page of a target.
  static func url(of target: String) -> String {
    let address = target.contains("://") ? target : "http://" + target
    let hasPath = address.split(separator: "/", omittingEmptySubsequences: true).count > 2
    if hasPath { return address }
    return (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/metrics"
  }
}
