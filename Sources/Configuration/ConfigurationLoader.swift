import Foundation
import Quantities
import Yams

/// Reads gputally.yaml.
package struct ConfigurationLoader {
  /// The most bytes a configuration or inventory file may have.
  package static let fileBytesMax = 16 << 20

  /// Returns what the file at `path` and its inventory file say.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong, not with the first thing only.
  package static func load(_ path: String) throws(ConfigurationError) -> Configuration {
    try parse(readText(path), file: path, readInventory: readText)
  }

  /// Returns what `text` says.
  ///
  /// - Parameters:
  ///   - file: the path to name in errors and to resolve relative paths against.
  ///   - readInventory: gives the text of a file that `text` names, of hosts or rates of exchange.
  package static func parse(
    _ text: String, file: String,
    readInventory: (String) throws(ConfigurationError) -> String = readText
  ) throws(ConfigurationError) -> Configuration {
    try parse(
      root: YAMLText.root(of: text, file: file), file: file, readInventory: readInventory)
  }

  /// Returns what the mapping `root` says.
  static func parse(
    root: Node, file: String, readInventory: (String) throws(ConfigurationError) -> String
  ) throws(ConfigurationError) -> Configuration {
    let reader = ConfigurationReader(root: root, file: file)
    func content(_ path: String?, of key: String) -> String? {
      guard let path else { return nil }
      do {
        return try readInventory(path)
      } catch {
        reader.root.tell(.unreadableInventory(path, reason: reason(of: error)), of: key)
        return nil
      }
    }
    let files = [reader.inventoryFile, reader.exchangeRateFile]
    let configuration = reader.read(
      inventoryText: content(files[0], of: "inventory_file"),
      exchangeRateText: content(files[1], of: "exchange_rates"))
    let found = reader.root.problems.inOrder(of: [file] + files.compactMap(\.self))
    guard let configuration, found.isEmpty else { throw .problems(found) }
    return configuration
  }

  private static func reason(of error: ConfigurationError) -> String {
    switch error {
    case .unreadableFile(_, let reason): reason
    case .missingFile, .badYAML, .problems: "there is no such file; write it or take the key away"
    }
  }

  /// The text of the file at `path`.
  package static func readText(_ path: String) throws(ConfigurationError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missingFile(path)
    }
    guard !isFolder.boolValue else {
      throw .unreadableFile(path, reason: "it is a folder; expected a file")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .unreadableFile(path, reason: "this user may not read it; change its permissions")
    }
    let data: Data
    do {
      data = try handle.read(upToCount: fileBytesMax + 1) ?? Data()
    } catch {
      throw .unreadableFile(path, reason: "reading failed; check the disk")
    }
    guard data.count <= fileBytesMax else {
      throw .unreadableFile(path, reason: "it has more than \(fileBytesMax) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw .unreadableFile(path, reason: "it is not UTF-8; save it as UTF-8")
    }
    return text
  }
}
