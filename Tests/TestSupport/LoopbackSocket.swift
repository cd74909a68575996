import Glibc

/// Raw sockets on 127.0.0.1, for servers that misbehave.
package enum LoopbackSocket {
  /// Keeps `descriptor` from programs that tests start meanwhile: a connection would stay open in
  /// them after our end is closed.
  private static func ours(_ descriptor: Int32) -> Int32 {
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return descriptor
  }

  /// The next connection to a listening socket, negative where it was closed.
  static func accepted(by listener: Int32) -> Int32 { ours(accept(listener, nil, nil)) }

  /// A listening socket on a free port.
  static func listening() -> (descriptor: Int32, port: Int) {
    let descriptor = ours(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    precondition(
      bound(descriptor, to: 0) && listen(descriptor, 64) == 0, "no free port on 127.0.0.1")
    return (descriptor, port(of: descriptor))
  }

  /// A socket that listens at `path`.
  static func listening(at path: String) -> Int32 {
    let descriptor = ours(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8) + [0]
    let size = MemoryLayout.size(ofValue: address.sun_path)
    precondition(bytes.count <= size, "a path too long for a socket: \(path)")
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(result == 0 && listen(descriptor, 64) == 0, "no socket at \(path)")
    return descriptor
  }

  /// Whether `descriptor` has got the port; 0 takes any.
  private static func bound(_ descriptor: Int32, to port: Int) -> Bool {
    var address = loopback(port: port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
    }
  }

  /// A connection to `port`, nil where nobody listens.
  static func connected(to port: Int) -> Int32? {
    let descriptor = ours(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = loopback(port: port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    if result == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  /// Waits until somebody listens on `port`; false if nobody does for so long.
  package static func isListening(on port: Int, within limit: Duration) async -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let descriptor = connected(to: port) {
        close(descriptor)
        return true
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  /// Sends everything, or as much as the other side takes.
  static func send(_ bytes: [UInt8], to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }

  /// What comes next, empty at the end.
  static func receive(from descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    return Array(bytes.prefix(max(0, count)))
  }

  /// Closes with a reset instead of an end.
  static func reset(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(UInt32(0x7f00_0001).bigEndian)
    return address
  }

  private static func port(of descriptor: Int32) -> Int {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    precondition(result == 0, "a socket without a name")
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

extension LoopbackSocket {
  /// A port on which nobody listens.
  ///
  /// It is below those that the system gives to connections (32,768 and up), so that none takes it
  /// before a server does, and none to a server that is not there yet is connected with itself.
  package static func freePort() -> Int {
    while true {
      let port = Int.random(in: 20_000..<32_000)
      let descriptor = ours(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
      defer { close(descriptor) }
      if bound(descriptor, to: port) { return port }
    }
  }
}
