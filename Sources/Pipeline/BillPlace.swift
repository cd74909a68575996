import Collectors
import Configuration
import Foundation
import Transport

/// Where a source's bills are: a folder, a file, or a store of objects.
struct BillPlace {
  private let path: String
  private let store: S3Client?
  /// By the paths under the prefix.
  private var objects: [String: S3Object] = [:]
  private let fetched = FetchedFiles()

  /// - Throws: ``CollectorError`` where the path is none of a store.
  init(_ bill: BillSource, of source: Source, client: HTTPClient) throws(CollectorError) {
    path = bill.path
    guard let access = bill.objectStore else {
      store = nil
      return
    }
    guard let location = S3Location(bill.path) else {
      throw .unusableText(
        place: bill.path, reason: "it names no bucket; expected s3://bucket/prefix")
    }
    store = S3Client(
      location: location, settings: S3Settings(access, source.connection), client: client)
  }

  /// All files that are there.
  ///
  /// - Throws: ``BillFolderError`` or ``CollectorError``.
  mutating func list() async throws -> [ListedFile] {
    guard let store else { return try BillFolder(path: path).list() }
    let prefix = store.location.listingPrefix
    objects = [:]
    for object in try await store.list() {
      objects[String(object.key.dropFirst(prefix.count))] = object
    }
    return objects.map { path, object in
      ListedFile(
        path: path, size: Int64(object.size), version: object.etag, modified: object.modified)
    }
  }

  /// The bill among `files`, with the manifests read.
  func parts(of files: [ListedFile]) async throws -> [BillPart] {
    let listing = BillListing(files)
    var texts: [String: Data] = [:]
    for file in listing.manifests {
      let path = try await location(of: file)
      texts[file.path] = try Data(contentsOf: URL(fileURLWithPath: path))
      drop(file)
    }
    return try listing.parts(manifests: texts)
  }

  /// The path of a listed file's bytes, which are fetched where they are elsewhere.
  func location(of file: ListedFile) async throws(CollectorError) -> String {
    guard let store else { return BillFolder(path: path).location(of: file) }
    guard let object = objects[file.path] else {
      throw .unusableText(place: path, reason: "'\(file.path)' is not listed")
    }
    let path = fetched.path(of: file.path)
    try await store.fetch(object, to: path)
    return path
  }

  /// Lets go of a file that was fetched.
  func drop(_ file: ListedFile) {
    if store != nil { try? FileManager.default.removeItem(atPath: fetched.path(of: file.path)) }
  }
}

/// A folder for what is fetched, which goes when nobody needs it any more.
private final class FetchedFiles {
  private let folder = NSTemporaryDirectory() + "gputally-bills-" + UUID().uuidString
  private var names: [String: String] = [:]

  func path(of file: String) -> String {
    if names.isEmpty {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let name = names[file] ?? "\(names.count)"
    names[file] = name
    return folder + "/" + name
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}

extension S3Settings {
  init(_ access: S3Access, _ connection: Connection) {
    let keys: AWSKeySource =
      switch access.keys {
      case .environment: .environment
      case .files(let identifier, let secret, let token):
        .files(accessKeyID: identifier, secretAccessKey: secret, sessionToken: token)
      case .profile(let name, let file): .profile(name, file: file)
      }
    self.init(
      endpoint: access.endpoint, region: access.region, keys: keys,
      usesPathStyle: access.usesPathStyle, connection: ConnectionSettings(connection),
      environment: ProcessInfo.processInfo.environment)
  }
}
