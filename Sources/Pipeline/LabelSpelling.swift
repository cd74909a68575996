import Configuration
import Quantities

/// Labels as kube-state-metrics spells them: `app.kubernetes.io/name` is `app_kubernetes_io_name`,
/// `projectId` is `project_id`.
enum LabelSpelling {
  /// The keys of a match with their labels so spelled.
  static func matches(_ match: [String: Pattern]) -> [String: Pattern] {
    var result: [String: Pattern] = [:]
    for (key, pattern) in match {
      // Tags of bills are spelled as the provider has them.
      let prefix = TeamRule.labelMatchPrefixes.first { key.hasPrefix($0) && $0 != "tag:" }
      result[prefix.map { $0 + spelled(key.dropFirst($0.count)) } ?? key] = pattern
    }
    return result
  }

  /// - Source: kube-state-metrics, internal/store/utils.go: everything but letters and digits
  ///   becomes an underscore, and a capital letter after a small one or a digit begins a new word.
  private static func spelled(_ label: Substring) -> String {
    var result = ""
    var previous: Character?
    for character in label {
      let isWord = character.isASCII && (character.isLetter || character.isNumber)
      if character.isUppercase, let previous, previous.isLowercase || previous.isNumber {
        result.append("_")
      }
      result += isWord ? character.lowercased() : "_"
      previous = character
    }
    return result
  }
}
