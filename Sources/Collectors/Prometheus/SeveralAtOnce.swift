/// Questions that don't wait for each other.
enum SeveralAtOnce {
  /// What `ask` gives for each item, in the items' order.
  ///
  /// - Parameter atOnce: how many questions are under way at any time.
  static func map<Item: Sendable, Answer: Sendable>(
    _ items: [Item], atOnce: Int,
    _ ask: @escaping @Sendable (Item) async throws(CollectorError) -> Answer
  ) async throws(CollectorError) -> [Answer] {
    do {
      return try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
        var answers: [Int: Answer] = [:]
        for (place, item) in items.enumerated() {
          if place >= atOnce, let (number, answer) = try await group.next() {
            answers[number] = answer
          }
          group.addTask { (place, try await ask(item)) }
        }
        for try await (number, answer) in group { answers[number] = answer }
        return items.indices.compactMap { answers[$0] }
      }
    } catch let error as CollectorError {
      throw error
    } catch {
      throw .cancelled
    }
  }
}
