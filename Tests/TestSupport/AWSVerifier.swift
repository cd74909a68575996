/// Checks signatures as AWS does: from what came over the wire and the secret key alone.
///
/// - Source: AWS, "Signature calculations for the Authorization header: transferring payload in a
///   single chunk".
package struct AWSVerifier: Sendable {
  package let accessKeyID: String
  package let secretAccessKey: String
  package let region: String

  package init(accessKeyID: String, secretAccessKey: String, region: String = "us-east-1") {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.region = region
  }

  /// What is wrong with the signature of `request`, nil where nothing is.
  package func fault(in request: ReceivedRequest) -> String? {
    guard let value = request.headers["authorization"] else { return "not signed" }
    guard value.hasPrefix("AWS4-HMAC-SHA256 ") else { return "signed otherwise: \(value)" }
    var parts: [String: String] = [:]
    for part in value.dropFirst(17).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init)
      if pair.count == 2 { parts[pair[0]] = pair[1] }
    }
    let stamp = request.headers["x-amz-date"] ?? ""
    let scope = "\(stamp.prefix(8))/\(region)/s3/aws4_request"
    guard parts["Credential"] == "\(accessKeyID)/\(scope)" else {
      return "another credential: \(parts["Credential"] ?? "none")"
    }
    let signed = (parts["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
    let needed = request.headers.keys.filter { $0 == "host" || $0.hasPrefix("x-amz-") }
    guard Set(needed).isSubset(of: signed), signed == signed.sorted() else {
      return "signs \(signed), not all of \(needed.sorted())"
    }
    guard let hash = request.headers["x-amz-content-sha256"] else { return "no hash of the body" }
    if hash != "UNSIGNED-PAYLOAD", hash != SHA256.hex(SHA256.hash(request.body)) {
      return "not the hash of the body: \(hash)"
    }
    let computed = signature(
      method: request.method, path: request.path, headers: request.headers, signed: signed)
    return computed == parts["Signature"] ? nil : "signature \(parts["Signature"] ?? "none")"
  }

  /// The signature that a request must have.
  ///
  /// - Parameter path: with its query, as it is sent.
  package func signature(
    method: String, path: String, headers: [String: String], signed: [String]
  ) -> String {
    let pieces = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = pieces.count == 2 ? Self.query(String(pieces[1])) : ""
    let lines =
      [method, Self.encoded(Self.decoded(pieces[0]), keeping: "/"), query]
      + signed.map { "\($0):\(headers[$0] ?? "")" }
      + ["", signed.joined(separator: ";"), headers["x-amz-content-sha256"] ?? ""]
    let stamp = headers["x-amz-date"] ?? ""
    let day = String(stamp.prefix(8))
    let text = [
      "AWS4-HMAC-SHA256", stamp, "\(day)/\(region)/s3/aws4_request",
      SHA256.hex(SHA256.hash(Array(lines.joined(separator: "\n").utf8))),
    ].joined(separator: "\n")
    var key = Array("AWS4\(secretAccessKey)".utf8)
    for word in [day, region, "s3", "aws4_request", text] {
      key = SHA256.authenticate(Array(word.utf8), key: key)
    }
    return SHA256.hex(key)
  }

  /// Each name and value decoded and encoded again, sorted.
  private static func query(_ text: String) -> String {
    let fields = text.split(separator: "&").map { field in
      let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pair.count == 2 ? pair[1] : ""
      return encoded(decoded(pair[0])) + "=" + encoded(decoded(value))
    }
    return fields.sorted().joined(separator: "&")
  }

  private static func decoded(_ text: some StringProtocol) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  private static func encoded(_ bytes: [UInt8], keeping kept: String = "") -> String {
    bytes.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      if isPlain || ("-._~" + kept).unicodeScalars.contains(scalar) { return String(scalar) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
