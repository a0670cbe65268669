"""From the request to cancel a plan to the engine's word that a running statement has ended, for many statements.

Plans of as many models as the executor has slots, each in a `pg_sleep`; a plan is cancelled once PostgreSQL shows all its statements, and the time of
a statement runs from just before the request until the scheduler has written down that its attempt is cancelled, which it only does
when the executor reports the engine's confirmation. Both clocks are the same machine's.
"""

import os
import sys
import time

SLOTS = 8
LEAST = 200


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def one_plan(stack, number):
    """Seconds of each statement of a plan."""
    from shop import SLEEPERS, slow, start_plan
    from stack import wait_for

    stack.project({f"models/late{i}.sql": f"MODEL (name shop.late{i}, kind FULL);\nSELECT {slow(stack, 600)} AS n, {number} AS i\n" for i in range(SLOTS)})
    plan, work_id = start_plan(stack)
    with plan:
        wait_for("all statements run", lambda: len(stack.rows(SLEEPERS)) == SLOTS, 120)
        began = time.time()
        stack.api("POST", f"/plans/{work_id}/cancel", {})
        stack.wait_work("plan", work_id, "cancelled", 120)
        if stack.rows(SLEEPERS):
            sys.exit("a statement goes on although its cancel was confirmed")
    attempts = [a for t in stack.tasks(work_id) if "late" in t["name"] and t["kind"] == "evaluate" for a in stack.api("GET", f"/tasks/{t['id']}")["attempts"]]
    if [a["state"] for a in attempts] != ["cancelled"] * SLOTS:
        sys.exit(f"not every attempt was cancelled: {attempts}")
    return [a["ended_ts"] / 1000 - began for a in attempts]


def measure(root, programs, quick, add):
    sys.path.insert(0, str(root / "tests/functional"))
    os.environ["TOWLINE_BIN"] = str(programs)
    from stack import Stack

    took = []
    with Stack(store="postgres", engine="postgres", clock=None, executors=(("apply", "bench"),), slots=SLOTS, cadence="none",
               extra_executor_env={"TOWLINE_LOG_LEVEL": "info"}) as stack:
        while len(took) < (24 if quick else LEAST):
            took += one_plan(stack, len(took))
    add(f"cancel -> engine confirmed, {len(took)} statements, median", percentile(took, 0.5), "s")
    add("  p99", percentile(took, 0.99), "s")
    add("  slowest", max(took), "s")
