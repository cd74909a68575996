"""Commands with their time and peak memory, and the machine that they ran on."""

import dataclasses
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

LAUNCHER = pathlib.Path(__file__).with_name("launch.py")


class BenchmarkError(Exception):
    """A command that failed, or a result that isn't what it has to be."""


@dataclasses.dataclass
class Measured:
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    status: int
    output: bytes
    errors: str


def run(command, allowed=(0,), cwd=None, timeout=3600):
    """Runs `command` and returns what it took; a status that isn't allowed is an error."""
    command = [str(part) for part in command]
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        # -I and -S keep the launcher small: its own memory is the least that can be measured.
        process = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCHER), result, *command],
            stdin=subprocess.DEVNULL, capture_output=True, cwd=cwd, timeout=timeout, check=False)
        errors = process.stderr.decode(errors="replace")
        if not os.path.exists(result):
            raise BenchmarkError(f"{' '.join(command)}: {errors.strip()[-2000:]}")
        figures = json.loads(pathlib.Path(result).read_text(encoding="utf-8"))
    measured = Measured(
        figures["seconds"], figures["cpu_seconds"], figures["peak_bytes"], figures["status"],
        process.stdout, errors)
    if measured.status not in allowed:
        raise BenchmarkError(
            f"{' '.join(command)}: exit status {measured.status}\n{errors.strip()[-2000:]}")
    return measured


def median(command, runs, **options):
    """Runs `command` once to warm the caches, then `runs` times: median time, largest memory."""
    run(command, **options)
    all_runs = [run(command, **options) for _ in range(runs)]
    last = all_runs[-1]
    return dataclasses.replace(
        last,
        cpu_seconds=statistics.median(one.cpu_seconds for one in all_runs),
        seconds=statistics.median(one.seconds for one in all_runs),
        peak_bytes=max(one.peak_bytes for one in all_runs))


def size(path):
    """The bytes of a file, or of all files below a folder."""
    path = pathlib.Path(path)
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())


def store_size(path):
    """The bytes of a store with whatever SQLite keeps beside it."""
    beside = [pathlib.Path(f"{path}{end}") for end in ("", "-wal", "-shm")]
    return sum(one.stat().st_size for one in beside if one.exists())


def calibration():
    """Processor seconds of a fixed task on this machine: what those of a run are divided by."""
    data = b"".join((n * 7919 % 2**32).to_bytes(4, "little") for n in range(3_000_000))
    times = []
    for _ in range(3):
        began = time.process_time()
        zlib.compress(data, 6)
        times.append(time.process_time() - began)
    return min(times)


def machine():
    """The processor, its cores and the system, in words."""
    model = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{model}, {len(os.sched_getaffinity(0))} cores, {pages / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.release()}")
