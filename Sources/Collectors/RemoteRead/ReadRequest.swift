import Quantities
import Transport

/// A question to a server's remote read.
struct ReadRequest {
  let selector: Selector
  let range: TimeRange

  /// The ReadRequest of prompb/remote.proto: one query, its answer wanted as streamed chunks.
  var message: [UInt8] {
    var query = ProtobufWriter()
    query.append(range.start.milliseconds, field: 1)
    // Both ends are included.
    query.append(range.end.milliseconds - 1, field: 2)
    for matcher in selector.matchers { query.append(Self.message(of: matcher), field: 3) }
    var request = ProtobufWriter()
    request.append(query.bytes, field: 1)
    request.append([Self.streamedChunks], field: 2)
    return request.bytes
  }

  /// The same as a server takes it.
  func request(to url: String, answerBytesMaximum: Int) -> HTTPRequest {
    HTTPRequest(
      method: .post, url: url,
      headers: [
        "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
        "X-Prometheus-Remote-Read-Version": "0.1.0",
      ], body: SnappyBlock.literal(message), responseBytesMaximum: answerBytesMaximum)
  }

  /// `STREAMED_XOR_CHUNKS`, as the only element of a packed list.
  private static let streamedChunks: UInt8 = 1

  /// - Source: prompb/types.proto, `LabelMatcher.Type`: 0 to 3 for `=`, `!=`, `=~`, `!~`.
  private static func message(of matcher: LabelMatcher) -> [UInt8] {
    var type: Int64
    var value = matcher.value
    switch matcher.operation {
    case .equal: type = 0
    case .unequal: type = 1
    case .matching: type = 2
    case .notMatching: type = 3
    }
    // A server takes `=` with the value of one of its external labels to mean those labels, which
    // its own series lack. A regular expression that matches nothing else it takes as it stands.
    if matcher.operation == .equal, matcher.label != "__name__", !matcher.value.isEmpty {
      type = 2
      value = Selector.escaped(matcher.value)
    }
    var message = ProtobufWriter()
    if type != 0 { message.append(type, field: 1) }
    message.append(matcher.label.utf8, field: 2)
    message.append(value.utf8, field: 3)
    return message.bytes
  }
}
