import Quantities
import Synchronization
import Transport

/// A session with a vCenter: logs in, asks, and logs out.
final class VSphereSession: Sendable {
  typealias Reference = VSphereText.Reference

  /// What is asked of the server, by its own name for each part.
  struct Services: Sendable {
    let root: Reference
    let properties: Reference
    let views: Reference
    let sessions: Reference
    let events: Reference
    let fields: Reference?
    /// `VMware vCenter Server 8.0.2 build-22617221`
    let name: String
  }

  /// - Source: a host of 8 GPUs tells 100 KB of its devices.
  private static let answerBytesMaximum = 256 << 20
  /// How many objects come at once.
  private static let objectsPerPage = 100
  /// How many events come at once.
  ///
  /// - Source: more than 1,000 are refused.
  static let eventsPerPage = 1_000
  private static let pagesMaximum = 100_000
  /// - Source: an event's argument of a device of a machine lies eleven deep.
  private static let depthMaximum = 40

  private let settings: VSphereSettings
  private let client: HTTPClient
  private let cookie = Mutex<String?>(nil)
  /// What is spoken: of an older version than its own the server leaves out what that didn't have yet.
  ///
  /// - Source: 5.5 is understood by vCenter 5.5 to 8.0 and has all that is asked first.
  private let version = Mutex("5.5")

