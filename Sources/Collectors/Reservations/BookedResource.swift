import Quantities

/// What a booking is for, as its text names it.
struct BookedResource: Equatable {
  var hosts: [String] = []
  var uuids: [String] = []

  /// One text names at most so many GPUs: each is looked for among those before.
  static let uuidsMax = 4_096
  static let expectation =
    "host names such as gpu[01-04], a GPU's UUID, or a name that stands under 'hosts' of the source"

  init() {}

  /// Reads host names, host lists and UUIDs, with commas or semicolons between them.
  ///
  /// - Parameter known: what stands for names of the booking system's own.
  init(_ text: String, known: [String: String]) throws(BookingFault) {
    let text = String(text.trimmingBlanks())
    if let hosts = known[text] {
      try add(hosts, told: text)
    } else {
      for part in Self.parts(of: text) {
        let name = String(part.trimmingBlanks())
        if !name.isEmpty { try add(known[name] ?? name, told: text) }
      }
    }
    guard !hosts.isEmpty || !uuids.isEmpty else { throw Self.fault(text) }
    guard hosts.isEmpty || uuids.isEmpty else {
      throw BookingFault(
        rule: "hosts and GPUs mixed", found: "'\(text.prefix(80))'",
        expected: "either hosts or UUIDs of GPUs")
    }
  }

  private mutating func add(_ text: String, told: String) throws(BookingFault) {
    guard let names = HostRange.expand(text), !text.hasPrefix("MIG-") else {
      throw Self.fault(told)
    }
    for name in names {
      if Self.isUUID(name) {
        if !uuids.contains(name) { uuids.append(name) }
      } else {
        hosts.append(name)
      }
    }
    guard hosts.count <= HostRange.hostsMax, uuids.count <= Self.uuidsMax else {
      throw Self.fault(told)
    }
  }

  /// Whether `name` is a GPU's, such as `GPU-5d4c...`, and not a host's, such as `GPU-01`.
  static func isUUID(_ name: String) -> Bool {
    guard name.hasPrefix("GPU-") else { return false }
    let rest = name.dropFirst(4)
    return rest.count >= 8 && rest.allSatisfy { $0.isHexDigit || $0 == "-" }
  }

  /// Splits at commas and semicolons outside brackets.
  private static func parts(of text: String) -> [Substring] {
    var depth = 0
    return text.split { character in
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      return depth <= 0 && (character == "," || character == ";")
    }
  }

  private static func fault(_ text: String) -> BookingFault {
    BookingFault(
      rule: "unknown resource", found: "'\(text.prefix(80))'", expected: expectation)
  }
}

/// The resources of a text, each read once.
struct BookedResources {
  /// All different lists together name at most so many hosts.
  static let hostsMax = 1_000_000

  private let known: [String: String]
  private let toldMax: Int
  private var read: [String: BookedResource] = [:]
  private var hostCount = 0
  private var toldCount = 0

  /// - Parameters:
  ///   - known: what stands for names of the booking system's own.
  ///   - toldMax: how many hosts all rows together may name.
  init(known: [String: String], toldMax: Int = 20_000_000) {
    self.known = known
    self.toldMax = toldMax
  }

  mutating func resource(_ text: String) throws(BookingFault) -> BookedResource {
    let resource: BookedResource
    if let known = read[text] {
      resource = known
    } else {
      // Past the bound nothing more is expanded.
      guard hostCount <= Self.hostsMax else {
        throw Self.fault(text, Self.hostsMax, "different lists")
      }
      resource = try BookedResource(text, known: known)
      hostCount += resource.hosts.count
      guard hostCount <= Self.hostsMax else {
        throw Self.fault(text, Self.hostsMax, "different lists")
      }
      read[text] = resource
    }
    toldCount = min(toldCount + resource.hosts.count, toldMax + 1)
    guard toldCount <= toldMax else { throw Self.fault(text, toldMax, "rows") }
    return resource
  }

  private static func fault(_ text: String, _ hosts: Int, _ of: String) -> BookingFault {
    BookingFault(
      rule: "too many hosts", found: "'\(text.prefix(80))'",
      expected: "\(hosts) hosts in all \(of) together")
  }
}
