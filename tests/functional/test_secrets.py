"""The canary: what must never leave the customer's network does not leave it, and secrets are nowhere at rest."""

import base64
import contextlib
import pathlib
import re
import signal
import urllib.parse
import uuid

import pytest

from proxy import Proxy
from shop import DAILY, files_of
from stack import PROJECT, Stack

API = f"/sqlmesh/{PROJECT}/api/v1"


def forms_of(secret):
    """A secret as it may be written: plain, in base64 at any alignment, escaped for a URL or for JSON."""
    raw = secret.encode()
    out = {raw, urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote_plus(secret).encode()}
    for lead in range(3):
        # The characters that depend on this secret alone, whatever stands before and behind it.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            out.add(encode(b"\0" * lead + raw)[(lead * 8 + 5) // 6 + 1:-4])
    return {form for form in out if len(form) >= 8}


def assert_absent(secret, where, data):
    for form in forms_of(secret):
        assert form not in data, f"found in {where}"


def dump_of_store(stack):
    """Every value of every table of a PostgreSQL store."""
    import psycopg2

    pg = stack._pg()
    name = stack.store_url.split("?")[0].rsplit("/", 1)[1]
    connection = psycopg2.connect(host=pg["host"], port=pg["port"], user=pg["user"], password=pg["password"], dbname=name, sslmode="require")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        assert "clients" in tables and "_snapshots" in tables
        out = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            out += [repr(row) for row in cursor.fetchall()]
        return "\n".join(out).encode()


def responses_of(stack):
    """All that the scheduler answers to an administrator who asks for everything."""
    token = stack.token()
    paths = [f"{API}/{one}" for one in ("executors", "environments", "plans", "runs", "clients", "gateways", "dead-letters", "pauses", "tasks?limit=200")]
    for task in stack.api("GET", "/tasks?limit=200")["items"]:
        paths += [f"{API}/tasks/{task['id']}", f"{API}/tasks/{task['id']}/why"]
        paths += [f"{API}/attempts/{a['id']}/log" for a in stack.api("GET", f"/tasks/{task['id']}")["attempts"]]
    paths += [f"{API}/environments/{e['name']}" for e in stack.api("GET", "/environments")["items"]]
    answers = [stack.http("GET", path, token=token) for path in [*paths, "/metrics", "/readyz"]]
    assert all(status == 200 for status, _, _ in answers)
    return "\n".join(f"{headers}\n{text}" for _, headers, text in answers).encode()


def engine_user(stack, password):
    """A user of its own for the executors' engine, whose password is the canary."""
    name = f"canary_{uuid.uuid4().hex[:8]}"
    stack._admin_sql(f"CREATE ROLE \"{name}\" LOGIN SUPERUSER PASSWORD '{password}'")
    base = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
    stack.engine_env.update({base + "USER": name, base + "PASSWORD": password})
    return name


def work_with_secrets(stack, proxy, upload, in_table, wrong):
    """A failing plan, a good one and a wrong password; all programs have ended afterwards. What the API says meanwhile."""
    stack.rows(f"CREATE TABLE public.guests AS SELECT 1 AS id, '{in_table}' AS name UNION ALL SELECT 2, '{in_table}' || '-2'")
    stack.project({
        **DAILY,
        "models/guests.sql": "MODEL (name shop.guests, kind FULL, audits (number_of_rows(threshold := 1)));\nSELECT id, name FROM public.guests\n",
        # The engine's error quotes a value of a row.
        "models/broken.sql": "MODEL (name shop.broken, kind FULL);\nSELECT CAST(name AS INT) AS name FROM public.guests\n",
    })
    env = {"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}", "TOWLINE_LOG_UPLOAD": upload}
    for kind in ("apply", "run"):
        stack.start_executor(kind, f"{kind}-1", env=env)
    stack.plan("dev", code=1)
    assert "broken" in stack.last_work("plan")["error"]
    stack.project({"models/broken.sql": None})
    stack.plan("prod")
    assert stack.rows("SELECT COUNT(*) FROM shop.guests WHERE name LIKE 'warehouse-only-%'") == [(2,)]
    stack.executors["apply-1"].stop()
    stack.start_executor("apply", "apply-1", env={**env, "SQLMESH__GATEWAYS__LOCAL__CONNECTION__PASSWORD": wrong})
    answers = responses_of(stack)
    for program in [*stack.executors.values(), stack.scheduler]:
        assert program.stop() == 0
    return answers


@pytest.mark.parametrize("store,upload", [("sqlite", "full"), ("sqlite", "scrubbed"), ("postgres", "metadata"), ("sqlite", "off")])
def test_no_secret_and_no_row_value_is_found_anywhere(store, upload):
    canary, wrong = (f"{word}+{uuid.uuid4().hex}/7é=" for word in ("Canary", "Wrong"))
    in_table = f"warehouse-only-{uuid.uuid4().hex}"
    user = None
    stack = Stack(store=store, engine="postgres", executors=(), cadence="none")
    try:
        with stack, Proxy(stack.port) as proxy:
            user = engine_user(stack, canary)
            places = {"responses": work_with_secrets(stack, proxy, upload, in_table, wrong), "traffic": proxy.traffic()}
            assert b"shop" in places["traffic"] and len(places["traffic"]) > 10_000
            assert any(line.startswith("PUT ") and "/log?" in line for line, _ in proxy.requests()) == (upload != "off")
            if store == "postgres":
                places["store"] = dump_of_store(stack)
            places.update({str(p.relative_to(stack.folder)): p.read_bytes() for p in files_of(stack.folder)})
            secrets = (canary, wrong, stack.worker["client_secret"], stack.admin["client_secret"])
    finally:
        if user:
            stack._admin_sql(f'DROP ROLE "{user}"')
    assert {"scheduler.log", "apply-1.log", "run-1.log"} <= set(places)
    for where, data in places.items():
        for secret in secrets:
            # A client's secret goes to the token endpoint, and there only; the engine's goes nowhere.
            if where != "traffic" or secret in (canary, wrong):
                assert_absent(secret, where, data)
        # Whoever chooses to send full logs sends what the engine says; the executors' own logs stay at home.
        if upload != "full" and not where.startswith(("apply-1", "run-1", "spool-")):
            assert_absent(in_table, where, data)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_tells_no_secret(number):
    """Neither in what is printed nor in a core file, whatever the system would do with one."""
    with Stack(executors=()) as stack:
        canary = f"Canary-{uuid.uuid4().hex}"
        program = stack.start_executor("run", "run-1", env={"SQLMESH__GATEWAYS__OTHER__CONNECTION__TYPE": "postgres", "SQLMESH__GATEWAYS__OTHER__CONNECTION__HOST": "localhost",
                                                            "SQLMESH__GATEWAYS__OTHER__CONNECTION__USER": "u", "SQLMESH__GATEWAYS__OTHER__CONNECTION__DATABASE": "d",
                                                            "SQLMESH__GATEWAYS__OTHER__CONNECTION__PASSWORD": canary})
        limits = pathlib.Path(f"/proc/{program.pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits
        program.signal(number)
        assert program.process.wait(30) == -number
        for secret in (canary, stack.worker["client_secret"]):
            assert_absent(secret, "the log", program.text().encode())
            for path in files_of(stack.folder):
                assert_absent(secret, path.name, path.read_bytes())
