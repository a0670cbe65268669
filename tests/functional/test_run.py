"""Runs: what is due is loaded, by whom, and what keeps it from being loaded."""

from shop import DAILY, slow, start_plan, store_rows, wait_leased
from stack import Stack, wait_for

# A day after the clock that a Stack starts with.
NEXT_DAY = "2024-01-11 12:00:00"


def models_of(stack, work_id):
    """{model: [state, …]} of the batches of a work."""
    out = {}
    for task in stack.tasks(work_id):
        if task["kind"] == "evaluate":
            out.setdefault(task["name"].split(".")[-1].strip('"'), []).append(task["state"])
    return out


def move_clock(stack, clock):
    assert stack.scheduler.stop() == 0
    stack.start_scheduler(clock=clock)


def wait_run(stack, state="succeeded", trigger=None, after=()):
    """The newest run that is none of `after`, once it has ended."""
    def newest():
        runs = stack.api("GET", "/runs?limit=20")["items"]
        return next((r for r in runs if r["id"] not in after and (trigger is None or r["trigger"] == trigger)), None)

    run = wait_for("there is a run", newest)
    return stack.wait_work("run", run["id"], state)


def test_the_cron_loads_the_next_day_by_itself():
    with Stack() as stack:
        stack.project(DAILY)
        stack.plan("prod")
        assert len(stack.rows("SELECT ds FROM shop.visits")) == 5
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]
        assert stack.last_work("run") is None
        move_clock(stack, NEXT_DAY)
        run = wait_run(stack)
        assert run["trigger"] == "cron" and run["environment"] == "prod"
        assert len(stack.rows("SELECT ds FROM shop.visits")) == 6
        assert stack.rows("SELECT n FROM shop.total") == [(6,)]
        assert models_of(stack, run["id"]) == {"visits": ["succeeded"], "total": ["succeeded"]}
        # The run executor did it, not the one for plans.
        for task in stack.tasks(run["id"]):
            for attempt in stack.api("GET", f"/tasks/{task['id']}")["attempts"]:
                assert attempt["executor_name"] == "run-1"


def test_a_manual_run_loads_what_is_due_and_says_when_there_is_nothing():
    with Stack(cadence="none") as stack:
        stack.project(DAILY)
        stack.plan("prod")
        nothing = stack.cli("run", "prod")
        assert "othing" in nothing or "No models" in nothing, nothing
        assert stack.last_work("run") is None
        move_clock(stack, NEXT_DAY)
        stack.cli("run", "prod")
        run = stack.last_work("run")
        assert run["trigger"] == "manual" and run["state"] == "succeeded"
        assert stack.rows("SELECT n FROM shop.total") == [(6,)]
        assert "does not exist" in stack.cli("run", "nowhere", code=4)


def test_a_paused_environment_and_a_paused_model_wait():
    with Stack() as stack:
        stack.project({**DAILY, "models/other.sql": "MODEL (name shop.other, kind FULL);\nSELECT 1 AS n\n"})
        stack.plan("prod")
        whole = stack.api("POST", "/pauses", {"environment": "prod", "reason": "stocktaking"}, expect=201)
        (fqn,) = {t["name"] for t in stack.tasks(stack.last_work("plan")["id"]) if "visits" in t["name"] and t["kind"] == "evaluate"}
        one = stack.api("POST", "/pauses", {"environment": "prod", "model": fqn, "reason": "till is broken"}, expect=201)
        move_clock(stack, NEXT_DAY)
        # Someone asks for a run although the environment is paused: it waits, and says for whom.
        asked = stack.api("POST", "/runs", {"environment": "prod"}, expect=201)
        task = wait_for("a task is ready", lambda: next((t for t in stack.tasks(asked["id"]) if t["state"] == "ready"), None))
        assert "stocktaking" in stack.api("GET", f"/tasks/{task['id']}/why")["reason"]
        assert "stocktaking" in stack.cli("task", "why", task["id"])
        assert stack.work("run", asked["id"])["state"] == "running"
        stack.api("DELETE", f"/pauses/{whole['id']}")
        stack.wait_work("run", asked["id"])
        # The paused model and what reads it stayed behind; the rest went on.
        assert set(models_of(stack, asked["id"])) == {"other"}
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]
        stack.api("DELETE", f"/pauses/{one['id']}")
        stack.cli("run", "prod")
        assert stack.rows("SELECT n FROM shop.total") == [(6,)]


