import Quantities
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("perception-*", "perception-train", true), ("perception-*", "perception", false),
    ("*", "", true), ("", "", true), ("", "a", false), ("a?c", "abc", true), ("a?c", "ac", false),
    ("*a*b*", "xxaxxbxx", true), ("*a*b", "xxaxxbxx", false), ("A*", "abc", false),
    ("a**b", "ab", true), ("?", "한", true), ("*.ab*c", "..ab.ab-c", true), ("a-b", "a b", false),
  ])
  func `a pattern matches the whole text`(pattern: String, value: String, isMatch: Bool) {
    #expect(Pattern(pattern).matches(value) == isMatch)
  }

  @Test(arguments: [
    ("NVIDIA H100*", "NVIDIA-H100-80GB-HBM3", true),
    ("NVIDIA-H100*", "NVIDIA H100 80GB HBM3", true),
    ("Tesla V100-SXM2-16GB", "Tesla-V100-SXM2-16GB", true),
    ("NVIDIA A100*", "NVIDIA-H100-80GB-HBM3", false),
  ])
  func `a model's blanks and dashes are the same`(pattern: String, model: String, isMatch: Bool) {
    #expect(Pattern(pattern).matchesModel(model) == isMatch)
  }

  @Test(arguments: [("NVIDIA H100*", 11, true), ("*", 0, true), ("a?c", 2, true), ("ab", 2, false)])
  func `a pattern counts what stands for itself`(text: String, count: Int, isWild: Bool) {
    #expect(Pattern(text).literalCount == count)
    #expect(Pattern(text).hasWildcards == isWild)
    #expect(Pattern(text).description == text)
  }

  @Test func `a pattern of many stars is matched in good time`() {
    let pattern = Pattern(String(repeating: "a*", count: 50) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
  }
}
