import Quantities

/// A server as Nova writes it.
///
/// - Source: `servers/detail` in 2.62; times of `OS-SRV-USG` are UTC without saying so.
struct OpenStackServer: Sendable {
  let id: String
  let name: String
  let project: String
  let user: String
  /// `active`, `stopped`, `shelved_offloaded` and so on.
  let state: String
  let created: UTCInstant?
  /// When it was last built somewhere, which is not its first time after a resize.
  let launched: UTCInstant?
  let terminated: UTCInstant?
  /// nil where it has no host, or where that isn't told.
  let host: String?
  /// Whether who asks may know hosts.
  let tellsHost: Bool
  /// What it is told to call itself, nil where that isn't told.
  let hostname: String?
  let flavor: String
  let extraSpecs: [String: JSONValue]
  let metadata: [String: String]

  /// - Returns: nil for what has no id.
  init?(_ value: JSONValue) {
    guard let id = value["id"]?.text, !id.isEmpty else { return nil }
    self.id = id
    name = value.text("name")
    project = value.text("tenant_id")
    user = value.text("user_id")
    state = value.text("OS-EXT-STS:vm_state")
    created = Self.instant(value["created"])
    launched = Self.instant(value["OS-SRV-USG:launched_at"])
    terminated = Self.instant(value["OS-SRV-USG:terminated_at"])
    let host =
      value["OS-EXT-SRV-ATTR:hypervisor_hostname"]?.text ?? value["OS-EXT-SRV-ATTR:host"]?.text
    self.host = host.flatMap { $0.isEmpty ? nil : $0 }
    tellsHost = value.members["OS-EXT-SRV-ATTR:host"] != nil
    hostname = value["OS-EXT-SRV-ATTR:hostname"]?.text
    flavor = value["flavor"]?.text("original_name") ?? ""
    extraSpecs = value["flavor"]?["extra_specs"]?.members ?? [:]
    metadata = (value["metadata"]?.members ?? [:]).compactMapValues(\.text)
  }

  /// A time with or without its zone, which is UTC.
  static func instant(_ value: JSONValue?) -> UTCInstant? {
    guard let text = value?.text else { return nil }
    return UTCInstant(text) ?? UTCInstant(text + "Z")
  }
}

/// A server's way from one host to another, or to another flavour.
struct OpenStackMigration: Sendable {
  let server: String
  let source: String
  /// From when on the server is where it went.
  let time: UTCInstant
  let isResize: Bool

  /// The states of those that took place.
  private static let done: Set = ["completed", "confirmed", "finished", "done"]

  /// - Returns: nil for one that didn't take place, or of which it isn't told when.
  init?(_ value: JSONValue) {
    let type = value.text("migration_type")
    guard Self.done.contains(value.text("status")), !type.hasSuffix("pre-live-migration"),
      // A server that moves alive is on its old host to the end; one that is moved otherwise has
      // its new place from the beginning.
      let time = OpenStackServer.instant(
        value[type == "live-migration" ? "updated_at" : "created_at"])
    else { return nil }
    server = value.text("instance_uuid")
    let node = value.text("source_node")
    source = node.isEmpty ? value.text("source_compute") : node
    self.time = time
    isResize = type == "resize"
  }
}

/// Something that was done to a server.
struct OpenStackAction: Sendable {
  let name: String
  let request: String
  let start: UTCInstant
  let end: UTCInstant

  /// - Returns: nil for one that failed.
  init?(_ value: JSONValue) {
    guard value["message"]?.text != "Error",
      let start = OpenStackServer.instant(value["start_time"])
    else { return nil }
    name = value.text("action")
    request = value.text("request_id")
    self.start = start
    end = OpenStackServer.instant(value["updated_at"]).map { max($0, start) } ?? start
  }
}
