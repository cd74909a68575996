"""Bytes a sample: the store, DuckDB's file, Parquet, VictoriaMetrics, Prometheus."""

from bench import measure, services
from bench.fleets import FIRST_SECOND, Fleet, duck
from bench.outcome import Row


def sizes(fleet, progress):
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
