"""Collecting from a real Prometheus, by both protocols, against curl."""

import pathlib
import sqlite3
import urllib.parse

from bench import measure, services
from bench.fleets import Fleet, in_turns
from bench.outcome import Row


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
        progress(f"{title} by queries and by remote read")
        by_query = Collecting(fleet, url, "query")
        if not by_query.works():
            by_query = Collecting(fleet, url, None)
            if not by_query.works():
                raise measure.BenchmarkError(f"{title}: gputally refused the configuration")
        curl = curl_command(url, log, folder)
        by_read = Collecting(fleet, url, "remote-read")
        actions = [by_query.run, lambda: measure.run(curl)]
        if by_read.works():
            actions.append(by_read.run)
        query, fetched, *read = in_turns(setting, *actions)
    return [
        Row("collect.query", title + ", query", "s", query.seconds, fetched.seconds, "curl"),
        Row("collect.memory", title + ", query, peak memory", "bytes", query.peak_bytes),
        *collected_by_read(title, query, read)]


def collected_by_read(title, query, read):
    """How remote read compares with queries, where gputally has it."""
    if not read:
        return [Row("collect.remote", title + ", remote read", "s", None, note="no remote read")]
    return [
        Row(
            "collect.remote", title + ", remote read", "s", read[0].seconds, query.seconds,
            "query"),
        Row(
            "collect.remote.memory", title + ", remote read, peak memory", "bytes",
            read[0].peak_bytes)]


class Collecting:
    """Collecting a fleet's day into a new store each time, by one protocol."""

    def __init__(self, fleet, url, protocol):
        name = protocol or "default"
        self.fleet = fleet
        self.store = fleet.folder / f"{name}.sqlite"
        self.config = fleet.folder / f"{name}.yaml"
        asked = "scrape_interval: 30s" + (f"\n    protocol: {protocol}" if protocol else "")
        text = fleet.config.read_text(encoding="utf-8")
        for old, new in [
                ("http://127.0.0.1:9090", url), ("scrape_interval: 30s", asked),
                (str(fleet.store), str(self.store))]:
            text = text.replace(old, new)
        self.config.write_text(text, encoding="utf-8")

    def run(self, allowed=(0, 2)):
        for end in ["", "-wal", "-shm", ".lock"]:
            pathlib.Path(f"{self.store}{end}").unlink(missing_ok=True)
        return measure.run(
            [self.fleet.gputally, "--config", self.config, "collect", "--window",
             self.fleet.period()], allowed)

    def works(self):
        """Whether gputally knows the protocol, and then brings every sample by it."""
        if self.run(range(256)).status not in (0, 2):
            return False
        check_samples(self.fleet, self.store)
        return True


def check_samples(fleet, store):
    """That the collected store holds every sample that the Prometheus has."""
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
