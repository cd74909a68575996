import Foundation
import Quantities
import TestSupport

/// The built program, run as a user runs it.
struct Program: Sendable {
  /// What a run left behind.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of a CSV, by column.
    func table() throws -> [[String: String]] {
      let rows = try CSVTable(output).rows.map(\.fields)
      guard let names = rows.first else { return [] }
      return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(names, $0)) }
    }
  }

  let folder: TemporaryFolder
  var environment: [String: String] = [:]

  /// The program that was built beside these tests.
  static let path: String = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("gputally").path
  }()

  /// Runs the program in its folder until it ends.
  func run(_ arguments: String...) async throws -> Result { try await run(arguments) }

  /// - Parameter output: the file that gets its standard output, one of its own where nil.
  func run(_ arguments: [String], output: String? = nil) async throws -> Result {
    let running = try start(arguments, output: output)
    let status = await running.ended()
    return Result(
      status: status, output: output == nil ? try Self.text(running.output) : "",
      errors: try Self.text(running.errors))
  }

  /// All of a file, the mark at its beginning included that Foundation would take away.
  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  /// A run that goes on.
  struct Running {
    let process: Subprocess
    let output: String
    let errors: String

    func ended() async -> Int32 { await process.ended() }
  }

  /// Starts the program in its folder.
  func start(_ arguments: [String], output: String? = nil) throws -> Running {
    let name = UUID().uuidString
    let output = output ?? "\(folder.path)/\(name).out"
    let errors = "\(folder.path)/\(name).err"
    let process = try Subprocess(
      Self.path, arguments, output: output, errors: errors, folder: folder.path,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
    return Running(process: process, output: output, errors: errors)
  }

  /// Writes a file into the program's folder.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
  }
}
