import CZlib
import Foundation

/// A file that is packed by gzip while it is written.
final class GzipFile {
  /// Why it could not be written.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private static let gzipWindow: Int32 = 15 + 16
  private let handle: FileHandle
  private let path: String
  private let stream: UnsafeMutablePointer<z_stream>
  private var packed = [UInt8](repeating: 0, count: 1 << 20)

  init(_ path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw Fault(description: "\(path): the file can't be created") }
    self.path = path
    self.handle = handle
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, Self.gzipWindow, 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "BUG: zlib doesn't start: \(code)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func append(_ bytes: [UInt8]) throws { try deflate(bytes, Z_NO_FLUSH) }

  func close() throws {
    try deflate([], Z_FINISH)
    try handle.close()
  }

  private func deflate(_ bytes: [UInt8], _ flush: Int32) throws {
    try bytes.withUnsafeBufferPointer { input in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      var isFull = true
      while isFull {
        let room = packed.count
        let count = packed.withUnsafeMutableBufferPointer { output -> Int in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(room)
          _ = CZlib.deflate(stream, flush)
          return room - Int(stream.pointee.avail_out)
        }
        if count > 0 { try handle.write(contentsOf: packed[..<count]) }
        isFull = count == room
      }
    }
  }
}
