"""Many plans with random faults from a seed: nothing is lost, nothing is doubled, and the executor does not grow.

The short form is a test like any other. The long one: TOWLINE_SOAK_SECONDS=7200 TOWLINE_SOAK_SEED=7 (and a ctest --timeout that
fits). A failure prints the seed, and the same seed repeats the same faults in the same order.
"""

import os
import pathlib
import random
import signal
import time

from proxy import Proxy
from shop import start_plan
from stack import PROJECT, Stack, wait_for

SECONDS = float(os.environ.get("TOWLINE_SOAK_SECONDS", "25"))
SEED = int(os.environ.get("TOWLINE_SOAK_SEED", "20240110"))
WARM_UP_PLANS = 4
GROWTH_KIB_MAX = 8 * 1024
PLAN_SECONDS_MAX = 240  # A machine that does other things as well may take minutes for one.


def usage_of(pid):
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {"kib": int(status["VmRSS"].split()[0]), "threads": int(status["Threads"]), "files": len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))}


def nothing(stack, proxy, chance):
    pass


def network_cut(stack, proxy, chance):
    proxy.cut()
    time.sleep(chance.uniform(0.1, 1.0))  # The length of the fault.
    proxy.mend()


def scheduler_killed(stack, proxy, chance):
    stack.scheduler.kill()
    stack.start_scheduler()


def executor_frozen(stack, proxy, chance):
    stack.executors["apply-1"].signal(signal.SIGSTOP)
    time.sleep(chance.uniform(0.1, 1.0))  # The length of the fault.
    stack.executors["apply-1"].signal(signal.SIGCONT)


FAULTS = (nothing, network_cut, scheduler_killed, executor_frozen)


def test_random_faults_lose_nothing_and_nothing_grows():
    print(f"seed {SEED}, {SECONDS} s")
    chance = random.Random(SEED)
    with Stack(engine="postgres", executors=(), cadence="none", slots=2) as stack, Proxy(stack.port) as proxy:
        program = stack.start_executor("apply", "apply-1", env={"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"})
        end, plans, before = time.monotonic() + SECONDS, 0, None
        while time.monotonic() < end or plans < WARM_UP_PLANS + 4:
            plans += 1
            stack.project({f"models/m{i}.sql": f"MODEL (name shop.m{i}, kind FULL);\nSELECT {plans} AS plan, {i} AS i" +
                           (f" FROM shop.m{i - 1}\n" if i else "\n") for i in range(4)})
            plan, work_id = start_plan(stack)
            with plan:
                fault = chance.choice(FAULTS)
                fault(stack, proxy, chance)
                stack.wait_work("plan", work_id, seconds=PLAN_SECONDS_MAX)
            assert stack.rows("SELECT plan, i FROM shop.m3") == [(plans, 3)], (plans, fault.__name__)
            if plans == WARM_UP_PLANS:
                before = usage_of(program.pid)
        wait_for("the spool is empty", lambda: '"spooled":0' in (stack.folder / "spool-apply-1" / "status.json").read_text(), 60)
        after = usage_of(program.pid)
        print(f"{plans} plans, before {before}, after {after}")
        assert after["kib"] - before["kib"] < GROWTH_KIB_MAX, (before, after)
        assert after["threads"] <= before["threads"] and after["files"] <= before["files"] + 4, (before, after)
        states = {t["state"] for t in stack.api("GET", "/tasks?limit=200")["items"]}
        assert states == {"succeeded"}, states
        assert program.stop() == 0
