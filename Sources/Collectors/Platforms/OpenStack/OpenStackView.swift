import Quantities
import Records

extension PlatformView {
  /// Adds what a server had, and what of it isn't known.
  ///
  /// - Parameter names: of projects and users, by their ids.
  mutating func add(
    _ history: OpenStackHistory, _ flavor: OpenStackFlavor, _ names: [String: String],
    _ place: String, until now: UTCInstant
  ) {
    let server = history.server
    var attributes = ["project_id": server.project, "flavor": flavor.name]
    let project = names[server.project] ?? server.project
    attributes["project"] = project
    for (name, value) in server.metadata { attributes["tag:" + name] = value }
    for stay in history.stays(until: now) {
      guard let host = stay.host, !host.isEmpty else {
        refuse(
          "\(place): server '\(server.name)'", "host unknown", found: "server \(server.id)",
          expected: "a server whose host Nova still tells", in: stay.range)
        continue
      }
      guard stay.hasFlavor else {
        unexplained.append(
          Unexplained(
            machine: server.id, host: host, range: stay.range, isContinued: true,
            rejection: Rejection(
              place: "\(place): server '\(server.name)'", rule: "flavour before a resize unknown",
              found: "flavour '\(flavor.name)' since then",
              expected: "a collection before it; up to the resize it counts as without GPUs")))
        continue
      }
      machines.append(
        Machine(
          uid: server.id, name: server.name, project: project,
          user: names[server.user] ?? server.user, guest: server.hostname, host: host,
          range: stay.range, reach: flavor.share.reach, attributes: attributes))
    }
  }
}

extension SourceCheck {
  /// Which flavours have GPUs, and which ask for devices that aren't known to be some.
  mutating func describe(_ flavors: [JSONValue], _ settings: OpenStackSettings) {
    var withGPUs: [String] = []
    var aliases: [String: [String]] = [:]
    for value in flavors {
      let name = value.text("name")
      do throws(OpenStackFlavor.Fault) {
        let flavor = try OpenStackFlavor(
          name: name, extraSpecs: value["extra_specs"]?.members ?? [:], settings)
        for alias in flavor.otherAliases { aliases[alias, default: []].append(name) }
        if flavor.share.isEmpty { continue }
        let share = flavor.share
        withGPUs.append(
          "\(name) (\(share.parts)" + (share.whole > 1 ? "/\(share.whole)" : "") + " "
            + flavor.models.sorted().joined(separator: ", ") + ")")
      } catch {
        problems.append(
          "flavour '\(name)': \(error.rule): found \(error.found), expected \(error.expected)")
      }
    }
    let shown = withGPUs.sorted()
    findings.append(
      "\(flavors.count) flavours, \(withGPUs.count) of them with GPUs"
        + (shown.isEmpty ? "" : ": " + Self.listed(shown)))
    if withGPUs.isEmpty {
      warnings.append(
        "no flavour has GPUs by pci_aliases and vgpu; compare them with the flavours' extra specs")
    }
    for (alias, names) in aliases.sorted(by: { $0.key < $1.key }) {
      warnings.append(
        "alias '\(alias)' of flavours \(Self.listed(names.sorted())) is not in pci_aliases, so that it "
          + "counts as no GPU")
    }
  }
}
