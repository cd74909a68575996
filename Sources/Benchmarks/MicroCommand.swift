import ArgumentParser
import Foundation

/// `gputally-bench micro`: how fast codecs and parsers are by themselves.
struct MicroCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "micro",
    abstract: "Time codecs and parsers in gigabytes a second, beside memcpy.")

  @Option(help: "Only entries whose name contains this.")
  var only = ""

  func run() throws {
    var copying: Double?
    for (index, benchmark) in MicroTable().benchmarks.enumerated() {
      guard index == 0 || only.isEmpty || benchmark.name.contains(only) else { continue }
      let speed = try benchmark.speed()
      copying = copying ?? speed
      let share = copying.map { speed / $0 * 100 } ?? 100
      let name = benchmark.name.padding(toLength: 26, withPad: " ", startingAt: 0)
      print(name + String(format: "%8.3f GB/s %6.1f %% of memcpy", speed, share))
    }
  }
}
