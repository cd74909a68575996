"""The three queries: what gputally is asked, what DuckDB is asked, and that both say the same.

Q1 and Q2 are asked of samples as an exporter gives them, joined with allocations by GPU and time, in the
words that a textbook has: an ASOF join, and gaps and islands by two row numbers. They are asked once
more of samples that hold their allocation's number, as if somebody had joined them when they were
loaded; of the several ways to ask that, DuckDB's fastest one counts.
"""

from bench import exact

ACTIVITY = "greatest(util / 100.0, engine)"

USAGE_COLUMNS = [
    "day", "team", "allocated_gpu_hours", "busy_gpu_hours", "idle_gpu_hours",
    "unknown_gpu_hours", "mean_activity_percent", "energy_kwh"]
IDLE_COLUMNS = [
    "team", "site", "cluster", "namespace", "workload", "host", "gpu_uuid", "start", "end",
    "hours"]
# Every fleet is in one place.
PLACE = ["pangyo", "train"]
FLEET_COLUMNS = ["hour", "gpus", "mean_utilization_percent", "mean_power_w"]

USAGE_JOINED = f"""
SELECT ts // 86400000 AS day, team, count(*) AS held,
  count(*) FILTER (WHERE {ACTIVITY} < 0.05) AS idle,
  avg({ACTIVITY}) * 100 AS activity, sum(power) * 30 / 3.6e6 AS energy
FROM sample JOIN allocation USING (allocation) GROUP BY ALL ORDER BY ALL"""

USAGE_GROUPED_FIRST = f"""
WITH held AS (
  SELECT ts // 86400000 AS day, allocation, count(*) AS held,
    count(*) FILTER (WHERE {ACTIVITY} < 0.05) AS idle,
    sum({ACTIVITY}) AS activity, sum(power) AS power
  FROM sample WHERE allocation <> 0 GROUP BY ALL)
SELECT day, team, sum(held)::BIGINT, sum(idle)::BIGINT, sum(activity) / sum(held) * 100,
  sum(power) * 30 / 3.6e6
FROM held JOIN allocation USING (allocation) GROUP BY ALL ORDER BY ALL"""

USAGE_RANGE = f"""
SELECT ts // 86400000 AS day, team, count(*) AS held,
  count(*) FILTER (WHERE {ACTIVITY} < 0.05) AS idle,
  avg({ACTIVITY}) * 100 AS activity, sum(power) * 30 / 3.6e6 AS energy
FROM sample ASOF JOIN allocation ON sample.gpu = allocation.gpu AND ts >= start_ms
WHERE ts < end_ms GROUP BY ALL ORDER BY ALL"""

IDLE_RANGE = f"""
WITH held AS (
  SELECT allocation.allocation AS allocation, ts, {ACTIVITY} < 0.05 AS is_idle
  FROM sample ASOF JOIN allocation ON sample.gpu = allocation.gpu AND ts >= start_ms
  WHERE ts < end_ms),
island AS (
  SELECT *, row_number() OVER (PARTITION BY allocation ORDER BY ts)
    - row_number() OVER (PARTITION BY allocation, is_idle ORDER BY ts) AS island
  FROM held),
stretch AS (
  SELECT allocation, min(ts) AS first, max(ts) + 30000 AS last FROM island
  WHERE is_idle GROUP BY allocation, island HAVING count(*) >= 60)
SELECT team, namespace, pod, host, gpu_uuid, first, least(last, end_ms)
FROM stretch JOIN allocation USING (allocation) ORDER BY first, gpu_uuid"""

IDLE_ISLANDS = f"""
WITH idle AS (
  SELECT allocation, ts,
    ts // 30000 - row_number() OVER (PARTITION BY allocation ORDER BY ts) AS island
  FROM sample WHERE allocation <> 0 AND {ACTIVITY} < 0.05),
stretch AS (
  SELECT allocation, min(ts) AS first, max(ts) + 30000 AS last FROM idle
  GROUP BY allocation, island HAVING count(*) >= 60)
SELECT team, namespace, pod, host, gpu_uuid, first, least(last, end_ms)
FROM stretch JOIN allocation USING (allocation) ORDER BY first, gpu_uuid"""

