import Engine
import Foundation
import Quantities
import Records

/// A host as a text table, and the ledger as lines of the same kind.
///
///     window 00-02                 whole hours; 00-01 where it isn't told
///     scraped 60                   seconds; 60 where it isn't told
///     slots 2 00:00-01:30          an entry of the inventory
///     outage 00:10-00:20
///     scheduled 00:00-01:00        a scheduler accounts for the host
///     numbers g h                  which GPU is number 0, number 1
///     job 42 00:10-00:40 2         a claim to 2 GPUs, to `all`, to `g,h`, or to numbers `#0,1`
///     assignment t 00:00-01:00 all and to what a team has
///     reservation r 00:00-01:00 g  and to what is reserved
///     00:01 g    a,b  80%          time, GPU, workloads or -, utilisation or ?
///     00:01 g    job:42 80%        the exporter names a job
///     00:01 g/1:3 a   80%          MIG instance 1 of three slices
///     00:01 g    a    80% 350W 9J  and the card's power, and what its energy counter shows
///
/// A ledger's line is `hour GPU state workload milliseconds`, the part of which only the number of
/// GPUs is known after it as `(shared 5)`, and in ``energy`` the microjoules; in ``reserved`` it is
/// `hour GPU reservation state workload milliseconds`.
struct HostTable {
  private static let midnight: Int64 = 1_795_392_000_000
  private var window = TimeRange(milliseconds: midnight..<(midnight + 3_600_000))
  private var interval: Int64 = 60_000
  private var slots: [HostInput.Slots] = []
  private var outages: [TimeRange] = []
  private var points: [SeriesPoints] = []
  private var claims: [Claim] = []
  private var scheduled: [TimeRange] = []
  private var numbers: [Int: String] = [:]
  let model: String

  init(_ text: String, model: String = "NVIDIA H100 80GB HBM3") {
    self.model = model
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch words[0] {
      case "window":
        let hours = words[1].split(separator: "-").map { "\($0):00" }
        window = Self.range(hours.joined(separator: "-"))
      case "scraped": interval = (Int64(words[1]) ?? 0) * 1_000
      case "slots":
        slots.append(HostInput.Slots(range: Self.range(words[2]), count: Int(words[1]) ?? 0))
      case "scheduled": scheduled.append(Self.range(words[1]))
      case "numbers":
        numbers = Dictionary(
          uniqueKeysWithValues: words.dropFirst().enumerated().map { ($0.offset, $0.element) })
      case "job", "assignment", "reservation": addClaim(words)
      case "outage": outages.append(Self.range(words[1]))
      default: addSample(words)
      }
    }
  }

  var input: HostInput {
    let frame = SampleFrame(target: "t", points: points)
    return HostInput(
      host: "h", window: window, days: [ScrapedDay(frame: frame, scrapeInterval: interval)],
      slots: slots, outages: outages, idleBelowPartsPerMillion: 50_000, claims: claims,
      scheduled: scheduled, gpuNumbers: numbers)
  }

  /// The ledger, a line for each fact.
  var ledger: String {
    Self.text(HostRollup.ledger(of: input)) { fact in
      let shared = fact.sharedMilliseconds
      return "\(fact.gpuMilliseconds)" + (shared > 0 ? " (shared \(shared))" : "")
    }
  }

  /// What reserved GPUs did, a line each.
  var reserved: String {
    HostRollup.ledger(of: input).reserved.map { time in
      "\(Self.text(time.hour)) \(time.uuid ?? "slots") \(time.reservation.name) \(time.state) "
        + "\(time.workload?.name ?? "-") \(time.gpuMilliseconds)"
    }.sorted().joined(separator: "\n")
  }

  /// The ledger with the energy of each fact instead of its time.
  var energy: String {
    Self.text(HostRollup.ledger(of: input)) { $0.energyMicrojoules.map(String.init) ?? "?" }
  }

  private mutating func addClaim(_ words: [String]) {
    let kinds: [String: WorkloadKey.Kind] = [
      "job": .job, "assignment": .assignment, "reservation": .reservation,
    ]
    let start = Self.range(words[2]).start.milliseconds
    let reach: Claim.Reach =
      if words[3] == "all" {
        .all
      } else if let count = Int(words[3]) {
        .count(count)
      } else if words[3].hasPrefix("#") {
        .indexes(words[3].dropFirst().split(separator: ",").compactMap { Int($0) })
      } else {
        .uuids(words[3].split(separator: ",").map(String.init))
      }
    claims.append(
      Claim(
        workload: WorkloadKey(
          kind: kinds[words[0]] ?? .job, namespace: "", name: words[1], uid: "c:\(start)"),
        host: "h", range: Self.range(words[2]), reach: reach))
  }

  private mutating func addSample(_ words: [String]) {
    let name = words[1].split(separator: "/").map(String.init)
    let instance = name.count > 1 ? name[1].split(separator: ":").compactMap { Int($0) } : []
    let entity = GPUEntity(
      uuid: name[0], instance: instance.first, slices: instance.last, model: model, host: "h")
    let names = words[2] == "-" ? [nil] : words[2].split(separator: ",").map { Optional($0) }
    let percent = Double(words[3].dropLast())
    for name in names {
      let workload = name.map {
        // `a#u` is the pod a with the UID u.
        if $0.hasPrefix("job:") {
          return WorkloadKey(kind: .job, namespace: "", name: String($0.dropFirst(4)), uid: "")
        }
        let parts = $0.split(separator: "#")
        return WorkloadKey(
          kind: .pod, namespace: "n", name: String(parts[0]),
          uid: parts.count > 1 ? String(parts[1]) : "")
      }
      let key = SeriesKey(
        metric: percent == nil ? .framebufferUsed : .gpuUtilization, entity: entity,
        workload: workload)
      points.append(
        SeriesPoints(key: key, timestamps: [Self.time(words[0])], values: [percent ?? 0]))
      for word in words.dropFirst(4) {
        guard let number = Double(word.dropLast()) else { continue }
        let isPower = word.hasSuffix("W")
        points.append(
          SeriesPoints(
            key: SeriesKey(
              metric: isPower ? .powerUsage : .totalEnergy, entity: entity, workload: key.workload),
            timestamps: [Self.time(words[0])], values: [isPower ? number : number * 1_000]))
      }
    }
  }

  /// `00:10` or `00:10:30`.
  private static func time(_ text: some StringProtocol) -> Int64 {
    let numbers = text.split(separator: ":").compactMap { Int64($0) } + [0]
    return midnight + numbers[0] * 3_600_000 + numbers[1] * 60_000 + numbers[2] * 1_000
  }

  private static func range(_ text: String) -> TimeRange {
    let ends = text.split(separator: "-").map { time($0) }
    return TimeRange(milliseconds: ends[0]..<ends[1])
  }

  private static func text(_ hour: UTCInstant) -> String {
    let number = (hour.milliseconds - midnight) / 3_600_000
    return number < 10 ? "0\(number)" : "\(number)"
  }

  private static func text(_ ledger: HostLedger, _ amount: (StateFact) -> String) -> String {
    let facts = ledger.facts.sorted {
      ($0.hour, $0.uuid ?? "~", $0.state, $0.workload?.name ?? "")
        < ($1.hour, $1.uuid ?? "~", $1.state, $1.workload?.name ?? "")
    }
    return facts.map { fact in
      return [
        text(fact.hour), fact.uuid ?? "slots", fact.state.description,
        fact.workload?.name ?? "-", amount(fact),
      ].joined(separator: " ")
    }.joined(separator: "\n")
  }
}
