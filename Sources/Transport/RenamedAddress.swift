import CCurl

/// An address under another host name, and the way to where it led before.
struct RenamedAddress {
  /// The address with the other name.
  let url: String
  /// What `CURLOPT_CONNECT_TO` takes: any host and port, then the real ones.
  let route: String
  /// The value of the header `Host`, as if nothing had been renamed.
  let authority: String

  /// Returns nil for what is no address.
  init?(_ url: String, as name: String) {
    guard let parts = curl_url() else { return nil }
    defer { curl_url_cleanup(parts) }
    guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK,
      let host = Self.part(CURLUPART_HOST, of: parts),
      let port = Self.part(CURLUPART_PORT, of: parts, flags: CURLU_DEFAULT_PORT),
      curl_url_set(parts, CURLUPART_HOST, name, 0) == CURLUE_OK,
      let renamed = Self.part(CURLUPART_URL, of: parts)
    else { return nil }
    self.url = renamed
    route = "::\(host):\(port)"
    authority = "\(host):\(port)"
  }

  private static func part(
    _ part: CURLUPart, of parts: OpaquePointer, flags: Int32 = 0
  ) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
