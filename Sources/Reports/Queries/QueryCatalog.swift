import Foundation

/// The query files of some folders, by name; an earlier folder hides a later one's file.
package struct QueryCatalog: Sendable {
  private let folders: [String]

  /// - Parameter folders: in the order in which they are tried; those that don't exist are skipped.
  package init(folders: [String]) {
    self.folders = folders
  }

  /// The names of all files, in alphabetical order.
  package var names: [String] { paths.keys.sorted() }

  /// All query files by name, and why others are none.
  ///
  /// SQL files without a head are somebody's own and left out, as are the parts of explanations.
  package func list() -> (files: [QueryFile], broken: [QueryFileError]) {
    var files: [QueryFile] = []
    var broken: [QueryFileError] = []
    for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
      guard !name.hasPrefix(Explainer.partPrefix), let text = try? Self.query(at: path),
        QueryHead.starts(text)
      else { continue }
      do throws(QueryFileError) {
        files.append(try QueryHead.parse(text, path: path, name: name))
      } catch {
        broken.append(error)
      }
    }
    return (files, broken)
  }

  /// The query file of `name`.
  ///
  /// - Throws: ``ReportError`` where there is none or it can't be read, ``QueryFileError`` where it
  ///   is wrong.
  package func file(named name: String) throws -> QueryFile {
    let paths = paths
    guard let path = paths[name] else {
      guard !paths.isEmpty else { throw ReportError.noQueries(folders: folders) }
      let known = paths.keys.filter { !$0.hasPrefix(Explainer.partPrefix) }
      throw ReportError.unknownReport(name, known: known.sorted())
    }
    return try QueryHead.parse(Self.query(at: path), path: path, name: name)
  }

  /// The text of the query file at `path`, with the parts that several files have in common:
  /// `{{part line}}` is the text of `parts/line.sql` in its folder.
  static func query(at path: String) throws(ReportError) -> String {
    let text = try text(of: path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var parts: [String: String] = [:]
    for place in Template.places(in: text) where place.name.hasPrefix(partMark) {
      let file = folder + "parts/" + place.name.dropFirst(partMark.count) + ".sql"
      let part = try Self.text(of: file)
      parts[place.name] = part.hasSuffix("\n") ? String(part.dropLast()) : part
    }
    return parts.isEmpty ? text : Template.fill(text, parts)
  }

  private static let partMark = "part "

  /// The text of the file at `path`.
  static func text(of path: String) throws(ReportError) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .unreadable(path: path)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else { throw .notText(path: path) }
    return text
  }

  private var paths: [String: String] {
    FolderListing.paths(in: folders, ending: ".sql")
  }
}

/// Files by name over several folders.
enum FolderListing {
  /// Paths of the files whose names end in `ending`, by the name without it.
  static func paths(in folders: [String], ending: String) -> [String: String] {
    var paths: [String: String] = [:]
    for folder in folders {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for entry in entries where entry.hasSuffix(ending) && !entry.hasPrefix(".") {
        let name = String(entry.dropLast(ending.count))
        if paths[name] == nil { paths[name] = folder + "/" + entry }
      }
    }
    return paths
  }
}
