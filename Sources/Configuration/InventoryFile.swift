import Quantities

/// Reading hosts.csv, one entry a line.
struct InventoryFile {
  static let gpusExpectation = "a whole number of GPUs, 1 to 1024"
  private static let columns = [
    "site", "cluster", "hosts", "host", "gpus", "gpu_model", "owner", "in_service", "retired",
  ]
  private static let requiredColumns = ["site", "cluster", "gpus", "gpu_model"]

  private let file: CSVFile

  init(path: String, reader: ConfigurationReader) {
    file = CSVFile(
      path: path, reader: reader, columns: Self.columns, requiredColumns: Self.requiredColumns)
  }

  /// The number of GPUs of a host.
  static func gpus(_ text: String) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      (1...1024).contains(count)
    else { return nil }
    return count
  }

  /// The entries of a file whose content is `text`.
  func read(_ text: String, sites: [String]) -> [Placed<InventoryEntry>] {
    let rows = file.rows(of: text) { columns, line in
      if columns["hosts"] == nil, columns["host"] == nil {
        file.tell(.missingColumn("hosts"), line, "")
      }
      if columns["hosts"] != nil, columns["host"] != nil {
        file.tell(.conflict(with: "hosts"), line, "host")
      }
    }
    return rows.compactMap { row in
      readRow(row, sites: sites).map { Placed(value: $0, place: file.place(row.line, "")) }
    }
  }

  private func readRow(_ row: CSVFile.Row, sites: [String]) -> InventoryEntry? {
    let site = file.required("site", expected: "the name of one of the sites", row)
    if let site {
      file.reader.checkName(site, what: "site", known: sites, at: file.place(row.line, "site"))
    }
    let cluster = file.required("cluster", expected: "the cluster's name", row)
    let model = file.required("gpu_model", expected: "the model as the exporter prints it", row)
    let gpus = file.required("gpus", expected: Self.gpusExpectation, row)
      .flatMap { file.parsed($0, Self.gpus, "gpus", Self.gpusExpectation, row) }
    let key = row.columns["host"] == nil ? "hosts" : "host"
    let hosts = file.required(key, expected: HostRange.expectation, row)
      .flatMap { file.parsed($0, HostRange.expand, key, HostRange.expectation, row) }
    let owner = row.text("owner")
    if let owner, ConfigurationReader.isReserved(owner) {
      file.tell(.reservedName(TeamPath.root(of: owner)), row.line, "owner")
    }
    let span = file.span(row)
    guard let site, let cluster, let hosts, let gpus, let model else { return nil }
    return InventoryEntry(
      site: site, cluster: cluster, hosts: hosts, gpusPerHost: gpus, gpuModel: model, owner: owner,
      inService: span.from, retired: span.to)
  }
}

/// Entries of the inventory as an inventory file has them.
package enum InventoryText {
  /// A head and a line for each entry.
  package static func csv(_ entries: [InventoryEntry]) -> String {
    var text = "site,cluster,hosts,gpus,gpu_model,owner\n"
    for entry in entries {
      let fields = [
        entry.site, entry.cluster, entry.hosts.joined(separator: ","), String(entry.gpusPerHost),
        entry.gpuModel, entry.owner ?? "",
      ]
      text += fields.map(CSVTable.quoted).joined(separator: ",") + "\n"
    }
    return text
  }
}
