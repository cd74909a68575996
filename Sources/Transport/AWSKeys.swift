import Foundation

/// AWS Signature Version 4: what a request is signed with and for.
package struct AWSSignature: Hashable, Sendable {
  /// Such as `eu-west-1`; the store refuses a signature that is for another one.
  package var region: String
  package var service: String
  package var keys: AWSKeySource

  /// The SHA-256 of a body without any bytes.
  static let emptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  package init(region: String, service: String = "s3", keys: AWSKeySource) {
    self.region = region
    self.service = service
    self.keys = keys
  }

  /// Whether `name` can be a region's or a service's.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64
      && name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
          || $0 == "-" || $0 == "_"
      }
  }
}

/// Where the keys of AWS's protocols are.
package enum AWSKeySource: Hashable, Sendable {
  /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary keys, `AWS_SESSION_TOKEN`.
  case environment
  /// A file for each.
  case files(accessKeyID: String, secretAccessKey: String, sessionToken: String?)
  /// A profile of a file in the form of `~/.aws/credentials`; `file` is nil for the one that
  /// `AWS_SHARED_CREDENTIALS_FILE` names, else that of the home folder.
  case profile(String, file: String?)
}

/// The keys themselves.
struct AWSKeys {
  let accessKeyID: String
  let secretAccessKey: String
  /// Only temporary keys have one.
  let sessionToken: String?

  /// All that must never be shown.
  var secrets: [String] { [accessKeyID, secretAccessKey] + (sessionToken.map { [$0] } ?? []) }

  /// Reads them from where they are.
  ///
  /// - Throws: ``TransportError/unreadableFile(path:reason:)`` or
  ///   ``TransportError/noKeys(place:reason:)``.
  init(
    from source: AWSKeySource, environment: [String: String]
  ) throws(TransportError) {
    switch source {
    case .environment:
      accessKeyID = try Self.variable("AWS_ACCESS_KEY_ID", environment)
      secretAccessKey = try Self.variable("AWS_SECRET_ACCESS_KEY", environment)
      let token = environment["AWS_SESSION_TOKEN"] ?? ""
      sessionToken = token.isEmpty ? nil : try Self.variable("AWS_SESSION_TOKEN", environment)
    case .files(let identifier, let secret, let token):
      accessKeyID = try SecretFile.read(identifier)
      secretAccessKey = try SecretFile.read(secret)
      if let token { sessionToken = try SecretFile.read(token) } else { sessionToken = nil }
    case .profile(let name, let file):
      let path = try Self.path(file, environment)
      let entries = try AWSProfiles(file: path).entries(of: name)
      accessKeyID = try Self.entry("aws_access_key_id", of: name, entries, path)
      secretAccessKey = try Self.entry("aws_secret_access_key", of: name, entries, path)
      sessionToken = entries["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  private static func variable(
    _ name: String, _ environment: [String: String]
  ) throws(TransportError) -> String {
    let value = (environment[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    if value.isEmpty {
      throw .noKeys(
        place: name,
        reason: "the environment variable is not set; set it, or name the files with the keys by "
          + "access_key_id_file and secret_access_key_file, or by credentials_file")
    }
    if value.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      throw .noKeys(
        place: name, reason: "the environment variable holds more than one line; set it to the key")
    }
    return value
  }

  private static func entry(
    _ key: String, of profile: String, _ entries: [String: String], _ path: String
  ) throws(TransportError) -> String {
    if let value = entries[key], !value.isEmpty { return value }
    throw .noKeys(
      place: path,
      reason:
        "the profile '\(profile)' has no \(key); add it, or name a profile that holds the keys "
        + "themselves by 'profile'")
  }

  /// The path of the file with the profiles.
  private static func path(
    _ file: String?, _ environment: [String: String]
  ) throws(TransportError) -> String {
    let named = file ?? environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials"
    guard named.hasPrefix("~/") else { return named }
    guard let home = environment["HOME"], !home.isEmpty else {
      throw .noKeys(
        place: named,
        reason: "the environment variable HOME is not set; give the whole path by credentials_file")
    }
    return home + named.dropFirst()
  }
}

/// A file in the form of `~/.aws/credentials`: `[profile]`, then `key = value` lines.
struct AWSProfiles {
  private let path: String
  private var profiles: [String: [String: String]] = [:]

  /// - Source: no such file in use is longer; a larger one is the wrong file.
  private static let bytesMaximum = 1 << 20

  init(file path: String) throws(TransportError) {
    self.path = path
    let data = try SecretFile.bytes(of: path)
    guard data.count <= Self.bytesMaximum, let text = String(data: data, encoding: .utf8) else {
      throw .unreadableFile(path: path, reason: "the file does not hold profiles as text")
    }
    var name: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.trimmingCharacters(in: .whitespaces)
      if words.isEmpty || words.hasPrefix("#") || words.hasPrefix(";") { continue }
      if words.hasPrefix("["), words.hasSuffix("]") {
        let found = words.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
        if profiles[found] == nil { profiles[found] = [:] }
        name = found
      } else if let name, let sign = words.firstIndex(of: "=") {
        let key = words[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
        let value = words[words.index(after: sign)...].trimmingCharacters(in: .whitespaces)
        profiles[name]?[key] = value
      }
    }
  }

  /// What the file says under `[name]`.
  func entries(of name: String) throws(TransportError) -> [String: String] {
    if let entries = profiles[name] { return entries }
    let known = profiles.keys.sorted().joined(separator: ", ")
    throw .noKeys(
      place: path,
      reason: "there is no profile '\(name)' in it"
        + (known.isEmpty ? "" : " but \(known)") + "; name one of its profiles by 'profile'")
  }
}
