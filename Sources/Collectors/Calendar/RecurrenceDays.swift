import Quantities

/// The days on which a rule has occurrences, period after period.
struct RecurrenceDays {
  private let rule: RecurrenceRule
  private let first: CivilDate

  /// - Parameter first: the day of the event that repeats.
  init(_ rule: RecurrenceRule, first: CivilDate) {
    self.rule = rule
    self.first = first
  }

  /// The days of one period in order, those before the first among them; nil for a period that
  /// begins after `last`.
  ///
  /// - Parameter index: which period, the first one being 0.
  func period(_ index: Int, upTo last: CivilDate) -> [CivilDate]? {
    let step = index * rule.interval
    let days: [CivilDate]
    switch rule.frequency {
    case .daily:
      let day = first.adding(days: step)
      guard day <= last else { return nil }
      days = [day].filter { isAllowed($0) && isMonthDay($0) && isWeekday($0) }
    case .weekly:
      let start = startOfWeek.adding(days: 7 * step)
      guard start <= last else { return nil }
      let wanted = rule.days.isEmpty ? [first.weekday] : rule.days.map(\.weekday)
      days = (0..<7).map { start.adding(days: $0) }
        .filter { wanted.contains($0.weekday) && isAllowed($0) }
    case .monthly:
      let count = first.month - 1 + step
      guard let start = CivilDate(year: first.year + count / 12, month: count % 12 + 1, day: 1),
        start <= last
      else { return nil }
      days = isAllowed(start) ? monthly(start) : []
    case .yearly:
      guard let start = CivilDate(year: first.year + step, month: 1, day: 1), start <= last else {
        return nil
      }
      days = yearly(start)
    }
    return chosen(days)
  }

  private var startOfWeek: CivilDate {
    let all = Weekday.allCases
    let distance =
      (all.firstIndex(of: first.weekday) ?? 0) - (all.firstIndex(of: rule.weekStart) ?? 0)
    return first.adding(days: -((distance + 7) % 7))
  }

  private func monthly(_ start: CivilDate) -> [CivilDate] {
    let month = Self.days(from: start, months: 1)
    if !rule.monthDays.isEmpty { return month.filter { isMonthDay($0) && isWeekday($0) } }
    if !rule.days.isEmpty { return Self.weekdays(rule.days, in: month) }
    return month.filter { $0.day == first.day }
  }

  private func yearly(_ start: CivilDate) -> [CivilDate] {
    let year = Self.days(from: start, months: 12)
    if !rule.monthDays.isEmpty {
      return year.filter { isAllowed($0) && isMonthDay($0) && isWeekday($0) }
    }
    if !rule.days.isEmpty {
      if rule.months.isEmpty { return Self.weekdays(rule.days, in: year) }
      return rule.months.sorted().flatMap { month in
        Self.weekdays(rule.days, in: year.filter { $0.month == month })
      }
    }
    return year.filter { day in
      day.day == first.day
        && (rule.months.isEmpty ? day.month == first.month : rule.months.contains(day.month))
    }
  }

  /// Those at the rule's positions, all without any.
  private func chosen(_ days: [CivilDate]) -> [CivilDate] {
    guard !rule.positions.isEmpty else { return days }
    let places = rule.positions.map { $0 > 0 ? $0 - 1 : days.count + $0 }
    return Set(places).sorted().filter { days.indices.contains($0) }.map { days[$0] }
  }

  private func isAllowed(_ day: CivilDate) -> Bool {
    rule.months.isEmpty || rule.months.contains(day.month)
  }

  private func isMonthDay(_ day: CivilDate) -> Bool {
    if rule.monthDays.isEmpty { return true }
    let start = day.adding(days: 1 - day.day)
    let length = start.days(until: start.adding(months: 1))
    return rule.monthDays.contains { $0 > 0 ? $0 == day.day : length + $0 + 1 == day.day }
  }

  private func isWeekday(_ day: CivilDate) -> Bool {
    rule.days.isEmpty || rule.days.contains { $0.weekday == day.weekday }
  }

  private static func days(from start: CivilDate, months: Int) -> [CivilDate] {
    let count = start.days(until: start.adding(months: months))
    return (0..<count).map { start.adding(days: $0) }
  }

  /// The days that are one of `wanted`, whose numbers count within `all`.
  private static func weekdays(
    _ wanted: [RecurrenceRule.Day], in all: [CivilDate]
  ) -> [CivilDate] {
    var chosen: Set<CivilDate> = []
    let byWeekday = Dictionary(grouping: all, by: \.weekday)
    for want in wanted {
      let same = byWeekday[want.weekday] ?? []
      guard let ordinal = want.ordinal else {
        chosen.formUnion(same)
        continue
      }
      let place = ordinal > 0 ? ordinal - 1 : same.count + ordinal
      if same.indices.contains(place) { chosen.insert(same[place]) }
    }
    return chosen.sorted()
  }
}
