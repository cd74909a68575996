/// What one volume holds of a class of storage on a billing day, for one bearer.
package struct StoredVolume: Hashable, Sendable {
  /// The number of the pool in the account book.
  package var pool: Int32
  /// The number of the workload that stands for the volume and its claim.
  package var workload: Int64
  /// Who bears it, by one of our own names; nil for the team of the claim.
  package var bearer: String?
  /// What it holds.
  package var amount: StorageAmount

  package init(pool: Int32, workload: Int64, bearer: String? = nil, amount: StorageAmount) {
    self.pool = pool
    self.workload = workload
    self.bearer = bearer
    self.amount = amount
  }
}

/// Storage held over time.
package struct StorageAmount: Hashable, Sendable {
  /// - Unit: hours of one volume.
  package var volumeHours: Int64
  /// What was provisioned.
  ///
  /// - Unit: byte-hours, as are the other two.
  package var provisioned: Int64
  /// The same, each replica counted.
  package var replicated: Int64
  /// What was written to one replica; nil where nothing tells it.
  package var used: Int64?

  package init(
    volumeHours: Int64 = 0, provisioned: Int64 = 0, replicated: Int64 = 0, used: Int64? = nil
  ) {
    self.volumeHours = volumeHours
    self.provisioned = provisioned
    self.replicated = replicated
    self.used = used
  }

  /// - Precondition: no sum leaves Int64.
  package static func + (left: Self, right: Self) -> Self {
    Self(
      volumeHours: left.volumeHours + right.volumeHours,
      provisioned: left.provisioned + right.provisioned,
      replicated: left.replicated + right.replicated,
      used: left.used == nil ? right.used : (left.used ?? 0) + (right.used ?? 0))
  }

  package static prefix func - (amount: Self) -> Self {
    Self(
      volumeHours: -amount.volumeHours, provisioned: -amount.provisioned,
      replicated: -amount.replicated, used: amount.used.map(-))
  }

  /// Whether it changes no sum.
  package var isNothing: Bool {
    volumeHours == 0 && provisioned == 0 && replicated == 0 && (used ?? 0) == 0
  }
}

/// Storage as an account book has it: a volume's part of a day, and who pays.
package struct StorageUse: Hashable, Sendable {
  /// The number of the pool in the account book.
  package var pool: Int32
  /// The number of who pays.
  package var payer: Int32
  package var workload: Int64
  package var amount: StorageAmount
  /// Whether anything says what it costs.
  package var isPriced: Bool

  package init(
    pool: Int32, payer: Int32, workload: Int64, amount: StorageAmount, isPriced: Bool
  ) {
    self.pool = pool
    self.payer = payer
    self.workload = workload
    self.amount = amount
    self.isPriced = isPriced
  }
}
