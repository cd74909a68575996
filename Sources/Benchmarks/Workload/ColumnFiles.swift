import Foundation
import Simulator

/// A fleet's samples as raw columns, for engines that aren't gputally.
///
/// One file a column, little-endian, one value a row, all in the order of day, host, GPU and time:
/// `time.i64` (milliseconds), `gpu.u16` (its number in the fleet), `allocation.u32` (0 for none),
/// `util.u8`, `fb.i32`, `power.f64`, `engine.f64`. Allocations and GPUs are CSV.
final class ColumnFiles {
  private let plan: WorkloadPlan
  private let handles: [FileHandle]
  private static let names = [
    "time.i64", "gpu.u16", "allocation.u32", "util.u8", "fb.i32", "power.f64", "engine.f64",
  ]

  init(folder: String, of generator: WorkloadGenerator) throws {
    plan = generator.plan
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    handles = try Self.names.map { name in
      let path = folder + "/" + name
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw SimulationError.unwritable(file: path, reason: "it cannot be created") }
      return handle
    }
    try Self.write(Self.allocations(of: generator), to: folder + "/allocations.csv")
    try Self.write(Self.gpus(of: generator), to: folder + "/gpus.csv")
  }

  /// Adds one host's day at the end.
  func append(_ day: HostDay, firstNumber: UInt32) throws {
    let rows = WorkloadPlan.ticksPerDay
    let start = plan.range(ofDay: day.day).start.milliseconds
    let times = (0..<rows).map { start + Int64($0) * WorkloadPlan.interval }
    for (gpu, card) in day.cards.enumerated() {
      let number = UInt16(day.host * plan.gpusPerHost + gpu)
      var holders = Array(repeating: UInt32(0), count: rows)
      for stay in card.stays {
        guard let allocation = stay.allocation else { continue }
        for row in stay.rows { holders[row] = firstNumber + UInt32(allocation) }
      }
      try write(times, 0)
      try write(Array(repeating: number, count: rows), 1)
      try write(holders, 2)
      try write(card.utilization, 3)
      try write(card.framebuffer, 4)
      try write(card.values(of: .powerUsage, rows: 0..<rows), 5)
      try write(card.values(of: .graphicsEngineActive, rows: 0..<rows), 6)
    }
  }

  func close() throws {
    for handle in handles { try handle.close() }
  }

  /// - Precondition: the machine is little-endian, as everything that Swift on Linux runs on is.
  private func write<Value: BitwiseCopyable>(_ values: [Value], _ column: Int) throws {
    try handles[column].write(contentsOf: values.withUnsafeBytes { Data($0) })
  }

  private static func write(_ text: String, to path: String) throws {
    let sink = try ByteSink(file: path)
    sink.append(text)
    try sink.close()
  }

  private static func gpus(of generator: WorkloadGenerator) -> String {
    var text = "gpu,gpu_uuid,host\n"
    for (host, schedule) in generator.schedules.enumerated() {
      for (gpu, uuid) in schedule.uuids.enumerated() {
        let number = host * generator.plan.gpusPerHost + gpu
        text += "\(number),\(uuid),\(generator.plan.hostName(host))\n"
      }
    }
    return text
  }

  private static func allocations(of generator: WorkloadGenerator) -> String {
    let plan = generator.plan
    var text = "allocation,gpu,gpu_uuid,host,namespace,pod,team,start_ms,end_ms\n"
    for (host, schedule) in generator.schedules.enumerated() {
      for (index, one) in schedule.allocations.enumerated() {
        let number = generator.firstNumbers[host] + UInt32(index)
        let times = [one.ticks.lowerBound, one.ticks.upperBound].map {
          "\(plan.time(of: $0).milliseconds)"
        }
        let fields = [
          "\(number)", "\(host * plan.gpusPerHost + one.gpu)", schedule.uuids[one.gpu],
          plan.hostName(host), one.pod.namespace, one.pod.name, one.pod.namespace,
        ]
        text += (fields + times).joined(separator: ",") + "\n"
      }
    }
    return text
  }
}
