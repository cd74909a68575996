import Quantities
import Testing

@Suite struct HostRangeTests {
  @Test(arguments: [
    ("gpu1", ["gpu1"]), ("gpu[08-10]", ["gpu08", "gpu09", "gpu10"]),
    ("a[1-2,7],b", ["a1", "a2", "a7", "b"]), ("r[1-2]n[3-4]", ["r1n3", "r1n4", "r2n3", "r2n4"]),
  ])
  func `a list is its hosts in order`(text: String, hosts: [String]) {
    #expect(HostRange.expand(text) == hosts)
  }

  @Test(arguments: [
    "", "a,", "a[", "a]", "a[]", "a[2-1]", "a[1-2-3]", "a[x]", "a b", "a[1-100001]",
    "a[1-1000][1-1000]", "a[1-9999999999999]",
  ])
  func `what is no list, or too long a one, is refused`(text: String) {
    #expect(HostRange.expand(text) == nil)
  }

  @Test func `a host's name is no longer than names may be`() {
    let name = String(repeating: "a", count: 254)
    #expect(HostRange.expand(name + "[1-9]")?.count == 9)
    #expect(HostRange.expand(name + "[1-10]") == nil)
    // Its 99,999 names would take a hundred gigabytes.
    #expect(HostRange.expand(String(repeating: "a", count: 1 << 20) + "[1-99999]") == nil)
  }
}
