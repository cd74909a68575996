import Foundation
import Quantities
import Records
import Synchronization

/// Reads a bill whose bytes arrive in pieces of any size, plain or packed by gzip.
///
/// What the pieces hold is unpacked by whoever brings them, and read on a thread of the reader's
/// own once there is more than one block of it. Memory is bounded, however long the bill is.
package final class BillReader {
  private let file: String
  private let format: BillFormat
  private let settings: BillSettings
  private let receive: @Sendable ([BillCharge]) throws -> Void
  private var head: [UInt8] = []
  private var inflater: GzipInflater?
  private var isDecided = false
  private var block: BillBlock
  private var worker: BillWorker?

  /// - Parameters:
  ///   - file: what the input is called in messages.
  ///   - receive: takes the charges, batch after batch, on another thread than the caller's; the
  ///     same key may come again. What it throws ends the reading.
  package init(
    file: String, format: BillFormat, settings: BillSettings,
    receive: @escaping @Sendable ([BillCharge]) throws -> Void
  ) {
    self.file = file
    self.format = format
    self.settings = settings
    self.receive = receive
    block = BillBlock(capacity: settings.blockBytes)
  }

  deinit { worker?.abandon() }

  /// Takes the next bytes.
  package func take(_ bytes: UnsafeRawBufferPointer) throws(BillError) {
    if isDecided {
      try unpack(bytes)
      return
    }
    head.append(contentsOf: bytes)
    if head.count >= GzipInflater.magic.count { try decide() }
  }

  /// Takes the next bytes.
  package func take(_ bytes: [UInt8]) throws(BillError) {
    try Self.passing(bytes) { raw throws(BillError) in try take(raw) }
  }

  /// Ends the bill.
  ///
  /// - Throws: whatever keeps it from being read; then nothing of it is to be kept.
  package func finish() throws(BillError) -> BillSummary {
    if !isDecided { try decide() }
    if let inflater, !inflater.isWhole {
      throw .cutCompression(file: file, bytes: inflater.bytesTaken)
    }
    if let worker {
      worker.send(block)
      return try worker.finish()
    }
    let text = BillText(file: file, format: format, settings: settings, receive: receive)
    try block.withBytes { bytes throws(BillError) in try text.take(bytes) }
    return try text.finish()
  }

  private func decide() throws(BillError) {
    isDecided = true
    if head.starts(with: GzipInflater.magic) { inflater = GzipInflater() }
    let bytes = head
    head = []
    try take(bytes)
  }

  private func unpack(_ bytes: UnsafeRawBufferPointer) throws(BillError) {
    if let inflater {
      try inflater.take(
        bytes, space: { block.space }, filled: { count throws(BillError) in try fill(count) },
        damage: { [file] in
          .damagedCompression(file: file, bytes: inflater.bytesTaken, reason: $0)
        })
      return
    }
    var rest = bytes
    while !rest.isEmpty {
      let space = block.space
      let count = min(space.count, rest.count)
      space.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      try fill(count)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Counts bytes that were put into the block, and hands a full one on.
  private func fill(_ count: Int) throws(BillError) {
    block.count += count
    guard block.count == block.capacity else { return }
    let worker =
      worker ?? BillWorker(file: file, format: format, settings: settings, receive: receive)
    self.worker = worker
    if let error = worker.failure { throw error }
    worker.send(block)
    block = worker.emptyBlock() ?? BillBlock(capacity: settings.blockBytes)
  }

  private static func passing(
    _ bytes: [UInt8], to body: (UnsafeRawBufferPointer) throws(BillError) -> Void
  ) throws(BillError) {
    let outcome = bytes.withUnsafeBytes { raw -> Result<Void, BillError> in
      do throws(BillError) {
        return .success(try body(raw))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }
}
