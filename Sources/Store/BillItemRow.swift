import GRDB
import Quantities
import Records

/// A row of `bill_item`, as far as it says whose and of what its charges are.
struct BillItemRow {
  static let columns = """
    item.id AS item_id, item.currency AS currency, item.category AS category,
      item.is_correction AS is_correction, item.provider AS provider,
      item.billing_account AS billing_account, item.account AS account,
      item.account_name AS account_name, item.service AS service, item.region AS region,
      item.resource AS resource, item.sku AS sku, item.instance_type AS instance_type,
      item.unit AS unit, item.tags AS tags
    """
  private let row: Row

  init(_ row: Row) {
    self.row = row
  }

  var account: String { row["account"] ?? "" }

  /// The host that an instance is: the last part of its name at the provider; where the bill names
  /// none, all of a type and account are one.
  var host: String? {
    if let resource: String = row["resource"], let name = resource.split(separator: "/").last {
      return HostKey.short(name.split(separator: ":").last.map(String.init) ?? String(name))
    }
    guard let type: String = row["instance_type"] ?? row["sku"] else { return nil }
    return HostKey.short((type + " " + account).replacing(".", with: "-"))
  }

  /// - Unit: milliseconds; nil where its quantity isn't time.
  var unitMilliseconds: Int64? {
    guard let unit: String = row["unit"] else { return nil }
    switch unit.lowercased() {
    case "hrs", "hr", "hours", "hour", "h", "1 hour", "gpu-hours", "instance-hours":
      return UTCInstant.millisecondsPerHour
    case "seconds", "second", "s", "sec", "gpu-seconds": return 1_000
    default: return nil
    }
  }

  /// What rules of teams can match.
  var attributes: [String: String] {
    var result: [String: String] = [:]
    for key in [
      "provider", "billing_account", "account", "account_name", "service", "region", "resource",
      "instance_type",
    ] {
      if let text: String = row[key], !text.isEmpty { result[key] = text }
    }
    for (name, value) in AttributeText.attributes(row["tags"] ?? "{}") {
      result["tag:" + name] = value
    }
    return result
  }
}
