import Quantities
import Store

/// Walks from a cell of the chargeback to its postings, prices, GPUs and samples.
///
/// Each part is a query file of its own, `explain-NAME.sql`, which anybody may run.
package struct Explainer: Sendable {
  /// How the names of the parts' query files begin; lists of reports leave them out.
  package static let partPrefix = "explain-"

  private let runner: ReportRunner

  package init(_ runner: ReportRunner) {
    self.runner = runner
  }

  /// The explanation of a cell.
  ///
  /// - Throws: ``ExplainError`` for names that the period doesn't have, ``ReportError``,
  ///   ``QueryFileError``, or what the store throws.
  package func explanation(of asked: CellRequest) throws -> Explanation {
    var request = asked
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: asked.period))
    try checkNames(request, notices: chargeback.notices)
    let cell = cell(of: chargeback, request)
    let postings = try part("postings", request, isClose: false)
    if let day = request.day { try check(day, among: postings, request) }
    let shown = postings.keeping("day", request.day)
    var sections = [("cell", cell), ("postings", shown)]
    for name in ["prices", "costs", "moves"] {
      sections.append((name, try part(name, request, isClose: true)))
    }
    var checks = [agreement(of: postings, with: cell, request)]
    if request.day != nil || request.gpu != nil {
      request.gpu = try gpu(request)
      let gpus = try part("gpus", request, isClose: true, gpu: request.gpu)
      sections.append(("gpus", gpus))
      checks.append(agreement(of: gpus, withPart: shown, request))
    }
    let samples = try part("samples", request, isClose: true, gpu: request.gpu)
    sections.append(("samples", samples))
    sections.append(("months", try part("months", request, isClose: true)))
    let query = try samplesQuery(request, shown)
    return Explanation(
      sections: sections.map { Explanation.Section(name: $0.0, report: $0.1) }, checks: checks,
      samplesQuery: query, isWithoutSamples: query != nil && samples.rows.isEmpty,
      nextSteps: nextSteps(request, shown))
  }

  /// The report of one part.
  private func part(
    _ name: String, _ request: CellRequest, isClose: Bool, gpu: String? = nil
  ) throws -> Report {
    var query = QueryRequest(
      .nameOrFile(Self.partPrefix + name), period: request.period,
      parameters: request.parameters(isClose: isClose) + (gpu.map { ["gpu=\($0)"] } ?? []))
    query.rowLimit = Int(Int32.max)
    return try runner.query(query)
  }

  // MARK: Names

  /// Teams and pools with postings: the chargeback leaves out lines that come to nothing.
  private static let names = """
    SELECT DISTINCT team, site, cluster, gpu_model FROM (
      SELECT team, pool_id FROM posting_by_day WHERE day >= :first_day AND day < :end_day
      UNION SELECT team, pool_id FROM correction
      WHERE month >= :first_month AND month < :end_month
    ) AS line LEFT JOIN pool ON pool.id = line.pool_id
    """

  private func checkNames(_ request: CellRequest, notices: [String]) throws {
    var query = QueryRequest(.sql(Self.names), period: request.period)
    query.rowLimit = Int(Int32.max)
    var lines = try runner.query(query)
    guard !lines.rows.isEmpty else {
      throw ExplainError.nothingPosted(
        notices.first ?? "period \(request.period.label) has no postings")
    }
    func narrow(_ column: String, _ option: String, _ name: String, _ fits: (String) -> Bool) throws
    {
      let known = Set(lines.texts(of: column)).sorted()
      guard known.contains(where: fits) else {
        throw ExplainError.unknownName(
          option: option, found: name, period: request.period.label, known: known)
      }
      lines = lines.keeping(column, fits)
    }
    try narrow("team", "--team", request.team, request.takes(team:))
    for (column, option, name) in request.poolNames {
      try narrow(column, option, name) { $0 == name }
    }
  }

  private func check(_ day: String, among postings: Report, _ request: CellRequest) throws {
    let known = Set(postings.texts(of: "day")).sorted()
    if known.contains(day) { return }
    throw ExplainError.unknownName(
      option: "--day", found: day, period: request.period.label, known: known)
  }

  /// The UUID that is meant: exporters and other tools write it with `GPU-` and without.
  private func gpu(_ request: CellRequest) throws -> String? {
    guard let name = request.gpu else { return nil }
    for candidate in [name, "GPU-" + name] {
      if try !part("gpus", request, isClose: true, gpu: candidate).rows.isEmpty {
        return candidate
      }
    }
    let all = try part("gpus", request, isClose: true)
    throw ExplainError.unknownName(
      option: "--gpu", found: name, period: request.day ?? request.period.label,
      known: Set(all.texts(of: "gpu_uuid")).sorted())
  }

  // MARK: The cell

  /// The chargeback's lines that the cell lies in, with no more than it.
  private func cell(of chargeback: Report, _ request: CellRequest) -> Report {
    var lines = chargeback.keeping("team", request.takes(team:))
    for (column, _, name) in request.poolNames { lines = lines.keeping(column, name) }
    let columns = [
      "team", "cost_center", "site", "provider", "cluster", "resource", "gpu_model",
      request.column.rawValue, "currency", "charge_class", "charge_period",
    ].compactMap { lines.index(of: $0) }
    return Report(
      name: "cell", title: "Cell",
      question: "What does the chargeback have in \(request.column.rawValue)?",
      period: request.period, columns: columns.map { lines.columns[$0] },
      rows: lines.rows.map { row in columns.map { row[$0] } }, sums: [],
      currency: lines.currency, isCut: false)
  }

  private func agreement(
    of postings: Report, with cell: Report, _ request: CellRequest
  ) -> Explanation.Check {
    let column = request.column
    let found = postings.sum(of: column.amountColumn)
    let expected = cell.sum(of: column.rawValue)
    let amount = column.text(of: expected, postings)
    let words = "the postings sum to the cell to the \(column.smallestPart): \(amount)"
    return Explanation.Check(
      text: found == expected
        ? words
        : "the postings sum to \(column.text(of: found, postings)), the cell is \(amount); "
          + "run 'gputally verify'", isSound: found == expected)
  }

  private func agreement(
    of gpus: Report, withPart postings: Report, _ request: CellRequest
  ) -> Explanation.Check {
    let column = request.column
    let found = gpus.sum(of: column.amountColumn)
    let whole = postings.sum(of: column.amountColumn)
    let name = request.day ?? request.period.label
    if request.gpu != nil {
      return Explanation.Check(
        text: "the GPU's part: \(column.text(of: found, gpus)) of "
          + "\(column.text(of: whole, gpus)) in \(name)", isSound: true)
    }
    let words = "the GPU lines sum to the postings of \(name) to the \(column.smallestPart): "
    return Explanation.Check(
      text: found == whole
        ? words + column.text(of: whole, gpus)
        : "the GPU lines sum to \(column.text(of: found, gpus)), the postings of \(name) to "
          + "\(column.text(of: whole, gpus)); run 'gputally verify'", isSound: found == whole)
  }

  // MARK: Where it goes on

  /// SQL for the samples of the GPU with the largest line on the day with the largest lines.
  private func samplesQuery(_ request: CellRequest, _ postings: Report) throws -> String? {
    let usage = postings.keeping("kind", "usage").keeping("charge_class") { $0 == nil }
    let largest = usage.largest(by: "gpu_hours")
    guard let row = largest, case .text(let day) = row[usage.place(of: "day")] else { return nil }
    var close = request
    close.day = day
    let gpus = try part("gpus", close, isClose: true, gpu: request.gpu)
      .keeping("gpu_uuid") { $0 != nil }
    guard let line = gpus.largest(by: "gpu_hours"),
      case .text(let uuid) = line[gpus.place(of: "gpu_uuid")],
      case .integer(let first) = line[gpus.place(of: "first")],
      case .integer(let last) = line[gpus.place(of: "last")]
    else { return nil }
    return "SELECT rfc3339(time) AS at, metric, value, namespace, workload FROM gpu_sample WHERE "
      + "gpu_uuid = '\(uuid.replacing("'", with: "''"))' AND time >= \(first) AND time < \(last) "
      + "ORDER BY time, metric"
  }

  /// The same cell on its largest day, and the names of our own whose cost it has a part of.
  private func nextSteps(_ request: CellRequest, _ postings: Report) -> [String] {
    let states = Set(postings.keeping("kind", "shared").texts(of: "state"))
    let names = [
      ("unallocated", "unallocated"), ("out_of_service", "out-of-service"),
      ("unattributed", "unattributed"), ("unknown", "unknown"),
    ]
    var steps = names.filter { states.contains($0.0) && !request.takes(team: $0.1) }.map {
      _, name in
      var other = request
      (other.team, other.column, other.gpu) = (name, .sharedCost, nil)
      return other.commandLine
    }
    if request.day == nil, request.gpu == nil,
      let row = postings.largest(by: request.column.amountColumn),
      case .text(let day) = row[postings.place(of: "day")]
    {
      var closer = request
      closer.day = day
      steps.insert(closer.commandLine, at: 0)
    }
    return steps
  }
}
