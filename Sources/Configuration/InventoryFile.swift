import Quantities

/// Reading hosts.csv, one entry a line.
struct InventoryFile {
  static let gpusExpectation = "a whole number of GPUs, 1 to 1024"
  private static let columns = [
    "site", "cluster", "hosts", "host", "gpus", "gpu_model", "owner", "in_service", "retired",
  ]
  private static let requiredColumns = ["site", "cluster", "gpus", "gpu_model"]

  let path: String
  let reader: ConfigurationReader

  /// The number of GPUs of a host.
  static func gpus(_ text: String) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      (1...1024).contains(count)
    else { return nil }
    return count
  }

  /// The entries of a file whose content is `text`.
  func read(_ text: String, sites: [String]) -> [Placed<InventoryEntry>] {
    let table: CSVTable
    do {
      table = try CSVTable(text)
    } catch {
      reader.problems.add(.badCSV(error.reason), at: place(error.line, ""))
      return []
    }
    guard let head = table.rows.first, let columns = readHead(head) else {
      if table.rows.isEmpty { tell(.missingColumn("site"), 1, "") }
      return []
    }
    return table.rows.dropFirst().compactMap { row in
      guard row.fields.count == head.fields.count else {
        tell(.fieldCount(found: row.fields.count, expected: head.fields.count), row.line, "")
        return nil
      }
      let entry = readRow(Row(fields: row.fields, columns: columns, line: row.line), sites: sites)
      return entry.map { Placed(value: $0, place: place(row.line, "")) }
    }
  }

  private struct Row {
    let fields: [String]
    let columns: [String: Int]
    let line: Int

    /// The text of a column, nil where the column or its text is absent.
    func text(_ column: String) -> String? {
      guard let index = columns[column] else { return nil }
      let text = fields[index].trimmingBlanks()
      return text.isEmpty ? nil : String(text)
    }
  }

  private func readHead(_ head: CSVTable.Row) -> [String: Int]? {
    let before = reader.problems.problems.count
    var columns: [String: Int] = [:]
    for (index, field) in head.fields.enumerated() {
      let name = String(field.trimmingBlanks())
      if !Self.columns.contains(name) {
        let nearest = NearestName.find(name, among: Self.columns)
        tell(.unknownKey(nearest: nearest, valid: Self.columns), head.line, name)
      }
      if columns.updateValue(index, forKey: name) != nil {
        tell(.repeatedName(name, firstLine: head.line), head.line, name)
      }
    }
    for name in Self.requiredColumns where columns[name] == nil {
      tell(.missingColumn(name), head.line, "")
    }
    if columns["hosts"] == nil, columns["host"] == nil {
      tell(.missingColumn("hosts"), head.line, "")
    }
    if columns["hosts"] != nil, columns["host"] != nil {
      tell(.conflict(with: "hosts"), head.line, "host")
    }
    return reader.problems.problems.count == before ? columns : nil
  }

  private func readRow(_ row: Row, sites: [String]) -> InventoryEntry? {
    let site = required("site", expected: "the name of one of the sites", row)
    if let site {
      reader.checkName(site, what: "site", known: sites, at: place(row.line, "site"))
    }
    let cluster = required("cluster", expected: "the cluster's name", row)
    let model = required("gpu_model", expected: "the model as the exporter prints it", row)
    let gpus = required("gpus", expected: Self.gpusExpectation, row)
      .flatMap { parsed($0, Self.gpus, "gpus", Self.gpusExpectation, row) }
    let key = row.columns["host"] == nil ? "hosts" : "host"
    let hosts = required(key, expected: HostRange.expectation, row)
      .flatMap { parsed($0, HostRange.expand, key, HostRange.expectation, row) }
    let owner = row.text("owner")
    if let owner, ConfigurationReader.isReserved(owner) {
      tell(.reservedName(TeamPath.root(of: owner)), row.line, "owner")
    }
    let inService = day("in_service", row)
    let retired = day("retired", row)
    if let inService, let retired, inService >= retired {
      let fault = ConfigurationProblem.Fault.emptySpan(
        from: inService.description, to: retired.description)
      tell(fault, row.line, "retired")
    }
    guard let site, let cluster, let hosts, let gpus, let model else { return nil }
    return InventoryEntry(
      site: site, cluster: cluster, hosts: hosts, gpusPerHost: gpus, gpuModel: model, owner: owner,
      inService: inService, retired: retired)
  }

  private func required(_ column: String, expected: String, _ row: Row) -> String? {
    let text = row.text(column)
    if text == nil { tell(.missingKey(expected: expected), row.line, column) }
    return text
  }

  private func day(_ column: String, _ row: Row) -> CivilDate? {
    row.text(column).flatMap {
      parsed($0, { CivilDate($0) }, column, "a day such as 2026-11-23", row)
    }
  }

  private func parsed<Value>(
    _ text: String, _ parse: (String) -> Value?, _ column: String, _ expected: String, _ row: Row
  ) -> Value? {
    if let value = parse(text) { return value }
    tell(.badValue(found: text, expected: expected), row.line, column)
    return nil
  }

  private func place(_ line: Int, _ column: String) -> Place {
    Place(file: path, line: line, key: column)
  }

  private func tell(_ fault: ConfigurationProblem.Fault, _ line: Int, _ column: String) {
    reader.problems.add(fault, at: place(line, column))
  }
}
