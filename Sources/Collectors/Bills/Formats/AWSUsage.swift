/// What a usage type of AWS says: `USW2-BoxUsage:p4d.24xlarge`.
struct AWSUsage: Equatable {
  /// What comes after the last colon, where it has the form of an instance type.
  let instanceType: String?
  /// Whether its quantity is time of instances, and not of what comes with them.
  let isInstanceTime: Bool
  let isSpot: Bool

  /// - Source: CUR usage types; a Region's short name and `-` may come first.
  init(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else {
      instanceType = nil
      isInstanceTime = false
      isSpot = text.contains("SpotUsage")
      return
    }
    let kind = text[..<colon]
    let type = text[text.index(after: colon)...]
    let parts = type.split(separator: ".", omittingEmptySubsequences: false)
    let isType =
      parts.count >= 2 && parts.allSatisfy { !$0.isEmpty }
      && type.utf8.allSatisfy { Self.isOfTypes($0) }
    instanceType = isType ? String(type) : nil
    isSpot = kind.hasSuffix("SpotUsage")
    let isBeside = Self.besides.contains { kind.contains($0) }
    let isPromise = Self.promises.contains { kind.hasSuffix($0) }
    isInstanceTime = isType && !isBeside && !isPromise
  }

  /// What instances are charged for beside their time.
  private static let besides = ["EBSOptimized", "CPUCredits", "DataTransfer", "EBS:", "HostUsage"]

  /// Capacity that is held, at no cost: its hours come again as those that were used (BoxUsage) and
  /// those that were not (UnusedBox).
  private static let promises = ["Reservation", "DedicatedRes"]

  private static func isOfTypes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      || (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
