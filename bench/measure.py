"""What bench/run measures: each figure beside its peer, in one run on one machine. Needs the folder and binaries bench/run made."""

import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse

import cancels
import footprint
import plans

BIN = pathlib.Path(os.environ["TOWLINE_BENCH_BIN"])
WORK = pathlib.Path(os.environ["TOWLINE_BENCH_FOLDER"])
QUICK = bool(os.environ.get("TOWLINE_BENCH_QUICK"))
ROOT = pathlib.Path(__file__).resolve().parent.parent
ROWS = []

SQLMESH_LOAD = """
import sys, os
os.environ["SQLMESH__CACHE_DIR"] = sys.argv[2]
from sqlmesh import Context
from sqlmesh.core.console import NoopConsole, set_console
set_console(NoopConsole())
context = Context(paths=[sys.argv[1]], load_state=False)
print(len(context._nodes_to_snapshots({**context._models, **context._standalone_audits})))
"""


def add(what, ours, unit, peer=None, peer_name=""):
    ROWS.append({"measure": what, "towline": ours, "unit": unit, "peer": peer, "peer_name": peer_name})
    better = (ours / peer if unit.endswith("/s") else peer / ours) if peer and ours else 0
    ratio = f"{better:,.0f} x" if better >= 10 else f"{better:.1f} x" if better else ""
    print(f"{what:<58} {ours:>12,.3f} {unit:<8} {'' if peer is None else f'{peer:,.3f}':>12} {peer_name:<10} {ratio}", flush=True)


def timed(arguments, env=None, runs=3):
    """Median wall seconds and peak MiB of a command."""
    walls = []
    for _ in range(runs):
        began = time.monotonic()
        done = subprocess.run(arguments, env={**os.environ, **(env or {})}, capture_output=True, text=True)
        walls.append(time.monotonic() - began)
        if done.returncode != 0:
            sys.exit(f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return statistics.median(walls)


def load():
    sizes = (100, 1000) if QUICK else (100, 1000, 5000)
    for size in sizes:
        folder = WORK / f"project_{size}"
        subprocess.run([sys.executable, ROOT / "bench/generate_project.py", str(size), folder], check=True)
        ours = timed([BIN / "towline", "inspect", folder, "--format", "summary"], runs=5)
        peer = timed([sys.executable, "-c", SQLMESH_LOAD, folder, WORK / f"cache_{size}"], runs=1) if size <= 1000 or not QUICK else None
        add(f"load + fingerprint {size} models, cold process", ours, "s", peer, "sqlmesh")
        planned = json.loads(subprocess.run([BIN / "bench_plan", folder], check=True, capture_output=True, text=True).stdout)
        add(f"load + plan {size} models, nothing changed", (planned["load_ms"] + planned["fingerprint_ms"] + planned["unchanged_plan_ms"]) / 1000, "s")


def certificate():
    run = lambda *a: subprocess.run(a, check=True, capture_output=True, cwd=WORK)  # noqa: E731
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", "-x509", *key, "-days", "2", "-subj", "/CN=bench ca", "-keyout", "ca.key", "-out", "ca.crt")
    run("openssl", "req", *key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (WORK / "ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.crt")


def postgres_url():
    parts = {k: v.strip("'") for k, v in (p.split("=", 1) for p in os.environ["TOWLINE_TEST_PG"].split())}
    query = urllib.parse.urlencode({k: parts[k] for k in ("sslmode", "sslrootcert", "hostaddr") if k in parts})
    return f"postgresql://{parts['user']}:{urllib.parse.quote(parts['password'])}@{parts['host']}:{parts['port']}/{parts['dbname']}?{query}"


def queue():
    certificate()
    stores = {"sqlite": lambda n: f"sqlite:{WORK}/queue_{n}.db", "postgres": lambda n: postgres_url()}
    env = {**os.environ, "BENCH_FOLDER": str(WORK)}
    for name, url in stores.items():
        for executors in (100, 1000):
            out = subprocess.run([BIN / "bench_queue", "latency", url(f"l{executors}"), str(executors), "50" if QUICK else "300"], env=env, capture_output=True, text=True)
            if out.returncode != 0:
                sys.exit(out.stderr[-2000:])
            figures = json.loads(out.stdout)
            add(f"enqueue -> claimed, {executors} idle executors, {name}, p50", figures["p50"], "ms")
            add(f"enqueue -> claimed, {executors} idle executors, {name}, p99", figures["p99"], "ms")
        out = subprocess.run([BIN / "bench_queue", "throughput", url("t"), "4", "2000" if QUICK else "20000"], env=env, capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(out.stderr[-2000:])
        figures = json.loads(out.stdout)
        what = f"claim + complete over HTTPS, 4 executors, {name}"
        if name == "sqlite":
            add(what, figures["per_second"], "tasks/s")
        for mode in ("plain", "batched") if name == "postgres" else ():
            add(f"{what} / {mode}", figures["per_second"], "tasks/s", graphile_worker(mode), "graphile")


def graphile_worker(mode):
    """Jobs per second of a PostgreSQL queue that needs no HTTP, on the same server."""
    peers = WORK / "peers"
    if not peers.exists():
        shutil.copytree(ROOT / "bench/peers", peers)
        subprocess.run(["npm", "ci", "--silent"], cwd=peers, check=True, capture_output=True)
    jobs = "2000" if QUICK else "20000"
    env = {**os.environ, "NODE_EXTRA_CA_CERTS": os.environ["TOWLINE_TEST_PG_CA"], "NODE_ENV": "production"}
    address = postgres_url().split("?")[0] + "?sslmode=verify-full"
    out = subprocess.run(["node", "graphile_worker.mjs", address, jobs, mode], cwd=peers, env=env, capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stderr[-2000:])
    return json.loads(out.stdout.splitlines()[-1])["per_second"]


def executor():
    """A real executor against a real scheduler, beside a Prefect worker against its server."""
    footprint.measure(ROOT, WORK, BIN, QUICK, add)


def whole_plans():
    """Plans that are carried out, on both engines."""
    plans.measure(ROOT, WORK, BIN, QUICK, add)


def cancelled():
    """Statements of PostgreSQL that a cancel ends."""
    cancels.measure(ROOT, BIN, QUICK, add)


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    print(f"{'measure':<58} {'towline':>12} {'unit':<8} {'peer':>12} {'':<10} ratio")
    parts = {"load": load, "queue": queue, "plans": whole_plans, "cancels": cancelled, "executor": executor}
    for name in os.environ.get("TOWLINE_BENCH_ONLY", "").split() or parts:
        parts[name]()
    if os.environ.get("TOWLINE_BENCH_JSON"):
        machine = {"cores": os.cpu_count(), "system": os.uname().version}
        pathlib.Path(os.environ["TOWLINE_BENCH_JSON"]).write_text(json.dumps({"machine": machine, "figures": ROWS}, indent=1))


main()
