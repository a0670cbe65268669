"""A whole plan of generated models, from the command line to the tables: `towline plan` with a scheduler and an executor, beside `sqlmesh plan`.

Both build the same project in an empty database of the same engine, with four tasks at a time where the engine allows it, and plan again with
nothing changed. Wall time is what a user waits; CPU is that of all programs but the engine's server.
"""

import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time

import footprint

SLOTS = 4


def timed(arguments, environment):
    """Wall and CPU seconds of a command that must succeed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([str(a) for a in arguments], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def towline(stack, programs, count):
    """(wall, CPU, tasks), (wall, CPU, tasks): the first plan and one with nothing changed."""
    environment = {**stack.base_env(), **stack.client_env(stack.admin)}
    services = [stack.scheduler.pid, *(program.pid for program in stack.executors.values())]
    out = []
    for _ in range(2):
        used = sum(footprint.cpu_seconds(pid) for pid in services)
        wall, cpu = timed([programs / "towline", "-p", stack.project_folder, "plan", "prod", "--auto-apply", "--no-prompts"], environment)
        out.append((wall, cpu + sum(footprint.cpu_seconds(pid) for pid in services) - used))
    found = stack.rows("SELECT count(*) FROM information_schema.views WHERE table_schema = 'bench'")[0][0]
    if found != count:
        sys.exit(f"{found} views of {count} models")
    return out


def sqlmesh(stack, work):
    """The same of SQLMesh, in a database of its own that also holds its state."""
    environment = {**stack.base_env(), **stack.engine_env, "SQLMESH__CACHE_DIR": str(work / "sqlmesh-cache"), "NO_COLOR": "1"}
    connection = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
    if stack.engine_kind == "duckdb":
        # The catalogue is named after the file.
        (work / "peer").mkdir()
        environment[connection + "DATABASE"] = str(work / "peer" / stack.duckdb_path.name)
        environment[connection + "CONCURRENT_TASKS"] = "1"
    else:
        environment[connection + "DATABASE"] = stack._new_database("peer")
    command = [pathlib.Path(sys.executable).parent / "sqlmesh", "-p", stack.project_folder, "plan", "--auto-apply", "--no-prompts"]
    return [timed(command, environment) for _ in range(2)]


def measure(root, work, programs, quick, add):
    """Adds the rows of both engines."""
    sys.path.insert(0, str(root / "tests/functional"))
    os.environ["TOWLINE_BIN"] = str(programs)
    from stack import Stack  # noqa: E402

    count = int(os.environ.get("TOWLINE_BENCH_MODELS") or (60 if quick else 300))
    for engine in ("duckdb", "postgres"):
        folder = work / f"plans-{engine}"
        folder.mkdir()
        # Quiet: what a program writes to its log is not what is measured.
        with Stack(store="sqlite", engine=engine, clock=None, executors=(("apply", "bench"),), slots=SLOTS, extra_executor_env={"TOWLINE_LOG_LEVEL": "info"}) as stack:
            subprocess.run([sys.executable, root / "bench/generate_project.py", str(count), stack.project_folder, engine, stack.catalog], check=True)
            ours, peer = towline(stack, programs, count), sqlmesh(stack, folder)
            memory = footprint.resident_mib(stack.scheduler.pid) + footprint.resident_mib(stack.executors["bench"].pid)
        for name, mine, theirs in zip(("everything new", "nothing changed"), ours, peer):
            add(f"plan {count} models on {engine}, {name}", mine[0], "s", theirs[0], "sqlmesh")
            add("  CPU of it (without the engine's server)", mine[1], "s", theirs[1], "sqlmesh")
        add(f"  memory of scheduler and executor afterwards ({engine})", memory, "MiB")
        shutil.rmtree(folder)
