import Transport

/// What an object store says instead of an answer, in our words and with what to do.
struct S3Refusal {
  let bucket: String
  let region: String

  /// The statuses of answers that say in words what is wrong.
  static let statuses: Set = [301, 307, 400, 403, 404, 405, 409, 412, 416, 429, 500, 502, 503, 504]

  /// Codes of failures that pass.
  private static let transient: Set = [
    "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "OperationAborted",
  ]

  /// Makes an error of `response`.
  func told(_ response: HTTPResponse) -> UnusableAnswer {
    let root = try? XMLElement.root(of: response.body)
    let error = root?.name == "Error" ? root : nil
    let code = Self.shown(error?.text(of: "Code") ?? "status \(response.status)")
    let isTransient =
      response.status >= 500 || response.status == 429 || Self.transient.contains(code)
    return UnusableAnswer(
      reason: reason(code, error, response), isTransient: isTransient)
  }

  private func reason(_ code: String, _ error: XMLElement?, _ response: HTTPResponse) -> String {
    switch code {
    case "NoSuchBucket":
      "there is no bucket '\(bucket)' (\(code)); check the bucket in the path, and the endpoint"
    case "NoSuchKey":
      "the object is not there any more (\(code)), somebody removed it after the bucket was listed; "
        + "collect again"
    case "PreconditionFailed":
      "the object was replaced after the bucket was listed (\(code)); collect again"
    case "AccessDenied", "AllAccessDisabled":
      "the key may not do this (\(code)); allow it s3:ListBucket on the bucket '\(bucket)' and "
        + "s3:GetObject on what is in it"
    case "InvalidAccessKeyId":
      "the store does not know the access key id (\(code)); check access_key_id_file or "
        + "AWS_ACCESS_KEY_ID, and that the key is still active"
    case "SignatureDoesNotMatch":
      "the signature is not the one of the access key id (\(code)); check secret_access_key_file or "
        + "AWS_SECRET_ACCESS_KEY, and that nothing on the way changes requests"
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
      "the session token no longer counts (\(code)); get new temporary keys and put all three parts "
        + "of them in place"
    case "RequestTimeTooSkewed":
      "this machine's clock\(Self.times(error, response)) is too far from the store's (\(code)); set "
        + "it, and keep it right by NTP"
    case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed":
      elsewhere(code, error, response)
    case "SlowDown", "ServiceUnavailable":
      "the store is asked for too much at once (\(code)); collect again later"
    default:
      other(code, error, response)
    }
  }

  /// The bucket is in another region, or at another address.
  private func elsewhere(
    _ code: String, _ error: XMLElement?, _ response: HTTPResponse
  ) -> String {
    let named = error?.text(of: "Region") ?? response.headers["x-amz-bucket-region"]
    if let named, named != region, AWSSignature.isName(named) {
      return "the bucket '\(bucket)' is in region '\(named)' and not in '\(region)' (\(code)); set "
        + "'region: \(named)'"
    }
    if let endpoint = error?.text(of: "Endpoint") {
      return
        "the bucket '\(bucket)' is to be asked for at '\(Self.shown(endpoint))' (\(code)); set "
        + "the endpoint, or the region that it is of"
    }
    return "the store does not take region '\(region)' for the bucket '\(bucket)' (\(code)"
      + "\(Self.message(error))); set 'region' to the bucket's"
  }

  private func other(_ code: String, _ error: XMLElement?, _ response: HTTPResponse) -> String {
    if error != nil {
      return "the store refuses this (status \(response.status), \(code)\(Self.message(error))); "
        + "look up the code in its manual"
    }
    return "the store answered \(response.status) without saying why; check that the endpoint is "
      + "that of an S3 store, and what lies in between"
  }

  private static func message(_ error: XMLElement?) -> String {
    error?.text(of: "Message").map { ": " + shown($0) } ?? ""
  }

  /// What both clocks say, where the answer tells.
  private static func times(_ error: XMLElement?, _ response: HTTPResponse) -> String {
    let theirs = error?.text(of: "ServerTime") ?? response.headers["date"]
    guard let ours = error?.text(of: "RequestTime"), let theirs else { return "" }
    return ", \(shown(ours)) where the store has \(shown(theirs)),"
  }

  /// A server's word, of bounded length and on one line.
  private static func shown(_ text: String) -> String {
    String(text.prefix(200).filter { $0.unicodeScalars.allSatisfy { $0.value >= 32 } })
  }
}
