import Foundation
import Synchronization

/// A simulated Rancher: it has the two lists of its v3 API that name clusters and projects, some items
/// a page, for whoever has the token. Its answers say that they are simulated.
package final class SimulatedRancher: Sendable {
  package static let token = "token-abcde:simulated-secret"

  private struct State {
    var clusters: [(id: String, name: String)]
    var projects: [(id: String, name: String)]
  }

  private final class Lists: Sendable {
    let state: Mutex<State>

    init(_ state: State) { self.state = Mutex(state) }
  }

  private let lists: Lists
  private let server: ScriptedServer

  package init(
    clusters: [(id: String, name: String)], projects: [(id: String, name: String)],
    itemsPerPage: Int = 2
  ) {
    let lists = Lists(State(clusters: clusters, projects: projects))
    self.lists = lists
    server = ScriptedServer { request, _ in
      guard request.headers["authorization"] == "Bearer \(Self.token)" else {
        return .json(
          #"{"type":"error","status":"401","message":"must authenticate","simulated":true}"#,
          status: 401)
      }
      let parts = request.path.split(separator: "?", maxSplits: 1)
      let state = lists.state.withLock { $0 }
      let items: [(id: String, name: String)]
      switch parts.first {
      case "/v3/clusters": items = state.clusters
      case "/v3/projects": items = state.projects
      default: return ScriptedResponse(404, "not found")
      }
      let marker =
        parts.last?.split(separator: "&").first { $0.hasPrefix("marker=") }
        .flatMap { Int($0.dropFirst("marker=".count)) } ?? 0
      return .json(Self.page(of: items, from: marker, parts.first ?? "", itemsPerPage))
    }
  }

  package var url: String { server.url }

  /// All requests so far.
  package var requests: [ReceivedRequest] { server.requests }

  /// Gives a project another name.
  package func rename(_ id: String, to name: String) {
    lists.state.withLock { state in
      for index in state.projects.indices where state.projects[index].id == id {
        state.projects[index].name = name
      }
    }
  }

  private static func page(
    of items: [(id: String, name: String)], from start: Int, _ path: Substring, _ count: Int
  ) -> String {
    let end = min(items.count, start + count)
    let data = items[min(start, end)..<end].map { item in
      #"{"id":"\#(item.id)","name":"\#(item.name)","state":"active","links":{"self":"x"}}"#
    }.joined(separator: ",")
    // Behind a proxy the server may think that it has another address.
    let next =
      end < items.count
      ? #","next":"https://elsewhere.invalid\#(path)?limit=\#(count)&marker=\#(end)""# : ""
    return #"{"type":"collection","simulated":true,"pagination":{"limit":\#(count)\#(next)},"#
      + #""data":[\#(data)]}"#
  }
}
