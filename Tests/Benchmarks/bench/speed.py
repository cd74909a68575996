"""Queries, rollup and a month's money: time and peak memory."""

import json
import statistics

from bench import measure, queries
from bench.fleets import Fleet, duck, in_turns
from bench.outcome import Row


def has_scan(setting):
    """Whether this gputally reads samples by itself."""
    return b"gputally scan" in measure.run([setting.gputally, "scan", "--help"], range(256)).output


def speed(setting, fleet, progress):
    """Q1 to Q3 from raw samples; rows are compared before a time counts."""
    scans = has_scan(setting)
    rows = []
    for query in queries.ALL:
        progress(query.title)
        rows += raced(setting, fleet, query) if scans else [
            Row(query.name, query.title, "s", None, note="no verb scan")]
    return rows


def raced(setting, fleet, query):
    """One query on both sides, by turns, so that what else the machine does slows both."""
    database = fleet.folder / "samples.duckdb"

    def ask(way):
        one = duck("query", database, query.name, way)
        return json.loads(one.output), one.peak_bytes

    first = {way: ask(way)[0] for way in query.ways}
    quickest = min(one["seconds"] for one in first.values())
    ways = [way for way, one in first.items() if one["seconds"] < 3 * quickest]
    ours = [fleet.scan(query)]
    found, count = query.compare(ours[0].output.decode(), first[ways[0]]["rows"])
    if found:
        raise measure.BenchmarkError(f"{query.title} differs:\n  " + "\n  ".join(found))
    ours.clear()
    theirs = {way: [] for way in ways}
    for _ in range(setting.runs):
        ours.append(fleet.scan(query))
        for way in ways:
            theirs[way].append(ask(way))
    seconds = {
        way: statistics.median(one["seconds"] for one, _ in runs) for way, runs in theirs.items()}
    best = min(seconds, key=seconds.get)
    name = f"DuckDB ({best})" if best != "plain" else "DuckDB"
    mine = statistics.median(one.seconds for one in ours)
    return [
        Row(
            query.name, f"{query.title}, {count:,} equal rows", "s", mine, seconds[best], name),
        Row(
            query.name + ".memory", f"{query.title}, peak memory", "bytes",
            max(one.peak_bytes for one in ours), max(peak for _, peak in theirs[best]),
            "DuckDB")]


def growth(setting, progress):
    """A day of the fleet, and of one ten times as large: rollup and queries."""
    progress("a day of the fleet")
    small = Fleet(setting, "day", 1, setting.hosts)
    progress(f"a day of {setting.large_hosts} hosts")
    large = Fleet(setting, "large", 1, setting.large_hosts)
    factor = f"{setting.large_hosts / setting.hosts:g} x GPUs"
    both = {}
    if has_scan(setting):
        for query in queries.DISTINCT:
            progress(f"{query.title}, {factor}")
            both[query.name, query.title] = in_turns(
                setting, lambda: small.scan(query), lambda: large.scan(query))
    progress(f"rollup of a day, {factor}")
    rollups = [measure.run(one.command("rollup")) for one in (small, large)]
    rows = [
        Row(
            "rollup", "rollup of a day", "s", rollups[0].seconds,
            cpu_seconds=rollups[0].cpu_seconds),
        Row("rollup.memory", "rollup of a day, peak memory", "bytes", rollups[0].peak_bytes)]
    both["rollup", "rollup of a day"] = rollups
    for (key, title), (one, ten) in both.items():
        rows.append(
            Row(
                f"growth.{key}", f"{title}, {factor}", "s", ten.seconds, one.seconds,
                "1 x", is_growth=True))
        rows.append(
            Row(
                f"growth.{key}.memory", f"{title}, {factor}, peak memory", "bytes",
                ten.peak_bytes, one.peak_bytes, "1 x", is_growth=True))
    return rows


def month(setting, progress):
    """A month's money: post and chargeback."""
    progress(f"a month of {setting.month_days} days")
    fleet = Fleet(setting, "month", setting.month_days, setting.hosts)
    progress("rollup of the month")
    rollup = measure.run(fleet.command("rollup"))
    steps = [
        ("month.rollup", f"rollup of {setting.month_days} days", rollup)]
    progress("post and chargeback")
    steps.append(
        ("month.post", "post a month", measure.run(fleet.command("post", "--period", "2025-11"))))
    report = measure.median(
        fleet.command("report", "chargeback", "--period", "2025-11", "--format", "csv"),
        setting.runs)
    steps.append(("month.chargeback", "report chargeback of a month", report))
    rows = []
    for key, title, step in steps:
        rows.append(Row(key, title, "s", step.seconds, cpu_seconds=step.cpu_seconds))
        rows.append(Row(key + ".memory", title + ", peak memory", "bytes", step.peak_bytes))
    return rows
