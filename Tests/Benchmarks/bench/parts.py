"""The parts of the benchmark: each measures something and gives rows."""

import dataclasses
import json
import pathlib
import statistics
import sys
import urllib.parse

from bench import measure, queries, services
from bench.outcome import Row

DUCK = pathlib.Path(__file__).with_name("duck.py")
SERIES = 4
# 2025-11-01T00:00:00Z, when every fleet starts.
FIRST_SECOND = 1_761_955_200
ROWS_PER_GPU_DAY = 2880


@dataclasses.dataclass
class Setting:
    """What to run and how large."""

    gputally: str
    bench: str
    folder: pathlib.Path
    days: int = 7
    hosts: int = 200
    gpus_per_host: int = 8
    month_days: int = 30
    subset_hosts: int = 16
    collect_hosts: int = 8
    large_hosts: int = 2000
    runs: int = 3

    def samples(self, days, hosts):
        return days * hosts * self.gpus_per_host * ROWS_PER_GPU_DAY * SERIES


class Fleet:
    """A fleet in a folder of its own: store, configuration and whatever else was asked for."""

    def __init__(self, setting, name, days, hosts, *more):
        self.folder = setting.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store = self.folder / "store.sqlite"
        self.config = self.folder / "gputally.yaml"
        self.columns = self.folder / "columns"
        self.days = days
        self.samples = setting.samples(days, hosts)
        self.gputally = setting.gputally
        self.made = measure.run([
            setting.bench, "workload", "--days", days, "--hosts", hosts, "--gpus-per-host",
            setting.gpus_per_host, "--store", self.store, "--write-config", self.config, *more])

    def command(self, *words):
        return [self.gputally, "--config", self.config, *words]

    def period(self, days=None):
        """The fleet's days as an interval; it starts on 2025-11-01."""
        last = 1 + (days or self.days)
        end = f"2025-11-{last:02}" if last <= 30 else f"2025-12-{last - 30:02}"
        return f"2025-11-01T00:00Z/{end}T00:00Z"

    def scan(self, query, runs):
        return measure.median(
            self.command(
                "scan", *query.arguments, "--period", self.period(), "--format", "csv"), runs)


def has_scan(setting):
    """Whether this gputally reads samples by itself."""
    return b"gputally scan" in measure.run([setting.gputally, "scan", "--help"], range(256)).output


def duck(*words):
    return measure.run([sys.executable, DUCK, *words])


def sizes(setting, fleet, progress):
    """The whole store against DuckDB's file and Parquet, right after storing."""
    database = fleet.folder / "samples.duckdb"
    progress("loading DuckDB")
    database.unlink(missing_ok=True)
    duck("load", fleet.columns, database)
    mine = measure.store_size(fleet.store) / fleet.samples
    what = f"store, {fleet.samples / 1e6:,.0f} M samples"
    rows = [
        Row(
            "size.duckdb", what, "B/sample", mine, measure.size(database) / fleet.samples,
            "DuckDB")]
    progress("writing Parquet")
    rows.append(
        Row("size.parquet", what, "B/sample", mine, parquet(fleet, database), "Parquet, zstd 9,"))
    return rows


def parquet(fleet, database):
    """Bytes a sample of the smaller one of both versions of Parquet that DuckDB writes."""
    best = None
    for version in ["V1", "V2"]:
        file = fleet.folder / f"samples-{version}.parquet"
        duck("parquet", database, file, version)
        found = measure.size(file) / fleet.samples
        best = found if best is None else min(best, found)
        file.unlink()
    return best


def speed(setting, fleet, progress):
    """Q1 to Q3 from raw samples; rows are compared before a time counts."""
    database = fleet.folder / "samples.duckdb"
    rows = []
    scans = has_scan(setting)
    for query in queries.ALL:
        progress(query.title)
        theirs = {
            way: json.loads(duck("query", database, query.name, way).output)
            for way in query.ways}
        best = min(theirs, key=lambda way: theirs[way]["seconds"])
        timed = [duck("query", database, query.name, best) for _ in range(setting.runs)]
        other = statistics.median(json.loads(one.output)["seconds"] for one in timed)
        key = query.name
        name = f"DuckDB ({best})" if len(query.ways) > 1 else "DuckDB"
        if not scans:
            rows.append(Row(key, query.title, "s", None, other, name, note="no verb scan"))
            continue
        ours = fleet.scan(query, setting.runs)
        found, count = query.compare(ours.output.decode(), theirs[best]["rows"])
        if found:
            raise measure.BenchmarkError(f"{query.title} differs:\n  " + "\n  ".join(found))
        rows.append(
            Row(key, f"{query.title}, {count:,} equal rows", "s", ours.seconds, other, name))
        rows.append(
            Row(
                key + ".memory", f"{query.title}, peak memory", "bytes", ours.peak_bytes,
                max(one.peak_bytes for one in timed), "DuckDB"))
    return rows


