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

/// Finds where the jobs of an answer begin and end.
///
/// What is left of the text, the envelope, has a `0` in the place of each job and is parsed at the
/// end.
struct SlurmRESTScanner: Sendable {
  /// A job without its steps takes 3 KB; each of its steps some 8 KB.
  static let jobBytesMaximum = 64 << 20
  /// Without jobs an answer has 1 KB, and some bytes between two jobs.
  static let envelopeBytesMaximum = 64 << 20
  private static let key = Array("jobs".utf8)

  private let place: String
  private let cluster: String
  private(set) var count = 0
  private var envelope: [UInt8] = []
  /// The text of the job that is arriving, empty between two.
  private var element: [UInt8] = []
  /// Where jobs were taken out: the place in the envelope, and the bytes missing up to it.
  private var cuts: [(place: Int, missing: Int)] = []
  private var failure: MalformedJSON?
  private var result = SacctReader.Result()
  private var tally = RejectionTally()
  private var hosts: [String: [String]] = [:]

  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Whether the list of jobs is open.
  private var isInJobs = false
  private var isInElement = false
  /// The last text among the keys of the whole, as far as it is of interest.
  private var lastKey: [UInt8] = []

  init(place: String, cluster: String) {
    self.place = place
    self.cluster = cluster
  }

  /// Takes the next bytes.
  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    // Bytes are copied in stretches: from `start` on, those looked at belong together.
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index &+= 1
      if isInString {
        step(inString: byte)
        continue
      }
      switch byte {
      case 0x22:
        isInString = true
        if depth == 1 { lastKey.removeAll(keepingCapacity: true) }
      case UInt8(ascii: "{"):
        if isInJobs, depth == 2 {
          envelope.append(contentsOf: bytes[start..<(index - 1)])
          start = index - 1
          isInElement = true
        }
        depth += 1
      case UInt8(ascii: "["):
        if depth == 1 { isInJobs = lastKey == Self.key }
        depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if isInElement, depth == 2 {
          element.append(contentsOf: bytes[start..<index])
          start = index
          finishJob(end: count + index)
          if failure != nil { return }
        }
      case UInt8(ascii: "]"):
        depth -= 1
        if depth < 2 { isInJobs = false }
      default: break
      }
    }
    keep(bytes[start...])
    count += bytes.count
  }

  private mutating func step(inString byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == 0x5c {
      isEscaped = true
    } else if byte == 0x22 {
      isInString = false
      return
    }
    if depth == 1, lastKey.count <= Self.key.count { lastKey.append(byte) }
  }

  private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
    if isInElement { element.append(contentsOf: bytes) } else { envelope.append(contentsOf: bytes) }
    let isTooLarge =
      element.count > Self.jobBytesMaximum || envelope.count > Self.envelopeBytesMaximum
    if isTooLarge {
      failure = MalformedJSON(
        offset: count, expected: "at most \(Self.jobBytesMaximum >> 20) MiB a job")
      element = []
      envelope = []
    }
  }

  private mutating func finishJob(end: Int) {
    do throws(MalformedJSON) {
      add(try SlurmRESTJob(element))
    } catch {
      failure = MalformedJSON(
        offset: end - element.count + error.offset, expected: error.expected)
    }
    envelope.append(UInt8(ascii: "0"))
    cuts.append((envelope.count, (cuts.last?.missing ?? 0) + element.count - 1))
    element.removeAll(keepingCapacity: true)
    isInElement = false
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

  /// The answer, after its last byte.
  func answer() throws(MalformedJSON) -> SlurmRESTAnswer {
    if let failure { throw failure }
    if isInElement { throw MalformedJSON(offset: count, expected: "the rest of a job") }
    let envelope: SlurmRESTEnvelope
    do throws(MalformedJSON) {
      envelope = try SlurmRESTEnvelope(self.envelope)
    } catch {
      let missing = cuts.last { $0.place <= error.offset }?.missing ?? 0
      throw MalformedJSON(offset: error.offset + missing, expected: error.expected)
    }
    if envelope.jobCount ?? 0 != result.rowCount {
      throw MalformedJSON(offset: count, expected: "a list of jobs")
    }
    var answer = SlurmRESTAnswer(result: result, envelope: envelope)
    answer.result.rejections = tally.all
    return answer
  }
}
