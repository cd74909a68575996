import Testing

@testable import Configuration

@Suite struct S3ReaderTests {
  /// Reads `keys` as those of a section of /etc/g/gputally.yaml.
  private func read(_ keys: String) throws -> (access: S3Access?, problems: [String]) {
    let root = try YAMLText.root(of: "exports: { \(keys) }", file: "/etc/g/gputally.yaml")
    let reader = ConfigurationReader(root: root, file: "/etc/g/gputally.yaml")
    let section = reader.root.section(
      "exports", valid: ConfigurationReader.s3Keys, secrets: ConfigurationReader.s3Secrets)
    let access = section.map(reader.readS3)
    return (access, reader.problems.problems.map(\.description))
  }

  @Test(
    arguments: [
      ("region: eu-west-1", S3Access(region: "eu-west-1")),
      (
        "endpoint: \"https://minio:9000/\", path_style: true",
        S3Access(endpoint: "https://minio:9000", usesPathStyle: true)
      ),
      (
        "access_key_id_file: id, secret_access_key_file: /s, session_token_file: t",
        S3Access(
          keys: .files(accessKeyID: "/etc/g/id", secretAccessKey: "/s", sessionToken: "/etc/g/t"))
      ), ("profile: billing", S3Access(keys: .profile("billing", file: nil))),
      ("credentials_file: aws", S3Access(keys: .profile("default", file: "/etc/g/aws"))),
      (
        "credentials_file: ~/keys, profile: billing, path_style: false",
        S3Access(keys: .profile("billing", file: "~/keys"), usesPathStyle: false)
      ),
    ] as [(String, S3Access)])
  func `a store is described by its address, its region and where its keys are`(
    keys: String, expected: S3Access
  ) throws {
    let (access, problems) = try read(keys)
    #expect(problems.isEmpty)
    #expect(access == expected)
  }

  @Test func `without a word of keys they are the environment's`() throws {
    #expect(try read("region: auto").access?.keys == .environment)
  }

  @Test(arguments: [
    (
      "endpoint: \"https://u:p@h\"",
      [
        "endpoint: the value, which may be secret and isn't shown, is refused; expected a URL such "
          + "as https://minio.example:9000, without user, password or query"
      ]
    ),
    ("region: eu west", ["region: found 'eu west'; expected a region such as eu-west-1"]),
    ("path_style: virtual", ["path_style: found 'virtual'; expected true or false"]),
    ("access_key_id_file: a", ["access_key_id_file: needs 'secret_access_key_file' as well"]),
    (
      "session_token_file: a",
      [
        "session_token_file: needs 'access_key_id_file' as well",
        "session_token_file: needs 'secret_access_key_file' as well",
      ]
    ),
    (
      "access_key_id_file: a, secret_access_key_file: b, profile: c",
      ["profile: cannot be used together with 'access_key_id_file'; keep one of them"]
    ),
    (
      "secret_access_key: hunter2, access_key_id_file: a",
      [
        "secret_access_key: secrets are not written here; put it into a file of its own and name "
          + "that with 'secret_access_key_file'",
        "access_key_id_file: needs 'secret_access_key_file' as well",
      ]
    ),
    ("regoin: x", ["regoin: unknown key; did you mean 'region'?"]),
  ])
  func `a wrong one is told with its place`(keys: String, words: [String]) throws {
    let (_, problems) = try read(keys)
    #expect(problems == words.map { "/etc/g/gputally.yaml:1: exports.\($0)" })
  }
}