def databases(setting, progress):
    """The same samples of a few hosts and one day in every database."""
    folder = setting.folder / "subset"
    text, lines = folder / "fleet.txt", folder / "fleet.json"
    progress("a subset for the time series databases")
    fleet = Fleet(
        setting, "subset", 1, setting.subset_hosts, "--openmetrics", text, "--import-lines",
        lines)
    mine = measure.store_size(fleet.store) / fleet.samples
    what = f"store, {fleet.samples / 1e6:,.1f} M samples"
    rows = []
    if services.is_installed("victoria-metrics", "curl"):
        progress("VictoriaMetrics imports it")
        # A range selector leaves its first instant out and has its last one.
        end = FIRST_SECOND + 86_400 - 1
        size = services.victoria_metrics_size(folder, lines, fleet.samples, end) / fleet.samples
        rows.append(Row("size.victoria", what, "B/sample", mine, size, "VictoriaMetrics"))
    if services.is_installed("promtool"):
        progress("Prometheus imports it")
        services.prometheus_blocks(text, folder / "blocks")
        size = measure.size(folder / "blocks") / fleet.samples
        with services.prometheus(folder, folder / "blocks") as (url, _):
            services.check_count(url, FIRST_SECOND + 86_400 - 1, fleet.samples)
        rows.append(Row("size.prometheus", what, "B/sample", mine, size, "Prometheus"))
    text.unlink()
    lines.unlink()
    return rows


def growth(setting, progress):
    """A day of the fleet, and of one ten times as large: rollup and queries."""
    progress("a day of the fleet")
    small = Fleet(setting, "day", 1, setting.hosts)
    progress(f"a day of {setting.large_hosts} hosts")
    large = Fleet(setting, "large", 1, setting.large_hosts)
    factor = f"{setting.large_hosts / setting.hosts:g} x GPUs"
    both = {}
    if has_scan(setting):
        for query in queries.ALL:
            progress(f"{query.title}, {factor}")
            both[query.name, query.title] = [
                one.scan(query, setting.runs) for one in (small, large)]
    progress(f"rollup of a day, {factor}")
    rollups = [measure.run(one.command("rollup")) for one in (small, large)]
    rows = [
        Row("rollup", "rollup of a day", "s", rollups[0].seconds),
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
        rows.append(Row(key, title, "s", step.seconds))
        rows.append(Row(key + ".memory", title + ", peak memory", "bytes", step.peak_bytes))
    return rows


def collect(setting, progress):
    """A day of some GPUs from a real Prometheus, by both protocols, against curl."""
    if not services.is_installed("promtool", "prometheus", "curl"):
        return []
    folder = setting.folder / "collect"
    text = folder / "fleet.txt"
    progress("a day for a Prometheus")
    fleet = Fleet(setting, "collect", 1, setting.collect_hosts, "--openmetrics", text)
    services.prometheus_blocks(text, folder / "blocks")
    gpus = setting.collect_hosts * setting.gpus_per_host
    title = f"collect a day of {gpus} GPUs"
    with services.prometheus(folder, folder / "blocks") as (url, log):
        progress(f"{title} by queries")
        query = collected(setting, fleet, url, "query") or collected(setting, fleet, url, None)
        if query is None:
            raise measure.BenchmarkError(f"{title}: gputally refused the configuration")
        curl = measure.median(curl_command(url, log, folder), setting.runs)
        rows = [
            Row("collect.query", title + ", query", "s", query.seconds, curl.seconds, "curl"),
            Row("collect.memory", title + ", peak memory", "bytes", query.peak_bytes)]
        progress(f"{title} by remote read")
        remote = collected(setting, fleet, url, "remote-read")
    rows.append(
        Row(
            "collect.remote", title + ", remote read", "s", remote and remote.seconds,
            query.seconds, "query", note="" if remote else "no remote read"))
    return rows


def collected(setting, fleet, url, protocol):
    """Collects the day into new stores; nil where gputally doesn't know the protocol."""
    text = fleet.config.read_text(encoding="utf-8").replace("http://127.0.0.1:9090", url)
    asked = "scrape_interval: 30s" + (f"\n    protocol: {protocol}" if protocol else "")
    config = fleet.folder / "collect.yaml"
    store = fleet.folder / "collected.sqlite"
    config.write_text(
        text.replace("scrape_interval: 30s", asked).replace(str(fleet.store), str(store)),
        encoding="utf-8")
    command = [
        setting.gputally, "--config", config, "collect", "--window", fleet.period()]
    runs = []
    for _ in range(setting.runs + 1):
        for end in ["", "-wal", "-shm", ".lock"]:
            pathlib.Path(f"{store}{end}").unlink(missing_ok=True)
        one = measure.run(command, allowed=(0, 1, 2))
        if one.status == 1:
            return None
        runs.append(one)
    check_samples(fleet, store)
    return dataclasses.replace(
        runs[-1], seconds=statistics.median(one.seconds for one in runs[1:]),
        peak_bytes=max(one.peak_bytes for one in runs))


def check_samples(fleet, store):
    """That the collected store holds every sample that the Prometheus has."""
    import sqlite3
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        (found,) = connection.execute("SELECT sum(samples) FROM segment").fetchone()
    if found != fleet.samples:
        raise measure.BenchmarkError(f"{found} samples were collected of {fleet.samples}")


def curl_command(url, log, folder):
    """One curl that fetches what gputally asked for, each answer once, and keeps nothing."""
    asked = []
    for one in services.logged_queries(log):
        if one not in asked:
            asked.append(one)
    lines = []
    for one in asked:
        form = urllib.parse.urlencode({"query": one["query"], "time": one["end"]})
        lines.append(f'url = "{url}/api/v1/query?{form}"\noutput = "/dev/null"')
    script = pathlib.Path(folder) / "curl.txt"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["curl", "-sSf", "--compressed", "--config", script]
