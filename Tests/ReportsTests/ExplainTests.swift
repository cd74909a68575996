import Quantities
import Store
import Testing

@testable import Reports

/// Explanations of the cells of ``Fleet``'s chargeback.
@Suite struct ExplainTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    store = try Fleet.store()
    runner = try Fleet.runner(store)
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  private func request(_ team: String, _ column: String = "total_cost") throws -> CellRequest {
    CellRequest(period: period, team: team, column: try ExplainedColumn(named: column))
  }

  @Test(arguments: ExplainedColumn.allCases)
  func `the postings of every cell sum to it`(column: ExplainedColumn) throws {
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: period))
    #expect(chargeback.rows.count >= 5)
    for team in Set(chargeback.texts(of: "team")) {
      for model in Set(chargeback.keeping("team", team).texts(of: "gpu_model")) {
        var request = try request(team, column.rawValue)
        request.gpuModel = model
        let found = try Explainer(runner).explanation(of: request)
        #expect(found.isSound, "\(team) \(model): \(found.checks)")
        let cell = chargeback.keeping("team", team).keeping("gpu_model", model)
        #expect(
          try found.section("postings").report.sum(of: column.amountColumn)
            == cell.sum(of: column.rawValue))
        for day in ["2026-11-01", "2026-11-02"] {
          request.day = day
          guard try found.section("postings").report.texts(of: "day").contains(day) else {
            continue
          }
          let close = try Explainer(runner).explanation(of: request)
          #expect(close.isSound, "\(team) \(model) \(day): \(close.checks)")
          #expect(
            try close.section("gpus").report.sum(of: "cost")
              == close.section("postings").report.sum(of: "cost"))
        }
      }
    }
  }

  @Test func `an explanation reads from the cell to the samples`() throws {
    var request = try request("로봇")
    request.day = "2026-11-02"
    let found = try Explainer(runner).explanation(of: request)
    try Place.expect(found.table(program: "gputally"), in: "explain.txt")
    #expect(
      found.nextSteps == [
        "explain --period 2026-11 --team unallocated --column shared_cost --day 2026-11-02"
      ])
  }

  @Test func `a sum that doesn't fit is told`() throws {
    try store.write("UPDATE posting_by_month SET cost_micros = cost_micros + 1 WHERE team = '로봇'")
    let found = try Explainer(runner).explanation(of: request("로봇", "idle_cost"))
    #expect(!found.isSound)
    #expect(
      found.checks.map(\.text) == [
        "the postings sum to 12458.333333 KRW, the cell is 12458.333334 KRW; run 'gputally verify'"
      ])
  }

  @Test func `one GPU is a part of the cell, with its UUID in either form`() throws {
    var request = try request("perception", "idle_gpu_hours")
    for name in ["GPU-a", "a"] {
      request.gpu = name
      let found = try Explainer(runner).explanation(of: request)
      #expect(
        found.checks.map(\.text) == [
          "the postings sum to the cell to the millisecond: 17.666667 GPU-h",
          "the GPU's part: 17.666667 GPU-h of 17.666667 GPU-h in 2026-11",
        ])
      #expect(try found.section(nil).report.texts(of: "workload") == ["train-7", "train-7"])
    }
  }

  @Test func `a team is explained with all under it`() throws {
    try store.write(
      "UPDATE posting SET team = 'perception/lidar' WHERE team = 'perception' AND state = 2")
    let found = try Explainer(runner).explanation(of: request("perception"))
    #expect(found.isSound, "\(found.checks)")
    #expect(
      try Set(found.section("postings").report.texts(of: "team")) == [
        "perception", "perception/lidar",
      ])
  }

  @Test(
    arguments: [
      (
        "percepton", nil, nil, nil, nil,
        "--team: nothing of it in 2026-11 is of 'percepton'; did you mean 'perception'? (known: "
          + "out-of-service, perception, platform, unallocated, unassigned, unknown, 로봇)"
      ),
      (
        "perception", "lab", nil, nil, nil,
        "--cluster: nothing of it in 2026-11 is of 'lab'; known: train"
      ),
      (
        "perception", nil, "H100", nil, nil,
        "--gpu-model: nothing of it in 2026-11 is of 'H100'; known: NVIDIA H100 80GB HBM3"
      ),
      (
        "perception", nil, nil, "2026-11-03", nil,
        "--day: nothing of it in 2026-11 is of '2026-11-03'; did you mean '2026-11-01'? (known: "
          + "2026-11-01, 2026-11-02)"
      ),
      (
        "perception", nil, nil, "2026-11-01", "GPU-c",
        "--gpu: nothing of it in 2026-11-01 is of 'GPU-c'; did you mean 'GPU-a'? (known: GPU-a)"
      ),
    ] as [(String, String?, String?, String?, String?, String)])
  func `a name that the cell doesn't have is answered with the nearest`(
    team: String, cluster: String?, model: String?, day: String?, gpu: String?, text: String
  ) throws {
    let request = CellRequest(
      period: period, team: team, cluster: cluster, gpuModel: model, day: day, gpu: gpu)
    let error = #expect(throws: ExplainError.self) {
      try Explainer(runner).explanation(of: request)
    }
    #expect(error?.description == text)
  }

  @Test func `what can't be explained says what can`() throws {
    let error = #expect(throws: ExplainError.self) { try request("perception", "idle_costs") }
    #expect(
      error?.description.hasPrefix(
        "--column: the cells of 'idle_costs' can't be explained; did you mean 'idle_cost'? (known: "
          + "allocated_gpu_hours, ") == true)
    let found = try Explainer(runner).explanation(of: request("perception"))
    #expect(throws: ExplainError.unknownSection("gpus", known: found.sections.map(\.name))) {
      try found.section("gpus")
    }
    let empty = try Fleet.period("2026-10", "2026-10-01", "2026-11-01")
    #expect(
      throws: ExplainError.nothingPosted(
        "period 2026-10 has no postings; run 'gputally post --period 2026-10'")
    ) { try Explainer(runner).explanation(of: CellRequest(period: empty, team: "perception")) }
  }

  @Test func `the command line of a cell is one that a shell takes apart again`() throws {
    var request = try request("O'Hara 팀", "idle_cost")
    request.gpuModel = "NVIDIA H100"
    #expect(
      request.commandLine
        == "explain --period 2026-11 --team 'O'\\''Hara 팀' --gpu-model 'NVIDIA H100' --column "
        + "idle_cost")
  }

  @Test func `parts are no reports, and can be run as queries`() throws {
    let catalog = QueryCatalog(folders: [Place.root + "/queries"])
    #expect(catalog.list().broken.isEmpty)
    #expect(!catalog.list().files.contains { $0.name.hasPrefix(Explainer.partPrefix) })
    let query = QueryRequest(
      .nameOrFile("explain-months"), period: period,
      parameters: ["team=perception", "usage_states=.1."])
    #expect(try runner.query(query).rows.isEmpty)
  }
}
