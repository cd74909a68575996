/// Where query files and export files may lie.
///
/// The paths are not looked at here; who reads them skips those that don't exist.
package struct ResourceFolders: Hashable, Sendable {
  /// How many folders above the executable are tried.
  static let parentsMax = 8

  private let bases: [String]

  /// - Parameters:
  ///   - executable: absolute path of the program, links resolved.
  ///   - workingDirectory: absolute path.
  ///   - environment: of which `GPUTALLY_HOME` counts.
  package init(executable: String, workingDirectory: String, environment: [String: String]) {
    var bases: [String] = []
    if let home = environment["GPUTALLY_HOME"], !home.isEmpty { bases.append(home) }
    bases.append(workingDirectory)
    var folder = Self.parent(of: executable)
    bases.append(folder)
    bases.append(Self.joined(Self.parent(of: folder), "share/gputally"))
    for _ in 0..<Self.parentsMax where folder != "/" {
      folder = Self.parent(of: folder)
      bases.append(folder)
    }
    var seen: Set<String> = []
    self.bases = bases.filter { seen.insert($0).inserted }
  }

  /// The folders of `name`, `queries` say, in the order in which they are tried.
  package func folders(named name: String) -> [String] {
    bases.map { Self.joined($0, name) }
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