IDLE_EDGES = f"""
WITH edge AS (
  SELECT allocation, ts, {ACTIVITY} < 0.05 AS is_idle,
    lag({ACTIVITY} < 0.05, 1, false) OVER held AS was_idle,
    max(ts) OVER held AS last_ts
  FROM sample WHERE allocation <> 0
  WINDOW held AS (PARTITION BY allocation ORDER BY ts
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
stretch AS (
  SELECT allocation, is_idle, ts AS first,
    lead(ts, 1, last_ts + 30000) OVER (PARTITION BY allocation ORDER BY ts) AS last
  FROM edge WHERE is_idle <> was_idle)
SELECT team, namespace, pod, host, gpu_uuid, first, least(last, end_ms)
FROM stretch JOIN allocation USING (allocation)
WHERE is_idle AND last - first >= 1800000 ORDER BY first, gpu_uuid"""

FLEET = """
SELECT ts // 3600000 AS hour, count(*) / 120, avg(util), avg(power)
FROM sample GROUP BY ALL ORDER BY ALL"""


class Query:
    """One question, in both languages."""

    def __init__(self, name, title, arguments, ways, compare):
        self.name = name
        self.title = title
        self.arguments = arguments
        self.ways = ways
        self.compare = compare


def compare_usage(ours, theirs):
    mine = exact.keyed(exact.table(ours, USAGE_COLUMNS, "scan usage"), ["day", "team"])
    other = {}
    for day, team, held, idle, activity, energy in theirs:
        other[exact.instant(day * 86_400_000)[:10], team] = {
            "allocated_gpu_hours": exact.hours(held * 30_000),
            "busy_gpu_hours": exact.hours((held - idle) * 30_000),
            "idle_gpu_hours": exact.hours(idle * 30_000), "unknown_gpu_hours": exact.hours(0),
            "mean_activity_percent": activity, "energy_kwh": energy}
    return exact.differences(
        mine, other, USAGE_COLUMNS[2:6],
        ["mean_activity_percent", "energy_kwh"]), len(other)


def compare_idle(ours, theirs):
    rows = exact.table(ours, IDLE_COLUMNS, "scan idle")
    other = [
        dict(zip(IDLE_COLUMNS, [
            team, *PLACE, namespace, pod, host, uuid, exact.instant(first),
            exact.instant(last), exact.hours(last - first)]))
        for team, namespace, pod, host, uuid, first, last in theirs]
    key = ["gpu_uuid", "start"]
    found = exact.differences(
        exact.keyed(rows, key), exact.keyed(other, key), IDLE_COLUMNS, [])
    starts = [row["start"] for row in rows]
    if not found and starts != sorted(starts):
        found = ["the rows aren't in the order of their starts"]
    return found, len(other)


def compare_fleet(ours, theirs):
    mine = exact.keyed(exact.table(ours, FLEET_COLUMNS, "scan fleet"), ["hour"])
    other = {
        (exact.instant(hour * exact.HOUR_MS),): {
            "gpus": gpus, "mean_utilization_percent": util, "mean_power_w": power}
        for hour, gpus, util, power in theirs}
    return exact.differences(
        mine, other, [], ["gpus", "mean_utilization_percent", "mean_power_w"]), len(other)


ALL = [
    Query(
        "q1", "Q1 usage by team and day", ["usage"], {"asof join": USAGE_RANGE}, compare_usage),
    Query(
        "q1.keyed", "Q1, allocation in each sample", ["usage"],
        {"joined": USAGE_JOINED, "grouped first": USAGE_GROUPED_FIRST}, compare_usage),
    Query(
        "q2", "Q2 idle stretches of 30 minutes", ["idle", "--min-stretch", "30m"],
        {"asof join": IDLE_RANGE}, compare_idle),
    Query(
        "q2.keyed", "Q2, allocation in each sample", ["idle", "--min-stretch", "30m"],
        {"islands": IDLE_ISLANDS, "edges": IDLE_EDGES}, compare_idle),
    Query("q3", "Q3 fleet by hour", ["fleet"], {"plain": FLEET}, compare_fleet),
]
# Those that ask gputally something else than the ones before.
DISTINCT = [query for query in ALL if "." not in query.name]


def named(name):
    """The query of that name."""
    return next(query for query in ALL if query.name == name)
