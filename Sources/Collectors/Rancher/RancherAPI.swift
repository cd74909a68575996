import Transport

/// Where a Rancher is.
package struct RancherSettings: Sendable {
  /// The address before `/v3`.
  package var url: String
  package var connection: ConnectionSettings

  package init(url: String, connection: ConnectionSettings = ConnectionSettings()) {
    self.url = url
    self.connection = connection
  }
}

/// Asks a Rancher for the lists that it has.
///
/// - Source: Rancher's v3 API: collections with `data` and `pagination`, whose `next` is the address
///   of the following page with a `marker`; 100 items a page unless a `limit` says otherwise.
struct RancherAPI: Sendable {
  /// A list is at most so long.
  static let pagesMaximum = 100
  static let itemsPerPage = 1_000
  /// The statuses of answers that say in words what is wrong.
  private static let statuses: Set = [401, 403, 404]

  let settings: RancherSettings
  let client: HTTPClient

  /// All items of a list, page after page.
  ///
  /// - Parameter kind: `clusters` or `projects`.
  func list(_ kind: String) async throws(CollectorError) -> [RancherItem] {
    let address = settings.url + "/v3/" + kind
    var items: [RancherItem] = []
    var query = "limit=\(Self.itemsPerPage)"
    for _ in 0..<Self.pagesMaximum {
      let page = try await page(address + "?" + query, of: kind)
      items += page.items
      guard let next = page.next else { return items }
      // Behind a proxy Rancher may think that it has another address: only what stands behind the
      // question mark is taken, and the token goes nowhere else.
      guard let mark = next.firstIndex(of: "?"), next[mark...].dropFirst() != query else {
        throw .unusableText(
          place: URLText.shown(address), reason: "its pages of \(kind) lead nowhere")
      }
      query = String(next[mark...].dropFirst())
    }
    throw .unusableText(
      place: URLText.shown(address),
      reason: "it has more than \(Self.pagesMaximum) pages of \(kind)")
  }

  private func page(_ url: String, of kind: String) async throws(CollectorError) -> RancherPage {
    var request = HTTPRequest(url: url, acceptedStatuses: Self.statuses)
    request.headers["Accept"] = "application/json"
    do {
      return try await client.send(request, over: settings.connection) {
        response throws(UnusableAnswer) in try Self.decoded(response, kind)
      }
    } catch {
      throw CollectorError(error)
    }
  }

  private static func decoded(
    _ response: HTTPResponse, _ kind: String
  ) throws(UnusableAnswer) -> RancherPage {
    func fault(_ reason: String) -> UnusableAnswer {
      UnusableAnswer(reason: reason, isTransient: false)
    }
    switch response.status {
    case 401:
      throw fault(
        "status 401, Rancher does not know the token; make one under 'Account & API Keys' without "
          + "a scope, and keep its bearer token, token-xxxxx:secret, in the file that "
          + "authorization.credentials_file names; tokens expire")
    case 403:
      throw fault(
        "status 403, the token's user may not list \(kind); give it a role that may read them, and "
          + "the token no scope")
    case 404:
      throw fault("status 404, there is no such page; check that the address is that of a Rancher")
    default: break
    }
    if response.mediaType == "text/html" {
      throw fault(
        "a web page instead of JSON; check that the address is that of a Rancher and not of what "
          + "stands before it")
    }
    let page: RancherPage
    do throws(MalformedJSON) { page = try RancherPage(response.body) } catch {
      throw fault("\(error); check that the address is that of a Rancher")
    }
    guard page.isCollection else {
      throw fault("there are no \(kind) in it; check that the address is that of a Rancher")
    }
    return page
  }
}

/// A cluster or a project.
struct RancherItem: Hashable, Sendable {
  /// `c-m-87s92m9v`, or of a project `c-m-87s92m9v:p-qvdqp`.
  var id = ""
  /// What people call it.
  var name = ""
}

/// One page of a list.
struct RancherPage: Sendable {
  private(set) var items: [RancherItem] = []
  /// The address of the following page.
  private(set) var next: String?
  private(set) var isCollection = false

  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "data": try readItems(&cursor)
        case "pagination": try readPagination(&cursor)
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  private mutating func readItems(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    isCollection = cursor.peek() == UInt8(ascii: "[")
    var found: [RancherItem] = []
    try cursor.looseList { cursor throws(MalformedJSON) in
      var item = RancherItem()
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "id": item.id = try cursor.looseText()
        case "name": item.name = try cursor.looseText()
        default: try cursor.skipValue()
        }
      }
      found.append(item)
    }
    items = found
  }

  private mutating func readPagination(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    var address = ""
    try cursor.looseObject { cursor, key throws(MalformedJSON) in
      if key == "next" { address = try cursor.looseText() } else { try cursor.skipValue() }
    }
    if !address.isEmpty { next = address }
  }
}
