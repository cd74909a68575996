import Foundation

/// Files that are either as they were or wholly new, whatever happens meanwhile.
enum AtomicFile {
  /// Writes `bytes` beside `path`, brings them to the disk and renames them into place.
  ///
  /// - Throws: ``ExportError/notWritten(path:step:reason:)``; the file at `path` is then as it was,
  ///   and no other is left.
  static func write(_ bytes: [UInt8], to path: String) throws(ExportError) {
    var template = (path + ".XXXXXX").utf8CString.map { $0 }
    let file = mkstemp(&template)
    guard file >= 0 else { throw failure(path, "making a temporary file") }
    let temporary = String(
      decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    do throws(ExportError) {
      try fill(file, with: bytes, path)
      guard rename(temporary, path) == 0 else { throw failure(path, "renaming") }
    } catch {
      unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  private static func fill(_ file: Int32, with bytes: [UInt8], _ path: String)
    throws(ExportError)
  {
    var failed: ExportError?
    var done = 0
    while done < bytes.count, failed == nil {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count > 0 { done += count } else if errno != EINTR { failed = failure(path, "writing") }
    }
    // Readable as a file made by hand is; mkstemp gives it to the owner alone.
    if failed == nil, fchmod(file, 0o644) != 0 { failed = failure(path, "setting its mode") }
    if failed == nil, fsync(file) != 0 { failed = failure(path, "syncing") }
    if close(file) != 0, failed == nil { failed = failure(path, "closing") }
    if let failed { throw failed }
  }

  /// Makes the rename itself last; a folder that can't be synced doesn't undo what was written.
  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let file = open(folder.isEmpty ? "/" : folder, O_RDONLY)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }

  private static func failure(_ path: String, _ step: String) -> ExportError {
    .notWritten(path: path, step: step, reason: String(cString: strerror(errno)))
  }
}
