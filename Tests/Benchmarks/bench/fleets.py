"""The fleets that are measured: made by gputally-bench, each in a folder of its own."""

import dataclasses
import pathlib
import statistics
import sys

from bench import measure

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

    def scan(self, query):
        return measure.run(self.command(
            "scan", *query.arguments, "--period", self.period(), "--format", "csv"))


def in_turns(setting, *actions):
    """The medians of several actions, by turns: what else the machine does slows all of them."""
    warm = [action() for action in actions]
    rounds = [[action() for action in actions] for _ in range(setting.runs)]
    return [
        dataclasses.replace(
            first, seconds=statistics.median(one[place].seconds for one in rounds),
            peak_bytes=max(one[place].peak_bytes for one in rounds))
        for place, first in enumerate(warm)]


def duck(*words):
    return measure.run([sys.executable, DUCK, *words])
