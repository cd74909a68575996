import FlyingFox
import Foundation
import Quantities

/// Serves a ``Broadcast`` over HTTP on this machine alone.
package struct LiveServer: Sendable {
  private let broadcast: Broadcast
  private let port: UInt16
  private let clock: @Sendable () -> UTCInstant

  /// - Parameter clock: tells the time of each request.
  package init(_ broadcast: Broadcast, port: UInt16, clock: @escaping @Sendable () -> UTCInstant) {
    self.broadcast = broadcast
    self.port = port
    self.clock = clock
  }

  /// Serves until the task is cancelled.
  ///
  /// - Throws: ``SimulationError/unservable(port:reason:)``.
  package func run() async throws(SimulationError) {
    do {
      let server = HTTPServer(
        address: try .inet(ip4: "127.0.0.1", port: port), logger: .disabled)
      await server.appendRoute("GET /*") { [broadcast, clock] request in
        let page = broadcast.page(request.path, at: clock())
        return HTTPResponse(
          statusCode: HTTPStatusCode(page.status, phrase: Self.phrase(page.status)),
          headers: [.contentType: page.contentType], body: Data(page.body))
      }
      try await server.run()
    } catch is CancellationError {
      return
    } catch {
      throw .unservable(port: Int(port), reason: "\(error)")
    }
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 404: "Not Found"
    default: "Service Unavailable"
    }
  }
}
