import GRDB
import GRDBSQLite
import Quantities
import Records
import Synchronization

/// The samples as a table of SQL: `gpu_sample`, one row a value.
///
/// It is read-only and holds nothing of its own: each scan decodes the segments of the store that
/// its conditions leave, one target's day at a time, in the snapshot of the query that asks.
final class SampleTable: Sendable {
  /// The columns by their place. The hidden ones come with their names only, not with `*`.
  enum Column: Int32, CaseIterable {
    case time, site, cluster, host, gpu, metric, value
    case instance, namespace, workload, source, target
  }

  static let name = "gpu_sample"
  static let declaration = """
    CREATE TABLE x(
      time INTEGER, site TEXT, cluster TEXT, host TEXT, gpu_uuid TEXT, metric TEXT, value REAL,
      instance INTEGER HIDDEN, namespace TEXT HIDDEN, workload TEXT HIDDEN, source TEXT HIDDEN,
      target TEXT HIDDEN)
    """

  private struct State {
    var failure: StoreError?
    var decodedDays = 0
    var decodedColumns = 0
  }

  private let state = Mutex(State())

  /// Makes the table known to a connection, for as long as that is open.
  func register(in database: Database) throws {
    let code = sqlite3_create_module_v2(
      database.sqliteConnection, Self.name, SampleModule.functions,
      Unmanaged.passRetained(self).toOpaque(),
      { context in
        if let context { Unmanaged<SampleTable>.fromOpaque(context).release() }
      })
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
  }

  /// Remembers why a scan stopped: SQLite passes on only a text.
  func note(_ failure: StoreError) { state.withLock { $0.failure = failure } }

  /// Why the last scan stopped, told once.
  func takeFailure() -> StoreError? {
    state.withLock { state in
      defer { state.failure = nil }
      return state.failure
    }
  }

  func count(decodedColumns: Int) {
    state.withLock {
      $0.decodedDays += 1
      $0.decodedColumns += decodedColumns
    }
  }

  /// How many target's days, and how many columns of metrics in them, were decoded so far.
  var decoded: (days: Int, columns: Int) {
    state.withLock { ($0.decodedDays, $0.decodedColumns) }
  }
}

extension Metric {
  /// The word for it in `gpu_sample`: the name that DCGM gave it first.
  var fieldName: String {
    switch self {
    case .gpuUtilization: "DCGM_FI_DEV_GPU_UTIL"
    case .graphicsEngineActive: "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
    case .framebufferUsed: "DCGM_FI_DEV_FB_USED"
    case .powerUsage: "DCGM_FI_DEV_POWER_USAGE"
    case .totalEnergy: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
    }
  }
}
