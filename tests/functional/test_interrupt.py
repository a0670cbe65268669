"""Statements that must end: cancelled ones, those of the dead, those of the revoked; and cancels that meet no statement yet."""

import subprocess
import sys

from shop import SLEEPERS, append_with_a_frozen_executor, slow, start_plan, wait_leased
from stack import Stack, wait_for

CANCELS = 10


def test_a_cancel_is_told_once_the_engine_has_confirmed_it():
    """How long it takes is measured by bench/cancels.py, for two hundred statements."""
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1) as stack:
        for i in range(CANCELS):
            stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 60)} AS n, {i} AS i\n"})
            plan, work_id = start_plan(stack)
            with plan:
                wait_leased(stack, work_id, "late")
                wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
                stack.api("POST", f"/plans/{work_id}/cancel", {})
                stack.wait_work("plan", work_id, "cancelled", 60)
                assert stack.rows(SLEEPERS) == []
                task = next(t for t in stack.tasks(work_id) if "late" in t["name"] and t["kind"] == "evaluate")
                assert [a["state"] for a in stack.api("GET", f"/tasks/{task['id']}")["attempts"]] == ["cancelled"]
                assert plan.end(60)[0] == 8


def test_a_restarted_executor_ends_what_its_dead_predecessor_left_running():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1) as stack:
        stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 300)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, "late")
            (orphan,) = wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
            assert str(orphan[0]).encode() in b"".join(p.read_bytes() for p in (stack.folder / "spool-apply-1").iterdir() if p.is_file())
            stack.executors["apply-1"].kill()
            # The engine does not notice that its client is gone.
            assert orphan in stack.rows(SLEEPERS)
            stack.start_executor("apply", "apply-1", wait=False)
            wait_for("the orphan has ended", lambda: orphan not in stack.rows(SLEEPERS), 20)
            stack.api("POST", f"/plans/{work_id}/cancel", {})
            stack.wait_work("plan", work_id, "cancelled", 40)


def test_a_revoked_executor_stops_its_running_statement():
    with Stack(engine="postgres", executors=(), slots=1) as stack:
        leaving = stack.create_client("leaving", ["executor:apply"])
        program = stack.start_executor("apply", "leaver", client=leaving)
        stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 300)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, "late")
            wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
            stack.cli("client", "revoke", leaving["client_id"], "--yes")
            wait_for("the statement has ended", lambda: not stack.rows(SLEEPERS), 40)
            assert program.alive() and "refuses this client" in program.text()
            assert stack.check_executor("apply", "leaver").returncode == 3


def test_a_cancel_reaches_a_task_that_waits_for_the_database_file():
    with Stack(engine="duckdb", executors=(("apply", "apply-1"),), slots=1) as stack:
        stack.project({"models/quick.sql": "MODEL (name shop.quick, kind FULL);\nSELECT 1 AS n\n"})
        holder = subprocess.Popen([sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()",
                                   str(stack.duckdb_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert holder.stdout.readline().strip() == "held"
            plan, work_id = start_plan(stack)
            with plan:
                wait_for("a task waits for the file", lambda: any(t["state"] == "leased" for t in stack.tasks(work_id)))
                stack.api("POST", f"/plans/{work_id}/cancel", {})
                stack.wait_work("plan", work_id, "cancelled", 60)
                assert holder.poll() is None  # the file is still held: the task ended without it
        finally:
            holder.kill()
            holder.wait(20)


def test_a_frozen_executor_that_holds_the_database_file_wakes_up_superseded():
    with Stack(engine="duckdb", executors=(("apply", "apply-1"),), slots=1) as stack:
        attempts = append_with_a_frozen_executor(stack, 4)
        for program in stack.executors.values():
            assert program.stop() == 0
        assert stack.rows("SELECT id FROM shop.once") == [(1,)]
        assert attempts[0]["state"] == "lost" and attempts[-1]["state"] == "succeeded" and attempts[-1]["executor_name"] == "apply-2"
