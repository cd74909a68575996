import Foundation
import Synchronization

/// A simulated Uyuni: what its HTTP API says of hosts, their devices and groups, to whoever is logged
/// in. Its answers say that they are simulated.
package final class SimulatedUyuni: Sendable {
  package static let user = "reader"
  package static let password = "simu\"lated"
  private static let session = "pxt-session-cookie=simulated-session"

  /// A host that it knows.
  package struct Host: Sendable {
    let id: Int
    let name: String
    let checkIn: String
    /// Devices as the API has them, JSON objects.
    let devices: [String]
    let groups: [String]

    package init(
      _ id: Int, _ name: String, checkIn: String, devices: [String], groups: [String] = []
    ) {
      self.id = id
      self.name = name
      self.checkIn = checkIn
      self.devices = devices
      self.groups = groups
    }
  }

  private let server: ScriptedServer

  package init(_ hosts: [Host]) {
    server = ScriptedServer { request, _ in
      let path = request.path.replacing("/rhn/manager/api/", with: "")
      if path == "auth/login" { return Self.login(request) }
      guard request.headers["cookie"] == Self.session else {
        return ScriptedResponse(
          401, headers: ["Content-Type": "text/html"], "<html>simulated</html>")
      }
      let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
      let value = parts.last?.split(separator: "=").last.map(String.init) ?? ""
      switch parts.first {
      case "auth/logout": return .json(#"{"success":true,"simulated":true}"#)
      case "system/listSystems":
        return Self.result(
          hosts.map {
            #"{"id":\#($0.id),"name":"\#($0.name)","last_checkin":"\#($0.checkIn)","extra_pkg_count":0}"#
          })
      case "system/getDevices":
        guard let host = hosts.first(where: { "\($0.id)" == value }) else {
          return .json(
            #"{"success":false,"simulated":true,"message":"No such system - sid = \#(value)"}"#)
        }
        return Self.result(host.devices)
      case "systemgroup/listAllGroups":
        return Self.result(
          Set(hosts.flatMap(\.groups)).sorted().map {
            #"{"id":1,"name":"\#($0)","system_count":1}"#
          })
      case "systemgroup/listSystemsMinimal":
        return Self.result(
          hosts.filter { $0.groups.contains(value) }.map {
            #"{"id":\#($0.id),"name":"\#($0.name)"}"#
          })
      default: return ScriptedResponse(404, headers: ["Content-Type": "text/html"], "<html>")
      }
    }
  }

  package var url: String { server.url }

  /// The pages that were asked for, without what is common to all.
  package var pages: [String] {
    server.requests.map { $0.path.replacing("/rhn/manager/api/", with: "") }
  }

  /// A graphics card as Uyuni tells of it.
  package static func card(_ vendor: String, _ name: String, class: String = "VIDEO") -> String {
    #"{"device_class":"\#(`class`)","driver":"nvidia","description":"Maker|\#(name)","#
      + #""pcitype":1,"bus":"pci","prop1":"\#(vendor)","prop2":"2330"}"#
  }

  private static func login(_ request: ReceivedRequest) -> ScriptedResponse {
    let body = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: String]
    guard body == ["login": user, "password": password] else {
      return .json(#"{"success":false,"simulated":true,"messages":["error.invalid_login"]}"#)
    }
    var answer = ScriptedResponse.json(#"{"success":true,"simulated":true,"messages":[]}"#)
    answer.headers["Set-Cookie"] = session + "; Max-Age=3600; Path=/; Secure; HttpOnly"
    return answer
  }

  private static func result(_ items: [String]) -> ScriptedResponse {
    .json(#"{"success":true,"simulated":true,"result":[\#(items.joined(separator: ","))]}"#)
  }
}
