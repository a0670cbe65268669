"""The canary: what must never leave the customer's network does not leave it, and secrets are nowhere at rest."""

import base64
import contextlib
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


# The engine of the executors has a user of its own whose password is the canary.
def engine_user(stack, password):
    name = f"canary_{uuid.uuid4().hex[:8]}"
    stack._admin_sql(f"CREATE ROLE \"{name}\" LOGIN SUPERUSER PASSWORD '{password}'")
    base = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
    stack.engine_env.update({base + "USER": name, base + "PASSWORD": password})
    return name


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("upload", ["full", "metadata"])
def test_no_secret_and_no_row_value_is_found_anywhere(store, upload):
    canary = f"Canary+{uuid.uuid4().hex}/7é="
    in_table = f"warehouse-only-{uuid.uuid4().hex}"
    with Stack(store=store, engine="postgres", executors=(), cadence="none") as stack, Proxy(stack.port) as proxy:
        user = engine_user(stack, canary)
        try:
            stack.rows(f"CREATE TABLE public.guests AS SELECT 1 AS id, '{in_table}' AS name UNION ALL SELECT 2, '{in_table}' || '-2'")
            stack.project({
                **DAILY, "models/guests.sql": "MODEL (name shop.guests, kind FULL, audits (number_of_rows(threshold := 1)));\nSELECT id, name FROM public.guests\n",
                # An error whose text holds a value of a row, and one of the connection itself.
                "models/broken.sql": "MODEL (name shop.broken, kind FULL);\nSELECT CAST(name AS INT) AS name FROM public.guests\n",
            })
            env = {"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}", "TOWLINE_LOG_UPLOAD": upload}
            for kind in ("apply", "run"):
                stack.start_executor(kind, f"{kind}-1", env=env)
            stack.plan("dev", code=1)
            stack.project({"models/broken.sql": None})
            stack.plan("prod")
            assert stack.rows("SELECT COUNT(*) FROM shop.guests WHERE name LIKE 'warehouse-only-%'") == [(2,)]
            # The wrong password, too, is a password.
            wrong = f"Wrong+{uuid.uuid4().hex}/é"
            stack.executors["apply-1"].stop()
            stack.start_executor("apply", "apply-1", env={**env, "SQLMESH__GATEWAYS__LOCAL__CONNECTION__PASSWORD": wrong})
            answers = responses_of(stack)
            for program in [*stack.executors.values(), stack.scheduler]:
                assert program.stop() == 0
            traffic = proxy.traffic()
            assert b"shop" in traffic and len(traffic) > 10_000
            store_bytes = dump_of_store(stack) if store == "postgres" else b""
        finally:
            for program in stack.executors.values():
                program.kill()
            stack._admin_sql(f'REASSIGN OWNED BY "{user}" TO postgres')
            stack.rows(f'REASSIGN OWNED BY "{user}" TO postgres')
            stack._admin_sql(f'DROP ROLE "{user}"')
        places = {str(p.relative_to(stack.folder)): p.read_bytes() for p in files_of(stack.folder)}
        assert {"scheduler.log", "apply-1.log", "run-1.log"} <= set(places)
        places.update({"store": store_bytes, "responses": answers})
        for where, data in places.items():
            for secret in (canary, wrong, stack.worker["client_secret"], stack.admin["client_secret"]):
                assert_absent(secret, where, data)
            assert_absent(in_table, where, data)
        for secret in (canary, wrong, in_table):
            assert_absent(secret, "traffic", traffic)
