import Quantities
import Records

/// Values in the way Slurm's commands print them.
enum SlurmText {
  /// The first second of the year 10000; no time is later.
  static let secondsMaximum: Int64 = 253_402_300_800

  /// Reads a point of time: seconds since 1970, or a local time without its zone.
  ///
  /// - Returns: nil for `Unknown`, `None`, `N/A` and nothing.
  /// - Throws: ``Malformed`` for anything else.
  static func instant(
    _ text: Substring, _ zone: inout LocalClock
  ) throws(Malformed) -> UTCInstant? {
    if text.isEmpty || text == "Unknown" || text == "None" || text == "N/A" { return nil }
    if let seconds = Int64(text) {
      // Nothing ran before 1970, and 0 is what an unset time is.
      guard seconds > 0, seconds < secondsMaximum else { return nil }
      return UTCInstant(milliseconds: seconds * UTCInstant.millisecondsPerSecond)
    }
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = CivilDate(parts[0]),
      let time = clock(parts[1].split(separator: ":", omittingEmptySubsequences: false))
    else { throw Malformed(expected: "seconds since 1970, or a time as 2026-11-23T13:04:07") }
    let instant = zone.instant(day, time * UTCInstant.millisecondsPerSecond)
    return instant.milliseconds > 0 ? instant : nil
  }

  /// Reads `7-20:39:39`, `00:00:11`, `05:00.250` or whole seconds.
  ///
  /// - Returns: milliseconds; 0 for nothing.
  static func duration(_ text: Substring) throws(Malformed) -> Int64 {
    if text.isEmpty || text == "INVALID" || text == "None" { return 0 }
    if let seconds = Int64(text), seconds >= 0, seconds < 1 << 40 { return seconds * 1_000 }
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let days = parts.count == 2 ? Int64(parts[0]) : 0
    let fraction = parts[parts.count - 1].split(separator: ".", omittingEmptySubsequences: false)
    guard let days, days >= 0, days < 1_000_000, let whole = fraction.first,
      let seconds = clock(whole.split(separator: ":", omittingEmptySubsequences: false))
    else { throw Malformed(expected: "a duration as 7-20:39:39 or in seconds") }
    return (days * 86_400 + seconds) * 1_000
  }

  /// The seconds of `13:04:07` or `04:07`.
  private static func clock(_ parts: [Substring]) -> Int64? {
    guard (2...3).contains(parts.count) else { return nil }
    var seconds: Int64 = 0
    for part in parts {
      guard part.utf8.count == 2, let number = Int64(part), (0..<60).contains(number) else {
        return nil
      }
      seconds = seconds * 60 + number
    }
    return seconds
  }

  /// GPUs of a list of trackable resources.
  struct GPUs: Equatable {
    var count = 0
    /// Of which type, where all are of one.
    var type = ""
  }

  /// Counts the GPUs in `billing=80,cpu=8,gres/gpu=8,gres/gpu:a100=8,node=1`.
  ///
  /// The plain entry counts; the types are the same GPUs again, and count only where it is absent.
  static func gpus(_ text: Substring) throws(Malformed) -> GPUs {
    var plain: Int?
    var typed: [(type: Substring, count: Int)] = []
    for item in text.split(separator: ",") {
      guard item.hasPrefix("gres/gpu"), let sign = item.lastIndex(of: "=") else { continue }
      let name = item[..<sign].dropFirst("gres/gpu".count)
      guard name.isEmpty || name.first == ":" else { continue }  // gres/gpumem, gres/gpuutil
      guard let count = Int(item[item.index(after: sign)...]), (0...1_000_000).contains(count)
      else { throw Malformed(expected: "resources as cpu=8,gres/gpu=8,gres/gpu:a100=8") }
      if name.isEmpty { plain = count } else { typed.append((name.dropFirst(), count)) }
    }
    let sum = typed.reduce(0) { $0 + $1.count }
    let type = typed.count == 1 ? String(typed[0].type) : ""
    return GPUs(count: plain ?? sum, type: type)
  }

  /// Reads a state: `COMPLETED`, `CANCELLED by 1000`, `REQUEUED`; a `+` of cut text is dropped.
  static func state(_ text: Substring) throws(Malformed) -> Job.State {
    let word = text.prefix { $0 != " " && $0 != "+" && $0 != "," }
    guard let state = states[word] else {
      throw Malformed(expected: "a job's state such as COMPLETED or CANCELLED by 1000")
    }
    return state
  }

  private static let states = Dictionary(
    uniqueKeysWithValues: Job.State.allCases.map { (Substring($0.word), $0) })

  /// A job has at most so many tasks.
  private static let tasksMax = 10_000_000

  /// How many tasks `4103947_[1-3,7%2]` stands for; 1 for anything without brackets.
  static func taskCount(_ displayID: Substring) -> Int {
    guard let open = displayID.firstIndex(of: "["), displayID.last == "]" else { return 1 }
    let inner = displayID[displayID.index(after: open)...].dropLast().prefix { $0 != "%" }
    var count = 0
    for part in inner.split(separator: ",") {
      let stepped = part.split(separator: ":", omittingEmptySubsequences: false)
      let ends = stepped[0].split(separator: "-", omittingEmptySubsequences: false)
      let step = stepped.count == 2 ? Int(stepped[1]) ?? 1 : 1
      guard let low = ends.first.flatMap({ Int($0) }), let high = ends.last.flatMap({ Int($0) }),
        low <= high, step > 0
      else { continue }
      count = min(count + min((high - low) / step, tasksMax) + 1, tasksMax)
    }
    return max(1, count)
  }

  /// As Slurm's commands want a point of time, in UTC: `2026-11-23T13:00:00`.
  static func local(_ instant: UTCInstant) -> String { String(instant.description.prefix(19)) }

  /// A value that isn't what it should be.
  struct Malformed: Error, Equatable {
    let expected: String
  }
}
