import GRDB
import Quantities
import Records

/// A workload and what sources say of it.
package struct KnownWorkload: Sendable {
  package let id: Int64
  package let site: String
  package let cluster: String
  package let key: WorkloadKey
  /// What was said last of its pod, empty where nothing was; of other kinds all that is known.
  package let said: [String: String]
}

/// Where a workload runs.
package struct WorkloadPlace: Hashable, Sendable {
  package let site: String
  package let cluster: String

  package init(site: String, cluster: String) {
    self.site = site
    self.cluster = cluster
  }
}

extension Store {
  /// The numbers of all workloads.
  package func workloadNumbers() throws(StoreError) -> [Int64] {
    try read { try Int64.fetchAll($0, sql: "SELECT id FROM workload ORDER BY id") }
  }
}

extension Store {
  /// Workloads by their numbers, each with what was said last in `range` of its pod; those that
  /// the store doesn't know are left out.
  ///
  /// - Parameter sources: those of each place, in order.
  package func workloads(
    _ ids: [Int64], sources: [WorkloadPlace: [String]], in range: TimeRange
  ) throws(StoreError) -> [KnownWorkload] {
    try read { database in
      let statement = try RawStatement(
        """
        SELECT site, cluster, namespace, name, uid, kind, attributes FROM workload WHERE id = ?
        """, in: database)
      var found: [(id: Int64, place: WorkloadPlace, key: WorkloadKey)] = []
      var own: [KnownWorkload] = []
      found.reserveCapacity(ids.count)
      for id in ids.sorted() {
        statement.bind(id, at: 1)
        if try statement.step() {
          let place = WorkloadPlace(site: statement.text(0), cluster: statement.text(1))
          let key = WorkloadKey(
            kind: WorkloadKey.Kind(text: statement.text(5)) ?? .pod,
            namespace: statement.text(2), name: statement.text(3), uid: statement.text(4))
          if key.kind == .pod {
            found.append((id, place, key))
          } else {
            own.append(
              KnownWorkload(
                id: id, site: place.site, cluster: place.cluster, key: key,
                said: AttributeText.attributes(statement.text(6))))
          }
        }
        statement.reset()
      }
      // In the order of the table, so that neighbours are found on one page.
      found.sort { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }
      let pods = try PodSayings(database, range: range)
      let result = try found.map { id, place, key in
        let said = try pods.last(of: key, sources: sources[place] ?? [])
        return KnownWorkload(
          id: id, site: place.site, cluster: place.cluster, key: key,
          said: said.map(AttributeText.attributes) ?? [:])
      }
      return result + own
    }
  }
}

/// What sources say of pods, one pod at a time.
private struct PodSayings {
  private let statement: RawStatement

  init(_ database: Database, range: TimeRange) throws {
    // The plus signs keep SQLite from looking among all that was said until later.
    statement = try RawStatement(
      """
      SELECT subject, attributes, start_ms, end_ms FROM observation
      WHERE source = ?1 AND kind = ?2 AND subject = ?3 AND +end_ms > ?6 AND start_ms < ?7
      UNION ALL
      SELECT subject, attributes, start_ms, end_ms FROM observation
      WHERE source = ?1 AND kind = ?2 AND subject >= ?4 AND subject < ?5
        AND +end_ms > ?6 AND start_ms < ?7
      """, in: database)
    statement.bind(Int64(Observation.Kind.pod.rawValue), at: 2)
    statement.bind(range.start.milliseconds, at: 6)
    statement.bind(range.end.milliseconds, at: 7)
  }

  /// Something that was said; the later of two is the one that was said until later, then that of
  /// the later source, the later start, and so on.
  private struct Saying: Comparable {
    let end: Int64
    let source: Int
    let start: Int64
    let subject: String
    let attributes: String

    static func < (left: Self, right: Self) -> Bool {
      (left.end, left.source, left.start, left.subject, left.attributes)
        < (right.end, right.source, right.start, right.subject, right.attributes)
    }
  }

  /// The attributes that were told last of the pod with the workload's UID, else of any pod of its
  /// name, with UID or without; nil where none was.
  func last(of key: WorkloadKey, sources: [String]) throws -> String? {
    let name = "\(key.namespace)/\(key.name)"
    let whole = "\(name)/\(key.uid)"
    var named: Saying?
    var exact: Saying?
    statement.bind(name, at: 3)
    statement.bind(name + "/", at: 4)
    statement.bind(name + "0", at: 5)  // the character after the slash
    for (index, source) in sources.enumerated() {
      statement.bind(source, at: 1)
      defer { statement.reset() }
      while try statement.step() {
        let saying = Saying(
          end: statement.number(3), source: index, start: statement.number(2),
          subject: statement.text(0), attributes: statement.text(1))
        if saying.subject == whole { exact = max(exact ?? saying, saying) }
        let parts = saying.subject.utf8.count { $0 == UInt8(ascii: "/") }
        if saying.subject == name || parts == 2 { named = max(named ?? saying, saying) }
      }
    }
    return (exact ?? named)?.attributes
  }
}

/// What the store keeps of a workload for queries.
package struct WorkloadNote: Sendable {
  let attributes: String
  let ownerKind: String?
  let ownerName: String?

  package init(_ attributes: [String: String]) {
    self.attributes = AttributeText.json(attributes)
    ownerKind = attributes["owner_kind"]
    ownerName = attributes["owner_name"]
  }
}

extension PostingWriter {
  /// Keeps what sources say of workloads, by their numbers.
  package func write(_ notes: [Int64: WorkloadNote]) throws {
    try WorkloadNotes.write(notes, in: database)
  }
}

extension CorrectionWriter {
  /// Keeps what sources say of workloads, by their numbers.
  package func write(_ notes: [Int64: WorkloadNote]) throws {
    try WorkloadNotes.write(notes, in: database)
  }
}

private enum WorkloadNotes {
  static func write(_ notes: [Int64: WorkloadNote], in database: Database) throws {
    let statement = try RawStatement(
      """
      UPDATE workload SET attributes = ?1, owner_kind = ?2, owner_name = ?3
      WHERE id = ?4 AND attributes <> ?1
      """, in: database)
    for (id, note) in notes.sorted(by: { $0.key < $1.key }) {
      statement.bind(note.attributes, at: 1)
      statement.bind(note.ownerKind, at: 2)
      statement.bind(note.ownerName, at: 3)
      statement.bind(id, at: 4)
      try statement.run()
    }
  }
}
