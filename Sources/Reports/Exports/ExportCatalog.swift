/// The export files of some folders, by name; an earlier folder hides a later one's file.
package struct ExportCatalog: Sendable {
  private let folders: [String]

  /// - Parameter folders: in the order in which they are tried; those that don't exist are skipped.
  package init(folders: [String]) {
    self.folders = folders
  }

  /// The names of all exports, in alphabetical order.
  package var names: [String] { paths.keys.sorted() }

  /// The export of `name`.
  ///
  /// - Throws: ``ExportError`` where there is none or its file is wrong, ``ReportError`` where the
  ///   file can't be read.
  package func file(named name: String) throws -> ExportFile {
    let paths = paths
    guard let path = paths[name] else {
      guard !paths.isEmpty else { throw ExportError.noExports(folders: folders) }
      throw ExportError.unknownExport(name, known: paths.keys.sorted())
    }
    return try ExportFile.parse(QueryCatalog.text(of: path), path: path, name: name)
  }

  /// The exports marked `nightly`, in alphabetical order.
  ///
  /// - Throws: as ``file(named:)`` does, for any file that is wrong.
  package func nightly() throws -> [ExportFile] {
    try names.map { try file(named: $0) }.filter(\.isNightly)
  }

  private var paths: [String: String] {
    FolderListing.paths(in: folders, ending: ".yaml")
  }
}
