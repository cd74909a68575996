import Yams

/// What money was made with, as a text that is kept with it: the sections of gputally.yaml that
/// money depends on, the text of the files that they name, and where each source stands.
///
/// Addresses, credentials and everything else that only collecting needs is left out.
package struct KeptConfiguration: Equatable, Sendable {
  /// The keys of gputally.yaml that are kept.
  static let keys = [
    "time_zone", "currency", "sites", "inventory", "inventory_file", "teams", "rates", "policies",
    "storage_rates",
    "cost_pools", "exchange_rates",
  ]
  /// Those among them whose text is the path of a file.
  private static let fileKeys = ["inventory_file", "exchange_rates"]

  package let text: String

  /// - Parameter text: as it was kept.
  package init(text: String) {
    self.text = text
  }

  /// Returns what is to be kept of the file at `path`.
  package static func load(_ path: String) throws(ConfigurationError) -> KeptConfiguration {
    try KeptConfiguration(
      of: ConfigurationLoader.readText(path), file: path, readFile: ConfigurationLoader.readText)
  }

  /// What is to be kept of `yaml`.
  ///
  /// - Parameters:
  ///   - file: the path that relative paths in it are resolved against.
  ///   - readFile: gives the text of the file at a path.
  package init(
    of yaml: String, file: String, readFile: (String) throws(ConfigurationError) -> String
  ) throws(ConfigurationError) {
    let root = try YAMLText.root(of: yaml, file: file)
    let reader = ConfigurationReader(root: root, file: file)
    let pairs = (root.mapping ?? Node.Mapping([])).filter { key, _ in
      Self.keys.contains(key.string ?? "")
    }
    var files: [(Node, Node)] = []
    for key in Self.fileKeys {
      guard reader.root.has(key), let value = root.mapping?[key],
        let path = value.scalar?.string ?? value.mapping?["path"]?.scalar?.string
      else { continue }
      let text = try readFile(reader.resolve(path))
      // A block of lines would lose carriage returns.
      files.append(
        (Node(path), Node(text, .implicit, text.contains("\r") ? .doubleQuoted : .literal)))
    }
    let sources = reader.readSources(sites: reader.readSites().map(\.name)).map { source in
      Node(Self.kept(source).map { (Node($0), Node($1)) })
    }
    let kept = Node([
      (Node("configuration"), Node(pairs.map { ($0.key, $0.value) })),
      (Node("files"), Node(files)), (Node("sources"), Node(sources)),
    ])
    do {
      text = try Yams.serialize(node: kept, width: -1, allowUnicode: true)
    } catch {
      throw .badYAML(file: file, line: 1, seen: "it can't be written down again")
    }
  }

  /// What the text says.
  ///
  /// Of the sources only the names and where they stand are known.
  ///
  /// - Parameter name: what errors call it.
  package func configuration(named name: String) throws(ConfigurationError) -> Configuration {
    let root = try YAMLText.root(of: text, file: name)
    guard let inner = root.mapping?["configuration"]?.mapping else {
      throw .badYAML(file: name, line: 1, seen: "the key 'configuration' is missing")
    }
    let files = root.mapping?["files"]?.mapping
    let sources = root.mapping?["sources"]?.sequence ?? []
    let whole = Node(
      inner.map { ($0.key, $0.value) } + [(Node("sources"), Node(sources.map(Self.source)))])
    return try ConfigurationLoader.parse(root: whole, file: name) {
      path throws(ConfigurationError) in
      guard let text = files?[path]?.scalar?.string else { throw .missingFile(path) }
      return text
    }
  }

  /// What is kept of a source; of bills, which cost is charged, of a cluster what Rancher calls it.
  private static func kept(_ source: Source) -> [(String, String)] {
    let place = [("name", source.name), ("site", source.site), ("cluster", source.cluster)]
    switch source.kind {
    case .bill(let bill):
      return place + [("type", "bill"), ("format", bill.format.rawValue), ("path", "not-kept")]
        + (bill.cost.map { [("cost", $0.rawValue)] } ?? [])
    case .rancher:
      return [("name", source.name), ("type", "rancher"), ("url", "http://not-kept.invalid")]
    case .prometheus(let prometheus):
      return place + (prometheus.rancherCluster.map { [("rancher_cluster", $0)] } ?? [])
    default: return place
    }
  }

  /// A source as a reader wants it, with an address that is none.
  private static func source(_ kept: Node) -> Node {
    if kept.mapping?["type"] != nil { return kept }
    return Node(
      (kept.mapping ?? Node.Mapping([])).map { ($0.key, $0.value) } + [
        (Node("type"), Node("prometheus")), (Node("url"), Node("http://not-kept.invalid")),
      ])
  }
}
