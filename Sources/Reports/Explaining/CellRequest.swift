/// A cell of the chargeback as somebody names it.
package struct CellRequest: Sendable {
  package var period: ReportPeriod
  /// The team; the teams under it count too.
  package var team: String
  /// Of the pool, nil for all.
  package var site: String?
  package var cluster: String?
  package var gpuModel: String?
  package var column: ExplainedColumn
  /// The billing day to look at closely, nil for all of the period.
  package var day: String?
  /// The UUID of a GPU to look at closely.
  package var gpu: String?

  package init(
    period: ReportPeriod, team: String, site: String? = nil, cluster: String? = nil,
    gpuModel: String? = nil, column: ExplainedColumn = .totalCost, day: String? = nil,
    gpu: String? = nil
  ) {
    self.period = period
    self.team = team
    self.site = site
    self.cluster = cluster
    self.gpuModel = gpuModel
    self.column = column
    self.day = day
    self.gpu = gpu
  }

  /// What of the pool is named: column, option and name.
  var poolNames: [(column: String, option: String, name: String)] {
    [
      ("site", "--site", site), ("cluster", "--cluster", cluster),
      ("gpu_model", "--gpu-model", gpuModel),
    ].compactMap { column, option, name in name.map { (column, option, $0) } }
  }

  /// Whether a line of `team` is one of the cell's.
  func takes(team name: String) -> Bool { name == team || name.hasPrefix(team + "/") }

  /// The words that ask for it.
  var commandLine: String {
    var words = ["explain", "--period", period.label, "--team", team]
    for (_, option, name) in poolNames { words += [option, name] }
    words += ["--column", column.rawValue]
    if let day { words += ["--day", day] }
    if let gpu { words += ["--gpu", gpu] }
    return words.map(Self.quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_./:".utf8.contains(byte)
    }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// The parameters of the parts' query files.
  ///
  /// - Parameter isClose: whether only the day, and the GPU, are looked at.
  func parameters(isClose: Bool) -> [String] {
    var parameters = [
      "team=\(team)", "usage_states=\(column.statesText)", "moves=\(column.countsMoves ? 1 : 0)",
    ]
    for (column, _, name) in poolNames { parameters.append("\(column)=\(name)") }
    if isClose, let day { parameters.append("day=\(day)") }
    return parameters
  }
}
