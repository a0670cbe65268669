"""The scheduler's store is full, cut off or killed in the middle of work: it is told, it passes, and nothing is lost."""

import os
import pathlib
import resource
import subprocess

import pytest

from shop import assert_recorded_once, recorded_intervals, slow, start_plan, wait_leased
from stack import Stack, wait_for

POSTGRES = pathlib.Path(__file__).resolve().parent.parent / "support/postgres.sh"


def steps(stack, seconds):
    """A model of several batches, so that there is always something to claim, to complete and to record."""
    return {"models/steps.sql": "MODEL (name shop.steps, start '2024-01-04', kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 1, batch_concurrency 1));\n"
                                f"SELECT CAST(@start_ds AS DATE) AS ds, 1 AS n WHERE {slow(stack, seconds)} >= 0\n"}


def assert_done_once(stack, work_id):
    for task in stack.tasks(work_id):
        attempts = stack.api("GET", f"/tasks/{task['id']}")["attempts"]
        assert [a["state"] for a in attempts].count("succeeded") == 1, (task["name"], attempts)
    assert [row[1] for row in stack.rows("SELECT ds, n FROM shop.steps ORDER BY ds")] == [1] * 6


def evaluated(stack, work_id):
    return sum(t["state"] == "succeeded" and t["kind"] == "evaluate" for t in stack.tasks(work_id))


def test_a_full_disk_under_sqlite_is_told_and_passes():
    with Stack(executors=(("apply", "apply-1"),)) as stack:
        stack.project(steps(stack, 0.3))
        plan, work_id = start_plan(stack)
        with plan:
            wait_for("a batch is done", lambda: evaluated(stack, work_id) >= 1, 60)
            hard = resource.prlimit(stack.scheduler.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(stack.scheduler.pid, resource.RLIMIT_FSIZE, (0, hard))
            wait_for("the scheduler is not ready", lambda: stack.http("GET", "/readyz")[0] == 503, 60)
            assert stack.http("GET", "/healthz")[0] == 200
            assert stack.http("POST", "/oauth/token", b"grant_type=client_credentials&client_id=" + stack.admin["client_id"].encode()
                              + b"&client_secret=" + stack.admin["client_secret"].encode(),
                              {"Content-Type": "application/x-www-form-urlencoded"})[0] == 503
            resource.prlimit(stack.scheduler.pid, resource.RLIMIT_FSIZE, (hard, hard))
            wait_for("the scheduler is ready again", lambda: stack.http("GET", "/readyz")[0] == 200, 60)
            stack.wait_work("plan", work_id, seconds=180)
            plan.end()
        assert_done_once(stack, work_id)
        assert_recorded_once(recorded_intervals(stack))


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A PostgreSQL server of this test's own, which it may kill."""
    folder = pathlib.Path("/tmp") / f"towline-trouble.{os.getpid()}"
    done = subprocess.run([str(POSTGRES), "start", str(folder)], check=True, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        name, value = line.removeprefix("export ").split("=", 1)
        monkeypatch.setenv(name, value.strip("'"))
    yield folder
    subprocess.run([str(POSTGRES), "stop", str(folder)], check=False, capture_output=True)


def test_a_postgresql_killed_under_a_plan_loses_nothing(server):
    with Stack(store="postgres", executors=(("apply", "apply-1"),)) as stack:
        stack.project(steps(stack, 0.5))
        plan, work_id = start_plan(stack)
        with plan:
            for batches in (1, 3):
                wait_for(f"{batches} batches are done", lambda: evaluated(stack, work_id) >= batches, 60)
                subprocess.run([str(POSTGRES), "kill", str(server)], check=True, capture_output=True)
                wait_for("the scheduler is not ready", lambda: stack.http("GET", "/readyz")[0] == 503, 60)
                assert stack.http("GET", "/healthz")[0] == 200
                subprocess.run([str(POSTGRES), "again", str(server)], check=True, capture_output=True)
                wait_for("the scheduler is ready again", lambda: stack.http("GET", "/readyz")[0] == 200, 60)
            stack.wait_work("plan", work_id, seconds=180)
            plan.end()
        assert_done_once(stack, work_id)


def test_connections_cut_in_the_middle_of_transactions_lose_nothing():
    with Stack(store="postgres", executors=(("apply", "apply-1"),)) as stack:
        stack.project(steps(stack, 0.2))
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, "steps")
            cuts = 0
            while stack.work("plan", work_id)["state"] == "running" and cuts < 200:
                stack._admin_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{stack.databases[0]}'")
                cuts += 1
                wait_for("the scheduler answers", lambda: stack.http("GET", "/readyz")[0] == 200, 60)
            assert cuts > 0
            stack.wait_work("plan", work_id, seconds=180)
            plan.end()
        assert_done_once(stack, work_id)
