import Quantities
import Records
import Transport

/// Reads from Nova which servers had GPUs of which hypervisors, and when.
///
/// - Source: Compute API 2.62. `servers/detail` has deleted servers where `changes-since` is given,
///   as long as the database keeps them.
struct OpenStackReader: Sendable {
  /// How much earlier than asked for servers and migrations may have changed last.
  private static let marginMilliseconds: Int64 = 3_600_000
  /// How many questions are under way at once.
  private static let atOnce = 8

  private let settings: OpenStackSettings
  private let session: OpenStackSession

  init(_ settings: OpenStackSettings, client: HTTPClient) {
    self.settings = settings
    session = OpenStackSession(settings, client: client)
  }

  /// A server with GPUs and what is known of its life.
  private struct Known: Sendable {
    let history: OpenStackHistory
    let flavor: OpenStackFlavor
  }

  func read(
    since start: UTCInstant, now: UTCInstant
  ) async throws(CollectorError) -> PlatformView {
    var view = PlatformView()
    let place = try await session.place()
    let servers = try await servers(since: start, &view, place)
    let known = try await histories(servers, since: start)
    let names = try await names(of: known.map(\.history.server), &view)
    for server in known { view.add(server.history, server.flavor, names, place, until: now) }
    try await addHosts(to: &view, models: Self.models(known), now: now)
    return view
  }

  /// The servers whose flavours have GPUs and that were there after `start`.
  private func servers(
    since start: UTCInstant, _ view: inout PlatformView, _ place: String
  ) async throws(CollectorError) -> [(OpenStackServer, OpenStackFlavor)] {
    let since = (start - Self.marginMilliseconds).description
    let all = try await session.list("/servers/detail", [("all_tenants", "1")], key: "servers")
    let gone = try await session.list(
      "/servers/detail", [("all_tenants", "1"), ("deleted", "True"), ("changes-since", since)],
      key: "servers")
    var seen: Set<String> = []
    var result: [(OpenStackServer, OpenStackFlavor)] = []
    for value in all + gone {
      guard let server = OpenStackServer(value), seen.insert(server.id).inserted,
        server.terminated.map({ $0 > start }) ?? true
      else { continue }
      do throws(OpenStackFlavor.Fault) {
        let flavor = try OpenStackFlavor(
          name: server.flavor, extraSpecs: server.extraSpecs, settings)
        if !flavor.share.isEmpty { result.append((server, flavor)) }
      } catch {
        view.refuse(
          place + ": flavour '\(server.flavor)'", error.rule, found: error.found,
          expected: error.expected)
      }
    }
    if result.contains(where: { !$0.0.tellsHost }) {
      throw .unusableText(
        place: place,
        reason: "hosts of servers aren't told; give the user a role such as admin "
          + "that may see OS-EXT-SRV-ATTR:host")
    }
    return result
  }

  private func histories(
    _ servers: [(OpenStackServer, OpenStackFlavor)], since start: UTCInstant
  ) async throws(CollectorError) -> [Known] {
    if servers.isEmpty { return [] }
    let since = (start - Self.marginMilliseconds).description
    let migrations = Dictionary(
      grouping: try await session.list(
        "/os-migrations", [("changes-since", since)], key: "migrations", id: "uuid"
      ).compactMap { OpenStackMigration($0) }, by: \.server)
    let session = session
    return try await SeveralAtOnce.map(servers, atOnce: Self.atOnce) {
      (server, flavor) throws(CollectorError) in
      let page = "/servers/\(URLText.encoded(server.id))/os-instance-actions"
      let actions = try await session.compute(page)["instanceActions"]?.elements ?? []
      let done = actions.compactMap { OpenStackAction($0) }.sorted { $0.start < $1.start }
      var hosts: [String: String] = [:]
      // After a server is offloaded only what was done to it tells where it was.
      for (action, _) in OpenStackHistory.absences(server, done) where action.end > start {
        let told = try await session.compute(page + "/" + URLText.encoded(action.request))
        let events = told["instanceAction"]?["events"]?.elements ?? []
        hosts[action.request] = events.compactMap { $0["host"]?.text }.first { !$0.isEmpty }
      }
      return Known(
        history: OpenStackHistory(
          server: server, actions: done, migrations: migrations[server.id] ?? [],
          hostsOfActions: hosts), flavor: flavor)
    }
  }

