"""Runs a command and writes down what it took: launch.py RESULT COMMAND...

A process of its own, because the peak memory of a child counts what its parent held when it was
made: measured from here that is a few megabytes, from a process with loaded columns it isn't.
"""

import json
import os
import sys
import time

began = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - began
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(
        {
            "seconds": seconds,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            # Linux counts kibibytes.
            "peak_bytes": usage.ru_maxrss * 1024,
            "status": os.waitstatus_to_exitcode(status),
        },
        file,
    )
