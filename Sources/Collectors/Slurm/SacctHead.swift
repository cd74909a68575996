/// The columns of a table that `sacct` printed, as its head names them.
struct SacctHead: Equatable {
  /// What is read of a row.
  enum Column: String, CaseIterable {
    case jobIDRaw = "JobIDRaw"
    case jobID = "JobID"
    case cluster = "Cluster"
    case account = "Account"
    case user = "User"
    case partition = "Partition"
    case qos = "QOS"
    case reservation = "Reservation"
    case submit = "Submit"
    case eligible = "Eligible"
    case start = "Start"
    case end = "End"
    case suspended = "Suspended"
    case state = "State"
    case nodeCount = "NNodes"
    case allocatedNodes = "AllocNodes"
    case cpuCount = "NCPUS"
    case allocatedCPUs = "AllocCPUS"
    case allocatedResources = "AllocTRES"
    case requestedResources = "ReqTRES"
    case nodeList = "NodeList"
    case jobName = "JobName"
  }

  /// The columns without which a row says nothing.
  static let required: [Column] = [
    .jobIDRaw, .account, .user, .submit, .start, .end, .state, .allocatedResources, .nodeList,
  ]
  /// Columns in which users may write what they like, the separator included.
  private static let freeText: Set<String> = [
    "jobname", "comment", "admincomment", "systemcomment", "workdir", "submitline", "wckey",
    "extra",
    "constraints",
  ]

  /// By column: its place in a row.
  private let places: [Column: Int]
  let count: Int
  /// The one place that may hold separators, nil where several may.
  let freePlace: Int?

  /// Reads a head: `JobIDRaw|Account|...`.
  ///
  /// - Returns: nil where it is none, or lacks what is required.
  init?(_ names: [Substring]) {
    var places: [Column: Int] = [:]
    let lower = names.map { $0.lowercased() }
    for column in Column.allCases {
      places[column] = lower.firstIndex(of: column.rawValue.lowercased())
    }
    if places[.jobIDRaw] == nil { places[.jobIDRaw] = places[.jobID] }
    guard Self.required.allSatisfy({ places[$0] != nil }) else { return nil }
    self.places = places
    count = names.count
    let free = lower.indices.filter { Self.freeText.contains(lower[$0]) }
    freePlace = free.count == 1 ? free[0] : nil
  }

  func place(of column: Column) -> Int? { places[column] }
}
