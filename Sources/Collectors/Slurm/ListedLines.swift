import Records

/// Cuts what a program prints, piece by piece, into lines.
struct LineCutter {
  /// A line is at most so long.
  static let bytesMax = SacctReader.lineBytesMax

  enum Line: Equatable {
    case text(Substring)
    /// What is longer than a line may be; it is forgotten up to its end.
    case tooLong
  }

  private var rest: [UInt8] = []
  private var isTooLong = false

  /// Takes the next bytes; empty lines are passed over.
  mutating func add(_ bytes: some Collection<UInt8>, _ take: (Line) -> Void) {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      keep(bytes[start..<end])
      closeLine(take)
      start = bytes.index(after: end)
    }
    keep(bytes[start...])
  }

  /// Ends the text.
  mutating func finish(_ take: (Line) -> Void) { closeLine(take) }

  private mutating func keep(_ bytes: some Collection<UInt8>) {
    if isTooLong { return }
    isTooLong = rest.count + bytes.count > Self.bytesMax
    if isTooLong { rest = [] } else { rest += bytes }
  }

  private mutating func closeLine(_ take: (Line) -> Void) {
    if isTooLong {
      take(.tooLong)
    } else {
      if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
      if !rest.isEmpty { take(.text(Substring(decoding: rest, as: UTF8.self))) }
    }
    rest.removeAll(keepingCapacity: true)
    isTooLong = false
  }
}

/// The lines of one list that can't be read.
struct RefusedLines {
  /// How many characters of a line are told.
  private static let shownMax = 120

  /// What printed the list: `scontrol show node`.
  let place: String
  private(set) var tally = RejectionTally()

  init(place: String) {
    self.place = place
  }

  /// Hands a line to `read`, and notes one that it can't read, or that is too long to be read.
  mutating func take(
    _ line: LineCutter.Line, _ read: (Substring) throws(SlurmText.Malformed) -> Void
  ) {
    guard case .text(let text) = line else {
      add(
        "line too long", found: "more than \(LineCutter.bytesMax) bytes",
        expected: "shorter lines; run '\(place)' by hand to see what it prints")
      return
    }
    do throws(SlurmText.Malformed) {
      try read(text)
    } catch {
      add("unreadable line", found: "'\(text.prefix(Self.shownMax))'", expected: error.expected)
    }
  }

  private mutating func add(_ rule: String, found: String, expected: String) {
    tally.add(Rejection(place: place, rule: rule, found: found, expected: expected))
  }
}
