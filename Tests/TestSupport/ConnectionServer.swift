import Foundation
import Synchronization

/// Accepts connections on a thread of its own and gives each to a thread of its own.
final class ConnectionServer: Sendable {
  let port: Int
  private let descriptor: Int32

  convenience init(_ serve: @escaping @Sendable (Int32) -> Void) {
    self.init(LoopbackSocket.listening(), serve)
  }

  /// - Parameter path: of the socket to listen at, in place of a port.
  convenience init(at path: String, _ serve: @escaping @Sendable (Int32) -> Void) {
    self.init((LoopbackSocket.listening(at: path), 0), serve)
  }

  private init(
    _ socket: (descriptor: Int32, port: Int), _ serve: @escaping @Sendable (Int32) -> Void
  ) {
    let descriptor = socket.descriptor
    self.descriptor = descriptor
    port = socket.port
    Thread.detachNewThread {
      while true {
        let connection = LoopbackSocket.accepted(by: descriptor)
        if connection < 0 {
          // Only here, for an accept that comes after it could be of somebody else's socket, which
          // has got the number meanwhile.
          close(descriptor)
          return
        }
        Thread.detachNewThread { serve(connection) }
      }
    }
  }

  /// - Precondition: it is called once.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// A server that answers as its script says, and remembers what it was asked.
package final class ScriptedServer: Sendable {
  private let server: ConnectionServer
  private let log: RequestLog

  /// - Parameters:
  ///   - path: of the socket to listen at, in place of a port.
  ///   - answer: called with each request and how many came before it.
  package init(
    at path: String? = nil,
    _ answer: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse
  ) {
    let log = RequestLog()
    self.log = log
    let serve: @Sendable (Int32) -> Void = { connection in
      var bytes: [UInt8] = []
      if let request = ReceivedRequest.read(from: connection, &bytes) {
        let number = log.add(request)
        LoopbackSocket.send(answer(request, number).bytes, to: connection)
      }
      close(connection)
    }
    server = path.map { ConnectionServer(at: $0, serve) } ?? ConnectionServer(serve)
  }

  deinit { server.stop() }

  package var url: String { "http://127.0.0.1:\(server.port)" }

  package var port: Int { server.port }

  /// All requests so far.
  package var requests: [ReceivedRequest] { log.all }
}

/// Requests in the order in which they came.
final class RequestLog: Sendable {
  private let requests = Mutex<[ReceivedRequest]>([])

  /// Returns how many there were before.
  func add(_ request: ReceivedRequest) -> Int {
    requests.withLock {
      $0.append(request)
      return $0.count - 1
    }
  }

  var all: [ReceivedRequest] { requests.withLock { $0 } }
}
