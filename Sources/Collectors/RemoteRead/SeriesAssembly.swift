import Quantities

/// Puts series together out of frames: a series may come in several of them.
struct SeriesAssembly: Sendable {
  private let range: Range<Int64>
  private let kept: KeptSamples
  private let samplesMaximum: Int
  private var series: [RawSeries] = []
  private var sampleCount = 0
  private var placeByLabels: [LabelBytes: Int] = [:]
  /// The labels of the series of the last frame, as they came, and its place.
  private var lastLabels = LabelBytes()
  private var lastPlace: Int?
  private var decoder = XORDecoder()

  /// - Parameters:
  ///   - range: samples outside of it are left out: servers send whole chunks.
  ///   - kept: which samples of `range` are kept.
  ///   - samplesMaximum: an answer with more samples to keep is refused.
  init(range: TimeRange, keeping kept: KeptSamples = .all, samplesMaximum: Int) {
    self.range = range.start.milliseconds..<range.end.milliseconds
    self.kept = kept
    self.samplesMaximum = samplesMaximum
  }

  /// The series with samples, each with rising timestamps.
  var assembled: [RawSeries] {
    series.filter { !$0.timestamps.isEmpty }.map { one in
      var ordered = one
      ordered.putInOrder()
      return ordered
    }
  }

  /// Takes a frame's message, a ChunkedReadResponse.
  ///
  /// - Parameter offset: where the frame stands in the answer, for errors.
  mutating func add(_ message: UnsafeRawBufferPointer, offset: Int) throws(StreamFault) {
    do {
      var reader = ProtobufReader(message)
      while let (field, content) = try reader.next() {
        switch (field, content) {
        case (1, .bytes(let series)): try addSeries(series)
        case (2, .number(let index)) where index != 0:
          throw MalformedMessage(reason: "it answers question \(index) of one")
        default: break
        }
      }
    } catch let fault as StreamFault {
      throw fault
    } catch let error as MalformedMessage {
      throw .malformed(offset: offset, reason: error.reason)
    } catch {
      throw .malformed(offset: offset, reason: "\(error)")
    }
  }

  /// Takes a ChunkedSeries: labels, then chunks.
  private mutating func addSeries(_ message: UnsafeRawBufferPointer) throws {
    var labels = LabelBytes()
    var chunks: [UnsafeRawBufferPointer] = []
    var reader = ProtobufReader(message)
    while let (field, content) = try reader.next() {
      guard case .bytes(let bytes) = content else { continue }
      if field == 1 {
        labels.writer.append(bytes, field: 1)
      } else if field == 2 {
        chunks.append(bytes)
      }
    }
    let place = try place(of: labels)
    for chunk in chunks { try addChunk(chunk, to: place) }
  }

  private mutating func place(of labels: LabelBytes) throws(MalformedMessage) -> Int {
    if let lastPlace, lastLabels == labels { return lastPlace }
    let place = placeByLabels[labels] ?? series.count
    if place == series.count {
      series.append(RawSeries(labels: try Self.labels(labels.writer.bytes)))
      placeByLabels[labels] = place
    }
    lastLabels = labels
    lastPlace = place
    return place
  }

  private static func labels(_ bytes: [UInt8]) throws(MalformedMessage) -> [String: String] {
    let result: Result<[String: String], MalformedMessage> = bytes.withUnsafeBytes { bytes in
      Result { () throws(MalformedMessage) in
        var labels: [String: String] = [:]
        var reader = ProtobufReader(bytes)
        while let (_, content) = try reader.next() {
          guard case .bytes(let label) = content else { continue }
          var pair = ProtobufReader(label)
          var name = ""
          var value = ""
          while let (field, content) = try pair.next() {
            guard case .bytes(let text) = content else { continue }
            if field == 1 { name = try Self.text(text) }
            if field == 2 { value = try Self.text(text) }
          }
          labels[name] = value
        }
        return labels
      }
    }
    return try result.get()
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) throws(MalformedMessage) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw MalformedMessage(reason: "a label isn't UTF-8")
    }
    return text
  }

  private mutating func addChunk(_ message: UnsafeRawBufferPointer, to place: Int) throws {
    var encoding: UInt64 = 0
    var data: UnsafeRawBufferPointer?
    var reader = ProtobufReader(message)
    while let (field, content) = try reader.next() {
      switch (field, content) {
      case (3, .number(let number)): encoding = number
      case (4, .bytes(let bytes)): data = bytes
      default: break
      }
    }
    guard encoding == ChunkEncoding.xor else {
      throw StreamFault.unknownEncoding(ChunkEncoding.name(encoding))
    }
    guard let data else { throw MalformedMessage(reason: "a chunk without data") }
    try decoder.decode(data)
    sampleCount += series[place].add(decoder, in: range, keeping: kept)
    if sampleCount > samplesMaximum { throw StreamFault.tooManySamples(maximum: samplesMaximum) }
  }
}

/// The labels of a series as they came, one field each.
private struct LabelBytes: Hashable, Sendable {
  var writer = ProtobufWriter()

  static func == (left: Self, right: Self) -> Bool { left.writer.bytes == right.writer.bytes }

  /// All bytes at once: an array would feed them to the hasher one by one.
  func hash(into hasher: inout Hasher) {
    writer.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
