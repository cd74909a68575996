import Quantities
import Records

/// What the fleet's samples of an hour come to.
package struct FleetHour: Equatable, Sendable {
  package var gpus = 0
  /// - Unit: millionths of full utilisation, summed over samples.
  package var utilization: Int64 = 0
  package var utilizationSamples: Int64 = 0
  /// - Unit: milliwatts, summed over samples.
  package var power: Int64 = 0
  package var powerSamples: Int64 = 0

  package init() {}

  package static func += (left: inout Self, right: Self) {
    left.gpus += right.gpus
    left.utilization += right.utilization
    left.utilizationSamples += right.utilizationSamples
    left.power += right.power
    left.powerSamples += right.powerSamples
  }
}

/// Sums the samples of hosts by UTC hour, whoever holds the GPUs.
package struct FleetScan {
  private let window: TimeRange
  /// One an hour of the window.
  package private(set) var hours: [FleetHour]

  package init(window: TimeRange) {
    self.window = window
    hours = Array(
      repeating: FleetHour(), count: Int(window.milliseconds / UTCInstant.millisecondsPerHour))
  }

  private func index(of hour: UTCInstant) -> Int? {
    window.contains(hour)
      ? Int((hour - window.start) / UTCInstant.millisecondsPerHour) : nil
  }

  /// Takes a day by its summary.
  package mutating func take(_ summary: DaySummary) {
    let frame = summary.frame
    let places = frame.hours.map { index(of: $0.hour) }
    var counted = [Int](repeating: -1, count: frame.hours.count)
    for cell in summary.cells {
      let hour = Int(cell.hour)
      guard let place = places[hour] else { continue }
      let entity = frame.lines[Int(cell.line)].entity
      if counted[hour] != entity {
        counted[hour] = entity
        hours[place].gpus += 1
      }
      if let utilization = cell.utilization {
        hours[place].utilization += utilization
        hours[place].utilizationSamples += Int64(cell.rows)
      }
      if let power = cell.power {
        hours[place].power += power
        hours[place].powerSamples += Int64(cell.rows)
      }
    }
  }

  /// Takes the frames of a host's day: of each GPU and hour the one with the most samples, and of
  /// each sample what the largest of its series says.
  package mutating func take(_ frames: [SampleFrame], host: String) {
    var best: [Place: (rows: Int, hour: FleetHour)] = [:]
    for frame in frames {
      let frameHours = HourRows.all(of: frame.timestamps)
      let mine = frame.series.filter { $0.key.entity.host == host }
      for (uuid, series) in Dictionary(grouping: mine, by: { $0.key.entity.uuid }) {
        let rows = CardRows(series, rowCount: frame.timestamps.count)
        for hour in frameHours {
          guard let place = index(of: hour.hour) else { continue }
          let sum = rows.sum(hour.rows)
          guard sum.rows > 0 else { continue }
          let key = Place(uuid: uuid, hour: place)
          if best[key].map({ $0.rows < sum.rows }) ?? true { best[key] = sum }
        }
      }
    }
    for (key, sum) in best { hours[key.hour] += sum.hour }
  }

  private struct Place: Hashable {
    let uuid: String
    let hour: Int
  }
}

/// What a card's series say at each row of a frame, -1 where nothing.
private struct CardRows {
  private var isSeen: [Bool]
  private var utilization: [Int64]
  private var power: [Int64]

  init(_ series: [SampleFrame.Series], rowCount: Int) {
    isSeen = Array(repeating: false, count: rowCount)
    utilization = Array(repeating: -1, count: rowCount)
    power = utilization
    for one in series {
      var at = 0
      for run in one.runs {
        for row in run {
          let value = one.values[at]
          at += 1
          isSeen[row] = true
          if one.key.metric == .gpuUtilization {
            utilization[row] = max(
              utilization[row], Int64(WholeParts.activity(value, scale: 10_000)))
          } else if one.key.metric == .powerUsage {
            power[row] = max(power[row], WholeParts.power(value))
          }
        }
      }
    }
  }

  func sum(_ rows: Range<Int>) -> (rows: Int, hour: FleetHour) {
    var hour = FleetHour()
    hour.gpus = 1
    var seen = 0
    for row in rows where isSeen[row] {
      seen += 1
      if utilization[row] >= 0 {
        hour.utilization += utilization[row]
        hour.utilizationSamples += 1
      }
      if power[row] >= 0 {
        hour.power += power[row]
        hour.powerSamples += 1
      }
    }
    return (seen, hour)
  }
}
