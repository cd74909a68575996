/// An answer of slurmrestd without the elements of its list: whether there are any, and what went wrong.
struct SlurmRESTEnvelope: Sendable, Equatable {
  /// One of `errors`, which a status of 200 doesn't rule out.
  struct Failure: Sendable, Equatable {
    var number: Int64 = 0
    var error = ""
    var description = ""
    var source = ""

    /// Whether it only says that the list of that key is empty, as 22.05 does.
    ///
    /// - Source: `ESLURM_REST_EMPTY_RESULT`; of other lists it is an error.
    func isEmptiness(of key: String) -> Bool {
      number == 9003 && (source.isEmpty || source.contains(key))
    }

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

  /// The key of the list.
  private let key: String
  /// How many elements the list has; nil where the answer has no such list.
  private(set) var count: Int?
  private(set) var failures: [Failure] = []

  /// The first failure that is one.
  var failure: Failure? { failures.first { !$0.isEmptiness(of: key) } }

  /// Reads a text with a `0` in the place of each element.
  init(_ bytes: [UInt8], key list: String = "jobs") throws(MalformedJSON) {
    key = list
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.object { cursor, key throws(MalformedJSON) in
        switch key {
        case list where cursor.peek() == UInt8(ascii: "["): try readList(&cursor)
        case "errors": try readFailures(&cursor)
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }

  private mutating func readList(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    var count = count ?? 0
    try cursor.array { cursor throws(MalformedJSON) in
      guard cursor.peek() == UInt8(ascii: "0") else {
        throw cursor.failure("an object of '\(key)'")
      }
      try cursor.skipValue()
      count += 1
    }
    self.count = count
  }

  private mutating func readFailures(_ cursor: inout JSONCursor) throws(MalformedJSON) {
    try cursor.looseList { cursor throws(MalformedJSON) in
      var failure = Failure()
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "error_number":
          if case .whole(let number) = try cursor.slurmNumber() { failure.number = number }
        case "error": failure.error = try cursor.looseText()
        case "description": failure.description = try cursor.looseText()
        case "source": failure.source = try cursor.looseText()
        default: try cursor.skipValue()
        }
      }
      failures.append(failure)
    }
  }
}
