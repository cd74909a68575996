import Records
import Synchronization

/// Reads an answer of slurmrestd while its bytes arrive: each job is parsed as soon as it is whole,
/// and its bytes are forgotten.
///
/// - Source: 20,000 jobs are 70 MB with their steps.
final class SlurmRESTStream: Sendable {
  private let scanner: Mutex<SlurmRESTScanner>
  private let beginning: SlurmRESTScanner

  /// - Parameters:
  ///   - place: what the answer is called in messages.
  ///   - cluster: of jobs that name none.
  init(place: String, cluster: String) {
    beginning = SlurmRESTScanner(place: place, cluster: cluster)
    scanner = Mutex(beginning)
  }

  /// Forgets everything: another attempt begins.
  func restart() { scanner.withLock { $0 = beginning } }

  /// Takes the next bytes.
  func take(_ bytes: UnsafeRawBufferPointer) { scanner.withLock { $0.take(bytes) } }

  /// The answer, after its last byte.
  ///
  /// - Throws: ``MalformedJSON`` at the first byte that doesn't fit, at the end for one cut short.
  func answer() throws(MalformedJSON) -> SlurmRESTAnswer {
    let scanned = scanner.withLock { $0 }
    return try scanned.answer()
  }
}

/// What slurmrestd answered.
struct SlurmRESTAnswer: Sendable {
  var result = SacctReader.Result()
  var envelope: SlurmRESTEnvelope
}

/// The jobs of an answer, as far as it came.
private struct SlurmRESTScanner: Sendable {
  /// A job without its steps takes 3 KB; each of its steps some 8 KB.
  private static let bytesMaximum = 64 << 20

  private let place: String
  private let cluster: String
  /// The jobs are the elements of `jobs`: an object in an array in an object.
  private var scanner = ElementScanner(key: "jobs", depth: 2, bytesMaximum: Self.bytesMaximum)
  private var result = SacctReader.Result()
  private var tally = RejectionTally()
  private var hosts: [String: [String]] = [:]

  init(place: String, cluster: String) {
    self.place = place
    self.cluster = cluster
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var found: [SlurmRESTJob] = []
    scanner.take(bytes) { (text) throws(MalformedJSON) in
      found.append(try SlurmRESTJob(text))
    }
    for job in found { add(job) }
  }

  private mutating func add(_ found: SlurmRESTJob) {
    result.rowCount += 1
    do {
      result.jobs.append(try found.job(cluster: cluster, hosts: &hosts))
    } catch {
      tally.add(
        Rejection(
          place: "\(place): \(found.place)", rule: error.rule, found: "'\(error.found)'",
          expected: error.expected))
    }
  }

  func answer() throws(MalformedJSON) -> SlurmRESTAnswer {
    let envelope = try scanner.finish { (text) throws(MalformedJSON) in
      _ = try SlurmRESTJob(text)
    } envelope: { (text) throws(MalformedJSON) in
      try SlurmRESTEnvelope(text)
    }
    if envelope.jobCount ?? 0 != result.rowCount {
      throw MalformedJSON(offset: scanner.count, expected: "a list of jobs")
    }
    var answer = SlurmRESTAnswer(result: result, envelope: envelope)
    answer.result.rejections = tally.all
    return answer
  }
}
