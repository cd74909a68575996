"""Measures gputally against other engines on a fleet that anyone can make, in one run.

Results are compared row by row before a time counts; a difference ends the run with status 1.
"""

import argparse
import pathlib
import shlex
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from bench import collecting, fleets, measure, outcome, size, speed  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / ".build" / "release"
# The first two share a fleet and its columns.
PARTS = {
    "size": size.sizes, "speed": speed.speed, "databases": size.databases,
    "growth": speed.growth, "collect": collecting.collect, "month": speed.month}


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--gputally", default=str(BUILD / "gputally"), help="the program")
    parser.add_argument("--bench", default=str(BUILD / "gputally-bench"), help="its workloads")
    parser.add_argument("--days", type=int, default=7, help="days of the fleet for Q1 to Q3")
    parser.add_argument("--hosts", type=int, default=200, help="hosts of the fleet")
    parser.add_argument("--gpus-per-host", type=int, default=8, help="GPUs of each")
    parser.add_argument("--month-days", type=int, default=30, help="days of the month; 30 at most")
    parser.add_argument(
        "--subset-hosts", type=int, default=16, help="hosts for the time series databases")
    parser.add_argument(
        "--collect-hosts", type=int, default=8, help="hosts to collect from a Prometheus")
    parser.add_argument(
        "--large-hosts", type=int, default=0, help="hosts of the large fleet; 0: ten times as many")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median counts")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    parser.add_argument("--folder", help="where to put the fleets; kept there")
    parser.add_argument("--markdown", help="write the table to this file")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--thresholds", help="fail where a figure is worse than this file allows")
    parser.add_argument(
        "--record-thresholds", help="write such a file from this run, and compare nothing")
    return parser.parse_args()


def setting_of(options, folder):
    """The sizes that the options ask for."""
    setting = fleets.Setting(
        str(pathlib.Path(options.gputally).resolve()), str(pathlib.Path(options.bench).resolve()),
        folder)
    for name in [
            "days", "hosts", "gpus_per_host", "month_days", "subset_hosts", "collect_hosts",
            "runs"]:
        setattr(setting, name, getattr(options, name))
    setting.large_hosts = options.large_hosts or 10 * options.hosts
    setting.month_days = min(30, setting.month_days)
    return setting


def measured(options, setting, progress):
    """All rows that were asked for."""
    rows = []
    if "size" in options.only or "speed" in options.only:
        progress(f"a fleet of {setting.hosts * setting.gpus_per_host:,} GPUs, {setting.days} days")
        columns = setting.folder / "fleet" / "columns"
        fleet = fleets.Fleet(
            setting, "fleet", setting.days, setting.hosts, "--columns", columns)
        print(fleet.made.output.decode(), flush=True)
        rows += size.sizes(fleet, progress)
        if "speed" in options.only:
            rows += speed.speed(setting, fleet, progress)
        shutil.rmtree(fleet.folder)
    for name in ["databases", "growth", "collect", "month"]:
        if name in options.only:
            rows += PARTS[name](setting, progress)
    return rows


def finish(options, rows):
    """Prints and writes the outcome; the exit status."""
    machine = measure.machine()
    command = shlex.join(["python3", "Tests/Benchmarks/compare.py", *sizes_of(sys.argv[1:])])
    lines = outcome.cells(rows, outcome.read(HERE / "bars.json"))
    print(f"\n{outcome.plain(lines)}\n\n{machine}\n{command}")
    if options.markdown:
        pathlib.Path(options.markdown).write_text(
            outcome.markdown(lines, machine, command), encoding="utf-8")
    if options.json:
        outcome.write(options.json, [vars(row) | {"ratio": row.ratio} for row in rows])
    if options.record_thresholds:
        calibration = measure.calibration()
        outcome.write(
            options.record_thresholds, outcome.recorded(rows, machine, command, calibration))
    elif options.thresholds:
        found = outcome.regressions(
            rows, outcome.read(options.thresholds), measure.calibration())
        for sentence in found:
            print(f"regression: {sentence}", file=sys.stderr)
        return 1 if found else 0
    return 0


def sizes_of(words):
    """The options that say how large everything is, without those that name files."""
    kept = []
    skips = False
    for word in words:
        names = word.startswith(("--markdown", "--json", "--thresholds", "--record", "--folder"))
        if not names and not skips:
            kept.append(word)
        skips = names and "=" not in word
    return kept


def main():
    """Runs everything; the exit status."""
    options = arguments()
    began = time.monotonic()

    def progress(text):
        print(f"[{time.monotonic() - began:5.0f} s] {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="gputally-bench-") as temporary:
        folder = pathlib.Path(options.folder or temporary).resolve()
        if options.folder and folder.exists() and any(folder.iterdir()):
            print(f"{folder}: is not empty; name a new folder", file=sys.stderr)
            return 64
        try:
            return finish(options, measured(options, setting_of(options, folder), progress))
        except (measure.BenchmarkError, ValueError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
