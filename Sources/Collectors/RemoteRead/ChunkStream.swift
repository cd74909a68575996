import Quantities
import Synchronization

/// Reads a streamed answer of remote read while its bytes arrive: each frame is checked and decoded
/// as soon as it is whole, and its bytes are forgotten.
///
/// Memory is that of the samples, of one frame and of one piece of the answer.
final class ChunkStream: Sendable {
  private let beginning: SeriesAssembly
  private let reader: Mutex<FrameReader>

  /// - Parameter assembly: an empty one, which knows what is to be kept.
  init(_ assembly: SeriesAssembly) {
    beginning = assembly
    reader = Mutex(FrameReader(assembly))
  }

  /// Forgets everything: another attempt begins.
  func restart() { reader.withLock { $0 = FrameReader(beginning) } }

  /// Takes the next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) { reader.withLock { $0.take(bytes) } }

  /// How many bytes came.
  var count: Int { reader.withLock { $0.count } }

  /// The series, after the last byte.
  ///
  /// - Throws: ``StreamFault``, the first one that was met.
  func series() throws(StreamFault) -> [RawSeries] {
    let read = reader.withLock { $0 }
    return try read.series()
  }
}

/// Cuts an answer into frames: a length, a checksum, a message.
///
/// - Source: Prometheus, storage/remote/chunked.go: the length as uvarint, the CRC32C of the message
///   as four bytes, highest first.
struct FrameReader: Sendable {
  /// Unit: bytes. - Source: a Prometheus sends 1 MiB and one chunk at most unless its
  /// `--storage.remote.read-max-bytes-in-frame` says otherwise.
  static let frameBytesMaximum = 16 << 20
  /// How much text of an error is repeated.
  private static let wordsMaximum = 200

  private(set) var count = 0
  private var assembly: SeriesAssembly
  /// What came of a frame that isn't whole yet.
  private var pending: [UInt8] = []
  private var fault: StreamFault?

  init(_ assembly: SeriesAssembly) { self.assembly = assembly }

  /// Takes the next bytes; after a fault they are only counted.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    if fault != nil { return }
    pending.append(contentsOf: bytes)
    let offset = count - pending.count
    var used = 0
    let held = pending
    held.withUnsafeBytes { held in
      do throws(StreamFault) {
        while let next = try addFrame(held, from: used, offset: offset + used) { used = next }
      } catch {
        fault = error
      }
    }
    if fault != nil {
      pending = []
    } else if used > 0 {
      pending = Array(held[used...])
    }
  }

  /// The series, after the last byte.
  func series() throws(StreamFault) -> [RawSeries] {
    if let fault { throw fault }
    if !pending.isEmpty {
      let words = pending.withUnsafeBytes { Self.words($0[...]) }
      throw .brokenOff(offset: count - pending.count, words: words)
    }
    return assembly.assembled
  }

  /// Takes the frame at `start`.
  ///
  /// - Returns: where the next one begins, nil where this one isn't whole.
  private mutating func addFrame(
    _ bytes: UnsafeRawBufferPointer, from start: Int, offset: Int
  ) throws(StreamFault) -> Int? {
    var length = 0
    var shift = 0
    var index = start
    while true {
      if index == bytes.count { return nil }
      let byte = bytes[index]
      index += 1
      length |= Int(byte & 0x7f) << shift
      shift += 7
      if length > Self.frameBytesMaximum || (shift > 28 && byte >= 0x80) {
        throw .frameTooLarge(
          offset: offset, bytesMaximum: Self.frameBytesMaximum, words: Self.words(bytes[start...]))
      }
      if byte < 0x80 { break }
    }
    guard bytes.count - index >= 4 + length else { return nil }
    let stored = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
    let message = UnsafeRawBufferPointer(rebasing: bytes[(index + 4)..<(index + 4 + length)])
    let computed = CRC32C.value(of: message)
    if stored != computed {
      throw .checksum(
        offset: offset, stored: stored, computed: computed, words: Self.words(bytes[start...]))
    }
    try assembly.add(message, offset: offset)
    return index + 4 + length
  }

  /// The beginning of `bytes` on one line where it is text in ASCII, else nothing.
  private static func words(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    let beginning = bytes.prefix(wordsMaximum)
    let isText = beginning.allSatisfy { (32..<127).contains($0) || (9...13).contains($0) }
    guard isText, beginning.count >= 8 else { return "" }
    return String(decoding: beginning, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }
}
