/// Why a streamed answer is not to be trusted. Nothing of it is kept.
enum StreamFault: Error, Equatable, CustomStringConvertible {
  /// It ends within a frame; `words` is what stands there where that is readable text: a server
  /// that fails on the way writes its error there, since the status has been sent.
  case brokenOff(offset: Int, words: String)
  /// A frame's bytes are not those that were sent.
  case checksum(offset: Int, stored: UInt32, computed: UInt32, words: String)
  /// A frame says that it is longer than any server's.
  case frameTooLarge(offset: Int, bytesMaximum: Int, words: String)
  /// A frame is whole, but not what was expected.
  case malformed(offset: Int, reason: String)
  /// A chunk is of an encoding that can't be read.
  case unknownEncoding(String)
  /// More samples than an answer may hold.
  case tooManySamples(maximum: Int)

  var description: String {
    switch self {
    case .brokenOff(let offset, let words):
      "the stream of chunks ends within the frame at byte \(offset)" + Self.told(words)
    case .checksum(let offset, let stored, let computed, let words):
      "the frame at byte \(offset) has the checksum \(Self.hexadecimal(computed)), expected "
        + Self.hexadecimal(stored) + Self.told(words)
    case .frameTooLarge(let offset, let bytesMaximum, let words):
      "the frame at byte \(offset) would be larger than \(bytesMaximum) bytes" + Self.told(words)
    case .malformed(let offset, let reason):
      "the frame at byte \(offset) can't be read: \(reason)"
    case .unknownEncoding(let name):
      "the server sends chunks of the encoding \(name), which this version can't read"
    case .tooManySamples(let maximum):
      "more than \(maximum) samples in one answer"
    }
  }

  private static func told(_ words: String) -> String {
    words.isEmpty ? "" : "; the server says '\(words)'"
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// How samples are packed into a chunk.
enum ChunkEncoding {
  /// The one that is read.
  static let xor: UInt64 = 1

  /// - Source: Prometheus, prompb/types.proto, `Chunk.Encoding`.
  private static let names: [UInt64: String] = [
    0: "UNKNOWN", 1: "XOR", 2: "HISTOGRAM", 3: "FLOAT_HISTOGRAM", 4: "XOR2", 5: "HISTOGRAM_ST",
    6: "FLOAT_HISTOGRAM_ST",
  ]

  /// The name and the number: `XOR2 (4)`.
  static func name(_ number: UInt64) -> String {
    names[number].map { "\($0) (\(number))" } ?? "\(number)"
  }
}
