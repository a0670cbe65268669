"""What an idle executor costs beside an idle Prefect process worker: the same clock, the same wire, the same window.

Both talk plain HTTP to their own server on loopback through a recording relay, and "first poll" is the moment when the first request
that asks for work goes over it. Memory and CPU are those of the process and its children.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

POOL = "bench"
TICKS = os.sysconf("SC_CLK_TCK")


def tree_of(pid):
    """A process and everything below it."""
    found, seen = [pid], 0
    while seen < len(found):
        for path in pathlib.Path(f"/proc/{found[seen]}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in path.read_text().split()]
        seen += 1
    return found


def resident_mib(pid):
    texts = [pathlib.Path(f"/proc/{one}/status").read_text() for one in tree_of(pid)]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) for text in texts) / 1024


def cpu_seconds(pid):
    stat = [pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(") ", 1)[1].split() for one in tree_of(pid)]
    return sum(int(fields[11]) + int(fields[12]) for fields in stat) / TICKS


def started_and_polled(start, relay, needle, limit=120):
    """A process from `start` and the milliseconds until the relay saw a new request with these bytes; looked for every millisecond."""
    seen, began = relay.traffic().count(needle), time.monotonic()
    process = start()
    while relay.traffic().count(needle) == seen:
        if process.poll() is not None or time.monotonic() - began > limit:
            sys.exit(f"no {needle!r} within {limit} s, or the program ended")
        time.sleep(0.001)
    return process, (time.monotonic() - began) * 1000


def bytes_below(folder):
    return sum(path.lstat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file() and not path.is_symlink())


def installed_mib(programs):
    """The stripped executor, DuckDB's library and every shared library they load."""
    stripped = programs / "stripped"
    subprocess.run(["strip", "-o", stripped, programs / "towline-executor"], check=True)
    listed = subprocess.run(["ldd", programs / "towline-executor"], check=True, capture_output=True, text=True).stdout
    libraries = {pathlib.Path(path).resolve() for path in re.findall(r"=> (/\S+)", listed)}
    duckdb = {path.resolve() for path in programs.parent.rglob("libduckdb.so")} or {path.resolve() for path in pathlib.Path(".deps").rglob("libduckdb.so")}
    total = stripped.stat().st_size + sum(path.stat().st_size for path in libraries | set(list(duckdb)[:1]))
    stripped.unlink()
    return total / 2**20


class Prefect:
    """A server of its own, a work pool and, when asked, a worker; everything below one folder."""

    def __init__(self, root, folder, port):
        self.folder, self.port = folder, port
        # Installing takes a minute; a folder that has it already can be named.
        self.venv = pathlib.Path(os.environ.get("TOWLINE_BENCH_PREFECT") or folder / "venv")
        if not self.venv.exists():
            subprocess.run([sys.executable, "-m", "venv", self.venv], check=True)
            subprocess.run([self.venv / "bin/pip", "install", "-q", "--disable-pip-version-check", "-r", root / "bench/peers/prefect/requirements.txt"], check=True)
        self.started = []

    def environment(self, port, home):
        return {
            "PATH": f"{self.venv}/bin:{os.environ['PATH']}", "HOME": str(self.folder), "PREFECT_HOME": str(self.folder / home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_LOGGING_TO_API_ENABLED": "false", "PREFECT_CLI_PROMPT": "false",
        }

    def start(self, name, port, *arguments):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen([self.venv / "bin/prefect", *arguments], env=self.environment(port, name), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.started.append(process)
        return process

    def __enter__(self):
        self.start("server", self.port, "server", "start", "--host", "127.0.0.1", "--port", str(self.port), "--no-ui")
        deadline = time.monotonic() + 180
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5).read()
                break
            if time.monotonic() > deadline:
                sys.exit((self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.2)
        pool = json.dumps({"name": POOL, "type": "process"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/work_pools/", pool, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).read()
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            self.stop(process)

    def worker(self, port, name):
        return self.start("worker", port, "worker", "start", "--pool", POOL, "--type", "process", "--name", name)

    @staticmethod
    def stop(process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


def measure(root, work, programs, quick, add):
    """Adds one row a measure: ours and the peer's."""
    sys.path.insert(0, str(root / "tests/functional"))
    os.environ["TOWLINE_BIN"] = str(programs)
    from proxy import Proxy  # noqa: E402
    from stack import PROJECT, Stack, free_port  # noqa: E402

    rounds, window = (2, 10) if quick else (5, 120)
    folder = work / "prefect"
    folder.mkdir()
    with Stack(executors=(), clock=None) as stack, Prefect(root, folder, free_port()) as peer, Proxy(stack.port) as relay, Proxy(peer.port) as peers_relay:
        address = {"TCLOUD_URL": f"http://localhost:{relay.port}/sqlmesh/{PROJECT}", "TOWLINE_LOG_LEVEL": "info"}
        ours, theirs = [], []
        for i in range(rounds):
            if i:
                program.terminate()
                program.wait(30)
                peer.stop(worker)
            program, passed = started_and_polled(lambda: stack.start_executor("run", f"start-{i}", wait=False, env=address).process, relay, b"/sync HTTP/1.1")
            ours.append(passed)
            worker, passed = started_and_polled(lambda: peer.worker(peers_relay.port, f"start-{i}"), peers_relay, b"get_scheduled_flow_runs HTTP/1.1")
            theirs.append(passed)
        name = "prefect"
        add(f"agent: process start to first poll on the wire, median of {rounds}", statistics.median(ours), "ms", statistics.median(theirs), name)
        time.sleep(2 if quick else 20)  # What a start leaves to do is over.
        pids = (program.pid, worker.pid)
        before, began = [cpu_seconds(pid) for pid in pids], time.monotonic()
        time.sleep(window)
        passed = time.monotonic() - began
        cpu = [100 * (cpu_seconds(pid) - used) / passed for pid, used in zip(pids, before)]
        memory = [resident_mib(pid) for pid in pids]
        add("agent: idle memory (RSS)", memory[0], "MiB", memory[1], name)
        add(f"agent: idle CPU over {window} s", cpu[0], "%", cpu[1], name)
        add("agent: installed size", installed_mib(programs), "MiB", bytes_below(next((peer.venv / "lib").glob("*/site-packages"))) / 2**20, name)
    shutil.rmtree(folder, ignore_errors=True)
