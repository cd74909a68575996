/// A Rancher server, which knows the names of projects and clusters.
package struct RancherSource: Hashable, Sendable {
  /// Without `/v3` and without a slash at its end.
  package var url: String

  package init(url: String) {
    self.url = url
  }
}

/// Reading sources of type `rancher`.
extension ConfigurationReader {
  func readRancher(_ section: Section) -> RancherSource? {
    let expected = "the address of the Rancher server, such as https://rancher.example"
    guard let url = readServer("url", expected: expected, section) else { return nil }
    return RancherSource(
      url: (url.hasSuffix("/v3") ? String(url.dropLast(3)) : url).droppingLastSlashes())
  }

  /// Of a cluster's source, what Rancher calls the cluster.
  func readRancherCluster(_ section: Section) -> String? {
    section.value(
      "rancher_cluster", expected: "the id that Rancher has for the cluster, such as c-m-87s92m9v"
    ) { text in
      let isID = text.utf8.allSatisfy { byte in
        (97...122).contains(byte) || (48...57).contains(byte) || byte == 45
      }
      return isID && (text == "local" || text.hasPrefix("c-")) ? text : nil
    }
  }

  /// The address of a server, without a slash at its end.
  func readServer(_ key: String, expected: String, _ section: Section) -> String? {
    guard let url = section.requiredText(key, expected: expected) else { return nil }
    guard Self.isServerURL(url) else {
      section.tell(
        .badHiddenValue(expected: expected + ", without user, password or query"), of: key)
      return nil
    }
    return url.droppingLastSlashes()
  }
}
