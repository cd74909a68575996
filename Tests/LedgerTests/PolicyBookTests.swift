import Ledger
import Quantities
import Records
import Testing

@Suite struct PolicyBookTests {
  private static let book = PolicyBook([
    PolicyBook.Rule(unallocated: .even, unknown: .platform, platform: "infra"),
    PolicyBook.Rule(
      site: "aws-*", unallocated: .keep, ownerMillionths: 250_000),
    PolicyBook.Rule(from: CivilDate("2026-07-01"), unallocated: .platform),
    PolicyBook.Rule(
      site: "aws-*", from: CivilDate("2026-07-01"), to: CivilDate("2026-08-01"),
      unallocated: .owner),
    PolicyBook.Rule(site: "aws-east", platform: "cloud"),
    PolicyBook.Rule(site: "aws-east", platform: "clouds"),
  ])

  @Test(arguments: [
    ("pangyo", "2026-06-30", Policy.even, "infra", 0),
    ("pangyo", "2026-07-01", .platform, "infra", 0),
    ("aws-west", "2026-06-30", .keep, "infra", 250_000),
    ("aws-west", "2026-07-01", .owner, "infra", 250_000),
    ("aws-west", "2026-07-31", .owner, "infra", 250_000),
    ("aws-west", "2026-08-01", .keep, "infra", 250_000),
    ("aws-east", "2026-07-15", .owner, "clouds", 250_000),
  ])
  func `each key is decided by the most specific rule that gives it`(
    site: String, day: String, unallocated: Policy, platform: String, ownerMillionths: Int64
  ) throws {
    let policies = Self.book.policies(of: site, on: try #require(CivilDate(day)))
    #expect(policies.unallocated == unallocated)
    #expect(policies.platform == platform)
    #expect(policies.ownerMillionths == ownerMillionths)
    #expect(policies.unknown == .platform)
    #expect(policies.unattributed == .owner)
  }

  @Test func `without rules the policies are the standard ones`() throws {
    let day = try #require(CivilDate("2026-11-01"))
    #expect(PolicyBook().policies(of: "s", on: day) == PolicySet())
    let other = PolicySet(unknown: .even, ownerMillionths: 1, platform: "p")
    #expect(PolicyBook(other).policies(of: "s", on: day) == other)
  }

  @Test(arguments: [
    (MovingPolicy.shared(.proportional), "proportional"), (.shared(.owner), "owner"),
    (.borrowed(ownerMillionths: 300_000), "owner 30 %"),
    (.borrowed(ownerMillionths: 123_456), "owner 12.3456 %"),
  ])
  func `what moves cost is stored by a name that people read`(policy: MovingPolicy, text: String) {
    #expect(policy.description == text)
  }
}
