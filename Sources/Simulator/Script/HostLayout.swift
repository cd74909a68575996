/// How the cards of a host are given out.
struct HostLayout {
  let gpus: Int
  private let isBlockwise: Bool
  private let timeSliced: Range<Int>
  private let partitioned: Range<Int>

  init(roles: Set<Role>, gpus: Int) {
    self.gpus = gpus
    let isBoth = roles.isSuperset(of: [.migCards, .timeSlicedCards])
    let most = isBoth ? min(2, gpus / 3) : max(1, min(3, gpus / 2))
    let instances = roles.contains(.migCards) ? most : 0
    let sliced = roles.contains(.timeSlicedCards) ? most : 0
    partitioned = (gpus - instances)..<gpus
    timeSliced = (gpus - instances - sliced)..<(gpus - instances)
    isBlockwise = roles.isDisjoint(with: [.stray, .hoarding, .cardLost])
  }

  /// The cards that are given out whole.
  var wholeCards: Range<Int> { 0..<timeSliced.lowerBound }

  /// The cards whose time is shared by several pods.
  var timeSlicedCards: Range<Int> { timeSliced }

  /// The cards with MIG instances.
  var instanceCards: Range<Int> { partitioned }

  /// How `card` is given out.
  func sharing(of card: Int) -> Card.Sharing {
    partitioned.contains(card) ? .instances : timeSliced.contains(card) ? .timeSliced : .whole
  }

  /// The ids and slices of the instances of a MIG card.
  ///
  /// Cards alternate between a full one, and one on which two slices belong to no instance.
  func instances(of card: Int) -> [(id: Int, slices: Int)] {
    let isFull = partitioned.count > 1 && (card - partitioned.lowerBound) % 2 == 0
    return isFull ? [(1, 3), (3, 2), (5, 2)] : [(1, 3), (3, 2)]
  }

  /// The whole cards in blocks that are given to one pod at a time, the largest block first.
  func blocks(_ generator: inout SplitMix64) -> [Range<Int>] {
    let count = wholeCards.count
    guard count > 0 else { return [] }
    let isOneBlock = generator.happens(30) && isBlockwise
    let first = isOneBlock ? count : max(1, count / 2)
    var blocks = [0..<first]
    var next = first
    while next < count {
      let size = isBlockwise && next + 1 < count && generator.happens(40) ? 2 : 1
      blocks.append(next..<(next + size))
      next += size
    }
    return blocks
  }
}
