import Quantities

extension Fleet {
  /// What an exporter answers.
  package enum Answer: Equatable, Sendable {
    /// Text 0.0.4.
    case text([UInt8])
    /// Nothing, as when the exporter is down.
    case silence
  }

  /// The moment of the fleet's script that plays at `now`: after its end it starts again.
  package func moment(at now: UTCInstant) -> UTCInstant {
    let passed = (now - plan.start) % plan.span.milliseconds
    return plan.start + (passed < 0 ? passed + plan.span.milliseconds : passed)
  }

  /// What the exporter of `host` answers at `now`, in the form of dcgm-exporter.
  ///
  /// The values are those of the last tick, as the real exporter reads its cards at intervals.
  package func exporterAnswer(of host: Host, at now: UTCInstant) -> Answer {
    let passed = moment(at: now) - plan.start - host.offset
    let tick = max(0, Int(passed / plan.scrapeInterval))
    return host.isScraped[tick] ? .text(exporterText(of: host, tick: tick)) : .silence
  }

  /// The exporter's text at `tick`.
  func exporterText(of host: Host, tick: Int) -> [UInt8] {
    let sink = ByteSink()
    for metric in ExporterMetric.inExporterOrder where shows(metric, on: host, at: tick) {
      sink.append("# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.type)\n")
      for card in host.cards where host.shows(card, at: tick) {
        for part in card.parts {
          let stretch = part.stretch(at: tick)
          for emission in emissions(of: metric, part, of: card, in: stretch) {
            let labels = exporterLabels(emission, part, of: card, on: host, in: stretch)
            sink.append(labels.head(metric.name))
            let values = values(
              emission, part, of: card, on: host, in: stretch, at: tick..<(tick + 1))
            sink.append(values[0], scale: metric.scale)
            sink.append("\n")
          }
        }
      }
    }
    return sink.text
  }

  /// What kube-state-metrics answers at `now`.
  package func kubeStateAnswer(at now: UTCInstant) -> Answer {
    let moment = moment(at: now)
    let passed = moment - plan.start - kubeState.offset
    let tick = max(0, Int(passed / plan.kubeStateInterval))
    guard kubeState.isScraped[tick] else { return .silence }
    let sink = ByteSink()
    for family in kubeStateFamilies {
      sink.append("# HELP \(family.name) \(family.help)\n# TYPE \(family.name) gauge\n")
      for series in family.series {
        guard let value = series.value(at: moment) else { continue }
        sink.append(series.labels.head(family.name))
        sink.append("\(value)\n")
      }
    }
    return .text(sink.text)
  }
}
