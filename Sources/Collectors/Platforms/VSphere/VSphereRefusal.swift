import Transport

/// What a vCenter says instead of an answer, in our words and with what to do.
enum VSphereRefusal {
  /// The response inside of an envelope.
  ///
  /// - Throws: what a fault says; faults come with status 500.
  static func answer(
    _ response: HTTPResponse, depthMaximum: Int, hiding secret: String
  ) throws(UnusableAnswer) -> XMLElement {
    let isAnswer = (200..<300).contains(response.status)
    let envelope: XMLElement
    do throws(MalformedXML) {
      envelope = try XMLElement.root(of: response.body, depthMaximum: depthMaximum)
    } catch {
      throw UnusableAnswer(
        reason: (isAnswer ? "\(error)" : "status \(response.status)")
          + "; check that the url is that of a vCenter", isTransient: response.status == 500)
    }
    guard envelope.name == "Envelope", let inside = envelope["Body"]?.children.first else {
      throw UnusableAnswer(
        reason: "the answer is no SOAP; check that the url is that of a vCenter",
        isTransient: false)
    }
    if inside.name == "Fault" { throw told(inside, hiding: secret) }
    guard isAnswer else {
      throw UnusableAnswer(reason: "status \(response.status)", isTransient: false)
    }
    return inside
  }

  private static func told(_ fault: XMLElement, hiding secret: String) -> UnusableAnswer {
    let detail = fault["detail"]?.children.first
    let kind = detail?.ownType ?? detail?.name ?? ""
    var text = (fault.text(of: "faultstring") ?? "")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if !secret.isEmpty { text = text.replacing(secret, with: "<secret>") }
    text = String(text.prefix(300).filter { $0.unicodeScalars.allSatisfy { $0.value >= 32 } })
    while text.hasSuffix(".") { text.removeLast() }
    return UnusableAnswer(reason: reason(kind, text, detail), isTransient: false)
  }

  private static func reason(_ kind: String, _ text: String, _ detail: XMLElement?) -> String {
    switch kind.replacing("Fault", with: "") {
    case "InvalidLogin":
      "vCenter does not know the user or the password (InvalidLogin); check username, with its "
        + "domain as in gputally@vsphere.local, and password_file"
    case "NoPermission":
      "the user lacks the privilege \(detail?.text(of: "privilegeId") ?? "to read")"
        + " (NoPermission); give it the role Read-only on the vCenter, with its children"
    case "NotAuthenticated":
      "the session has ended (NotAuthenticated); collect again"
    case "":
      "vCenter says: \(text)"
    default:
      "vCenter says: \(text) (\(kind))"
    }
  }
}
