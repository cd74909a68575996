/// One small thing that is timed by itself.
struct MicroBenchmark {
  let name: String
  /// What one run reads or writes.
  ///
  /// - Unit: bytes.
  let bytes: Int
  /// One run; what it returns depends on what it did, so that no compiler leaves it out.
  let run: () throws -> Int

  /// The best of several spans of many runs.
  ///
  /// - Returns: gigabytes a second.
  func speed(for span: Duration = .milliseconds(200), spans: Int = 5) throws -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    var kept = try run()
    for _ in 0..<spans {
      let began = clock.now
      var runs = 0
      repeat {
        kept &+= try run()
        runs += 1
      } while clock.now - began < span
      let seconds = (clock.now - began) / .seconds(1)
      best = max(best, Double(runs * bytes) / seconds / 1e9)
    }
    Blackhole.take(kept)
    return best
  }
}

/// Where results go that nobody needs.
private enum Blackhole {
  @inline(never) static func take(_ value: Int) {
    precondition(value != Int.min, "BUG: a sum of run results is Int.min")
  }
}
