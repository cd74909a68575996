import Quantities
import Testing

@Suite struct ContentHashTests {
  /// Stores hold these numbers: they must never change.
  ///
  /// - Source: the same steps done by a second program, in another language.
  @Test(
    arguments: [
      ([], 8_056_974_233_673_738_534), ([""], 5_562_976_019_076_949_127),
      (["pangyo", "train", "gpu001"], 667_548_629_652_910_048),
      (["GPU-3f1e"], 8_545_095_246_014_551_722), (["한"], 8_180_103_424_649_369_984),
    ] as [([String], Int64)])
  func `a thing has the same number in every store`(parts: [String], number: Int64) {
    #expect(ContentHash.number(parts) == number)
  }

  @Test func `where parts are cut counts`() {
    let things = [[], [""], ["a"], ["a", "b"], ["ab"], ["", "ab"], ["ab", ""], ["b", "a"]]
    #expect(Set(things.map(ContentHash.number)).count == things.count)
  }
}
