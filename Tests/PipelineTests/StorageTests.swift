import Configuration
import Quantities
import Records
import Simulator
import Store
import Testing

@testable import Pipeline

/// Volumes on their way to money: months, late hours, closed months.
@Suite struct `Storage from what was told to money` {
  /// What each volume holds and costs by day and team, postings and corrections together.
  private static func held(_ fleet: ClosingFleet) throws -> [String] {
    try fleet.rows(
      """
      SELECT day, gpu_model, team, namespace, name, uid, sum(volume_hours), sum(byte_hours),
        sum(replicated_byte_hours)
      FROM storage_use JOIN pool ON pool.id = pool_id JOIN workload ON workload.id = workload_id
      GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(volume_hours) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
      """)
  }

  private static func whole(_ fleet: Fleet) throws -> ClosingFleet {
    let whole = try ClosingFleet(fleet)
    try whole.collect(0, 96)
    try whole.roll()
    try whole.post()
    return whole
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `volumes hold what the script says, the silence over the end of a month included`(
    seed: UInt64
  ) throws {
    let whole = try Self.whole(ClosingFleet.fleet(seed: seed, volumes: 6))
    let silence = try #require(whole.fleet.storageSilence)
    #expect(silence.start.description == "2026-11-01T00:00:00Z")
    let found = try whole.rows(
      """
      SELECT team, gpu_model, uid, sum(volume_hours), sum(byte_hours), sum(replicated_byte_hours)
      FROM storage_use JOIN pool ON pool.id = pool_id JOIN workload ON workload.id = workload_id
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """)
    let truth = whole.fleet.storageTruth().amounts.map { key, amount in
      "\(key.team) \(key.storageClass) \(key.volume) \(amount.volumeHours) \(amount.provisioned) "
        + "\(amount.replicated)"
    }
    #expect(found.sorted() == truth.sorted())
    #expect(try whole.problems() == [])
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `months closed while hours are missing sum to what is true`(seed: UInt64) throws {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: seed, volumes: 6))
    let truth = try Self.whole(fleet.fleet)
    try fleet.collect(0, 5)
    try fleet.collect(6, 40)
    // An exporter of volumes that is down says nothing, as does an hour that isn't there.
    try fleet.collect(40, 44) { window in
      window.observations.removeAll { $0.kind == .volume }
    }
    try fleet.roll()
    try fleet.post()
    try fleet.close("2026-10")
    let october = try fleet.frozen("2026-10")
    #expect(october.contains { $0.hasPrefix("storage_use ") })
    try fleet.collect(44, 70)
    try fleet.collect(5, 6)
    try fleet.roll()
    #expect(try fleet.post().corrections.count == 1)
    #expect(try fleet.problems() == [])
    try fleet.collect(40, 44)
    try fleet.collect(70, 96)
    try fleet.roll()
    try fleet.post()
    #expect(try fleet.problems() == [])
    #expect(try fleet.frozen("2026-10") == october)
    #expect(try Self.held(fleet) == Self.held(truth))
    #expect(try fleet.charges() == truth.charges())
    #expect(try fleet.owed() == truth.owed())
    // The same again leaves everything as it is.
    let before = try fleet.corrections() + fleet.rows("SELECT * FROM storage_use")
    try fleet.post()
    #expect(try fleet.corrections() + fleet.rows("SELECT * FROM storage_use") == before)
  }

  @Test func `what has no price is listed, and everything else is posted`() throws {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: 4, volumes: 3)) {
      $0.replacing("  - { storage_class: \"nfs*\", per_gib_hour: \"0.05\" }\n", with: "")
    }
    try fleet.collect(0, 24)
    try fleet.roll()
    let unpriced = try fleet.post().unpriced
    #expect(unpriced.map(\.storageClass) == ["nfs-client"])
    let sum = try fleet.rows(
      """
      SELECT gibibyte_hours(sum(byte_hours >> 30), sum(byte_hours & 1073741823)) FROM storage_use
      WHERE is_priced = 0
      """)
    #expect(
      unpriced.map(\.description) == [
        "\(sum[0]) GiB-hours of class 'nfs-client' in 2026-10, site pangyo, cluster train, have no "
          + "price; add their class to 'storage_rates'"
      ])
    #expect(
      try fleet.rows(
        """
        SELECT DISTINCT gpu_model FROM posting JOIN pool ON pool.id = pool_id
        WHERE kind = 'charge' ORDER BY 1
        """
      ) == ["longhorn", "longhorn-fast"])
    #expect(try fleet.problems() == [])
    fleet.text += "\n"
    fleet.text = fleet.text.replacing(
      "storage_rates:\n", with: "storage_rates:\n  - { per_gib_hour: \"0\" }\n")
    #expect(try fleet.post().unpriced == [])
    #expect(try fleet.rows("SELECT count(*) FROM storage_use WHERE is_priced = 0") == ["0"])
  }

  @Test func `a cost pool of storage is spread over what volumes and their replicas hold`() throws {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: 5, volumes: 4)) {
      $0 + """
        cost_pools:
          - name: disks
            site: pangyo
            resource: storage
            storage_class: "longhorn*"
            hardware:
              - { name: nodes, price: "61000000", in_service: 2026-01-01, useful_life_months: 61 }
            costs: [{ name: rack, kind: hosting, flat_month: "310000" }]
          - name: filer
            site: pangyo
            resource: storage
            storage_class: "nfs*"
            recovery: rate-card
            costs: [{ name: lease, kind: other, flat_month: "3100" }]

        """
    }
    try fleet.collect(0, 48)
    try fleet.roll()
    try fleet.post()
    #expect(try fleet.problems() == [])
    let costs = try fleet.rows(
      """
      SELECT day, cost_pool, sum(cost_micros) FROM pool_cost WHERE cost_pool <> ''
      GROUP BY 1, 2 ORDER BY 1, 2
      """)
    // 310000 a month of 31 days are 10000 a day; a million a month is by days of its whole life.
    #expect(
      costs.filter { $0.contains("filer") }.map { $0.hasSuffix(" 100000000") } == [true, true])
    // By replica, each GiB-hour bears the same.
    let shares = try fleet.rows(
      """
      SELECT p.day, min(p.cost_micros * 1000000 / (u.replicated_byte_hours >> 20)),
        max(p.cost_micros * 1000000 / (u.replicated_byte_hours >> 20))
      FROM posting p JOIN pool ON pool.id = p.pool_id AND pool.gpu_model LIKE 'longhorn%'
      JOIN storage_use u ON u.day = p.day AND u.pool_id = p.pool_id AND u.team = p.team
        AND u.workload_id = p.workload_id
      GROUP BY p.day
      """)
    for share in shares {
      let numbers = share.split(separator: " ").dropFirst().compactMap { Int64($0) }
      #expect(numbers[0] > 0 && numbers[1] - numbers[0] <= numbers[0] / 1_000, "\(share)")
    }
    #expect(
      try fleet.rows(
        """
        SELECT gpu_model, team FROM posting JOIN pool ON pool.id = pool_id
        WHERE kind = 'variance' GROUP BY 1, 2
        """) == ["nfs-client variance"])
  }
}
