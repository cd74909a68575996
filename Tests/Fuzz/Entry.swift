import Foundation

/// One reader of text that comes from outside, as the fuzzer feeds it.
struct FuzzTarget: Sendable {
  /// What `--target=` calls it.
  let name: String
  /// Reads any bytes whatever; that a promise is broken ends the program.
  let read: @Sendable ([UInt8]) -> Void

  static let all = slurm + bookings + metrics + bills + platforms

  /// The one that the command line names.
  static let chosen: FuzzTarget = {
    let prefix = "--target="
    let name = CommandLine.arguments.last { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
    guard let target = all.first(where: { $0.name == name ?? "" }) else {
      let names = all.map(\.name).joined(separator: ", ")
      stop("found \(name.map { "--target=\($0)" } ?? "no --target"), expected one of \(names)")
    }
    return target
  }()
}

/// Called by the fuzzer with one input after the other.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.chosen.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// Ends the program where `holds` is false, so that the fuzzer keeps the input.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) {
  if !holds { stop("broken promise: " + words()) }
}

/// Where `bytes` are cut in two: a place that hangs on all of them.
func cut(_ bytes: [UInt8]) -> Int {
  bytes.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff } % (bytes.count + 1)
}

/// An optimised build prints no text of a failed precondition.
private func stop(_ words: String) -> Never {
  FileHandle.standardError.write(Data((words + "\n").utf8))
  abort()
}
