import Transport

/// Lists and fetches what is in a bucket.
///
/// - Source: Amazon S3 API 2006-03-01: ListObjectsV2, GetObject.
package struct S3Client: Sendable {
  /// A page has at most 1,000 keys, each of at most 1,024 bytes, tripled by their encoding.
  private static let pageBytesMaximum = 16 << 20
  /// Nothing that a store says of a failure is longer.
  private static let refusalBytes = 64 << 10

  package let location: S3Location
  private let settings: S3Settings
  private let client: HTTPClient
  /// How many keys one question asks for; stores give 1,000 at most.
  var keysPerPage = 1_000
  /// No listing is longer.
  var keysMaximum = 1_000_000
  /// A page may have fewer keys than were asked for.
  var pagesMaximum = 10_000

  package init(location: S3Location, settings: S3Settings, client: HTTPClient) {
    self.location = location
    self.settings = settings
    self.client = client
  }

  /// Everything under the location, in the order of the keys' bytes.
  package func list() async throws(CollectorError) -> [S3Object] {
    try await list(prefix: location.listingPrefix)
  }

  /// Everything in the bucket whose key begins with `prefix`, but for the empty objects that stand
  /// for folders.
  package func list(prefix: String) async throws(CollectorError) -> [S3Object] {
    var objects: [S3Object] = []
    var continuation: String?
    for _ in 0..<pagesMaximum {
      let page = try await page(prefix: prefix, after: continuation)
      objects += page.objects.filter { !($0.size == 0 && $0.key.hasSuffix("/")) }
      if objects.count > keysMaximum { break }
      guard let next = page.continuation else { return objects }
      continuation = next
    }
    throw unusable(
      "the listing of '\(prefix)' has more than \(keysMaximum) objects or \(pagesMaximum) pages; "
        + "name a longer prefix in the path")
  }

  /// Fetches an object byte for byte, as it was listed, into the file at `path`.
  ///
  /// It comes into `path.part`; a transfer that breaks off goes on where it ended.
  package func fetch(_ object: S3Object, to path: String) async throws(CollectorError) {
    var request = HTTPRequest(
      url: settings.address(of: location.bucket) + Self.encoded(object.key),
      acceptedStatuses: S3Refusal.statuses,
      responseBytesMaximum: max(object.size, Self.refusalBytes))
    request.acceptsCompression = false
    let download: S3Download
    do { download = try S3Download(of: object, to: path, refusal: refusal) } catch {
      throw .unusableText(place: "\(location)", reason: "\(error)")
    }
    do {
      try await client.receive(
        request, over: settings.connection, resuming: { try download.resume(&$0) },
        decode: { response throws(UnusableAnswer) in try download.check(response) })
    } catch {
      download.abandon()
      throw CollectorError(error)
    }
    do { try download.complete() } catch {
      throw .unusableText(place: "\(location)", reason: "\(error)")
    }
  }

  private func page(
    prefix: String, after continuation: String?
  ) async throws(CollectorError) -> S3Listing {
    // In the order that signatures want, which is that of the names.
    var fields = continuation.map { [("continuation-token", $0)] } ?? []
    fields += [
      ("encoding-type", "url"), ("list-type", "2"), ("max-keys", "\(keysPerPage)"),
      ("prefix", prefix),
    ]
    let request = HTTPRequest(
      url: settings.address(of: location.bucket) + "?" + URLText.encoded(fields),
      acceptedStatuses: S3Refusal.statuses, responseBytesMaximum: Self.pageBytesMaximum)
    let refusal = refusal
    do throws(TransportError) {
      return try await client.send(request, over: settings.connection) {
        response throws(UnusableAnswer) in
        guard response.status == 200 else { throw refusal.told(response) }
        do throws(S3AnswerFault) { return try S3Listing(response.body) } catch {
          throw UnusableAnswer(
            reason: error.reason + "; check that the endpoint is that of an S3 store",
            isTransient: true)
        }
      }
    } catch {
      throw CollectorError(error)
    }
  }

  private var refusal: S3Refusal {
    S3Refusal(bucket: location.bucket, region: settings.region)
  }

  private func unusable(_ reason: String) -> CollectorError {
    .unusableText(place: "\(location)", reason: reason)
  }

  /// The key as it stands in an address, its slashes kept.
  private static func encoded(_ key: String) -> String {
    key.split(separator: "/", omittingEmptySubsequences: false)
      .map { URLText.encoded(String($0)) }.joined(separator: "/")
  }
}
