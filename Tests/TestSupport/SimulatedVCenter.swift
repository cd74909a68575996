import Foundation
import Synchronization

/// A simulated vCenter: answers the part of the vSphere Web Services API that inventories and events are
/// read with, from what a test says is there. It is no vCenter; that VMware's own client for Python
/// reads it is a test of its own.
package final class SimulatedVCenter: Sendable {
  package static let username = "gputally@vsphere.local"
  package static let password = "Pa\"ss<w>&rd"

  private let state: Box
  private let server: ScriptedServer

  private struct State: Sendable {
    var scene: VCenterScene
    var session: String?
    var logins = 0
    var logouts = 0
    /// The types in each view that was made.
    var views: [String: [String]] = [:]
    /// What is left of answers that are given page by page.
    var rests: [String: [String]] = [:]
    /// How many of the events a collector has given.
    var collectors: [String: (events: [String], place: Int)] = [:]
    var made = 0
  }

  package init(_ scene: VCenterScene) {
    let state = Box(State(scene: scene))
    self.state = state
    server = ScriptedServer { request, _ in
      state.value.withLock { Self.answer(request, &$0) }
    }
  }

  /// What the server's threads share.
  private final class Box: Sendable {
    let value: Mutex<State>
    init(_ state: State) { value = Mutex(state) }
  }

  package var url: String { server.url }
  package var port: Int { server.port }

  /// How often somebody logged in and out.
  package var sessions: (logins: Int, logouts: Int) {
    state.value.withLock { ($0.logins, $0.logouts) }
  }

  /// All questions so far.
  package var requests: [ReceivedRequest] { server.requests }

  /// Makes it another scene.
  package func change(_ body: @Sendable (inout VCenterScene) -> Void) {
    state.value.withLock { body(&$0.scene) }
  }

  private static func answer(_ request: ReceivedRequest, _ state: inout State) -> ScriptedResponse {
    let body = request.bodyText
    if request.method == "GET" {
      return ScriptedResponse(
        headers: ["Content-Type": "text/xml"],
        """
        <?xml version="1.0" encoding="UTF-8"?><namespaces version="1.0"><namespace>\
        <name>urn:vim25</name><version>8.0.2.0</version><priorVersions><version>7.0.3.0</version>\
        <version>6.7</version></priorVersions></namespace></namespaces>
        """)
    }
    guard let method = body.firstMatch(of: /Body[^>]*>\s*<(\w+)/)?.1 else {
      return ScriptedResponse(400)
    }
    let name = String(method)
    let isKnown = state.session.map { request.headers["cookie"]?.contains($0) ?? false } ?? false
    if name != "RetrieveServiceContent", name != "Login", !isKnown {
      return fault("NotAuthenticated", "The session is not authenticated.")
    }
    switch name {
    case "RetrieveServiceContent":
      return returning(name, VCenterXML.serviceContent(apiType: state.scene.apiType))
    case "Login": return login(body, &state)
    case "Logout":
      state.session = nil
      state.logouts += 1
      return returning(name, "")
    case "CreateContainerView":
      state.made += 1
      let view = "session[1]view-\(state.made)"
      state.views[view] = texts("type", in: body.replacing(/<_this.*?<\/_this>/, with: ""))
      return returning(name, "<returnval type=\"ContainerView\">\(view)</returnval>")
    case "RetrievePropertiesEx": return properties(name, body, &state)
    case "ContinueRetrievePropertiesEx":
      let rest = state.rests.removeValue(forKey: texts("token", in: body).first ?? "") ?? []
      return page(name, rest, &state)
    case "CreateCollectorForEvents": return collector(name, body, &state)
    case "RewindCollector", "DestroyCollector", "DestroyView", "SetCollectorPageSize":
      return returning(name, "")
    case "ReadNextEvents": return nextEvents(name, body, &state)
    default: return fault("NotImplemented", "\(name) is not simulated")
    }
  }

  private static func login(_ body: String, _ state: inout State) -> ScriptedResponse {
    let plain = { (text: String) in
      text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&amp;", with: "&")
    }
    guard texts("userName", in: body).first.map(plain) == username,
      texts("password", in: body).first.map(plain) == password
    else {
      return fault(
        "InvalidLogin", "Cannot complete login due to an incorrect user name or password.")
    }
    state.logins += 1
    state.session = "session-\(state.logins)-\(UUID().uuidString)"
    var answer = returning("Login", VCenterXML.session)
    answer.headers["Set-Cookie"] =
      "vmware_soap_session=\"\(state.session ?? "")\"; Path=/; HttpOnly; Secure;"
    return answer
  }

  private static func properties(
    _ method: String, _ body: String, _ state: inout State
  ) -> ScriptedResponse {
    if let privilege = state.scene.missingPrivilege {
      return fault(
        "NoPermission", "Permission to perform this operation was denied.",
        "<object type=\"Folder\">group-d1</object><privilegeId>\(privilege)</privilegeId>")
    }
    var paths: [String: [String]] = [:]
    for set in body.matches(of: /<propSet>(.*?)<\/propSet>/.dotMatchesNewlines()) {
      let text = String(set.1)
      for type in texts("type", in: text) { paths[type, default: []] += texts("pathSet", in: text) }
    }
    var found: [String] = []
    for set in body.matches(of: /<objectSet>(.*?)<\/objectSet>/.dotMatchesNewlines()) {
      let name = texts("obj", in: String(set.1)).first ?? ""
      if let types = state.views[name] {
        found += state.scene.objects.filter { types.contains($0.type) }
          .compactMap { object in paths[object.type].map { object.text($0) } }
      } else if let object = state.scene.objects.first(where: { $0.id == name }) {
        found.append(object.text(paths[object.type] ?? []))
      }
    }
    return page(method, found, &state)
  }

  /// The first objects, and a token for the others.
  private static func page(
    _ method: String, _ objects: [String], _ state: inout State
  ) -> ScriptedResponse {
    let size = state.scene.objectsPerPage
    var token = ""
    if objects.count > size {
      state.made += 1
      state.rests["token-\(state.made)"] = Array(objects.dropFirst(size))
      token = "<token>token-\(state.made)</token>"
    }
    return returning(
      method, "<returnval>\(token)\(objects.prefix(size).joined())</returnval>")
  }

  private static func collector(
    _ method: String, _ body: String, _ state: inout State
  ) -> ScriptedResponse {
    state.made += 1
    let id = "session[1]collector-\(state.made)"
    let types = Set(texts("eventTypeId", in: body))
    let since = texts("beginTime", in: body).first ?? ""
    let events = state.scene.events.enumerated().filter { _, event in
      event.time >= since && (types.isEmpty || types.contains(event.type))
    }.map { $1.text(key: $0 + 1, state.scene) }
    state.collectors[id] = (events, 0)
    return returning(method, "<returnval type=\"EventHistoryCollector\">\(id)</returnval>")
  }

  private static func nextEvents(
    _ method: String, _ body: String, _ state: inout State
  ) -> ScriptedResponse {
    let id = texts("_this", in: body).first ?? ""
    guard let (events, place) = state.collectors[id] else {
      return fault("ManagedObjectNotFound", "The object has already been deleted")
    }
    let count = min(Int(texts("maxCount", in: body).first ?? "") ?? 1, state.scene.eventsPerPage)
    state.collectors[id] = (events, place + count)
    return returning(method, events.dropFirst(place).prefix(count).joined())
  }

  private static func returning(_ method: String, _ inside: String) -> ScriptedResponse {
    let open = "<\(method)Response xmlns=\"urn:vim25\">"
    return envelope(open + inside + "</\(method)Response>")
  }

  private static func fault(
    _ kind: String, _ text: String, _ inside: String = ""
  ) -> ScriptedResponse {
    envelope(
      """
      <soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>\(text)</faultstring><detail>\
      <\(kind)Fault xmlns="urn:vim25" xsi:type="\(kind)">\(inside)</\(kind)Fault></detail>\
      </soapenv:Fault>
      """, status: 500)
  }

  private static func envelope(_ body: String, status: Int = 200) -> ScriptedResponse {
    ScriptedResponse(
      status, headers: ["Content-Type": "text/xml; charset=utf-8"],
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"
      xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
      xmlns:xsd="http://www.w3.org/2001/XMLSchema"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
      <soapenv:Body>
      \(body)
      </soapenv:Body>
      </soapenv:Envelope>
      """)
  }

  /// The texts of all elements of a name.
  private static func texts(_ name: String, in text: String) -> [String] {
    var result: [String] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "<\(name)") {
      rest = rest[open.upperBound...]
      guard let next = rest.first, next == ">" || next == " ",
        let end = rest.firstIndex(of: ">"), let close = rest.firstRange(of: "</\(name)>"),
        end < close.lowerBound
      else { continue }
      result.append(String(rest[rest.index(after: end)..<close.lowerBound]))
      rest = rest[close.upperBound...]
    }
    return result
  }
}
