import Quantities
import Records

/// What was said hour by hour, told as spans of hours in which it stayed the same.
struct HourlyFacts {
  private struct Subject: Hashable {
    let kind: Observation.Kind
    let name: String
  }

  private var attributesByHour: [Subject: [UTCInstant: [String: String]]] = [:]

  /// Notes what was said in the hour that starts at `hour`.
  mutating func add(
    _ kind: Observation.Kind, _ subject: String, _ attributes: [String: String], hour: UTCInstant
  ) {
    attributesByHour[Subject(kind: kind, name: subject), default: [:]][hour] = attributes
  }

  /// One observation for each subject, its attributes and the hours in a row in which it had them.
  var observations: [Observation] {
    var all: [Observation] = []
    let subjects = attributesByHour.sorted {
      ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name)
    }
    for (subject, byHour) in subjects {
      var open: (start: UTCInstant, end: UTCInstant, attributes: [String: String])?
      func close() {
        guard let open else { return }
        all.append(
          Observation(
            kind: subject.kind, subject: subject.name, attributes: open.attributes,
            range: TimeRange(open.start, open.end)))
      }
      for (hour, attributes) in byHour.sorted(by: { $0.key < $1.key }) {
        let end = hour + UTCInstant.millisecondsPerHour
        if let current = open, current.end == hour, current.attributes == attributes {
          open = (current.start, end, attributes)
        } else {
          close()
          open = (hour, end, attributes)
        }
      }
      close()
    }
    return all
  }
}