  /// The names of projects and users, by their ids.
  private func names(
    of servers: [OpenStackServer], _ view: inout PlatformView
  ) async throws(CollectorError) -> [String: String] {
    let projects = Set(servers.map(\.project)).filter { !$0.isEmpty }.sorted()
    let users = Set(servers.map(\.user)).filter { !$0.isEmpty }.sorted()
    let pages =
      projects.map { (id: $0, kind: "project") } + users.map { (id: $0, kind: "user") }
    let session = session
    let told = try await SeveralAtOnce.map(pages, atOnce: Self.atOnce) {
      (page) async throws(CollectorError) -> (name: String?, failure: String?) in
      do throws(CollectorError) {
        let answer = try await session.identity("/\(page.kind)s/\(URLText.encoded(page.id))")
        return (answer[page.kind]?["name"]?.text, nil)
      } catch {
        // One that was deleted keeps its number for a name.
        if case .transport(.unusable(_, let reason)) = error, reason.hasPrefix("status 404") {
          return (nil, nil)
        }
        if case .cancelled = error { throw error }
        return (nil, "names of \(page.kind)s: \(error)")
      }
    }
    var names: [String: String] = [:]
    for (page, answer) in zip(pages, told) { names[page.id] = answer.name }
    view.shortfalls += Set(told.compactMap(\.failure)).sorted().prefix(2)
    return names
  }

  private static func models(_ known: [Known]) -> [String: Set<String>] {
    var models: [String: Set<String>] = [:]
    for server in known {
      guard let host = server.history.server.host else { continue }
      models[host, default: []].formUnion(server.flavor.models)
    }
    return models
  }

  /// The hypervisors, and which of them are down.
  private func addHosts(
    to view: inout PlatformView, models: [String: Set<String>], now: UTCInstant
  ) async throws(CollectorError) {
    let hypervisors = try await session.list(
      "/os-hypervisors/detail", key: "hypervisors")
    let services = try await session.compute("/os-services?binary=nova-compute")["services"]
    var lastSeen: [String: UTCInstant] = [:]
    for service in services?.elements ?? [] {
      lastSeen[service.text("host")] = OpenStackServer.instant(service["updated_at"])
    }
    for hypervisor in hypervisors {
      let name = hypervisor.text("hypervisor_hostname")
      if name.isEmpty { continue }
      let model = models[name].flatMap { $0.count == 1 ? $0.first : nil }
      view.hosts.append(PlatformView.Host(name: name, model: model ?? ""))
      guard hypervisor.text("state") == "down" else { continue }
      let since = lastSeen[hypervisor["service"]?.text("host") ?? ""] ?? now
      view.outages.append(
        Observation(
          kind: .outage, subject: name, attributes: ["reason": "down"],
          range: TimeRange(min(since, now), now)))
    }
  }
}

extension OpenStackReader {
  /// What the cloud has, as sentences of `check`.
  func check(now: UTCInstant) async -> SourceCheck {
    var check = SourceCheck()
    do throws(CollectorError) {
      let flavors = try await session.list(
        "/flavors/detail", [("is_public", "None")], key: "flavors", id: "id")
      check.describe(flavors, settings)
      let view = try await read(since: now - UTCInstant.millisecondsPerDay, now: now)
      check.describe(view, unit: ("server", "hypervisor"), now: now)
      let counts = view.hosts.filter { $0.gpus == nil }.count
      if counts > 0 {
        check.findings.append(
          "Nova does not tell how many GPUs a hypervisor has: list them in the inventory, else one "
            + "has as many as its servers have at once")
      }
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }
}
