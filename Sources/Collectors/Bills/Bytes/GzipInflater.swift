import CZlib

/// Unpacks gzip as its bytes arrive, one member after the other.
///
/// - Source: RFC 1952; padding of zeros after the last member is passed over, as `gzip` does.
final class GzipInflater {
  /// The first two bytes of every member.
  static let magic: [UInt8] = [0x1f, 0x8b]
  /// zlib's number for "a window of 32 KiB, with a gzip head and its checksum".
  private static let gzipWindow: Int32 = 15 + 16

  /// zlib remembers where its stream stands, so that it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isPadding = false
  private var isMemberOpen = true
  private(set) var bytesTaken = 0

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(
      stream, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "BUG: zlib doesn't start: \(code)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether the bytes so far are whole members.
  var isWhole: Bool { !isMemberOpen }

  /// Unpacks `input` into blocks that the caller provides.
  ///
  /// - Parameters:
  ///   - space: room for at least one byte.
  ///   - filled: told how much of it was used.
  ///   - damage: the error for bytes that are no gzip, from zlib's words.
  func take(
    _ input: UnsafeRawBufferPointer, space: () -> UnsafeMutableRawBufferPointer,
    filled: (Int) throws(BillError) -> Void, damage: (String) -> BillError
  ) throws(BillError) {
    // zlib reads what it is given; its interface lacks the const.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    defer { bytesTaken += input.count - Int(stream.pointee.avail_in) }
    while stream.pointee.avail_in > 0 {
      if !isMemberOpen {
        skipPadding()
        guard stream.pointee.avail_in > 0 else { return }
        guard !isPadding else { throw damage("bytes follow the padding") }
        inflateReset(stream)
        isMemberOpen = true
      }
      var isMore = true
      while isMore {
        let room = space()
        stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        let code = inflate(stream, Z_NO_FLUSH)
        let count = room.count - Int(stream.pointee.avail_out)
        if count > 0 { try filled(count) }
        switch code {
        case Z_STREAM_END:
          isMemberOpen = false
          isMore = false
        case Z_OK: isMore = stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
        case Z_BUF_ERROR: isMore = false
        default: throw damage(reason(code))
        }
      }
    }
  }

  /// Passes over the zeros that tapes end with.
  private func skipPadding() {
    while stream.pointee.avail_in > 0, let next = stream.pointee.next_in, next.pointee == 0 {
      isPadding = true
      stream.pointee.next_in = next + 1
      stream.pointee.avail_in -= 1
    }
  }

  private func reason(_ code: Int32) -> String {
    stream.pointee.msg.map { String(cString: $0) } ?? "zlib \(code)"
  }
}
