import Quantities

/// For what a price holds: the most specific one that fits wins.
struct PriceScope {
  let site: Pattern?
  let cluster: Pattern?
  /// Which models or classes.
  let subject: Pattern?
  let from: CivilDate?

  /// `prices` with the most specific first: the one whose pattern of subjects spells out the most
  /// characters, then one that names a site, then one that names a cluster, then the one that holds
  /// since the latest day; of equal ones the later in the file.
  static func sorted<Price>(_ prices: [Price], by scope: (Price) -> PriceScope) -> [Price] {
    prices.enumerated().sorted { left, right in
      let order = order(scope(left.element), scope(right.element))
      return order == 0 ? left.offset > right.offset : order > 0
    }.map(\.element)
  }

  /// More than 0 where `left` is the more specific, 0 where neither is.
  private static func order(_ left: PriceScope, _ right: PriceScope) -> Int {
    let subject = (left.subject?.literalCount ?? 0) - (right.subject?.literalCount ?? 0)
    if subject != 0 { return subject }
    let site = names(left.site) - names(right.site)
    if site != 0 { return site }
    let cluster = names(left.cluster) - names(right.cluster)
    if cluster != 0 { return cluster }
    return CivilDate.order(ofStarts: left.from, right.from)
  }

  /// 1 where the pattern names anything at all; `*` names nothing.
  private static func names(_ pattern: Pattern?) -> Int {
    pattern.map { $0.literalCount > 0 } ?? false ? 1 : 0
  }
}
