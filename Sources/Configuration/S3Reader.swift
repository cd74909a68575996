/// What a source whose path is `s3://bucket/prefix` says of the store beside it.
package struct S3Access: Hashable, Sendable {
  /// Where the keys are.
  package enum Keys: Hashable, Sendable {
    /// The environment's `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    case environment
    case files(accessKeyID: String, secretAccessKey: String, sessionToken: String?)
    /// A profile of a file as `~/.aws/credentials`, which is meant where `file` is nil.
    case profile(String, file: String?)
  }

  /// The store's address, nil for AWS.
  package var endpoint: String?
  /// nil for `AWS_REGION` of the environment, else us-east-1.
  package var region: String?
  package var keys: Keys
  /// nil for what suits the endpoint.
  package var usesPathStyle: Bool?

  package init(
    endpoint: String? = nil, region: String? = nil, keys: Keys = .environment,
    usesPathStyle: Bool? = nil
  ) {
    self.endpoint = endpoint
    self.region = region
    self.keys = keys
    self.usesPathStyle = usesPathStyle
  }
}

/// Reading how an object store is reached.
extension ConfigurationReader {
  /// The keys that a source with such a path may have.
  static let s3Keys = [
    "endpoint", "region", "access_key_id_file", "secret_access_key_file", "session_token_file",
    "credentials_file", "profile", "path_style",
  ]
  /// Keys that would hold a secret, with the key to use instead.
  static let s3Secrets = [
    "access_key_id": "access_key_id_file", "access_key": "access_key_id_file",
    "secret_access_key": "secret_access_key_file", "secret_key": "secret_access_key_file",
    "session_token": "session_token_file",
  ]
  private static let fileKeys = [
    "access_key_id_file", "secret_access_key_file", "session_token_file",
  ]
  private static let profileKeys = ["credentials_file", "profile"]

  /// - Parameter section: of the source itself.
  func readS3(_ section: Section) -> S3Access {
    let expected = "a URL such as https://minio.example:9000"
    let endpoint = section.text("endpoint", expected: expected)
    if let endpoint, !Self.isServerURL(endpoint) {
      section.tell(
        .badHiddenValue(expected: expected + ", without user, password or query"), of: "endpoint")
    }
    let region = section.value("region", expected: "a region such as eu-west-1") { text in
      text.utf8.allSatisfy(Self.isRegionByte) ? text : nil
    }
    return S3Access(
      endpoint: endpoint?.droppingLastSlashes(), region: region, keys: readS3Keys(section),
      usesPathStyle: section.flag("path_style"))
  }

  private func readS3Keys(_ section: Section) -> S3Access.Keys {
    let files = Self.fileKeys.filter(section.has)
    let profiles = Self.profileKeys.filter(section.has)
    if let file = files.first, let profile = profiles.first {
      section.tell(.conflict(with: file), of: profile)
      return .environment
    }
    if !profiles.isEmpty {
      let file = section.text(
        "credentials_file", expected: "the path of a file such as ~/.aws/credentials")
      let profile = section.text("profile", expected: "the name of a profile")
      return .profile(profile ?? "default", file: file.map(resolveFromHome))
    }
    guard let first = files.first else { return .environment }
    let identifier = section.text(
      "access_key_id_file", expected: "the path of a file with the access key id")
    let secret = section.text(
      "secret_access_key_file", expected: "the path of a file with the secret access key")
    let token = section.text(
      "session_token_file", expected: "the path of a file with the session token")
    for partner in Self.fileKeys.prefix(2) where !section.has(partner) {
      section.tell(.missingPartner(partner), of: first)
    }
    guard let identifier, let secret else { return .environment }
    return .files(
      accessKeyID: resolve(identifier), secretAccessKey: resolve(secret),
      sessionToken: token.map(resolve))
  }

  /// The same as ``resolve(_:)``, but that `~/` stays: whose home it is, is known when it is read.
  private func resolveFromHome(_ path: String) -> String {
    path.hasPrefix("~/") ? path : resolve(path)
  }

  private static func isRegionByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
