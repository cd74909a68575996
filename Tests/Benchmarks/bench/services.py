"""A Prometheus and a VictoriaMetrics of one's own, and what they hold."""

import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from bench import measure

METRICS = [
    "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_POWER_USAGE",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE"]


def is_installed(*programs):
    """Whether all programs are there."""
    return all(shutil.which(program) for program in programs)


def free_port():
    """A loopback port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def prometheus_blocks(text, folder):
    """Makes Prometheus' blocks, one a day, out of OpenMetrics text."""
    measure.run([
        "promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=24h",
        text, folder])


@contextlib.contextmanager
def running(command, url, log):
    """Runs a server until the block ends; it is up once `url` answers."""
    with open(log, "wb") as output:
        server = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            if server.poll() is not None:
                break
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                with urllib.request.urlopen(url, timeout=5):
                    break
            time.sleep(0.1)
        if server.poll() is not None:
            raise measure.BenchmarkError(f"{command[0]} ended at once; see {log}")
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


@contextlib.contextmanager
def prometheus(folder, blocks):
    """A Prometheus over blocks; yields its address and the log of its queries."""
    folder = pathlib.Path(folder)
    queries = folder / "queries.log"
    configuration = folder / "prometheus.yml"
    configuration.write_text(f"global: {{query_log_file: {queries}}}\n", encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        "prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={blocks}",
        "--storage.tsdb.retention.time=20y", f"--web.listen-address={url[7:]}"]
    with running(command, url + "/-/ready", folder / "prometheus.log"):
        yield url, queries


def check_count(url, end, expected):
    """That a server has every sample of the UTC day that ends at `end` seconds."""
    counts = [f"sum(count_over_time({metric}[86400s]))" for metric in METRICS]
    question = urllib.parse.urlencode({
        "query": " + ".join(counts), "time": f"{end}.0", "nocache": "1"})
    with urllib.request.urlopen(f"{url}/api/v1/query?{question}", timeout=120) as answer:
        result = json.load(answer)["data"]["result"]
    found = int(result[0]["value"][1]) if result else 0
    if found != expected:
        raise measure.BenchmarkError(f"{url}: has {found} samples of {expected}")


def victoria_metrics_size(folder, lines, samples, end):
    """The bytes that VictoriaMetrics needs for what was imported, merged as far as it goes."""
    folder = pathlib.Path(folder)
    data = folder / "data"
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        "victoria-metrics", f"-httpListenAddr={url[7:]}", f"-storageDataPath={data}",
        "-retentionPeriod=100y", "-loggerLevel=WARN"]

    def stored():
        # Samples and index; the caches that it keeps beside them aren't needed to read them.
        return sum(measure.size(data / part) for part in ["data", "indexdb", "metadata"])

    with running(command, url + "/health", folder / "victoria.log"):
        measure.run([
            "curl", "-sSf", "-X", "POST", "-T", lines, f"{url}/api/v1/import"])
        for action in ["force_flush", "force_merge"]:
            measure.run(["curl", "-sSf", f"{url}/internal/{action}"])
        check_count(url, end, samples)
        # Merging goes on in the background: it is done once nothing changes for two seconds.
        before, same = -1, 0
        for _ in range(60):
            now = stored()
            same = same + 1 if now == before else 0
            if same >= 4:
                break
            before = now
            time.sleep(0.5)
    # What was flushed to disk on the way down counts too.
    return stored()


def logged_queries(path):
    """The parameters of each query that a Prometheus logged, in order."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["params"] for line in lines]
