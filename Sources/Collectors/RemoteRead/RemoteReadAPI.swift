import Quantities
import Transport

/// Reads stored chunks of samples: exact, without limits of queries, in a tenth of the bytes.
///
/// A Prometheus serves ten reads at once (`--storage.remote.read-concurrent-limit`) and lets others
/// wait; fewer are put to it.
struct RemoteReadAPI: Sendable {
  /// How the server took a question.
  enum Reply: Sendable {
    /// With the server's external labels on each series.
    case series([RawSeries])
    /// More than is taken at once, in words.
    case tooManySamples(String)
    /// Chunks that can't be read, in words: another way must be taken.
    case unreadable(String)
  }

  private static let mediaType = "application/x-streamed-protobuf"
  /// How many times the samples that were reckoned with an answer may hold.
  private static let samplesFactorMaximum = 8

  let api: PrometheusAPI

  /// The samples in `range` of the series that `selector` selects.
  ///
  /// - Throws: ``CollectorError``; of an answer that breaks off or fails a checksum nothing is
  ///   kept, it is asked for again as often as the settings allow.
  func read(
    _ selector: Selector, in range: TimeRange, keeping kept: KeptSamples = .all
  ) async throws(CollectorError) -> Reply {
    let request = ReadRequest(selector: selector, range: range)
      .request(to: api.page("read"), answerBytesMaximum: api.answerBytesMaximum)
    let stream = ChunkStream(
      SeriesAssembly(
        range: range, keeping: kept,
        samplesMaximum: api.settings.samplesPerRequest * Self.samplesFactorMaximum))
    do {
      return try await api.client.receive(
        request, over: api.settings.connection,
        into: {
          stream.restart()
          return { stream.take($0) }
        }
      ) { response throws(UnusableAnswer) in try Self.decoded(response, stream) }
    } catch {
      if case .tooLarge = error.root { return .tooManySamples("\(error)") }
      throw CollectorError(error)
    }
  }

  private static func decoded(
    _ response: HTTPResponse, _ stream: ChunkStream
  ) throws(UnusableAnswer) -> Reply {
    // The answer's kind is told by its head alone: a server may send samples, or a login page.
    guard response.mediaType == mediaType else {
      let found = response.mediaType.isEmpty ? "no media type" : response.mediaType
      throw UnusableAnswer(
        reason: "\(found) instead of streamed chunks (\(mediaType))", isTransient: false)
    }
    do throws(StreamFault) {
      return .series(try stream.series())
    } catch {
      switch error {
      case .tooManySamples: return .tooManySamples("\(error)")
      case .unknownEncoding: return .unreadable("\(error)")
      default: throw UnusableAnswer(reason: "\(error)", isTransient: true)
      }
    }
  }
}
