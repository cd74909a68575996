import Quantities

/// Reading `inventory` and the inventory file.
extension ConfigurationReader {
  private static let inventoryKeys = [
    "site", "cluster", "hosts", "gpus", "gpu_model", "owner", "in_service", "retired",
  ]

  /// The path of the inventory file as it is written, nil where none is named.
  static func inventoryPath(_ root: Section) -> String? {
    if root.holdsText("inventory_file") {
      return root.text("inventory_file", expected: "a path")
    }
    return root.peekSection("inventory_file")?.peek("path")
  }

  /// The entries of the file, then those of the inventory file, whose content is `text`.
  ///
  /// - Returns: with `notes`, a sentence for each thing to know of the inventory file.
  func readInventory(
    text: String?, sites: [String]
  ) -> (entries: [InventoryEntry], notes: [String]) {
    let settings =
      root.holdsText("inventory_file")
      ? nil : root.section("inventory_file", valid: NetBoxFile.keys)
    if let settings {
      _ = settings.requiredText("path", expected: "a path")
      _ = settings.value("format", expected: "netbox") { $0 == "netbox" ? $0 : nil }
    }
    var notes: [String] = []
    var entries = root.sections("inventory", valid: Self.inventoryKeys).compactMap { section in
      readEntry(section, sites: sites).map { Placed(value: $0, place: section.place) }
    }
    if let text, let path = inventoryFile {
      if settings != nil || NetBoxFile.isLike(text) {
        let found = NetBoxFile(path: path, reader: self, section: settings)
          .read(text, sites: sites)
        entries += found.entries
        notes.append(found.note)
      } else {
        entries += InventoryFile(path: path, reader: self).read(text, sites: sites)
      }
    }
    checkHosts(entries)
    return (entries.map(\.value), notes)
  }

  private func readEntry(_ section: Section, sites: [String]) -> InventoryEntry? {
    let site = section.requiredText("site", expected: "the name of one of the sites")
    if let site { checkName(site, what: "site", known: sites, at: section.place(of: "site")) }
    let cluster = section.requiredText("cluster", expected: "the cluster's name")
    let gpus = section.required(
      "gpus", expected: InventoryFile.gpusExpectation, parse: InventoryFile.gpus)
    let model = section.requiredText(
      "gpu_model", expected: "the model as the exporter prints it")
    let owner = section.text("owner", expected: "the name of a team")
    checkTeamName(owner, of: "owner", in: section)
    let inService = readDay("in_service", in: section)
    let retired = readDay("retired", in: section)
    checkSpan(inService, retired, key: "retired", in: section)
    let hosts = readHosts(section)
    guard let site, let cluster, let hosts, let gpus, let model else { return nil }
    return InventoryEntry(
      site: site, cluster: cluster, hosts: hosts, gpusPerHost: gpus, gpuModel: model, owner: owner,
      inService: inService, retired: retired)
  }

  /// The billing day of `key`.
  func readDay(_ key: String, in section: Section) -> CivilDate? {
    section.value(key, expected: "a day such as 2026-11-23") { CivilDate($0) }
  }

  /// Tells where a span holds no day.
  func checkSpan(_ from: CivilDate?, _ to: CivilDate?, key: String, in section: Section) {
    guard let from, let to, from >= to else { return }
    section.tell(.emptySpan(from: from.description, to: to.description), of: key)
  }

  private func readHosts(_ section: Section) -> [String]? {
    if !section.has("hosts") {
      section.tell(.missingKey(expected: HostRange.expectation), of: "hosts")
    }
    let given = section.texts("hosts", expected: HostRange.expectation, orOne: true)
    guard let given else { return nil }
    if given.isEmpty {
      section.tell(.missingKey(expected: HostRange.expectation), of: "hosts")
    }
    var hosts: [String] = []
    for text in given {
      guard let names = HostRange.expand(text.value),
        hosts.count + names.count <= HostRange.hostsMax
      else {
        problems.add(
          .badValue(found: text.value, expected: HostRange.expectation), at: text.place)
        continue
      }
      hosts += names
    }
    return hosts
  }

  /// Tells of the first host of each entry that is listed twice, and of too many hosts.
  private func checkHosts(_ entries: [Placed<InventoryEntry>]) {
    var firstPlaces: [InventoryHost: Place] = [:]
    for entry in entries {
      var isTold = false
      for name in entry.value.hosts {
        let host = InventoryHost(
          site: entry.value.site, cluster: entry.value.cluster, name: name)
        guard let first = firstPlaces.updateValue(entry.place, forKey: host), !isTold else {
          continue
        }
        isTold = true
        problems.add(
          .repeatedHost(
            name, cluster: host.cluster, firstFile: first.file, firstLine: first.line),
          at: entry.place)
      }
      if firstPlaces.count > HostRange.hostsMax {
        problems.add(
          .badValue(found: "\(firstPlaces.count) hosts", expected: HostRange.expectation),
          at: entry.place)
        return
      }
    }
  }
}

/// A host of the inventory.
private struct InventoryHost: Hashable {
  let site: String
  let cluster: String
  let name: String
}
