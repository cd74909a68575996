import Foundation
import Quantities

/// A folder with bills, or one file.
struct BillFolder: Sendable {
  let path: String
  /// More files than this are no bill.
  private static let filesMax = 200_000

  /// - Throws: ``BillFolderError`` where it can't be read.
  func list() throws(BillFolderError) -> [ListedFile] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path)
    }
    guard isFolder.boolValue else {
      return [try file(at: path, named: URL(fileURLWithPath: path).lastPathComponent)]
    }
    guard let names = FileManager.default.enumerator(atPath: path) else {
      throw .unreadable(path: path)
    }
    var files: [ListedFile] = []
    while let name = names.nextObject() as? String {
      let whole = path + "/" + name
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      files.append(try file(at: whole, named: name))
      guard files.count <= Self.filesMax else { throw .tooMany(path: path, max: Self.filesMax) }
    }
    return files
  }

  /// Where a listed file is.
  func location(of file: ListedFile) -> String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && !isFolder.boolValue ? path : path + "/" + file.path
  }

  private func file(at path: String, named name: String) throws(BillFolderError) -> ListedFile {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let size = (attributes[.size] as? NSNumber)?.int64Value,
      let date = attributes[.modificationDate] as? Date
    else { throw .unreadable(path: path) }
    let modified = UTCInstant(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    return ListedFile(
      path: name, size: size, version: "\(size) bytes of \(modified)", modified: modified)
  }
}

/// Why a folder of bills can't be read.
enum BillFolderError: Error, Equatable, CustomStringConvertible {
  case missing(path: String)
  case unreadable(path: String)
  case tooMany(path: String, max: Int)

  var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no such file or folder; check the source's 'path'"
    case .unreadable(let path):
      "\(path): it can't be read; check that this user may"
    case .tooMany(let path, let max):
      "\(path): it has more than \(max) files; give the folder of the export as 'path'"
    }
  }
}
