import Foundation

/// What a request needs to prove who we are, read from its files.
struct Credentials {
  /// The user name and password of basic authentication.
  var basic: (username: String, password: String)?
  /// The whole value of the header `Authorization`.
  var authorization: String?
  /// What requests are signed with, and for which part of AWS.
  var signing: (keys: AWSKeys, region: String, service: String)?
  /// Headers whose values were in files.
  var headers: [String: String] = [:]
  /// All that must never be shown.
  var secrets: [String] = []

  /// Reads the files that `connection` names.
  ///
  /// - Parameter environment: the variables, for keys that are there.
  /// - Throws: ``TransportError/unreadableFile(path:reason:)`` or
  ///   ``TransportError/noKeys(place:reason:)``.
  init(
    for connection: ConnectionSettings, environment: [String: String]
  ) throws(TransportError) {
    switch connection.authentication {
    case .basic(let username, let passwordFile):
      let password = try SecretFile.read(passwordFile)
      basic = (username, password)
      let pair = Data("\(username):\(password)".utf8).base64EncodedString()
      secrets = [password, pair]
    case .credentials(let scheme, let file):
      let token = try SecretFile.read(file)
      authorization = "\(scheme) \(token)"
      secrets = [token]
    case .awsSignature(let signature):
      let keys = try AWSKeys(from: signature.keys, environment: environment)
      signing = (keys, signature.region, signature.service)
      headers["x-amz-security-token"] = keys.sessionToken
      secrets = keys.secrets
    case nil:
      break
    }
    for (name, path) in connection.headerFiles {
      let value = try SecretFile.read(path)
      headers[name] = value
      secrets.append(value)
    }
    secrets += connection.headers.values.filter { $0.count >= 4 }
    secrets.sort { $0.count > $1.count }
    let tls = connection.tls
    for path in [tls.caFile, tls.certificateFile, tls.keyFile] {
      if let path { _ = try SecretFile.bytes(of: path) }
    }
  }

  /// `text` with every secret in it blotted out.
  func blotting(_ text: String) -> String {
    secrets.reduce(text) { $0.replacingOccurrences(of: $1, with: "<secret>") }
  }
}

/// A file that holds one secret.
package enum SecretFile {
  /// - Source: no token or password in use is longer; a larger file is the wrong file.
  private static let bytesMaximum = 64 << 10

  /// The secret, without the line end that editors leave behind it.
  package static func read(_ path: String) throws(TransportError) -> String {
    let data = try bytes(of: path)
    guard data.count <= bytesMaximum, let text = String(data: data, encoding: .utf8) else {
      throw .unreadableFile(path: path, reason: "the file does not hold a secret as text")
    }
    let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if secret.isEmpty {
      throw .unreadableFile(path: path, reason: "the file is empty")
    }
    if secret.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      throw .unreadableFile(path: path, reason: "the file holds more than one line")
    }
    return secret
  }

  /// The file's bytes.
  static func bytes(of path: String) throws(TransportError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw .unreadableFile(path: path, reason: "the file does not exist")
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      throw .unreadableFile(path: path, reason: "we may not read the file")
    } catch {
      throw .unreadableFile(path: path, reason: "the file cannot be read")
    }
  }
}
