import CCurl
import Synchronization

/// How one transfer ended.
enum TransferOutcome: Sendable {
  case response(HTTPResponse)
  /// libcurl's code and words; `limit` is set where the answer was too large.
  case failure(code: CURLcode.RawValue, reason: String, isTooLarge: Bool)
  /// The sink would have no more.
  case sinkFailure(reason: String)
  case cancelled
}

/// Takes decoded bytes of an answer as they arrive, on the thread of the transfers.
package typealias ByteSink = @Sendable (UnsafeRawBufferPointer) throws -> Void

/// The same, for whom the bytes' meaning hangs on the answer's head.
package typealias HeadedSink = @Sendable (HTTPHead, UnsafeRawBufferPointer) throws -> Void

/// One request on its way.
///
/// `@unchecked Sendable`: built by the caller, then handed to the loop's thread, which alone
/// touches it from there on.
final class Transfer: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer
  private let withdrawn = Atomic(false)
  private var continuation: CheckedContinuation<TransferOutcome, Never>?
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private var connectTo: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var requestBody: [UInt8]
  private let bytesMaximum: Int
  private let sink: HeadedSink?
  private var headers: [String: String] = [:]
  private var body: [UInt8] = []
  private var received = 0
  private var isTooLarge = false
  private var sinkFailure: String?

  /// Returns nil where libcurl has no memory left.
  init?(
    _ request: HTTPRequest, over connection: ConnectionSettings, with credentials: Credentials,
    sink: HeadedSink?
  ) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    requestBody = request.body
    bytesMaximum = request.responseBytesMaximum
    self.sink = sink
    set(CURLOPT_ERRORBUFFER, errorText)
    configure(request)
    configure(connection)
    configure(credentials)
    if let name = connection.tls.serverName { configure(serverName: name, for: request.url) }
    configureHeaders(request, connection.headers, credentials)
    configureCallbacks()
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
    curl_slist_free_all(connectTo)
    errorText.deallocate()
  }

  /// Keeps who waits for the end.
  func await(_ continuation: CheckedContinuation<TransferOutcome, Never>) {
    self.continuation = continuation
  }

  /// Marks the transfer as unwanted, from any thread: its cancellation may overtake its start.
  func withdraw() { withdrawn.store(true, ordering: .releasing) }

  /// Whether nobody wants the answer any more.
  var isWithdrawn: Bool { withdrawn.load(ordering: .acquiring) }

  /// Tells whoever waits that nobody wants the answer any more.
  func cancel() { finish(with: .cancelled) }

  /// Tells whoever waits how libcurl ended.
  func finish(_ code: CURLcode) {
    if let sinkFailure { return finish(with: .sinkFailure(reason: sinkFailure)) }
    guard code == CURLE_OK else {
      let words =
        errorText.pointee == 0
        ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
      let isOverLimit = isTooLarge || code == CURLE_FILESIZE_EXCEEDED
      return finish(
        with: .failure(code: code.rawValue, reason: words, isTooLarge: isOverLimit))
    }
    var wireBytes: curl_off_t = 0
    gputally_get_offset(handle, CURLINFO_SIZE_DOWNLOAD_T, &wireBytes)
    let response = HTTPResponse(
      status: status, headers: headers, body: body, wireBytes: Int(wireBytes))
    finish(with: .response(response))
  }

  private func finish(with outcome: TransferOutcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  private var status: Int {
    var status = 0
    gputally_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// Takes bytes of the answer; false ends the transfer.
  fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    received += bytes.count
    if received > bytesMaximum {
      isTooLarge = true
      return false
    }
    guard let sink, (200..<300).contains(status) else {
      body.append(contentsOf: bytes)
      return true
    }
    do {
      try sink(HTTPHead(status: status, headers: headers), bytes)
      return true
    } catch {
      sinkFailure = "\(error)"
      return false
    }
  }

  /// Takes one line of the answer's head.
  fileprivate func takeHead(_ bytes: UnsafeRawBufferPointer) {
    let line = String(decoding: bytes, as: UTF8.self)
    guard let colon = line.firstIndex(of: ":") else {
      if line.hasPrefix("HTTP/") { headers = [:] }
      return
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    headers[line[..<colon].lowercased()] = String(value.prefix { !$0.isNewline })
  }
}

extension Transfer {
  private func set(_ option: CURLoption, _ value: Int) {
    gputally_set_long(handle, option, value)
  }

  private func set(_ option: CURLoption, _ value: String) {
    gputally_set_text(handle, option, value)
  }

  private func set(_ option: CURLoption, _ value: UnsafeMutablePointer<CChar>) {
    gputally_set_pointer(handle, option, value)
  }

  private func configure(_ request: HTTPRequest) {
    set(CURLOPT_URL, request.url)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PROXY, "")
    // Signals and threads don't mix; libcurl would use them to time out name look-ups.
    set(CURLOPT_NOSIGNAL, 1)
    // The empty text asks for all encodings that libcurl can undo, gzip among them.
    if request.acceptsCompression { set(CURLOPT_ACCEPT_ENCODING, "") }
    set(CURLOPT_USERAGENT, "gputally")
    gputally_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(bytesMaximum))
    set(CURLOPT_BUFFERSIZE, 256 << 10)
    if request.method == .post {
      set(CURLOPT_POST, 1)
      gputally_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(requestBody.count))
      requestBody.withUnsafeBytes {
        _ = gputally_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
      }
      requestBody = []
    }
  }

  private func configure(_ connection: ConnectionSettings) {
    set(CURLOPT_CONNECTTIMEOUT_MS, connection.timeouts.connectMilliseconds)
    set(CURLOPT_TIMEOUT_MS, connection.timeouts.totalMilliseconds)
    set(CURLOPT_LOW_SPEED_LIMIT, 100)
    set(CURLOPT_LOW_SPEED_TIME, connection.timeouts.stallSeconds)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    if let path = connection.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
    let tls = connection.tls
    if tls.skipsVerification {
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    if let path = tls.caFile { set(CURLOPT_CAINFO, path) }
    if let path = tls.certificateFile { set(CURLOPT_SSLCERT, path) }
    if let path = tls.keyFile { set(CURLOPT_SSLKEY, path) }
  }

  /// Has the server's certificate checked against `name`: libcurl checks it against the host of the
  /// address, so the address takes the name and the connection goes where it went before.
  private func configure(serverName name: String, for url: String) {
    guard let address = RenamedAddress(url, as: name) else { return }
    set(CURLOPT_URL, address.url)
    connectTo = curl_slist_append(nil, address.route)
    gputally_set_list(handle, CURLOPT_CONNECT_TO, connectTo)
    headerList = curl_slist_append(headerList, "Host: \(address.authority)")
  }

  private func configure(_ credentials: Credentials) {
    if let basic = credentials.basic {
      set(CURLOPT_HTTPAUTH, 1)
      set(CURLOPT_USERNAME, basic.username)
      set(CURLOPT_PASSWORD, basic.password)
    }
    if let (keys, region, service) = credentials.signing {
      set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):\(service)")
      set(CURLOPT_USERNAME, keys.accessKeyID)
      set(CURLOPT_PASSWORD, keys.secretAccessKey)
      // The name of an object may have `..` in it.
      set(CURLOPT_PATH_AS_IS, 1)
    }
  }

  private func configureHeaders(
    _ request: HTTPRequest, _ configured: [String: String], _ credentials: Credentials
  ) {
    var all = configured.merging(request.headers) { _, own in own }
    all.merge(credentials.headers) { _, secret in secret }
    all["Authorization"] = credentials.authorization ?? all["Authorization"]
    // An empty value takes libcurl's own header away: no `Expect: 100-continue` before a form. With
    // other requests it would be signed and yet not be sent.
    if request.method == .post { all["Expect"] = "" }
    if credentials.signing != nil {
      // S3 wants it, and libcurl signs it, but doesn't send it by itself.
      all["x-amz-content-sha256"] =
        request.body.isEmpty ? AWSSignature.emptyBodyHash : "UNSIGNED-PAYLOAD"
    }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) {
      headerList = curl_slist_append(headerList, "\(name): \(value)")
    }
    gputally_set_list(handle, CURLOPT_HTTPHEADER, headerList)
  }

  private func configureCallbacks() {
    let this = Unmanaged.passUnretained(self).toOpaque()
    gputally_set_pointer(handle, CURLOPT_PRIVATE, this)
    gputally_set_pointer(handle, CURLOPT_WRITEDATA, this)
    gputally_set_pointer(handle, CURLOPT_HEADERDATA, this)
    gputally_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, this in
      let length = size * count
      guard let transfer = Transfer.behind(this) else { return 0 }
      return transfer.take(UnsafeRawBufferPointer(start: bytes, count: length)) ? length : 0
    }
    gputally_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
      let length = size * count
      guard let transfer = Transfer.behind(this) else { return 0 }
      transfer.takeHead(UnsafeRawBufferPointer(start: bytes, count: length))
      return length
    }
  }

  /// The transfer that a pointer of libcurl's leads to.
  static func behind(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
    pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}
