import Quantities

/// One run of a batch job: a job that was requeued has several.
package struct Job: Hashable, Sendable {
  /// How a run stands or ended. The numbers are stored and never reused; 0 is never valid.
  package enum State: Int, CaseIterable, Sendable {
    case pending = 1
    case running = 2
    case suspended = 3
    case completed = 4
    case cancelled = 5
    case failed = 6
    case timeout = 7
    case nodeFail = 8
    case preempted = 9
    case bootFail = 10
    case deadline = 11
    case outOfMemory = 12
    case requeued = 13
    case resizing = 14
    case revoked = 15

    /// Slurm's own word: `NODE_FAIL`.
    package var word: String {
      switch self {
      case .pending: "PENDING"
      case .running: "RUNNING"
      case .suspended: "SUSPENDED"
      case .completed: "COMPLETED"
      case .cancelled: "CANCELLED"
      case .failed: "FAILED"
      case .timeout: "TIMEOUT"
      case .nodeFail: "NODE_FAIL"
      case .preempted: "PREEMPTED"
      case .bootFail: "BOOT_FAIL"
      case .deadline: "DEADLINE"
      case .outOfMemory: "OUT_OF_MEMORY"
      case .requeued: "REQUEUED"
      case .resizing: "RESIZING"
      case .revoked: "REVOKED"
      }
    }
  }

  /// What a run has of one host.
  package struct Placement: Hashable, Sendable {
    package let host: String
    /// The numbers that the scheduler gives to its GPUs on the host.
    package let indexes: [Int]

    package init(host: String, indexes: [Int]) {
      self.host = host
      self.indexes = indexes
    }
  }

  /// The cluster as the scheduler names it, which may differ from the source's.
  package var cluster: String
  /// The number that the scheduler counts by: `JobIDRaw`.
  package var id: String
  /// The number that people see: `6_2` of an array, `14+0` of a heterogeneous job.
  package var displayID: String
  package var name: String
  package var account: String
  package var user: String
  package var partition: String
  package var qos: String
  package var reservation: String
  package var submitted: UTCInstant
  /// When it could have started at the earliest, nil where that isn't known.
  package var eligible: UTCInstant?
  /// nil for a run that never started.
  package var started: UTCInstant?
  /// nil while it goes on.
  package var ended: UTCInstant?
  /// - Unit: milliseconds.
  package var suspendedMilliseconds: Int64
  package var state: State
  /// The hosts that it ran on, empty where it never started.
  package var hosts: [String]
  package var nodeCount: Int
  package var cpuCount: Int
  /// GPUs that it held, or that it asks for while it is pending.
  package var gpuCount: Int
  /// Of which type they are, where the scheduler tells: `h100`; empty otherwise.
  package var gpuType: String
  /// How many tasks of a pending array the row stands for.
  package var taskCount: Int
  /// Which GPUs it holds on which host; empty where that isn't told.
  package var placements: [Placement]

  package init(
    cluster: String, id: String, displayID: String = "", name: String = "", account: String = "",
    user: String = "", partition: String = "", qos: String = "", reservation: String = "",
    submitted: UTCInstant, eligible: UTCInstant? = nil, started: UTCInstant? = nil,
    ended: UTCInstant? = nil, suspendedMilliseconds: Int64 = 0, state: State,
    hosts: [String] = [], nodeCount: Int = 0, cpuCount: Int = 0, gpuCount: Int = 0,
    gpuType: String = "", taskCount: Int = 1, placements: [Placement] = []
  ) {
    self.placements = placements
    self.cluster = cluster
    self.id = id
    self.displayID = displayID.isEmpty ? id : displayID
    self.name = name
    self.account = account
    self.user = user
    self.partition = partition
    self.qos = qos
    self.reservation = reservation
    self.submitted = submitted
    self.eligible = eligible
    self.started = started
    self.ended = ended
    self.suspendedMilliseconds = suspendedMilliseconds
    self.state = state
    self.hosts = hosts
    self.nodeCount = nodeCount
    self.cpuCount = cpuCount
    self.gpuCount = gpuCount
    self.gpuType = gpuType
    self.taskCount = taskCount
  }
}
