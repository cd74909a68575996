import Quantities

/// Reading a table of devices as NetBox exports it: one device a line, in columns that it names.
///
/// - Source: NetBox's export of devices: the heads are the columns' titles, `Name`, `Status`, `Tenant`,
///   `Site`, `Cluster`; a custom field is under its label, or `cf_` and its name.
struct NetBoxFile {
  /// The keys of `inventory_file` that say how it is read.
  static let keys = [
    "path", "format", "site", "cluster", "gpu_model", "sites", "statuses", "columns",
  ]
  /// What a column is for, and its usual heads.
  private static let usualHeads = [
    "name": ["Name"], "site": ["Site"], "cluster": ["Cluster"], "owner": ["Tenant"],
    "status": ["Status"], "gpus": ["cf_gpu_count", "GPU count"],
    "gpu_model": ["cf_gpu_model", "GPU model"],
    "in_service": ["cf_in_service", "In service"], "retired": ["cf_retired", "Retired"],
  ]
  /// Devices that exist and cost money, whether they run or not.
  private static let usualStatuses = ["active", "offline", "failed"]

  private let file: CSVFile
  private let heads: [String: Placed<String>]
  private let statuses: [String]
  /// What NetBox's sites are here.
  private let siteNames: [String: String]
  /// Of devices whose line doesn't tell.
  private let fixed: [String: String]

  /// - Parameter section: `inventory_file` as a mapping, nil where it is only a path.
  init(path: String, reader: ConfigurationReader, section: Section?) {
    file = CSVFile(path: path, reader: reader, columns: [], requiredColumns: [], isOpen: true)
    let columns = section?.section("columns", valid: Self.usualHeads.keys.sorted())
    var heads: [String: Placed<String>] = [:]
    for key in columns?.keys ?? [] {
      guard let columns, let head = columns.text(key, expected: "a column's head") else { continue }
      heads[key] = Placed(value: head, place: columns.place(of: key))
    }
    self.heads = heads
    let given = section?.texts("statuses", expected: "a list such as [active, offline]")
    statuses = given?.map { $0.value.lowercased() } ?? Self.usualStatuses
    let sites = section?.section("sites", valid: nil)
    var names: [String: String] = [:]
    for key in sites?.keys ?? [] { names[key] = sites?.text(key, expected: "one of the sites") }
    siteNames = names
    var fixed: [String: String] = [:]
    for key in ["site", "cluster", "gpu_model"] { fixed[key] = section?.text(key) }
    self.fixed = fixed
  }

  /// Whether a text without a word of its format is one of NetBox's.
  static func isLike(_ text: String) -> Bool {
    let head = text.drop { $0 == "\u{FEFF}" }.prefix { !$0.isNewline }
    let titles = head.split(separator: ",").map { $0.trimmingBlanks() }
    return titles.contains("Name") && titles.contains("Status") && !titles.contains("gpus")
  }

  /// The hosts with GPUs that are in service.
  ///
  /// - Returns: with `note`, how many rows there are and what was left out.
  func read(
    _ text: String, sites: [String]
  ) -> (entries: [Placed<InventoryEntry>], note: String) {
    var places: [String: Int] = [:]
    let rows = file.rows(of: text) { columns, line in places = self.places(in: columns, line) }
    var entries: [Placed<InventoryEntry>] = []
    var withoutGPUs = 0
    var byStatus: [String: Int] = [:]
    for row in rows {
      let row = CSVFile.Row(fields: row.fields, columns: places, line: row.line)
      let count = row.text("gpus")
      if count.map({ ["0", "0.0", "—"].contains($0) }) ?? true {
        withoutGPUs += 1
      } else if let status = row.text("status"), !statuses.contains(status.lowercased()) {
        byStatus[status.lowercased(), default: 0] += 1
      } else if let entry = readRow(row, sites: sites) {
        entries.append(Placed(value: entry, place: file.place(row.line, "")))
      }
    }
    var note = "\(file.path): \(entries.count) of \(rows.count) rows are hosts with GPUs"
    let left =
      (withoutGPUs > 0 ? ["\(withoutGPUs) without GPUs"] : [])
      + byStatus.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    if !left.isEmpty { note += "; left out: " + left.joined(separator: ", ") }
    return (entries, note)
  }

  /// Where the columns stand, by what they are for; tells of those that are missing.
  private func places(in columns: [String: Int], _ line: Int) -> [String: Int] {
    let byLowered = Dictionary(columns.map { ($0.key.lowercased(), $0.value) }) { first, _ in first
    }
    var places: [String: Int] = [:]
    for (purpose, usual) in Self.usualHeads.sorted(by: { $0.key < $1.key }) {
      if let head = heads[purpose]?.value {
        places[purpose] = columns[head]
        if columns[head] == nil { file.tell(.missingColumn(head), line, "") }
      } else {
        places[purpose] = usual.lazy.compactMap { byLowered[$0.lowercased()] }.first
      }
    }
    let needed = ["name", "gpus"] + ["site", "cluster", "gpu_model"].filter { fixed[$0] == nil }
    for purpose in needed.sorted() where places[purpose] == nil && heads[purpose] == nil {
      file.tell(.missingColumn(Self.usualHeads[purpose]?.first ?? purpose), line, "")
    }
    return places
  }

  private func readRow(_ row: CSVFile.Row, sites: [String]) -> InventoryEntry? {
    func value(_ key: String, expected: String) -> String? {
      row.text(key) ?? fixed[key] ?? file.required(key, expected: expected, row)
    }
    let name = file.required("name", expected: "the name of a device with GPUs", row)
      .flatMap { file.parsed($0, Self.host, "name", "one host's name", row) }
    let site = value("site", expected: "the name of one of the sites")
      .map { siteNames[$0] ?? $0 }
    if let site {
      file.reader.checkName(site, what: "site", known: sites, at: file.place(row.line, "site"))
    }
    let cluster = value("cluster", expected: "the cluster's name")
    let model = value("gpu_model", expected: "the model as the exporter prints it")
    let gpus = row.text("gpus").flatMap {
      file.parsed($0, InventoryFile.gpus, "gpus", InventoryFile.gpusExpectation, row)
    }
    let owner = row.text("owner")
    if let owner, ConfigurationReader.isReserved(owner) {
      file.tell(.reservedName(TeamPath.root(of: owner)), row.line, "owner")
    }
    let span = file.span(row)
    guard let name, let site, let cluster, let gpus, let model else { return nil }
    return InventoryEntry(
      site: site, cluster: cluster, hosts: [name], gpusPerHost: gpus, gpuModel: model,
      owner: owner, inService: span.from, retired: span.to)
  }

  /// A name as it is, which no range is.
  private static func host(_ text: String) -> String? {
    HostRange.expand(text) == [text] ? text : nil
  }
}