def test_a_drained_executor_takes_nothing_and_why_says_so():
    with Stack(executors=(("apply", "apply-1"),)) as stack:
        stack.project(DAILY)
        executor = stack.executor("apply-1")
        stack.api("POST", f"/executors/{executor['id']}/drain", {})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_for("a task is ready", lambda: next((t for t in stack.tasks(work_id) if t["state"] == "ready"), None))
            why = stack.api("GET", f"/tasks/{task['id']}/why")
            assert [(e["name"], e["reason"]) for e in why["executors"]] == [("apply-1", "draining")]
            shown = stack.cli("task", "why", task["id"])
            assert "apply-1" in shown and "draining" in shown
            assert stack.executor("apply-1")["slots_used"] == 0
            stack.api("POST", f"/executors/{executor['id']}/resume", {})
            code, output = plan.end()
            assert code == 0, output
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]


def test_two_executors_share_the_work_of_a_plan():
    with Stack(engine="postgres", executors=(("apply", "apply-1"), ("apply", "apply-2")), slots=1) as stack:
        stack.project({f"models/m{i}.sql": f"MODEL (name shop.m{i}, kind FULL);\nSELECT {i} AS i, {slow(stack, 0.3)} AS n\n" for i in range(6)})
        stack.plan("prod")
        names = set()
        for task in stack.tasks(stack.last_work("plan")["id"]):
            if task["kind"] == "evaluate":
                (attempt,) = stack.api("GET", f"/tasks/{task['id']}")["attempts"]
                names.add(attempt["executor_name"])
        assert names == {"apply-1", "apply-2"}
        assert [stack.rows(f"SELECT i FROM shop.m{i}") for i in range(6)] == [[(i,)] for i in range(6)]


def test_a_plan_preempts_a_run_which_is_rebuilt():
    with Stack(engine="postgres", slots=1) as stack:
        files = {**DAILY, "models/visits.sql": DAILY["models/visits.sql"].replace("1 AS n", f"1 AS n, {slow(stack, 0.5)} AS s")}
        stack.project(files)
        stack.plan("prod")
        move_clock(stack, "2024-01-13 12:00:00")
        first = wait_for("the cron made a run", lambda: stack.last_work("run"))
        wait_leased(stack, first["id"], "visits")
        stack.project({"models/total.sql": DAILY["models/total.sql"].replace("SUM(n)", "SUM(n) * 10")})
        stack.plan("prod")
        stack.wait_work("run", first["id"], "cancelled")
        wait_run(stack, after={first["id"]})
        assert len(stack.rows("SELECT ds FROM shop.visits")) == 8
        assert stack.rows("SELECT n FROM shop.total") == [(80,)]


def test_crons_by_the_hour_and_by_the_day_follow_their_time_zone():
    with Stack(clock="2024-01-10 20:30:00") as stack:
        stack.project({
            "models/hourly.sql": "MODEL (name shop.hourly, cron '@hourly', start '2024-01-10', kind INCREMENTAL_BY_TIME_RANGE (time_column ts));\n"
                                 "SELECT CAST(@start_ts AS TIMESTAMP) AS ts, 1 AS n\n",
            "models/berlin.sql": "MODEL (name shop.berlin, cron '@daily', cron_tz 'Europe/Berlin', kind FULL);\nSELECT CAST(@execution_ts AS TIMESTAMP) AS ts\n",
            "models/utc.sql": "MODEL (name shop.utc, cron '@daily', kind FULL);\nSELECT CAST(@execution_ts AS TIMESTAMP) AS ts\n",
        })
        stack.plan("prod")
        loaded = lambda name: store_rows(stack, "SELECT MAX(end_ts) FROM _intervals WHERE name LIKE ?", f"%{name}%")[0][0] // 3_600_000  # noqa: E731
        start = loaded("hourly")
        # 23:30 UTC is past midnight in Berlin only.
        move_clock(stack, "2024-01-10 23:30:00")
        run = wait_run(stack)
        assert set(models_of(stack, run["id"])) == {"hourly", "berlin"}
        assert loaded("hourly") == start + 3
        move_clock(stack, "2024-01-11 00:30:00")
        run = wait_run(stack, after={run["id"]})
        assert set(models_of(stack, run["id"])) == {"hourly", "utc"}
        assert loaded("hourly") == start + 4


def test_a_cancelled_plan_ends_once_the_engine_confirmed():
    with Stack(engine="postgres", slots=1) as stack:
        stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 60)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, "late")
            stack.api("POST", f"/plans/{work_id}/cancel", {})
            stack.wait_work("plan", work_id, "cancelled", 15)
            code, output = plan.end(15)
            assert code == 8, output
        busy = stack.rows("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
                          "AND query ILIKE '%pg_sleep%' AND pid <> pg_backend_pid()")
        assert busy == [(0,)]