  init(_ settings: VSphereSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// What the server is called in messages.
  var place: String { URLText.shown(settings.url) }

  /// What `body` gives between logging in and logging out.
  func run<Answer: Sendable>(
    _ body: (Services) async throws(CollectorError) -> Answer
  ) async throws(CollectorError) -> Answer {
    let services = try await services()
    try await login(services)
    let result: Result<Answer, CollectorError>
    do throws(CollectorError) { result = .success(try await body(services)) } catch {
      result = .failure(error)
    }
    // A session that stays open ends by itself after half an hour.
    _ = try? await call("Logout", of: services.sessions)
    cookie.withLock { $0 = nil }
    return try result.get()
  }

  private func services() async throws(CollectorError) -> Services {
    let content = try await call(
      "RetrieveServiceContent", of: Reference(type: "ServiceInstance", value: "ServiceInstance"))
    let about = content["about"]
    guard let root = Reference(content["rootFolder"]),
      let properties = Reference(content["propertyCollector"]),
      let views = Reference(content["viewManager"]),
      let sessions = Reference(content["sessionManager"]),
      let events = Reference(content["eventManager"])
    else {
      throw .unusableText(
        place: place,
        reason: "the answer names no services; check that the url is that of a vCenter")
    }
    guard about?.text(of: "apiType") == "VirtualCenter" else {
      throw .unusableText(
        place: place,
        reason:
          "this is '\(about?.text(of: "fullName") ?? "")' and not a vCenter; give the address "
          + "of the vCenter that manages the host")
    }
    if let own = about?.text(of: "apiVersion"), !own.isEmpty { version.withLock { $0 = own } }
    return Services(
      root: root, properties: properties, views: views, sessions: sessions, events: events,
      fields: Reference(content["customFieldsManager"]), name: about?.text(of: "fullName") ?? "")
  }

  private func login(_ services: Services) async throws(CollectorError) {
    let password: String
    do { password = try SecretFile.read(settings.passwordFile) } catch { throw .transport(error) }
    _ = try await call(
      "Login", of: services.sessions,
      VSphereText.element("userName", settings.username)
        + VSphereText.element("password", password), hiding: password)
  }

  /// Properties of all objects of some types.
  func objects(
    _ properties: [(type: String, paths: [String])], _ services: Services
  ) async throws(CollectorError) -> [VSphereObject] {
    let types = properties.map { VSphereText.element("type", $0.type) }.joined()
    let made = try await call(
      "CreateContainerView", of: services.views,
      services.root.element("container") + types + VSphereText.element("recursive", "true"))
    guard let view = Reference(made) else {
      throw .unusableText(place: place, reason: "no view of the inventory was made")
    }
    var all = properties
    if services.fields != nil { all.append((type: "CustomFieldsManager", paths: ["field"])) }
    var answer = try await call(
      "RetrievePropertiesEx", of: services.properties,
      VSphereText.specification(all, view: view, besides: services.fields)
        + "<options>\(VSphereText.element("maxObjects", "\(Self.objectsPerPage)"))</options>")
    var found = answer.all("objects").compactMap { VSphereObject($0) }
    var pages = 1
    while let token = answer.text(of: "token"), !token.isEmpty {
      pages += 1
      guard pages <= Self.pagesMaximum else {
        throw .unusableText(place: place, reason: "more than \(Self.pagesMaximum) pages")
      }
      answer = try await call(
        "ContinueRetrievePropertiesEx", of: services.properties,
        VSphereText.element("token", token))
      found += answer.all("objects").compactMap { VSphereObject($0) }
    }
    _ = try? await call("DestroyView", of: view)
    return found
  }

  /// The events of some types since `start`, as they come.
  func events(
    _ types: [String], since start: UTCInstant, _ services: Services
  ) async throws(CollectorError) -> [XMLElement] {
    let filter =
      "<filter><time>\(VSphereText.element("beginTime", start.description))</time>"
      + "<disableFullMessage>true</disableFullMessage>"
      + types.map { VSphereText.element("eventTypeId", $0) }.joined() + "</filter>"
    let made = try await call("CreateCollectorForEvents", of: services.events, filter)
    guard let collector = Reference(made) else {
      throw .unusableText(place: place, reason: "no collector of events was made")
    }
    var found: [XMLElement] = []
    _ = try await call("RewindCollector", of: collector)
    for _ in 0..<Self.pagesMaximum {
      let page = try await response(
        "ReadNextEvents", of: collector,
        VSphereText.element("maxCount", "\(Self.eventsPerPage)"))
      let events = page.all("returnval")
      found += events
      if events.isEmpty {
        _ = try? await call("DestroyCollector", of: collector)
        return found
      }
    }
    throw .unusableText(place: place, reason: "more than \(Self.pagesMaximum) pages of events")
  }

  /// What a method returns, an empty element where it is nothing.
  private func call(
    _ method: String, of object: Reference, _ arguments: String = "", hiding secret: String = ""
  ) async throws(CollectorError) -> XMLElement {
    let answer = try await response(method, of: object, arguments, hiding: secret)
    return answer["returnval"] ?? XMLElement(name: "returnval")
  }

  private func response(
    _ method: String, of object: Reference, _ arguments: String = "", hiding secret: String = ""
  ) async throws(CollectorError) -> XMLElement {
    var connection = settings.connection
    // Values of these headers are blotted out of what servers say.
    if let cookie = cookie.withLock({ $0 }) { connection.headers["Cookie"] = cookie }
    let spoken = "urn:vim25/" + version.withLock { $0 }
    let request = HTTPRequest(
      method: .post, url: settings.url + "/sdk",
      headers: ["Content-Type": "text/xml; charset=utf-8", "SOAPAction": "\"\(spoken)\""],
      body: Array(VSphereText.call(method, of: object, arguments).utf8),
      acceptedStatuses: [400, 401, 403, 404, 405, 500],
      responseBytesMaximum: Self.answerBytesMaximum)
    do {
      return try await client.send(request, over: connection) {
        response throws(UnusableAnswer) in
        let answer = try VSphereRefusal.answer(
          response, depthMaximum: Self.depthMaximum, hiding: secret)
        if let set = response.headers["set-cookie"], set.hasPrefix("vmware_soap_session=") {
          cookie.withLock { $0 = String(set.prefix { $0 != ";" }) }
        }
        return answer
      }
    } catch {
      throw CollectorError(error)
    }
  }
}

/// An object of a vCenter and those of its properties that were told.
struct VSphereObject: Sendable {
  let reference: VSphereText.Reference
  let properties: [String: XMLElement]

  init?(_ element: XMLElement) {
    guard let reference = VSphereText.Reference(element["obj"]) else { return nil }
    self.reference = reference
    var properties: [String: XMLElement] = [:]
    for set in element.all("propSet") {
      if let name = set.text(of: "name"), let value = set["val"] { properties[name] = value }
    }
    self.properties = properties
  }

  func text(_ name: String) -> String { properties[name]?.text ?? "" }
}
