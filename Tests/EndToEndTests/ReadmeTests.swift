import Foundation
import Simulator
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct ReadmeTests {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The lines of the README's code blocks of one language.
  private static func code(_ language: String) throws -> [String] {
    let text = try String(contentsOfFile: package + "/README.md", encoding: .utf8)
    return text.split(separator: "```").enumerated()
      .filter { $0.offset % 2 == 1 }
      .compactMap { $0.element.hasPrefix(language + "\n") ? $0.element : nil }
      .flatMap { $0.split(separator: "\n").dropFirst(language.isEmpty ? 0 : 1).map(String.init) }
  }

  @Test func `every command of the README does what it says`() async throws {
    let site = try await SimulatedSite.wholeDay.site()
    let program = try site.program()
    let configuration = try program.read("gputally.yaml")
    try FileManager.default.removeItem(atPath: program.folder.path + "/gputally.yaml")
    let commands = try Self.code("sh").filter { $0.hasPrefix("gputally ") }
    #expect(commands.count >= 15)
    for command in commands {
      let result = try await program.shell(command)
      #expect(result.status == 0, "\(command): \(result.errors)")
      // The reader fills in the file that the first command writes.
      if command == "gputally init" { try program.write("gputally.yaml", configuration) }
    }
  }

  @Test func `the README's other commands are goals of the Makefile`() throws {
    let makefile = try String(contentsOfFile: Self.package + "/Makefile", encoding: .utf8)
    for command in try Self.code("sh") where !command.hasPrefix("gputally ") {
      let words = command.split(separator: " ")
      #expect(words.first == "make" && makefile.contains("\n\(words[1]): "), "\(command)")
    }
  }

  @Test func `the README's line for cron runs`() async throws {
    let text = try String(contentsOfFile: Self.package + "/README.md", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.contains("* * * gputally") })
    let command = line.split(separator: " ").dropFirst(5).joined(separator: " ")
      .replacing("/etc/gputally/gputally.yaml", with: "gputally.yaml")
    let program = try await SimulatedSite.wholeDay.site().program()
    let result = try await program.shell(command)
    #expect(result.status == 0 && result.errors.isEmpty && result.output.isEmpty, "\(result)")
  }
}

extension Program {
  /// Runs a line of shell in which `gputally` is the built program.
  func shell(_ line: String) async throws -> Result {
    let name = UUID().uuidString
    let output = "\(folder.path)/\(name).out"
    let errors = "\(folder.path)/\(name).err"
    let path = URL(fileURLWithPath: Self.path).deletingLastPathComponent().path
    let inherited = ProcessInfo.processInfo.environment
    let variables = environment.merging(
      ["PATH": path + ":" + (inherited["PATH"] ?? "/usr/bin:/bin")]) { $1 }
    let process = try Subprocess(
      "/bin/sh", ["-c", line], output: output, errors: errors, folder: folder.path,
      environment: inherited.merging(variables) { $1 })
    return Result(
      status: await process.ended(), output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
