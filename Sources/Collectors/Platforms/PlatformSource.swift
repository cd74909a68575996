import Quantities
import Transport

/// A platform whose virtual machines have GPUs of its hosts.
package struct PlatformSource: Sendable {
  private enum Platform: Sendable {
    case openstack(OpenStackReader)
    case vsphere(VSphereReader)
  }

  private let platform: Platform

  package init(_ settings: OpenStackSettings, client: HTTPClient) {
    platform = .openstack(OpenStackReader(settings, client: client))
  }

  package init(_ settings: VSphereSettings, client: HTTPClient) {
    platform = .vsphere(VSphereReader(settings, client: client))
  }

  /// Whether outages that are over are told, too; else those that were known stay.
  package var keepsHistory: Bool {
    if case .vsphere = platform { true } else { false }
  }

  /// What is known of the time from `start` to `now`.
  package func read(
    since start: UTCInstant, now: UTCInstant
  ) async throws(CollectorError) -> PlatformView {
    switch platform {
    case .openstack(let reader): try await reader.read(since: start, now: now)
    case .vsphere(let reader): try await reader.read(since: start, now: now)
    }
  }

  /// What the platform has now, as sentences of `check`.
  package func check(now: UTCInstant) async -> SourceCheck {
    switch platform {
    case .openstack(let reader): await reader.check(now: now)
    case .vsphere(let reader): await reader.check(now: now)
    }
  }
}
