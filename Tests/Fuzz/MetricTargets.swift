@testable import Collectors
@testable import Quantities
@testable import Records

extension FuzzTarget {
  /// Readers of metrics.
  static let metrics = [
    FuzzTarget(name: "exposition", read: readExposition),
    FuzzTarget(name: "prometheus", read: readPrometheus),
    FuzzTarget(name: "remote-read", read: readRemote),
  ]

  /// An exporter's page in either form.
  private static func readExposition(_ bytes: [UInt8]) {
    for format in [ExpositionFormat.text, .openMetrics] {
      guard let samples = try? format.samples(of: bytes) else { continue }
      promise(samples.allSatisfy { !$0.name.isEmpty }, "samples have names")
    }
  }

  /// The answer of a Prometheus, whole and in pieces.
  private static func readPrometheus(_ bytes: [UInt8]) {
    let place = cut(bytes)
    let one = answer([bytes[...]])
    let other = answer([bytes[..<place], bytes[place...]])
    switch (one, other) {
    case (.success(let one), .success(let other)):
      promise(one.series.count == other.series.count, "an answer in pieces is the whole answer")
      for series in one.series {
        promise(series.timestamps.count == series.values.count, "each value has its time")
      }
    case (.failure(let one), .failure(let other)):
      promise(one == other, "an answer cut at byte \(place) is refused alike: \(one), \(other)")
    default: promise(false, "an answer cut at byte \(place) is refused as the whole one")
    }
    _ = try? PrometheusAnswer(bytes)
  }

  private static func answer(
    _ pieces: [ArraySlice<UInt8>]
  ) -> Result<PrometheusAnswer, MalformedJSON> {
    let stream = AnswerStream()
    for piece in pieces { piece.withUnsafeBytes { stream.take($0) } }
    return Result { () throws(MalformedJSON) in try stream.answer() }
  }

  /// A streamed answer of remote read; a frame whose checksum nobody can guess; a chunk alone.
  private static func readRemote(_ bytes: [UInt8]) {
    let range = TimeRange(
      UTCInstant(milliseconds: 0), UTCInstant(milliseconds: 2_000_000_000_000))
    let empty = SeriesAssembly(range: range, samplesMaximum: 100_000)
    let stream = ChunkStream(empty)
    bytes.withUnsafeBytes { stream.take($0) }
    if let series = try? stream.series() { check(series) }
    var assembly = empty
    bytes.withUnsafeBytes { try? assembly.add($0, offset: 0) }
    check(assembly.assembled)
    var decoder = XORDecoder()
    bytes.withUnsafeBytes { try? decoder.decode($0) }
  }

  private static func check(_ series: [RawSeries]) {
    for one in series {
      promise(one.timestamps.count == one.values.count, "each value has its time")
      promise(
        zip(one.timestamps, one.timestamps.dropFirst()).allSatisfy { $0 < $1 }, "times rise")
    }
  }
}
