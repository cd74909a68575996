import Quantities
import Store

/// A cell of the chargeback with all that it comes from, part by part.
package struct Explanation: Sendable {
  /// One part of the walk, such as the postings or the samples.
  package struct Section: Sendable {
    package let name: String
    package let report: Report
  }

  /// Whether two ways to a sum agree, in a sentence.
  package struct Check: Sendable {
    package let text: String
    package let isSound: Bool
  }

  package let sections: [Section]
  package let checks: [Check]
  /// The SQL that shows the samples behind the largest line, nil where none has a GPU.
  package let samplesQuery: String?
  /// Whether the samples behind it were dropped since.
  package let isWithoutSamples: Bool
  /// What else to ask, as words of a command line.
  package let nextSteps: [String]

  package var isSound: Bool { checks.allSatisfy(\.isSound) }

  /// The section of `name`, without one the one that says most.
  ///
  /// - Throws: ``ExplainError/unknownSection(_:known:)``.
  package func section(_ name: String?) throws(ExplainError) -> Section {
    let wanted =
      name ?? (sections.contains { $0.name == "gpus" } ? "gpus" : "postings")
    guard let section = sections.first(where: { $0.name == wanted }) else {
      throw .unknownSection(wanted, known: sections.map(\.name))
    }
    return section
  }

  /// All sections one after the other, for people; money with all its digits, as the checks count.
  ///
  /// - Parameter program: how the program is called, with its configuration.
  package func table(program: String) -> String {
    var text = ""
    for section in sections where !section.report.rows.isEmpty || section.name == "cell" {
      text += TableText(section.report).text + "\n"
    }
    for check in checks { text += (check.isSound ? "ok   " : "BAD  ") + check.text + "\n" }
    if isWithoutSamples {
      text += "note its samples are no longer kept, as 'retention' says; what was made of them is\n"
    } else if let samplesQuery {
      text += "\nThe samples behind the largest line:\n"
      text += "  \(program) query --limit 1000000 -e \"\(samplesQuery)\"\n"
    }
    if !nextSteps.isEmpty {
      text += "\nFurther:\n"
      for step in nextSteps { text += "  \(program) \(step)\n" }
    }
    return text
  }

  /// All sections in one JSON object.
  package var json: String {
    var members = sections.map { "\"\($0.name)\": \(JSONText.text($0.report).dropLast())" }
    let checks = checks.map { "{\"text\":\(JSONText.string($0.text)),\"sound\":\($0.isSound)}" }
    members.append("\"checks\": [\(checks.joined(separator: ",\n"))]")
    members.append("\"samples_query\": \(samplesQuery.map(JSONText.string) ?? "null")")
    return "{\n" + members.joined(separator: ",\n") + "\n}\n"
  }
}
