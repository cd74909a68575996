import Quantities
import Records

/// Who has a host's GPUs by claims, instant by instant.
struct ClaimPlan {
  /// A time in which the same claims hold a GPU.
  struct Part: Equatable {
    var from: Int64
    var to: Int64
    /// The set of workloads that hold it by claims, ``Holders/nobody`` for none.
    var holders = Holders.nobody
    /// Whether only the number of GPUs is known, not which ones.
    var isShared = false
    /// The set of reservations that cover it.
    var reserved = Holders.nobody
  }

  /// The same of several slots that no GPU fills.
  struct SlotPart: Equatable {
    let part: Part
    let count: Int
  }

  static let empty = ClaimPlan()

  /// By GPU, in the order of time, apart; only where something is claimed.
  private var parts: [String: [Part]] = [:]
  /// Of slots that no GPU fills, in the order of time; only where something is claimed.
  private(set) var slots: [SlotPart] = []
  /// Jobs that an exporter's label names, and whose claims tell their times better.
  var labelled: Set<Int32> = []

  var isEmpty: Bool { parts.isEmpty && slots.isEmpty }

  mutating func add(_ part: Part, to uuid: String) {
    let last = parts[uuid]?.last
    if let last, last.to == part.from, last.holders == part.holders,
      last.isShared == part.isShared, last.reserved == part.reserved
    {
      parts[uuid]?.removeLast()
      var longer = last
      longer.to = part.to
      parts[uuid]?.append(longer)
    } else {
      parts[uuid, default: []].append(part)
    }
  }

  mutating func add(_ part: Part, slots count: Int) {
    slots.append(SlotPart(part: part, count: count))
  }

  /// `start` to `end` cut where the claims on a GPU change; every instant is in one part.
  ///
  /// - Complexity: O(log n) and one step for each part.
  func split(_ uuid: String, _ start: Int64, _ end: Int64) -> [Part] {
    guard start < end else { return [] }
    guard let own = parts[uuid] else { return [Part(from: start, to: end)] }
    var low = 0
    var high = own.count
    while low < high {
      let middle = (low + high) / 2
      if own[middle].to <= start { low = middle + 1 } else { high = middle }
    }
    var result: [Part] = []
    var at = start
    while at < end {
      guard low < own.count, own[low].from < end else {
        result.append(Part(from: at, to: end))
        break
      }
      if at < own[low].from {
        result.append(Part(from: at, to: own[low].from))
        at = own[low].from
      }
      var part = own[low]
      part.from = at
      part.to = min(end, part.to)
      result.append(part)
      at = part.to
      low += 1
    }
    return result
  }
}
