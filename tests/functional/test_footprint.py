"""What an executor costs while it waits, and what it needs that it does not have."""

import os
import pathlib
import re
import subprocess
import time

import pytest

from stack import BIN, Stack, wait_for

OWN_KIB_MAX = 4 * 1024
WAKES_PER_SECOND_MAX = 5
WINDOW_SECONDS = 6


def own_kib(status):
    """Memory the process wrote itself. Pages of programs and libraries come and go with the kernel's cache; bench/footprint.py measures the whole."""
    return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.M)[1])


def wakes(pid):
    """How often any thread waited for something: unlike its time on a processor, that does not depend on what else the machine does."""
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/status")
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", task.read_text(), re.M)[1]) for task in tasks)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_an_idle_executor_is_small_and_still(engine):
    with Stack(engine=engine, tls=True, executors=(("run", "run-1"),)) as stack:
        program = stack.executors["run-1"]
        wait_for("the probe says ready", lambda: stack.check_executor("run", "run-1").returncode == 0)
        before, start = wakes(program.pid), time.monotonic()
        time.sleep(WINDOW_SECONDS)  # The window that is measured.
        rate = (wakes(program.pid) - before) / (time.monotonic() - start)
        assert rate < WAKES_PER_SECOND_MAX, rate
        status = pathlib.Path(f"/proc/{program.pid}/status").read_text()
        assert own_kib(status) < OWN_KIB_MAX, status
        assert "libduckdb" not in pathlib.Path(f"/proc/{program.pid}/maps").read_text()


def test_a_missing_library_is_named():
    """A copy of the program whose search path is wiped finds no libduckdb.so: that is a sentence, and nothing else breaks."""
    with Stack(executors=()) as stack:
        folder = stack.folder / "elsewhere" / "bin"
        folder.mkdir(parents=True)
        data = (BIN / "towline-executor").read_bytes()
        runpath = next(line.split("[", 1)[1].rstrip("]") for line in subprocess.run(
            ["readelf", "-d", str(BIN / "towline-executor")], capture_output=True, text=True, check=True).stdout.splitlines() if "UNPATH" in line)
        copy = folder / "towline-executor"
        copy.write_bytes(data.replace(runpath.encode(), b"/".ljust(len(runpath), b"x")))
        copy.chmod(0o755)
        environment = {**{k: v for k, v in stack.base_env().items() if k != "LD_LIBRARY_PATH"}, **stack.engine_env}
        done = subprocess.run([str(copy), "query", "SELECT 1"], env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1 and "DuckDB's library cannot be loaded" in done.stderr and "../lib" in done.stderr, done.stderr
        config = subprocess.run([str(copy), "config"], env={**environment, **stack.client_env(stack.worker)}, capture_output=True, text=True, timeout=30)
        assert config.returncode == 0 and os.fspath(stack.duckdb_path) not in config.stderr, config.stderr
