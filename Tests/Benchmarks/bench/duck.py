"""DuckDB's side, a process of its own: loads columns, writes Parquet, answers a query.

    duck.py load COLUMNS DATABASE      duck.py parquet DATABASE FILE VERSION
    duck.py query DATABASE NAME WAY    prints JSON: seconds, rows
"""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from bench import queries  # noqa: E402  pylint: disable=wrong-import-position

COLUMNS = [
    ("ts", "time.i64", "<i8"), ("gpu", "gpu.u16", "<u2"), ("allocation", "allocation.u32", "<u4"),
    ("util", "util.u8", "u1"), ("fb", "fb.i32", "<i4"), ("power", "power.f64", "<f8"),
    ("engine", "engine.f64", "<f8")]
ROWS_AT_ONCE = 4_000_000


def connect(path, read_only=False):
    """A connection with the memory limit that DuckDB chooses."""
    import duckdb
    return duckdb.connect(path, read_only=read_only, config={"threads": 2})


def load(folder, path):
    """Makes the database: samples in the order in which they came, and who held what when."""
    import numpy
    import pyarrow
    connection = connect(path)
    connection.execute(
        "CREATE TABLE sample(ts BIGINT, gpu USMALLINT, allocation UINTEGER, util UTINYINT, "
        "fb INTEGER, power DOUBLE, engine DOUBLE)")
    columns = {
        name: numpy.memmap(f"{folder}/{file}", dtype=kind, mode="r")
        for name, file, kind in COLUMNS}
    rows = len(columns["ts"])
    for first in range(0, rows, ROWS_AT_ONCE):
        part = pyarrow.table(
            {name: numpy.asarray(values[first:first + ROWS_AT_ONCE])
             for name, values in columns.items()})
        connection.register("part", part)
        connection.execute("INSERT INTO sample SELECT * FROM part")
        connection.unregister("part")
    connection.execute(
        "CREATE TABLE allocation AS SELECT allocation::UINTEGER AS allocation, "
        "gpu::USMALLINT AS gpu, * EXCLUDE (allocation, gpu) "
        f"FROM read_csv('{folder}/allocations.csv', header = true)")
    connection.execute("CHECKPOINT")
    connection.close()


def parquet(path, file, version):
    """The samples as one Parquet file, each GPU's together."""
    connection = connect(path, read_only=True)
    connection.execute(
        f"COPY (SELECT * FROM sample ORDER BY gpu, ts) TO '{file}' (FORMAT parquet, "
        f"COMPRESSION zstd, COMPRESSION_LEVEL 9, PARQUET_VERSION {version})")


def query(path, name, way):
    """Prints the rows and what it took to open the database and get them."""
    import duckdb  # noqa: F401  pylint: disable=unused-import
    began = time.perf_counter()
    connection = connect(path, read_only=True)
    rows = connection.execute(queries.named(name).ways[way]).fetchall()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": rows}))


if __name__ == "__main__":
    {"load": load, "parquet": parquet, "query": query}[sys.argv[1]](*sys.argv[2:])
