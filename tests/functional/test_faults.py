"""What is killed, frozen or cut off in the middle of work: the tables come out as if nothing had happened."""

import contextlib
import json
import random
import signal
import subprocess

import pytest

from proxy import Proxy
from shop import SEED, SLEEPERS, TEAS, append_with_a_frozen_executor, assert_recorded_once, recorded_intervals, slow, start_plan, wait_leased
from stack import PROJECT, Stack, wait_for

MOMENTS = 10
SECONDS = 0.25


def project_of(stack, mark):
    """A project whose rows do not depend on `mark`, but whose models are all new for every mark."""
    slowly = f"{slow(stack, SECONDS)} >= 0 AND {mark} = {mark}"
    return {
        "seeds/teas.csv": SEED,
        "models/teas.sql": TEAS,
        "models/sales.sql": "MODEL (name shop.sales, start '2024-01-01', kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 3, batch_concurrency 1));\n"
                            f"SELECT id, item, ds FROM shop.teas WHERE ds BETWEEN @start_date AND @end_date AND {slowly}\n",
        "models/stock.sql": "MODEL (name shop.stock, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key item, batch_size 5));\n"
                            f"SELECT item, id * 2 AS n FROM shop.teas WHERE {slowly}\n",
        "models/log.sql": "MODEL (name shop.log, start '2024-01-06', kind INCREMENTAL_BY_PARTITION, partitioned_by (ds));\n"
                          f"SELECT id, ds FROM shop.teas WHERE {slowly}\n",
        "models/totals.sql": f"MODEL (name shop.totals, kind FULL);\nSELECT COUNT(*) AS n, MAX(ds) AS ds FROM shop.sales WHERE {slowly}\n",
        "models/latest.sql": f"MODEL (name shop.latest, kind VIEW);\nSELECT MAX(n) AS n FROM shop.stock WHERE {mark} = {mark}\n",
    }


MODELS = ("teas", "sales", "stock", "log", "totals", "latest")


def tables_of(stack):
    return {name: stack.rows(f"SELECT * FROM shop.{name}") for name in MODELS}


def leases_of(stack, work_id):
    """How often tasks of a work were leased so far."""
    return sum(t["epoch"] for t in stack.tasks(work_id))


def undisturbed(stack):
    stack.project(project_of(stack, 0))
    stack.plan("prod")
    tables = tables_of(stack)
    assert [row[0] for row in tables["sales"]] == [1, 2, 3, 4, 5] and len(tables["stock"]) == 5
    return tables, leases_of(stack, stack.last_work("plan")["id"])


def break_in_mid_plan(stack, hurt, seed):
    """Ten plans, each hurt after a seeded number of leases, give the tables of an undisturbed one."""
    expected, leases = undisturbed(stack)
    chance = random.Random(seed)
    for mark in range(1, MOMENTS + 1):
        moment = chance.randint(1, leases)
        stack.project(project_of(stack, mark))
        plan, work_id = start_plan(stack)
        with plan:
            wait_for(f"{moment} leases of plan {mark}",
                     lambda: leases_of(stack, work_id) >= moment or stack.work("plan", work_id)["state"] != "running")
            hurt()
            stack.wait_work("plan", work_id)
            code, output = plan.end()
            # If the scheduler dies before it has answered the submission, the command line cannot know that it was taken.
            assert code == 0 or (code == 5 and "was submitted" not in output), output
        assert tables_of(stack) == expected, (mark, moment)
        for task in stack.tasks(work_id):
            attempts = stack.api("GET", f"/tasks/{task['id']}")["attempts"]
            assert [a["state"] for a in attempts].count("succeeded") == 1, (moment, task["name"], attempts)
    if stack.store_kind == "sqlite":
        assert_recorded_once(recorded_intervals(stack))


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_an_executor_killed_at_any_moment_leaves_the_tables_of_an_undisturbed_plan(engine):
    with Stack(engine=engine, executors=(("apply", "apply-1"),)) as stack:
        def hurt():
            stack.executors["apply-1"].kill()
            stack.start_executor("apply", "apply-1", wait=False)

        break_in_mid_plan(stack, hurt, 20240110)


@pytest.mark.parametrize("store,engine", [("sqlite", "duckdb"), ("postgres", "postgres")])
def test_a_scheduler_killed_at_any_moment_leaves_the_tables_of_an_undisturbed_plan(store, engine):
    with Stack(store=store, engine=engine, executors=(("apply", "apply-1"),)) as stack:
        def hurt():
            stack.scheduler.kill()
            stack.start_scheduler()

        break_in_mid_plan(stack, hurt, 20240111)


def test_a_frozen_executor_wakes_up_superseded_and_doubles_no_row():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1) as stack:
        attempts = append_with_a_frozen_executor(stack, 6)
        assert stack.rows("SELECT id FROM shop.once") == [(1,)]
        assert [(a["executor_name"], a["state"]) for a in attempts] == [("apply-1", "lost"), ("apply-2", "succeeded")]
        wait_for("the woken executor knows", lambda: any(
            word in stack.executors["apply-1"].text() for word in ("superseded", "lost")))
        assert stack.executors["apply-1"].stop() == 0


