import Quantities
import Records

/// The texts of a charge's key that are kept once and known by number.
enum ChargeText: Int, CaseIterable {
  case provider, invoiceID, billingAccount, account, accountName, service, region, resourceID
  case sku, instanceType, commitmentID, unit, tags
}

/// A charge's key in words of memory, so that rows are compared without a text.
///
/// No bits are unused: two keys are equal where their bytes are.
struct ChargeWords: BitwiseCopyable {
  /// - Unit: milliseconds since 1970 UTC.
  var start: Int64 = 0
  var end: Int64 = 0
  var provider: UInt32 = 0
  var invoiceID: UInt32 = 0
  var billingAccount: UInt32 = 0
  var account: UInt32 = 0
  var accountName: UInt32 = 0
  var service: UInt32 = 0
  var region: UInt32 = 0
  var resourceID: UInt32 = 0
  var sku: UInt32 = 0
  var instanceType: UInt32 = 0
  var commitmentID: UInt32 = 0
  var unit: UInt32 = 0
  var tags: UInt32 = 0
  /// The three letters, the first one highest.
  var currency: UInt32 = 0
  /// Months since the year 0.
  var billingMonth: UInt32 = 0
  /// Of the list of GPUs; 0 for none.
  var gpu: UInt32 = 0
  var category: UInt8 = 0
  /// 0 for none, else one more than its place among all cases.
  var pricing: UInt8 = 0
  /// As `pricing`.
  var commitmentStatus: UInt8 = 0
  /// ``ChargeWords/correction`` and the others.
  var flags: UInt8 = 0
  /// Fills the words up.
  var reserved: UInt32 = 0

  static let correction: UInt8 = 1
  static let hasList: UInt8 = 2
  static let hasQuantity: UInt8 = 4

  @inline(__always) mutating func set(_ category: BillCharge.Category) {
    switch category {
    case .usage: self.category = 0
    case .purchase: self.category = 1
    case .tax: self.category = 2
    case .credit: self.category = 3
    case .adjustment: self.category = 4
    }
  }

  @inline(__always) mutating func set(_ pricing: BillCharge.Pricing?) {
    switch pricing {
    case nil: self.pricing = 0
    case .standard: self.pricing = 1
    case .dynamic: self.pricing = 2
    case .committed: self.pricing = 3
    case .other: self.pricing = 4
    }
  }

  @inline(__always) mutating func set(_ status: BillCharge.CommitmentStatus?) {
    switch status {
    case nil: commitmentStatus = 0
    case .used: commitmentStatus = 1
    case .unused: commitmentStatus = 2
    }
  }

  @inline(__always) mutating func set(_ flag: UInt8, _ isSet: Bool) {
    flags = isSet ? flags | flag : flags & ~flag
  }
}

/// What one row says, before it is added to its group.
struct ChargeDraft {
  var words = ChargeWords()
  var billed: Int128 = 0
  var effective: Int128 = 0
  var list: Int128 = 0
  var quantity: Int128 = 0
  var isRounded = false
  var isQuantityRounded = false
  /// Credits within the row, which become charges of their own.
  var credits: [Credit] = []

  /// A part of a row's cost that is taken back.
  struct Credit {
    var picos: Int128
    /// Of the commitment that gave it.
    var commitmentID: UInt32
  }
}

/// Why a row is refused.
struct RowFault: Error, Equatable {
  let rule: String
  let found: String
  let expected: String
}
