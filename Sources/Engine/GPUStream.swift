import Quantities
import Records

/// The samples of one GPU in the order of time, from whichever targets showed it.
package struct GPUStream: Sendable {
  /// One entity of the card: itself or a MIG instance.
  struct Entity: Sendable {
    let instance: Int?
    /// By sample: the compute slices of a MIG instance, as an instance's number is used again for
    /// another size; of the card itself 1.
    var slices: [Int32]
    /// By sample: ``Holders/absent`` where the sample doesn't show the entity, else the number of
    /// the set of workloads that it names.
    var holders: [Int32]
    /// By sample: the larger activity signal in whole millionths, -1 where there is none.
    var activity: [Int32]
  }

  package let uuid: String
  package internal(set) var model: String
  /// - Unit: milliseconds UTC, rising strictly.
  var times: [Int64] = []
  /// How long each sample speaks at most: twice the scrape interval.
  var reaches: [Int64] = []
  /// Power of the whole card in milliwatts, -1 where not measured.
  var power: [Int64] = []
  /// The card's energy counter in millijoules, -1 where not measured; empty where it never is.
  var counter: [Int64] = []
  /// The card itself first, then the instances by number.
  var entities: [Entity] = []
  /// The compute slices of the card; 1 for a card that was never seen divided.
  private(set) var slices = 1

  init(uuid: String, model: String) {
    self.uuid = uuid
    self.model = model
  }

  /// Finds ``slices``, once model and entities are known.
  ///
  /// - Source: NVIDIA's MIG profiles: seven on A100, H100 and H200, four on A30.
  mutating func countSlices() {
    let isDivided = entities.contains { $0.instance != nil }
    slices = !isDivided ? 1 : model.contains("A30") ? 4 : 7
  }

  /// From the first sample to the end of the last; nil without any.
  var presence: Range<Int64>? {
    guard let first = times.first else { return nil }
    return first..<max(first, speakingEnd(times.count - 1))
  }

  /// The last sample at or before `time`.
  func index(at time: Int64) -> Int? {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }

  /// For how long samples spoke of activity between two instants, on any part of the card.
  func activeMilliseconds(_ start: Int64, _ end: Int64, threshold: Int64) -> Int64 {
    var sum: Int64 = 0
    var index = self.index(at: start) ?? 0
    while index < times.count, times[index] < end {
      let length = min(end, speakingEnd(index)) - max(start, times[index])
      if length > 0, entities.contains(where: { Int64($0.activity[index]) >= threshold }) {
        sum += length
      }
      index += 1
    }
    return sum
  }

  /// The end of what sample `index` says: the next sample, or as far as it reaches.
  func speakingEnd(_ index: Int) -> Int64 {
    let reach = times[index] + reaches[index]
    return index + 1 < times.count ? min(times[index + 1], reach) : reach
  }
}

/// The sets of workloads that hold GPUs, each set once.
package struct Holders: Sendable {
  static let absent: Int32 = -1
  static let nobody: Int32 = 0

  private(set) var workloads: [WorkloadKey] = []
  /// Set number to indices into `workloads`, rising; one that stands twice has twice the share.
  private(set) var sets: [[Int32]] = [[]]
  private var workloadNumbers: [WorkloadKey: Int32] = [:]
  private var setNumbers: [[Int32]: Int32] = [[]: 0]
  private var unions: [Int64: Int32] = [:]

  mutating func number(of workload: WorkloadKey) -> Int32 {
    if let known = workloadNumbers[workload] { return known }
    let number = Int32(workloads.count)
    workloads.append(workload)
    workloadNumbers[workload] = number
    return number
  }

  /// The set of `set` and `workload`; one named with and without its UID is in it once, with it.
  mutating func adding(_ workload: Int32, to set: Int32) -> Int32 {
    let key = Int64(set) << 32 | Int64(workload)
    if let known = unions[key] { return known }
    var members = sets[Int(set)]
    let hasUID = !workloads[Int(workload)].uid.isEmpty
    let twins = members.filter { agree($0, workload) }
    if twins.isEmpty || (hasUID && !twins.contains(workload)) {
      members.removeAll { twins.contains($0) }
      members.append(workload)
    }
    let union = number(of: members.sorted())
    unions[key] = union
    return union
  }

  /// The set of those in both; one named with its UID in one of them only is meant by both.
  mutating func intersection(_ left: Int32, _ right: Int32) -> Int32 {
    if left == right { return left }
    if left <= 0 || right <= 0 { return Self.nobody }
    let (one, other) = (sets[Int(left)], sets[Int(right)])
    let common = (one + other).filter { member in
      one.contains { agree($0, member) } && other.contains { agree($0, member) }
    }
    return common.reduce(Self.nobody) { set, member in adding(member, to: set) }
  }

  private func agree(_ left: Int32, _ right: Int32) -> Bool {
    left == right || workloads[Int(left)].agrees(with: workloads[Int(right)])
  }

  /// The number of a set in which workloads with larger shares stand more often.
  mutating func number(ofSet members: [Int32]) -> Int32 { number(of: members.sorted()) }

  /// `set` without `others`.
  mutating func removing(_ others: Set<Int32>, from set: Int32) -> Int32 {
    guard set > Self.nobody, sets[Int(set)].contains(where: others.contains) else { return set }
    return number(of: sets[Int(set)].filter { !others.contains($0) })
  }

  private mutating func number(of members: [Int32]) -> Int32 {
    if let known = setNumbers[members] { return known }
    let number = Int32(sets.count)
    sets.append(members)
    setNumbers[members] = number
    return number
  }
}
