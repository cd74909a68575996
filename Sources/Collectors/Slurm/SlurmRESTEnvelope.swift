/// An answer of slurmrestd without its jobs: whether there are any, and what went wrong.
struct SlurmRESTEnvelope: Sendable, Equatable {
  /// One of `errors`, which a status of 200 doesn't rule out.
  struct Failure: Sendable, Equatable {
    var number: Int64 = 0
    var error = ""
    var description = ""
    var source = ""

    /// Whether it only says that there are no jobs, as 22.05 does.
    ///
    /// - Source: `ESLURM_REST_EMPTY_RESULT`; of other lists than that of the jobs it is an error.
    var isEmptiness: Bool { number == 9003 && (source.isEmpty || source.contains("jobs")) }

    /// Whether it may pass: the daemon of the database restarts.
    ///
    /// - Source: `ESLURM_DB_CONNECTION` and those after it.
    var isTransient: Bool { (7000...7003).contains(number) }

    /// In its own words: `Unable to connect to database (Failed connecting to slurmdbd)`.
    var text: String {
      let words = error.isEmpty ? description : error
      let more = error.isEmpty || description.isEmpty ? "" : " (\(description))"
      let whole = words.isEmpty ? "error \(number)" : words + more
      return String(whole.filter { !$0.isNewline }.prefix(400))
    }
  }

  /// nil where the answer has no list of jobs.
  private(set) var jobCount: Int?
  private(set) var failures: [Failure] = []

  /// The first failure that is one.
  var failure: Failure? { failures.first { !$0.isEmptiness } }

  /// Reads a text with a `0` in the place of each job.
  init(_ bytes: [UInt8]) throws(MalformedJSON) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case "jobs" where cursor.peek() == UInt8(ascii: "["): try readJobs(&cursor)
        case "errors": try readFailures(&cursor)
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  private mutating func readJobs(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    var count = jobCount ?? 0
    try cursor.array { cursor throws(MalformedJSON) in
      guard cursor.peek() == UInt8(ascii: "0") else { throw cursor.failure("a job") }
      try cursor.skipValue()
      count += 1
    }
    jobCount = count
  }

  private mutating func readFailures(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    try cursor.slurmList { cursor throws(MalformedJSON) in
      var failure = Failure()
      try cursor.slurmObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "error_number":
          if case .whole(let number) = try cursor.slurmNumber() { failure.number = number }
        case "error": failure.error = try cursor.slurmText()
        case "description": failure.description = try cursor.slurmText()
        case "source": failure.source = try cursor.slurmText()
        default: try cursor.skipValue()
        }
      }
      failures.append(failure)
    }
  }
}
