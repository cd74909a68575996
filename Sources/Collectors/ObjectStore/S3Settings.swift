import Transport

/// How an object store that speaks S3's protocol is reached.
package struct S3Settings: Hashable, Sendable {
  /// Its address without a slash at its end, nil for AWS itself.
  package let endpoint: String?
  package let region: String
  /// Whether the bucket stands in the path and not in the host's name.
  package let usesPathStyle: Bool?
  /// The keys are among it.
  package let connection: ConnectionSettings

  /// - Parameters:
  ///   - region: nil for that of the environment, else AWS's first one.
  ///   - usesPathStyle: nil for what suits: stores of one's own have the bucket in the path.
  ///   - environment: the variables, for the region.
  package init(
    endpoint: String? = nil, region: String? = nil, keys: AWSKeySource = .environment,
    usesPathStyle: Bool? = nil, connection: ConnectionSettings = ConnectionSettings(),
    environment: [String: String] = [:]
  ) {
    var endpoint = endpoint
    while endpoint?.hasSuffix("/") == true { endpoint?.removeLast() }
    self.endpoint = endpoint
    let named = [region, environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]]
    self.region = named.compactMap { $0 }.first { !$0.isEmpty } ?? "us-east-1"
    self.usesPathStyle = usesPathStyle
    var connection = connection
    connection.authentication = .awsSignature(AWSSignature(region: self.region, keys: keys))
    self.connection = connection
  }

  /// The address that a bucket's keys are put behind, with the slash before them.
  func address(of bucket: String) -> String {
    // The certificate of AWS covers one label before its name, and so no bucket with a point.
    let isPath = usesPathStyle ?? (endpoint != nil || bucket.contains("."))
    let base = endpoint ?? "https://s3.\(region).\(awsDomain)"
    if isPath { return "\(base)/\(bucket)/" }
    guard let scheme = base.firstRange(of: "://") else { return "\(base)/\(bucket)/" }
    return "\(base[..<scheme.upperBound])\(bucket).\(base[scheme.upperBound...])/"
  }

  private var awsDomain: String {
    region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
  }
}
