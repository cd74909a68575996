import Columnar
import GRDB
import Quantities

/// Why a store can't do what was asked.
package enum StoreError: Error, CustomStringConvertible {
  case missing(path: String)
  case notAStore(path: String)
  /// A later version wrote it.
  case tooNew(path: String, version: Int)
  case readOnly(path: String)
  case full(path: String)
  case locked(path: String, holder: String)
  case cannotOpen(path: String, reason: String)
  /// SQLite found the file's own structure broken.
  case broken(path: String, reason: String)
  /// A segment's bytes are not what was written.
  case corruptSegment(source: String, target: String, day: String, column: String, ColumnarError)
  /// Two keys have one content hash.
  case hashCollision(table: String, id: Int64)
  case badQuery(message: String)
  /// Samples before `until` were dropped, and what was made of them is final.
  case frozen(range: TimeRange, until: UTCInstant)
  /// Something was about to write charges of a month that is closed.
  case closedMonth(BillingMonth)
  case interrupted
  case failed(path: String, reason: String)

  package var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no store yet; run 'gputally collect' or 'gputally run' to make one"
    case .notAStore(let path):
      "\(path): this file is not a gputally store; name another file under 'store' in gputally.yaml"
    case .tooNew(let path, let version):
      "\(path): the store has layout \(version), this program knows up to "
        + "\(Migrations.latest); use the gputally that wrote it or a later one"
    case .readOnly(let path):
      "\(path): the store can't be written; give this user write access to the file and its folder"
    case .full(let path):
      "\(path): the disk is full; free some space and run again, what was stored is intact"
    case .locked(let path, let holder):
      "\(path): another gputally is writing: \(holder); wait for it to finish and run again"
    case .cannotOpen(let path, let reason):
      "\(path): the store can't be opened: \(reason); check the folder and its permissions"
    case .broken(let path, let reason):
      "\(path): the store is damaged: \(reason); restore a backup, or move it away and collect again"
    case .corruptSegment(let source, let target, let day, let column, let error):
      "samples of source '\(source)', target '\(target)', day \(day), column '\(column)': "
        + "\(error); collect that day again with 'gputally collect --source \(source) --window'"
    case .hashCollision(let table, let id):
      "two different keys of table '\(table)' have the number \(id); report this as a bug"
    case .frozen(let range, let until):
      "the window \(range) can't be collected: samples before \(until) were dropped by "
        + "'retention', and their hours stay as they were posted; start the window at \(until)"
    case .closedMonth(let month):
      "month \(month) is closed, and nothing of it was written; run 'gputally post', which charges "
        + "what changed in the open month"
    case .badQuery(let message): "the query can't be run: \(message)"
    case .interrupted: "the query was interrupted"
    case .failed(let path, let reason): "\(path): \(reason)"
    }
  }

  /// What SQLite's `error` means to the user of the store at `path`.
  static func from(_ error: any Error, path: String) -> StoreError {
    if let known = error as? StoreError { return known }
    guard let database = error as? DatabaseError else {
      return .failed(path: path, reason: "\(error)")
    }
    switch database.resultCode {
    case .SQLITE_FULL: return .full(path: path)
    case .SQLITE_READONLY: return .readOnly(path: path)
    case .SQLITE_NOTADB: return .notAStore(path: path)
    case .SQLITE_CORRUPT: return .broken(path: path, reason: database.message ?? "corrupt")
    case .SQLITE_INTERRUPT: return .interrupted
    case .SQLITE_CANTOPEN, .SQLITE_PERM:
      return .cannotOpen(path: path, reason: database.message ?? "unable to open it")
    case .SQLITE_IOERR where database.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
      // The index of the log did not fit.
      return .full(path: path)
    case .SQLITE_IOERR:
      return .failed(
        path: path,
        reason: "reading or writing failed (\(database.message ?? "disk I/O error")); "
          + "check the disk and its free space, what was stored is intact")
    default: return .failed(path: path, reason: database.message ?? "\(database.resultCode)")
    }
  }
}
