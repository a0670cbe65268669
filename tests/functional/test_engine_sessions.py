"""What the engine's own views show of an executor: whose statement runs, and which credentials it uses when they change."""

import uuid

from shop import SLEEPERS, slow, start_plan, wait_leased
from stack import Stack, wait_for

PASSWORD = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__PASSWORD"
USER = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__USER"


def test_a_running_statement_can_be_found_by_its_attempt_its_work_and_its_trace():
    with Stack(engine="postgres", executors=(("apply", "apply-1"),), slots=1, cadence="none") as stack:
        stack.project({"models/late.sql": f"MODEL (name shop.late, kind FULL);\nSELECT {slow(stack, 600)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "late")
            wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
            ((name, query),) = stack.rows("SELECT application_name, query FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
                                          "AND query ILIKE '%pg_sleep%' AND pid <> pg_backend_pid()")
            attempt = f"{task['id']}.{task['epoch']}"
            assert query.startswith(f"/*towline_attempt='{attempt}',towline_work='{work_id}',traceparent='00-{work_id}-"), query[:200]
            assert task["id"][:8] in name, name
            stack.api("POST", f"/plans/{work_id}/cancel", {})
            stack.wait_work("plan", work_id, "cancelled", 60)


def test_changed_credentials_count_for_the_next_connection_and_running_statements_finish():
    first, second = (f"swap_{uuid.uuid4().hex[:8]}" for _ in range(2))
    stack = Stack(engine="postgres", executors=(), slots=1, cadence="none")
    try:
        with stack:
            for role in (first, second):
                stack._admin_sql(f"CREATE ROLE \"{role}\" LOGIN SUPERUSER PASSWORD 'pass-of-{role}'")
            for name in (USER, PASSWORD):
                stack.engine_env.pop(name)
            file = stack.folder / "executor.env"

            def write(role):
                fresh = file.with_suffix(".new")
                fresh.write_text(f"{USER}={role}\n{PASSWORD}='pass-of-{role}'\n")
                fresh.replace(file)

            write(first)
            program = stack.start_executor("apply", "apply-1", env={"TCLOUD_ENV_FILE": str(file)})
            stack.project({"models/a.sql": f"MODEL (name shop.a, kind FULL);\nSELECT current_user::TEXT AS who, {slow(stack, 8)} AS s\n",
                           "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT current_user::TEXT AS who FROM shop.a\n"})
            plan, work_id = start_plan(stack)
            with plan:
                wait_leased(stack, work_id, '"a"')
                wait_for("the statement runs", lambda: stack.rows(SLEEPERS))
                write(second)
                stack._admin_sql(f"ALTER ROLE \"{first}\" NOLOGIN PASSWORD NULL")
                wait_for("the file was read", lambda: "settings were read again" in program.text(), 60)
                assert plan.end(120)[0] == 0, plan.output
            assert stack.rows("SELECT who FROM shop.a") == [(first,)] and stack.rows("SELECT who FROM shop.b") == [(second,)]
            assert program.stop() == 0 and f"pass-of-{first}" not in program.text() and f"pass-of-{second}" not in program.text()
    finally:
        for role in (first, second):
            stack._admin_sql(f'DROP ROLE IF EXISTS "{role}"')
