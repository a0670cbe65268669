"""Who is given what, and how an executor leaves: labels, drain and resume, the newest process of a name, two signals."""

import json
import signal

from shop import DAILY, SLEEPERS, slow, start_plan, wait_leased
from stack import Stack, wait_for

LARGE = {
    "models/raw.sql": "MODEL (name shop.raw, kind FULL);\nSELECT 1 AS id\n",
    "models/heavy.sql": "MODEL (name shop.heavy, kind FULL, tags ('finance', 'executor:size=large'));\nSELECT id FROM shop.raw\n",
}


def attempts_of(stack, work_id, name):
    """Names of the executors that were given tasks of a model."""
    return {a["executor_name"] for t in stack.tasks(work_id) if name in t["name"] for a in stack.api("GET", f"/tasks/{t['id']}")["attempts"]}


def test_labels_decide_who_does_a_model_and_a_label_that_nobody_has_is_named():
    with Stack(executors=(("apply", "plain"),), cadence="none") as stack:
        stack.project(LARGE)
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_for("the labelled model waits", lambda: next((t for t in stack.tasks(work_id) if "heavy" in t["name"] and t["state"] == "ready"), None))
            assert task["labels"] == ["size=large"]
            why = stack.api("GET", f"/tasks/{task['id']}/why")
            assert why["reason"] == "no connected apply executor has the label size=large", why
            assert [(e["name"], e["reason"]) for e in why["executors"]] == [("plain", "lacks the label 'size=large'")]
            assert "no connected apply executor has the label size=large" in stack.cli("task", "why", task["id"])
            wait_for("whoever waits for the plan is told", lambda: "Waiting: no connected apply executor has the label size=large" in plan.output, 60)
            stack.start_executor("apply", "large", env={"TOWLINE_LABELS": "size=large, eu"})
            assert stack.executor("large")["labels"] == ["eu", "size=large"] and stack.executor("plain")["labels"] == []
            assert "eu, size=large" in stack.cli("executor", "list")
            assert plan.end(120)[0] == 0
        assert attempts_of(stack, work_id, "heavy") == {"large"}
        assert "large" not in attempts_of(stack, work_id, "raw")
        assert stack.rows("SELECT id FROM shop.heavy") == [(1,)]


def test_an_executor_with_labels_leaves_other_work_alone_unless_it_is_told_to_take_it():
    with Stack(executors=(), cadence="none") as stack:
        stack.start_executor("apply", "large", env={"TOWLINE_LABELS": "size=large"})
        stack.project(DAILY)
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_for("a task is ready", lambda: next((t for t in stack.tasks(work_id) if t["state"] == "ready"), None))
            assert "every connected apply executor has labels" in stack.api("GET", f"/tasks/{task['id']}/why")["reason"]
            assert stack.executors["large"].stop() == 0
            stack.start_executor("apply", "large", env={"TOWLINE_LABELS": "size=large,*"})
            assert plan.end(120)[0] == 0
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]


def test_drained_from_the_scheduler_an_executor_finishes_what_it_has_and_takes_more_after_resume():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=2, cadence="none") as stack:
        stack.project({"models/a.sql": f"MODEL (name shop.a, kind FULL);\nSELECT 1 AS id, {slow(stack, 5)} AS s\n", "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT id FROM shop.a\n"})
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, '"a"')
            stack.cli("executor", "drain", "apply-1")
            assert stack.executor("apply-1")["state"] == "draining"
            task = wait_for("what it had is done and the next task waits", lambda: next((t for t in stack.tasks(work_id) if '"b"' in t["name"] and t["state"] == "ready"), None), 60)
            assert stack.api("GET", f"/tasks/{task['id']}/why")["executors"][0]["reason"] == "draining"
            assert stack.executors["apply-1"].alive()
            stack.cli("executor", "resume", "apply-1")
            assert plan.end(120)[0] == 0
        assert stack.executor("apply-1")["state"] == "active"


def test_the_newest_process_of_a_name_wins_and_the_older_one_says_so_and_ends():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1, cadence="none") as stack:
        stack.project({"models/once.sql": f"MODEL (name shop.once, kind INCREMENTAL_UNMANAGED);\nSELECT 1 AS id, {slow(stack, 8)} AS s\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "once")
            older = stack.executors["apply-1"]
            # Its own spool folder: another machine, or a copied configuration.
            newer = stack.start_executor("apply", "apply-1", env={"TOWLINE_SPOOL_DIR": str(stack.folder / "spool-other")}, wait=False)
            assert older.process.wait(60) == 1
            assert 'a newer executor has registered with the name "apply-1"' in older.text() and "TOWLINE_EXECUTOR_NAME" in older.text()
            assert plan.end(120)[0] == 0
        assert newer.alive()
        assert stack.rows("SELECT id FROM shop.once") == [(1,)]
        assert [a["state"] for a in stack.api("GET", f"/tasks/{task['id']}")["attempts"]] == ["lost", "succeeded"]


def test_the_first_signal_drains_and_the_second_cancels():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1, cadence="none", extra_executor_env={"TOWLINE_DRAIN_SECONDS": "3600"}) as stack:
        stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 600)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "late")
            wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
            program = stack.executors["apply-1"]
            program.signal(signal.SIGTERM)
            wait_for("it drains", lambda: json.loads((stack.folder / "spool-apply-1" / "status.json").read_text())["state"] == "draining")
            wait_for("the scheduler knows", lambda: stack.executor("apply-1")["state"] == "draining")
            assert program.alive() and stack.rows(SLEEPERS)
            program.signal(signal.SIGTERM)
            assert program.process.wait(60) == 0, program.text()[-2000:]
            assert stack.rows(SLEEPERS) == []
            state = stack.api("GET", f"/tasks/{task['id']}")["task"]
            assert state["state"] == "ready", state  # nobody's fault: it goes to the next one
            stack.api("POST", f"/plans/{work_id}/cancel", {})
            stack.wait_work("plan", work_id, "cancelled", 40)
