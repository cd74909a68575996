import Foundation
import Quantities

/// A file among others in a folder or in a store of objects.
struct ListedFile: Hashable, Sendable {
  /// Under the folder or the prefix that was listed.
  let path: String
  /// - Unit: bytes.
  let size: Int64
  /// Tells it from what the path held before or will hold later.
  let version: String
  let modified: UTCInstant
}

/// The files of a bill that are read together: what a manifest lists for a billing period, or one
/// file by itself.
struct BillPart: Hashable, Sendable {
  /// The billing period and the export as the paths of a manifest have them; empty without one.
  let period: String
  let files: [ListedFile]
  /// What the manifest lists and isn't there: the part isn't whole.
  var missing: [String] = []
}

/// Chooses the files of a bill among those of a folder.
///
/// - Source: AWS, Understanding your Data Exports delivery: the manifest is written after all parts,
///   a refresh that creates new files leaves the old ones, and only what the newest manifest of a
///   billing period lists is the bill. Azure's exports have a manifest.json for each run.
struct BillListing {
  private let files: [ListedFile]
  private let byPath: [String: ListedFile]

  init(_ files: [ListedFile]) {
    self.files = files
    byPath = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
  }

  /// The files that are manifests.
  var manifests: [ListedFile] {
    files.filter { $0.path.lowercased().hasSuffix("manifest.json") }
  }

  /// The parts of the bill.
  ///
  /// - Parameter texts: of the manifests, by their paths.
  /// - Throws: what JSONSerialization does for a manifest that isn't JSON.
  func parts(manifests texts: [String: Data]) throws -> [BillPart] {
    let manifests = try self.manifests.map { file in
      let content = try JSONSerialization.jsonObject(with: texts[file.path] ?? Data())
      return Manifest(file, content as? [String: Any] ?? [:])
    }
    guard !manifests.isEmpty else {
      return files.filter(Self.isBill).map { BillPart(period: "", files: [$0]) }
        .sorted { $0.files[0].path < $1.files[0].path }
    }
    let newest = Dictionary(grouping: manifests, by: \.period).compactMapValues {
      $0.max(by: Manifest.isOlder)
    }
    return newest.sorted { $0.key < $1.key }.map { period, manifest in
      var found: [ListedFile] = []
      var missing: [String] = []
      for path in manifest.paths {
        if let file = file(listedAs: path, in: manifest) {
          found.append(file)
        } else {
          missing.append(path)
        }
      }
      return BillPart(period: period, files: found, missing: missing)
    }
  }

  /// The file that a manifest calls `path`: by its whole key, by what of that is under the prefix,
  /// or beside the manifest.
  private func file(listedAs path: String, in manifest: Manifest) -> ListedFile? {
    var rest = Substring(path)
    while !rest.isEmpty {
      if let file = byPath[String(rest)] { return file }
      guard let slash = rest.firstIndex(of: "/") else { break }
      rest = rest[rest.index(after: slash)...]
    }
    let folder = manifest.file.path.split(separator: "/").dropLast().joined(separator: "/")
    return byPath[folder.isEmpty ? String(rest) : folder + "/" + rest]
  }

  private static func isBill(_ file: ListedFile) -> Bool {
    let name = file.path.split(separator: "/").last?.lowercased() ?? ""
    guard !name.hasPrefix("."), !name.hasPrefix("_") else { return false }
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return [".csv", ".txt", ".json", ".jsonl", ".ndjson"].contains(where: plain.hasSuffix)
  }
}

/// What a manifest says.
private struct Manifest {
  let file: ListedFile
  /// The export and its billing period, by which the manifests of refreshes are told from others.
  let period: String
  /// The files as they are called, without the scheme and the name of a store of objects.
  let paths: [String]

  init(_ file: ListedFile, _ content: [String: Any]) {
    self.file = file
    let bucket = content["bucket"] as? String
    let listed =
      (content["dataFiles"] as? [String] ?? content["reportKeys"] as? [String] ?? [])
      + (content["blobs"] as? [[String: Any]] ?? []).compactMap { $0["blobName"] as? String }
    paths = listed.map { Self.key($0, bucket: bucket) }
    let words = file.path.split(separator: "/").map(String.init)
    let index = words.firstIndex(where: Self.isPeriod)
    // What stands before the period is the export; Azure's runs stand in folders of their own.
    let export = index.map { words[..<$0] } ?? words.dropLast(2)
    period = (export + (index.map { [words[$0]] } ?? [])).joined(separator: "/")
  }

  private static func key(_ text: String, bucket: String?) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text }
    let rest = text[scheme.upperBound...]
    return rest.firstIndex(of: "/").map { String(rest[rest.index(after: $0)...]) } ?? String(rest)
  }

  /// `BILLING_PERIOD=2024-05` or `20180801-20180901`.
  private static func isPeriod(_ word: String) -> Bool {
    if word.hasPrefix("BILLING_PERIOD=") { return true }
    let ends = word.split(separator: "-", omittingEmptySubsequences: false)
    return ends.count == 2 && ends.allSatisfy { $0.count == 8 && $0.allSatisfy(\.isNumber) }
  }

  /// Legacy reports have a copy of each refresh's manifest in a folder of its own, and the newest one
  /// above these.
  static func isOlder(_ left: Self, _ right: Self) -> Bool {
    let depths = (
      left.file.path.count { $0 == "/" }, right.file.path.count { $0 == "/" }
    )
    if left.file.modified != right.file.modified {
      return left.file.modified < right.file.modified
    }
    return depths.0 != depths.1 ? depths.0 > depths.1 : left.file.path < right.file.path
  }
}
