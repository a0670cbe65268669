"""Projects and look-ups that several functional tests share."""

import collections
import contextlib
import pathlib
import signal
import sqlite3
import subprocess
import threading

from stack import BIN, wait_for

DAY = 86_400_000
SEED = "id,item,ds\n1,assam,2024-01-02\n2,sencha,2024-01-04\n3,puerh,2024-01-05\n4,lapsang,2024-01-07\n5,oolong,2024-01-09\n"
TEAS = """MODEL (name shop.teas, kind SEED (path '$root/seeds/teas.csv'), columns (id INT, item TEXT, ds DATE));
"""
# A shop whose incremental model has something to load every day without anybody adding rows.
DAILY = {
    "models/visits.sql": """MODEL (name shop.visits, start '2024-01-05', kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 1));
SELECT CAST(@start_ds AS DATE) AS ds, 1 AS n
""",
    "models/total.sql": "MODEL (name shop.total, kind FULL);\nSELECT SUM(n) AS n FROM shop.visits\n",
}


def slow(stack, seconds):
    """A scalar that keeps the stack's engine busy for about so long."""
    if stack.engine_kind == "duckdb":
        count = int(seconds * 220_000_000)
        return f"(SELECT COUNT(*) FROM range({count}) AS busy(i) WHERE hash(i) = 1)"
    return f"(SELECT COUNT(*) FROM pg_sleep({seconds}))"


def store_rows(stack, sql, *values):
    """Rows of the SQLite store."""
    path = stack.store_url.removeprefix("sqlite:")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
        return connection.execute(sql, values).fetchall()


def recorded_intervals(stack):
    """{(model, version): [(start, end), …]} of what the SQLite store recorded, in the order of time."""
    out = collections.defaultdict(list)
    for name, version, start, end in store_rows(
        stack, "SELECT name, version, start_ts, end_ts FROM _intervals WHERE NOT is_removed AND NOT is_pending_restatement AND NOT is_dev ORDER BY start_ts"
    ):
        out[(name, version)].append((start, end))
    return out


def assert_recorded_once(intervals):
    """No two records of a version overlap, and together they leave no hole."""
    assert intervals
    for key, ranges in intervals.items():
        for (_, before), (start, _) in zip(ranges, ranges[1:]):
            assert start == before, f"{key}: {ranges}"


class Background:
    """The command line in another process while the test goes on; `end` gives its exit code and output."""

    def __init__(self, stack, *arguments, env=None):
        environment = {**stack.base_env(), **stack.client_env(stack.admin), "NO_COLOR": "1", **(env or {})}
        if stack.clock:
            environment["TOWLINE_NOW"] = stack.clock
        self.process = subprocess.Popen(
            [str(BIN / "towline"), "-p", str(stack.project_folder), *map(str, arguments)], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        )
        self.output = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        self.reader.join(20)

    def end(self, seconds=90):
        code = self.process.wait(seconds)
        self.reader.join(20)
        return code, self.output


def start_plan(stack, environment="prod", *arguments):
    """A plan in the background and its id, as soon as the scheduler has it."""
    before = stack.last_work("plan")
    plan = Background(stack, "plan", environment, "--auto-apply", "--no-prompts", *arguments)

    def accepted():
        ended = plan.process.poll() is not None  # asked first: a quick plan may be over when the scheduler has answered
        last = stack.last_work("plan")
        if last and (not before or last["id"] != before["id"]):
            return last["id"]
        assert not ended, plan.output
        return None

    try:
        return plan, wait_for("the scheduler has the plan", accepted)
    except BaseException:
        plan.__exit__()
        raise


def wait_leased(stack, work_id, name, seconds=30):
    """The batch of a work whose model's name contains `name`, as soon as an executor holds it."""
    return wait_for(
        f"an executor holds a task of {name}",
        lambda: next((t for t in stack.tasks(work_id) if name in t["name"] and t["kind"] == "evaluate" and t["state"] == "leased"), None), seconds)


# Statements of PostgreSQL that `slow` keeps busy, by their session.
SLEEPERS = ("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
            "AND query ILIKE '%pg_sleep%' AND pid <> pg_backend_pid()")


def append_with_a_frozen_executor(stack, seconds):
    """An append whose executor apply-1 is frozen in mid-statement for longer than its lease and wakes up beside its successor apply-2; the
    task's attempts when the plan has succeeded."""
    stack.project({"models/once.sql": f"MODEL (name shop.once, kind INCREMENTAL_UNMANAGED);\nSELECT 1 AS id, {slow(stack, seconds)} AS s\n"})
    plan, work_id = start_plan(stack)
    with plan:
        task = wait_leased(stack, work_id, "once")
        stack.executors["apply-1"].signal(signal.SIGSTOP)
        stack.start_executor("apply", "apply-2")
        wait_for("the successor holds the task", lambda: stack.api("GET", f"/tasks/{task['id']}")["task"]["epoch"] > task["epoch"], 60)
        stack.executors["apply-1"].signal(signal.SIGCONT)
        stack.wait_work("plan", work_id)
        code, output = plan.end()
        assert code == 0, output
    return stack.api("GET", f"/tasks/{task['id']}")["attempts"]


def files_of(folder):
    return [p for p in pathlib.Path(folder).rglob("*") if p.is_file()]
