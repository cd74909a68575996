import Configuration
import Testing

@Suite struct ConfigurationErrorTests {
  @Test(arguments: [
    (
      "a: [1",
      "c.yaml:2: this is not YAML: did not find expected ',' or ']', column 1, "
        + "while parsing a flow sequence that starts on line 1"
    ),
    (
      "a: 1\n\tb: 2",
      "c.yaml:2: this is not YAML: found a tab character that violates "
        + "indentation, column 1, while scanning a plain scalar that starts on line 1"
    ),
    ("a: *b", "c.yaml:1: this is not YAML: found undefined alias, column 4"),
    (
      "a: 1\nb: 1\na: 2",
      "c.yaml:1: this is not YAML: the key 'a' appears twice in one mapping, "
        + "first here"
    ),
    (
      "x\n---\ny",
      "c.yaml:2: this is not YAML: but found another document, column 1, "
        + "expected a single document in the stream that starts on line 1"
    ),
    ("- a", "c.yaml:1: this is not YAML: found a list at the top; expected keys"),
    ("text", "c.yaml:1: this is not YAML: found text at the top; expected keys"),
    ("a: 1\nb: \u{1}", "c.yaml:2: this is not YAML: control characters are not allowed"),
  ])
  func `text that is no YAML is told in one sentence`(text: String, told: String) {
    expect([told]) { try ConfigurationLoader.parse(text, file: "c.yaml") }
  }

  @Test(arguments: [
    (
      ConfigurationError.missingFile("x.yaml"),
      "x.yaml: there is no such file; run 'gputally init' to write one, or name yours with "
        + "--config FILE"
    ),
    (
      .unreadableFile("x.yaml", reason: "it is a folder; expected a file"),
      "x.yaml: cannot be read: it is a folder; expected a file"
    ),
  ])
  func `a file that cannot be read is told with what to do`(
    error: ConfigurationError, told: String
  ) {
    #expect(error.description == told)
  }
}
