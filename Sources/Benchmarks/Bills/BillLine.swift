import Simulator

/// One thing that is charged hour after hour: a machine, a volume, a bucket, a plan's fee.
struct BillLine {
  /// What varies from row to row.
  enum Part: CaseIterable {
    case identity, interval, start, end, cost, usage, listCost, reservationCost, planCost
    case planTotal, planUsed
  }

  /// Text that is the same in all rows, and then what varies.
  struct Segment {
    var text: [UInt8]
    var part: Part?
  }

  let kind: BillLineKind
  let segments: [Segment]
  /// - Unit: 1e-10 of a dollar for one unit.
  let rate: Int64
  let isOfHours: Bool

  /// - Parameters:
  ///   - values: of columns that are not empty, by their name.
  init(kind: BillLineKind, rate: Int64, isOfHours: Bool, values: [String: String]) {
    self.kind = kind
    self.rate = rate
    self.isOfHours = isOfHours
    var segments: [Segment] = []
    var text: [UInt8] = []
    for (index, name) in BillColumnNames.all.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      if let part = Self.part(of: name, kind) {
        segments.append(Segment(text: text, part: part))
        text = []
      } else if let value = values[name] {
        text += Self.field(value)
      }
    }
    text.append(UInt8(ascii: "\n"))
    segments.append(Segment(text: text, part: nil))
    self.segments = segments
  }

  /// AWS quotes what has a comma or a quotation mark.
  private static func field(_ value: String) -> [UInt8] {
    guard value.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") })
    else { return Array(value.utf8) }
    let inner = value.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    return [UInt8(ascii: "\"")] + inner + [UInt8(ascii: "\"")]
  }

  private static func part(of name: String, _ kind: BillLineKind) -> Part? {
    switch name {
    case "identity_line_item_id": .identity
    case "identity_time_interval": .interval
    case "line_item_usage_start_date": .start
    case "line_item_usage_end_date": .end
    case "line_item_unblended_cost", "line_item_blended_cost": .cost
    case "line_item_usage_amount": .usage
    case "pricing_public_on_demand_cost": kind.hasListCost ? .listCost : nil
    case "reservation_effective_cost": kind == .discounted ? .reservationCost : nil
    case "savings_plan_savings_plan_effective_cost":
      kind == .covered || kind == .negation ? .planCost : nil
    case "savings_plan_total_commitment_to_date": kind == .planFee ? .planTotal : nil
    case "savings_plan_used_commitment": kind == .planFee ? .planUsed : nil
    default: nil
    }
  }
}

/// Types of line items that are made.
enum BillLineKind: String {
  case usage = "Usage"
  case covered = "SavingsPlanCoveredUsage"
  case negation = "SavingsPlanNegation"
  case discounted = "DiscountedUsage"
  case planFee = "SavingsPlanRecurringFee"
  case tax = "Tax"
  case credit = "Credit"

  var hasListCost: Bool { self == .usage || self == .covered || self == .discounted }
}

/// What a row costs, both ways.
///
/// - Unit: 1e-10 of a dollar, which is how fine AWS' costs are.
struct BillRowCost {
  var billed: Int64
  var effective: Int64
  var list: Int64
  var total: Int64 = 0
  var used: Int64 = 0

  /// The costs of `quantity` (1e-10 units) of a line.
  init(_ line: BillLine, quantity: Int64) {
    let whole = Int64(Int128(line.rate) * Int128(quantity) / 10_000_000_000)
    list = whole
    switch line.kind {
    case .usage, .tax:
      billed = whole
      effective = whole
    case .credit:
      billed = -whole
      effective = -whole
    case .covered:
      billed = whole
      effective = whole / 100 * 72
    case .negation:
      billed = -whole
      effective = 0
    case .discounted:
      billed = 0
      effective = whole / 100 * 63
    case .planFee:
      billed = whole
      total = whole
      used = whole / 10 * 9
      effective = total - used
    }
  }
}
