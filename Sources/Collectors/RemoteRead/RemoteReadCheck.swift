import Quantities

/// Tells which way samples will come, for somebody who looks before trusting.
struct RemoteReadCheck {
  /// Unit: milliseconds before the newest sample.
  private static let spanMilliseconds: Int64 = 300_000

  let api: PrometheusAPI

  /// Adds a finding, or a problem where the settings ask for what the server doesn't have.
  func look(
    at targets: [String], newestSample: UTCInstant, into check: inout SourceCheck
  ) async throws(CollectorError) {
    if api.settings.sampleProtocol == .query {
      check.findings.append("\(api.shownURL): samples are read by queries, as configured")
      return
    }
    let range = TimeRange(newestSample - Self.spanMilliseconds, newestSample + 1)
    let probe = RemoteReadProbe(reader: RemoteReadAPI(api: api))
    do throws(CollectorError) {
      let external = try await probe.externalLabels(of: targets, in: range) ?? [:]
      let names = external.keys.sorted().joined(separator: ", ")
      check.findings.append(
        "\(api.shownURL): samples are read by remote read"
          + (names.isEmpty ? "" : ", without the server's external labels: \(names)"))
    } catch {
      if error == .cancelled { throw error }
      let reason = error.reasonAgainstRemoteRead
      if api.settings.sampleProtocol == .remoteRead {
        throw .noRemoteRead(url: api.shownURL, reason: reason)
      }
      check.findings.append(
        "\(api.shownURL): samples are read by queries, since remote read doesn't work (\(reason))")
    }
  }
}
