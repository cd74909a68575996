/// Addresses as text: what to send and what to show.
package enum URLText {
  private static let hexDigits = Array("0123456789ABCDEF".utf8)

  /// Percent-encodes all but the unreserved characters of RFC 3986.
  package static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `name=value&name=value`, encoded.
  package static func encoded(_ fields: [(String, String)]) -> String {
    fields.map { encoded($0.0) + "=" + encoded($0.1) }.joined(separator: "&")
  }

  /// The address without what may be secret: no user, no password, no query, no fragment.
  package static func shown(_ url: String) -> String {
    guard let scheme = url.range(of: "://") else { return "the address" }
    let rest = url[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
    let authority = rest.prefix { $0 != "/" }
    let path = rest[authority.endIndex...]
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
    return String(url[..<scheme.upperBound]) + String(host ?? authority) + String(path)
  }

  /// The same, with the socket in the place of the host where the connection goes to one.
  package static func shown(_ url: String, over connection: ConnectionSettings) -> String {
    let shown = shown(url)
    guard let path = connection.unixSocket, let scheme = shown.firstRange(of: "://") else {
      return shown
    }
    return "unix:" + path + ":" + shown[scheme.upperBound...].drop { $0 != "/" }
  }

  /// Returns what keeps an address from being used, or nil where nothing does.
  static func fault(in url: String) -> String? {
    let lowered = url.prefix(8).lowercased()
    guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://") else {
      return "an address must begin with http:// or https://"
    }
    if url.utf8.contains(where: { $0 <= 32 || $0 == 127 }) {
      return "an address must not contain blanks or control characters"
    }
    let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
    if authority.contains("@") {
      return "the address carries a user name or password; use basic_auth with password_file"
    }
    return authority.isEmpty ? "an address needs a host" : nil
  }
}

extension String {
  /// The first place of `text`.
  fileprivate func range(of text: String) -> Range<Index>? { self.firstRange(of: text) }
}
