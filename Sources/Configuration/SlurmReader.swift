import Quantities

/// Reading sources of type `slurm`.
extension ConfigurationReader {
  private static let accessKeys = ["sacct", "command", "file"]

  func readSlurm(_ section: Section) -> SlurmSource? {
    let zone = section.value(
      "time_zone", expected: "a zone such as Asia/Seoul whose offset is of whole hours"
    ) { text in (try? BillingCalendar(zone: text)).map { _ in text } }
    let given = Self.accessKeys.filter(section.has)
    guard given.count <= 1 else {
      section.tell(.conflict(with: given[0]), of: given[1])
      return nil
    }
    return readAccess(section).map { SlurmSource(access: $0, timeZone: zone) }
  }

  private func readAccess(_ section: Section) -> SlurmSource.Access? {
    if section.has("file") {
      return section.requiredText("file", expected: "the path of what 'sacct -P' printed")
        .map { .file(resolve($0)) }
    }
    if section.has("command") {
      let expected = "the words that come before sacct, such as \"ssh login\""
      return section.value("command", expected: expected) { text in
        let words = text.split(separator: " ").map(String.init)
        return words.isEmpty ? nil : .command(words)
      }
    }
    guard section.has("sacct") else {
      section.tell(
        .missingKey(
          expected: "sacct: local, or command: \"ssh login\", or file: jobs.txt"), of: "sacct")
      return nil
    }
    return section.value("sacct", expected: "local") { $0 == "local" ? .local : nil }
  }
}