def test_every_program_stops_on_sigterm_while_busy():
    with Stack(engine="postgres", slots=1, extra_executor_env={"TOWLINE_DRAIN_SECONDS": "1"}) as stack:
        stack.project({"models/long.sql": f"MODEL (name shop.long, kind FULL);\nSELECT {slow(stack, 60)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "long")
            assert stack.executors["apply-1"].stop(15) == 0
            assert stack.executors["run-1"].stop(15) == 0
            # What it could not finish is nobody's fault: it goes to the next one.
            state = stack.api("GET", f"/tasks/{task['id']}")["task"]["state"]
            assert state == "ready", state
            assert stack.rows(SLEEPERS) == []
            stack.start_executor("apply", "apply-1")
            wait_leased(stack, work_id, "long")
            plan.process.send_signal(signal.SIGINT)
            code, output = plan.end(15)
            assert code == 130 and "goes on" in output, output
            assert stack.work("plan", work_id)["state"] == "running"
            assert stack.scheduler.stop(15) == 0
            assert stack.executors["apply-1"].stop(15) == 0


def test_what_ends_while_the_scheduler_cannot_be_reached_is_delivered_later():
    with Stack(engine="postgres", executors=(), slots=1) as stack, Proxy(stack.port) as proxy:
        url = f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"
        stack.start_executor("apply", "apply-1", env={"TCLOUD_URL": url})
        stack.project({"models/long.sql": f"MODEL (name shop.long, kind FULL);\nSELECT 1 AS id, {slow(stack, 2)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "long")
            proxy.cut()
            spool = stack.folder / "spool-apply-1"
            wait_for("the executor has spooled its result", lambda: json.loads((spool / "status.json").read_text()).get("spooled"), 20)
            assert stack.api("GET", f"/tasks/{task['id']}")["task"]["state"] == "leased"
            # Even a crash of the executor loses nothing of it.
            stack.executors["apply-1"].kill()
            stack.start_executor("apply", "apply-1", wait=False, env={"TCLOUD_URL": url})
            proxy.mend()
            stack.wait_work("plan", work_id)
            assert plan.end()[0] == 0
        assert stack.rows("SELECT id FROM shop.long") == [(1,)]


def test_a_log_goes_on_where_it_was_cut_off():
    with Stack(engine="postgres", executors=(), slots=1, cadence="none") as stack, Proxy(stack.port) as proxy:
        stack.start_executor("apply", "apply-1", env={"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"})
        stack.project({"models/long.sql": f"MODEL (name shop.long, kind FULL);\nSELECT 1 AS id, {slow(stack, 3)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "long")
            path = f"/sqlmesh/{PROJECT}/api/v1/attempts/{task['id']}.{task['epoch']}/log"

            def shown():
                return stack.http("GET", path, token=stack.token())[2]

            begun = wait_for("the log has begun", shown)
            proxy.cut()
            wait_for("the task has ended meanwhile", lambda: json.loads((stack.folder / "spool-apply-1" / "status.json").read_text()).get("spooled"), 40)
            assert shown() == begun or "succeeded after" not in shown()
            proxy.mend()
            assert plan.end(120)[0] == 0
            log = wait_for("the rest arrives", lambda: shown() if "succeeded after" in shown() else None, 60)
        assert log.startswith(begun) and log.count("succeeded after") == 1 and "lines were dropped" not in log


@contextlib.contextmanager
def small_disk(folder, size="512k"):
    """A file system of its own in that folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path):
    """A file that takes every byte that is left."""
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk_is_a_state_that_is_named_and_loses_nothing():
    with Stack(engine="postgres", executors=(), slots=1, cadence="none", extra_executor_env={"TOWLINE_EGRESS_JOURNAL_MB": "0"}) as stack:
        spool = stack.folder / "spool-apply-1"
        with small_disk(spool):
            program = stack.start_executor("apply", "apply-1")
            stack.project({"models/a.sql": f"MODEL (name shop.a, kind FULL);\nSELECT 1 AS id, {slow(stack, 4)} AS s\n", "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT id FROM shop.a\n"})
            plan, work_id = start_plan(stack)
            with plan:
                first = wait_leased(stack, work_id, '"a"')
                wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
                fill(spool / "ballast")
                status = lambda: json.loads((spool / "status.json").read_text())  # noqa: E731
                wait_for("the result is taken all the same", lambda: stack.api("GET", f"/tasks/{first['id']}")["task"]["state"] == "succeeded", 60)
                wait_for("the full disk is named", lambda: status()["health"] == "degraded" and "results cannot be kept on disk" in status()["reason"])
                # A probe still sees a loop that turns, and nothing new is begun.
                turned = status()["loop_ms"]
                wait_for("the loop is seen to turn", lambda: status()["loop_ms"] > turned, 40)
                assert program.alive()
                assert {t["attempt"] for t in stack.tasks(work_id) if '"b"' in t["name"]} == {0}
                (spool / "ballast").unlink()
                assert plan.end(120)[0] == 0
            wait_for("all is well again", lambda: status()["health"] == "ok")
            assert stack.rows("SELECT id FROM shop.b") == [(1,)]
            assert program.stop() == 0
