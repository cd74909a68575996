import Engine
import Quantities
import Records

extension ComparableLedger {
  /// The engine's ledger in the reference's form.
  init(_ ledger: HostLedger) {
    for fact in ledger.facts {
      add(
        Key(
          hour: fact.hour.milliseconds / 3_600_000, uuid: fact.uuid, state: fact.state,
          workload: fact.workload),
        Amounts(
          milliseconds: Int128(fact.gpuMilliseconds),
          range: fact.span.start.milliseconds..<fact.span.end.milliseconds,
          measured: Int128(fact.measuredMilliseconds),
          activity: Int128(fact.activityPPMMilliseconds),
          energy: fact.energyMicrojoules.map { Int128($0) }))
    }
    let ordered = ledger.idlePieces.map { piece in
      Piece(
        uuid: piece.uuid, instance: piece.instance ?? -1, workload: piece.workload,
        share: Fraction(Int128(piece.share.numerator), over: Int128(piece.share.denominator)),
        range: piece.range.start.milliseconds..<piece.range.end.milliseconds)
    }.sorted {
      ($0.uuid, $0.workload, $0.instance, $0.range.lowerBound)
        < ($1.uuid, $1.workload, $1.instance, $1.range.lowerBound)
    }
    pieces = Set(ReferenceIdle.joined(ordered))
    findings = ledger.findings
  }

  /// What of this ledger is otherwise in `expected`, a line each; none where they are equal.
  func differences(from expected: ComparableLedger) -> [String] {
    var lines: [String] = []
    for key in Set(facts.keys).union(expected.facts.keys) where facts[key] != expected.facts[key] {
      lines.append(
        "\(key.text): found \(Self.text(facts[key])), expected \(Self.text(expected.facts[key]))")
    }
    for piece in pieces.subtracting(expected.pieces) {
      lines.append("an idle piece that should not be: \(piece)")
    }
    for piece in expected.pieces.subtracting(pieces) {
      lines.append("an idle piece is missing: \(piece)")
    }
    if findings != expected.findings {
      lines.append("findings \(findings.sorted()), expected \(expected.findings.sorted())")
    }
    return lines.sorted()
  }

  private static func text(_ amounts: Amounts?) -> String {
    guard let amounts else { return "nothing" }
    return "\(amounts.milliseconds) ms in \(amounts.range), measured \(amounts.measured), "
      + "activity \(amounts.activity), energy \(amounts.energy.map { "\($0)" } ?? "not measured")"
  }

  /// Both ledgers in one, as two windows beside each other give them.
  func joined(with other: ComparableLedger) -> ComparableLedger {
    var result = self
    for (key, amounts) in other.facts { result.add(key, amounts) }
    result.pieces.formUnion(other.pieces)
    result.findings.formUnion(other.findings)
    return result
  }
}

extension ComparableLedger.Key {
  fileprivate var text: String {
    "\(UTCInstant(milliseconds: hour * 3_600_000)) \(uuid ?? "slots") \(state) "
      + (workload?.description ?? "-")
  }
}
