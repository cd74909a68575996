import Foundation

/// The right to write a store: one process at a time holds it.
///
/// A lock on the file `STORE.lock`, which the system lets go when the process ends, however it
/// ends. The file's text says who holds it.
final class StoreLock {
  private let descriptor: Int32

  /// A program that follows exporters holds the lock for moments: these are waited for.
  private static let attemptsMax = 30
  private static let attemptMicroseconds: UInt32 = 100_000

  /// Takes the lock, waiting three seconds for whoever has it.
  ///
  /// - Parameter holder: who asks, told to whoever is refused meanwhile.
  init(store path: String, holder: String) throws(StoreError) {
    let file = path + ".lock"
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let code = errno
      throw code == EROFS || code == EACCES
        ? .readOnly(path: path)
        : code == ENOSPC
          ? .full(path: path) : .cannotOpen(path: path, reason: String(cString: strerror(code)))
    }
    var attempts = 1
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, attempts < Self.attemptsMax {
      usleep(Self.attemptMicroseconds)
      attempts += 1
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let other = Self.text(of: descriptor)
      close(descriptor)
      throw .locked(path: path, holder: other.isEmpty ? "a process not named" : other)
    }
    ftruncate(descriptor, 0)
    let bytes = Array(holder.utf8)
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    self.descriptor = descriptor
  }

  deinit {
    ftruncate(descriptor, 0)
    close(descriptor)
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : ""
  }
}
