import Yams

/// The one place that parses YAML.
enum YAMLText {
  /// The mapping that `text` holds; nothing but comments is an empty one.
  static func root(of text: String, file: String) throws(ConfigurationError) -> Node {
    do {
      let root = try Yams.compose(yaml: text) ?? Node.mapping(Node.Mapping([]))
      guard root.mapping == nil, root.scalar?.string != "" else { return root }
      let line = root.mark?.line ?? 1
      let seen = "found \(root.sequence == nil ? "text" : "a list") at the top; expected keys"
      throw ConfigurationError.badYAML(file: file, line: line, seen: seen)
    } catch let error as ConfigurationError {
      throw error
    } catch let error as YamlError {
      throw describe(error, text: text, file: file)
    } catch {
      throw .badYAML(file: file, line: 1, seen: "the parser gave no reason")
    }
  }

  /// One sentence for what the parser saw; the parser's own text would quote the file.
  private static func describe(
    _ error: YamlError, text: String, file: String
  ) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let seen =
        problem + ", column \(mark.column)"
        + (context.map { ", \($0.text) that starts on line \($0.mark.line)" } ?? "")
      return .badYAML(file: file, line: mark.line, seen: seen)
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      return .badYAML(file: file, line: 1 + before.count { $0.isNewline }, seen: problem)
    case .duplicatedKeysInMapping(let names, let context):
      let quoted = names.map { "'\($0)'" }.joined(separator: ", ")
      let seen = "the key \(quoted) appears twice in one mapping, first here"
      return .badYAML(file: file, line: context.mark.line, seen: seen)
    default:
      return .badYAML(file: file, line: 1, seen: "the parser ran out of memory")
    }
  }
}
