import Quantities
import Records
import Testing

/// What ``Fleet`` lacks: a site that pays in dollars, costs that are spread over a pool's time, a
/// variance, and corrections of October that November bears.
extension Fleet {
  /// Won for a dollar.
  static let rate = "1385.5"

  /// Corrections: what was charged of October changes.
  ///
  /// - Shape: day, kind, team, state, milliseconds, micros.
  static let corrections: [(String, String, String, State, Int64?, Int64)] = [
    ("2026-10-05", "usage", "perception", .busy, 7_200_000, 6_500_000_003),
    ("2026-10-05", "usage", "로봇", .busy, -3_600_000, -3_250_000_000),
    ("2026-10-05", "usage", "unallocated", .unallocated, -3_600_000, -3_250_000_000),
    ("2026-10-05", "shared", "unallocated", .unallocated, nil, 3_250_000_000),
    ("2026-10-05", "shared", "perception", .unallocated, nil, -3_250_000_001),
    ("2026-10-05", "shared", "로봇", .unallocated, nil, 1),
  ]

  /// The fleet with all of that.
  static func storeOfSites() throws -> FakeStore {
    let store = try store()
    try store.write(
      "INSERT INTO pool VALUES (?, ?, 'on-prem', ?, 'gpu', ?)",
      rows: [
        [3, "austin", "west", "NVIDIA H200"], [4, "austin", "full", "NVIDIA H200"],
        [5, "austin", "", ""],
      ])
    try writeAustin(store)
    for (day, kind, team, state, milliseconds, micros) in corrections {
      try store.write(
        """
        INSERT INTO correction VALUES ('2026-11', '2026-10', ?, 1, ?, ?, ?, ?, 0, 0, 0, 0, NULL, ?, ?,
          NULL, NULL, ?, 'KRW')
        """,
        [day, kind, team, costCenters[team], state.rawValue, milliseconds, milliseconds, micros])
    }
    return store
  }

  /// Three hours at 2.95 dollars, and four at what a pool costs that day, less a variance.
  private static func writeAustin(_ store: FakeStore) throws {
    let lines: [(pool: Int, team: String, state: State, hours: Int64, micros: Int64)] = [
      (3, "perception", .busy, 2, 8_174_450_000), (3, "=cmd|'/c calc'!A1", .idle, 1, 4_087_225_000),
      (4, "로봇", .busy, 3, 15_000_000_001), (4, "unallocated", .unallocated, 1, 5_000_000_000),
    ]
    for line in lines {
      try store.write(
        """
        INSERT INTO posting VALUES ('2026-11', '2026-11-02', ?, 'usage', ?, ?, ?, 1, 1, 1,
          'platform', ?, 0, 0, ?, 0, NULL, ?, 'KRW', NULL, NULL)
        """,
        [
          line.pool, line.team, costCenters[line.team], line.state.rawValue,
          line.hours * 3_600_000, line.hours * 1_800_000, line.micros,
        ])
    }
    let moved: [(kind: String, pool: Int, team: String, state: Int, micros: Int64)] = [
      ("shared", 4, "unallocated", 6, -5_000_000_000), ("shared", 4, "로봇", 6, 5_000_000_000),
      ("borrowed", 4, "로봇", 1, -4_500_000_000), ("borrowed", 4, "platform", 1, 4_500_000_000),
      ("variance", 5, "variance", 0, 777_000_000),
    ]
    for line in moved {
      try store.write(
        """
        INSERT INTO posting VALUES ('2026-11', '2026-11-02', ?, ?, ?, ?, ?, 0, 0, 0, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, ?, 'KRW', NULL, ?)
        """,
        [
          line.pool, line.kind, line.team, costCenters[line.team], line.state, line.micros,
          ["shared": "proportional", "borrowed": "owner 30 %"][line.kind],
        ])
    }
    try store.write(
      "INSERT INTO pool_cost VALUES ('2026-11', '2026-11-02', ?, ?, ?, ?, '', ?, ?, ?, ?, 'KRW')",
      rows: [
        [3, "", "rate", "rate", 8_850_000, "USD", rate, 12_261_675_000],
        [4, "full", "depreciation", "batch-1", 14_435_221, "USD", rate, 20_000_000_001],
        [5, "full", "staff", "operators", 777_000_000, "KRW", nil, 777_000_000],
      ])
  }
}
