import Glibc

/// A file that is written under another name until it is whole.
///
/// What isn't completed is removed with this value.
struct PartFile: ~Copyable, Sendable {
  private let path: String
  private let part: String
  private var descriptor: Int32
  /// Unit: bytes written.
  private(set) var size = 0

  /// Makes `path.part`, empty, readable by its owner alone.
  init(for path: String) throws(FileFault) {
    self.path = path
    part = path + ".part"
    descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor < 0 { throw FileFault(path: part, step: "making it") }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(part)
  }

  /// Removes it, unless it was completed; nothing can be written any more.
  mutating func abandon() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(part)
    descriptor = -1
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
        size += count
      } else if errno != EINTR {
        throw FileFault(path: part, step: "writing")
      }
    }
  }

  /// Empties it.
  mutating func restart() throws(FileFault) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileFault(path: part, step: "emptying it")
    }
    size = 0
  }

  /// Brings it to the disk and under its own name.
  mutating func complete() throws(FileFault) {
    guard fsync(descriptor) == 0 else { throw FileFault(path: part, step: "syncing") }
    guard rename(part, path) == 0 else { throw FileFault(path: part, step: "renaming it") }
    close(descriptor)
    descriptor = -1
    syncFolder()
  }

  /// Makes the rename itself last; a folder that can't be synced doesn't undo what was written.
  private func syncFolder() {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let file = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }
}

/// What the system said of a file.
struct FileFault: Error, CustomStringConvertible {
  let path: String
  let step: String
  let reason: String

  /// - Precondition: `errno` is still the failed call's.
  init(path: String, step: String) {
    self.path = path
    self.step = step
    reason = String(cString: strerror(errno))
  }

  var description: String {
    "\(path): \(step) failed (\(reason)); check the disk's space and that this user may write there"
  }
}
