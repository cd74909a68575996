import Foundation

/// Text on its way to a file, a few megabytes at a time.
package final class ByteSink {
  /// How much is kept before it is written.
  private static let bytesMax = 1 << 20

  private var bytes: [UInt8] = []
  private let handle: FileHandle?
  private let file: String

  /// A sink that keeps everything in memory.
  package init() {
    handle = nil
    file = ""
  }

  /// A sink that writes to a new file.
  ///
  /// - Throws: ``SimulationError/unwritable(file:reason:)``.
  package init(file: String) throws(SimulationError) {
    guard FileManager.default.createFile(atPath: file, contents: nil),
      let handle = FileHandle(forWritingAtPath: file)
    else { throw .unwritable(file: file, reason: "it cannot be created") }
    self.handle = handle
    self.file = file
    bytes.reserveCapacity(Self.bytesMax + 4_096)
  }

  /// What is kept and not written yet.
  package var text: [UInt8] { bytes }

  /// Adds text at the end.
  package func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Adds bytes at the end.
  package func append(_ part: [UInt8]) { bytes.append(contentsOf: part) }

  /// One sample: what comes before the value, the value, the time, the end of the line.
  package func appendSample(_ head: [UInt8], value: Int, scale: Int, milliseconds: Int64) {
    bytes.append(contentsOf: head)
    append(value, scale: scale)
    bytes.append(0x20)
    append(digits: milliseconds / 1_000)
    bytes.append(0x2e)
    append(fraction: Int(milliseconds % 1_000), places: 3)
    bytes.append(0x0a)
  }

  /// A value of whole units, or with the six decimals of C's `%f`.
  package func append(_ value: Int, scale: Int) {
    append(digits: Int64(value / scale))
    if scale == 1 { return }
    bytes.append(0x2e)
    append(fraction: value % scale * (1_000_000 / scale), places: 6)
  }

  /// Writes what is kept once it is enough.
  package func flushIfFull() throws(SimulationError) {
    if handle != nil && bytes.count >= Self.bytesMax { try flush() }
  }

  /// Writes what is left and closes the file.
  package func close() throws(SimulationError) {
    try flush()
    do {
      try handle?.close()
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
  }

  private func flush() throws(SimulationError) {
    guard let handle else { return }
    do {
      try handle.write(contentsOf: bytes)
    } catch {
      throw .unwritable(file: file, reason: "\(error)")
    }
    bytes.removeAll(keepingCapacity: true)
  }

  private func append(digits value: Int64) {
    if value >= 10 { append(digits: value / 10) }
    bytes.append(0x30 + UInt8(value % 10))
  }

  private func append(fraction: Int, places: Int) {
    if places > 1 { append(fraction: fraction / 10, places: places - 1) }
    bytes.append(0x30 + UInt8(fraction % 10))
  }
}
