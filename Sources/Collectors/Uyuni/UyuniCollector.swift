import Quantities
import Transport

/// A host that a Uyuni knows.
package struct UyuniHost: Hashable, Sendable {
  package let id: Int64
  /// As Uyuni has it, mostly with its domain.
  package let name: String
  /// When it was heard of last; nil where that isn't told.
  package let lastCheckIn: UTCInstant?
  /// How many it has of each kind of card, by the name of PCI's data base.
  package fileprivate(set) var cards: [UyuniCard: Int] = [:]
  /// The groups of hosts that were asked for and that it is in, in order.
  package fileprivate(set) var groups: [String] = []

  package var gpuCount: Int { cards.values.reduce(0, +) }
}

/// A kind of card.
package struct UyuniCard: Hashable, Comparable, Sendable {
  /// `NVIDIA` or `AMD`.
  package let vendor: String
  /// `GH100 [H100 SXM5 80GB]`, or the number of the device where its name isn't known.
  package let name: String

  package static func < (left: Self, right: Self) -> Bool {
    (left.vendor, left.name) < (right.vendor, right.name)
  }

  /// A name for the model: `NVIDIA H100 SXM5 80GB`; what an exporter prints may differ.
  package var model: String {
    let inside = name.split(separator: "[").last.map { $0.prefix { $0 != "]" } }
    return vendor + " " + (name.contains("[") ? String(inside ?? "") : name)
  }
}

/// Reads which hosts a Uyuni knows, which GPUs they have, and in which groups they are.
package struct UyuniCollector: Sendable {
  /// More hosts aren't asked for one by one.
  package static let hostsMaximum = 20_000
  private static let requestsInFlight = 8

  private let api: UyuniAPI

  package init(settings: UyuniSettings, client: HTTPClient) {
    api = UyuniAPI(settings: settings, client: client)
  }

  /// All hosts, in the order of their names.
  ///
  /// - Parameter groups: which groups are asked for.
  package func collect(groups: Pattern?) async throws(CollectorError) -> [UyuniHost] {
    try await api.session { session throws(CollectorError) in
      let hosts = try await session.get("system/listSystems", [], orElse: [], Self.readHosts)
      guard hosts.count <= Self.hostsMaximum else {
        throw .unusableText(
          place: api.settings.url,
          reason:
            "it has \(hosts.count) hosts, more than \(Self.hostsMaximum); use a user who sees "
            + "those with GPUs only")
      }
      let owned = try await groupsOfHosts(groups, session)
      return try await SeveralAtOnce.map(hosts, atOnce: Self.requestsInFlight) {
        host throws(CollectorError) in
        var host = host
        host.cards = try await session.get(
          "system/getDevices", [("sid", "\(host.id)")], orElse: [:], Self.readCards)
        host.groups = owned[host.id]?.sorted() ?? []
        return host
      }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }
  }

  private func groupsOfHosts(
    _ pattern: Pattern?, _ session: UyuniSession
  ) async throws(CollectorError) -> [Int64: [String]] {
    guard let pattern else { return [:] }
    let names = try await session.get("systemgroup/listAllGroups", [], orElse: []) {
      cursor throws(MalformedJSON) in
      try Self.objects(&cursor, "name") { cursor throws(MalformedJSON) in try cursor.looseText() }
    }
    let wanted = Set(names.filter { !$0.isEmpty && pattern.matches($0) }).sorted()
    let members = try await SeveralAtOnce.map(wanted, atOnce: Self.requestsInFlight) {
      name throws(CollectorError) in
      try await session.get(
        "systemgroup/listSystemsMinimal", [("systemGroupName", name)], orElse: []
      ) { cursor throws(MalformedJSON) in
        try Self.objects(&cursor, "id") { cursor throws(MalformedJSON) in try cursor.looseWhole() }
      }
    }
    var groups: [Int64: [String]] = [:]
    for (name, ids) in zip(wanted, members) {
      for id in ids.compactMap(\.self) { groups[id, default: []].append(name) }
    }
    return groups
  }

  /// What `read` makes of one key of each object of a list; of those without it, nothing.
  private static func objects<Value>(
    _ cursor: inout JSONCursor, _ wanted: String,
    _ read: (inout JSONCursor) throws(MalformedJSON) -> Value
  ) throws(MalformedJSON) -> [Value] {
    var values: [Value] = []
    try cursor.looseList { cursor throws(MalformedJSON) in
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        if key == wanted { values.append(try read(&cursor)) } else { try cursor.skipValue() }
      }
    }
    return values
  }

  @Sendable private static func readHosts(
    _ cursor: inout JSONCursor
  ) throws(MalformedJSON) -> [UyuniHost] {
    var hosts: [UyuniHost] = []
    try cursor.looseList { cursor throws(MalformedJSON) in
      var id: Int64?
      var name = ""
      var checkIn: UTCInstant?
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "id": id = try cursor.looseWhole()
        case "name": name = try cursor.looseText()
        case "last_checkin": checkIn = UTCInstant(try cursor.looseText())
        default: try cursor.skipValue()
        }
      }
      if let id, !name.isEmpty {
        hosts.append(UyuniHost(id: id, name: name, lastCheckIn: checkIn))
      }
    }
    return hosts
  }

  @Sendable private static func readCards(
    _ cursor: inout JSONCursor
  ) throws(MalformedJSON) -> [UyuniCard: Int] {
    var cards: [UyuniCard: Int] = [:]
    try cursor.looseList { cursor throws(MalformedJSON) in
      var device = UyuniDevice()
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "bus": device.bus = try cursor.looseText()
        case "device_class": device.deviceClass = try cursor.looseText()
        case "description": device.description = try cursor.looseText()
        case "prop1": device.vendorNumber = try cursor.looseText()
        default: try cursor.skipValue()
        }
      }
      if let card = device.card { cards[card, default: 0] += 1 }
    }
    return cards
  }
}

/// A device of a host.
///
/// - Source: Uyuni's HardwareMapper: the class of everything whose PCI class is a display controller
///   is VIDEO, the description is `vendor|device` by PCI's data base, `prop1` the vendor's number.
private struct UyuniDevice {
  var bus = ""
  var deviceClass = ""
  var description = ""
  var vendorNumber = ""

  /// The card that it is, nil for everything that is no GPU: NVSwitches are NVIDIA's too.
  var card: UyuniCard? {
    guard bus == "pci" else { return nil }
    let parts = description.split(separator: "|", maxSplits: 1)
    let name = String(parts.last ?? "")
    switch vendorNumber.lowercased() {
    case "10de" where deviceClass == "VIDEO": return UyuniCard(vendor: "NVIDIA", name: name)
    // Its newer ones are accelerators and no displays.
    case "1002" where deviceClass == "VIDEO" || name.contains("Instinct"):
      return UyuniCard(vendor: "AMD", name: name)
    default: return nil
    }
  }
}
