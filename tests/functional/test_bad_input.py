"""What is wrong is refused with a clear message, and changes nothing."""

import copy
import json
import socket
import subprocess

import pytest

from proxy import Proxy
from shop import SEED, TEAS, store_rows
from stack import BIN, PROJECT, Stack

API = f"/sqlmesh/{PROJECT}/api/v1"
GOOD = {"seeds/teas.csv": SEED, "models/teas.sql": TEAS, "models/ids.sql": "MODEL (name shop.ids, kind FULL);\nSELECT id FROM shop.teas\n"}


@pytest.fixture(scope="module")
def stack():
    with Stack(executors=()) as running:
        yield running


def state_of(stack):
    """Everything in the store that a refused request must leave alone."""
    tables = ("_snapshots", "_intervals", "_environments", "works", "tasks", "pauses", "executors")
    return {table: store_rows(stack, f"SELECT COUNT(*) FROM {table}") for table in tables}


def assert_problem(answer, status, code):
    seen, headers, text = answer
    assert seen == status, text
    assert headers["Content-Type"] == "application/problem+json"
    document = json.loads(text)
    assert document["status"] == status and document["code"] == code, text
    assert document["detail"] and document["title"]
    assert document["request_id"] and document["request_id"] == headers["X-Request-Id"]
    return document


def test_an_oversized_body_is_413(stack):
    before = state_of(stack)
    token = stack.token()
    assert_problem(stack.http("POST", f"{API}/runs", b" " * (100 << 10), token=token), 413, "too_large")
    # A length that is only announced is refused before the bytes are sent.
    with socket.create_connection(("127.0.0.1", stack.port), 20) as connection:
        connection.sendall(f"POST {API}/plans HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                           f"Content-Type: application/json\r\nContent-Length: {10 << 30}\r\n\r\n".encode())
        assert b" 413 " in connection.recv(4096).split(b"\r\n")[0]
    assert state_of(stack) == before


BODIES = [b"", b"{", b"[]", b'"text"', b'{"plan":', b"\xff\xfe", b'{"environment":"\xff"}', b'{"environment":"prod"}}']


@pytest.mark.parametrize("route", ["/plans", "/runs", "/pauses", "/executors", "/planning-state", "/clients"])
def test_malformed_json_is_a_problem_document(stack, route):
    before = state_of(stack)
    token = stack.token(stack.worker if route == "/executors" else stack.admin)
    for body in BODIES:
        answer = stack.http("POST", API + route, body, token=token)
        assert answer[0] in (400, 422), (body, answer[2])
        assert_problem(answer, answer[0], "invalid")
    assert_problem(stack.http("POST", API + route, b"[" * 5000, token=token), 413, "too_large")
    assert state_of(stack) == before


def test_a_wrong_type_names_the_field(stack):
    detail = assert_problem(stack.http("POST", f"{API}/runs", {"environment": 7}, token=stack.token()), 422, "invalid")["detail"]
    assert "environment" in detail
    detail = assert_problem(stack.http("POST", f"{API}/runs", {"environment": "No Such!"}, token=stack.token()), 422, "invalid")["detail"]
    assert "No Such!" in detail


def test_a_truncated_request_changes_nothing(stack):
    before = state_of(stack)
    head = (f"POST {API}/clients HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {stack.token()}\r\n"
            "Content-Type: application/json\r\nContent-Length: 44\r\n\r\n")
    for part in (head[:30], head[:-2], head + '{"name":"half","sc'):
        with socket.create_connection(("127.0.0.1", stack.port), 20) as connection:
            connection.sendall(part.encode())
            connection.shutdown(socket.SHUT_WR)
            assert b" 20" not in connection.recv(4096).split(b"\r\n")[0]
    assert state_of(stack) == before
    assert all(c["name"] != "half" for c in stack.api("GET", "/clients")["items"])


def test_an_unknown_route_is_404_and_a_wrong_method_405(stack):
    for path in ("/", "/nothing", f"{API}/nothing", f"{API}/runs/x/y/z", "/sqlmesh/acme"):
        assert_problem(stack.http("GET", path, token=stack.token()), 404, "not_found")
    for kind in ("plans", "runs", "tasks", "environments"):
        assert_problem(stack.http("GET", f"{API}/{kind}/none", token=stack.token()), 404, "not_found")
    answer = stack.http("DELETE", f"{API}/plans", token=stack.token())
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer[1]["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}
    assert_problem(stack.http("GET", "/oauth/token"), 405, "method_not_allowed")


def test_a_forged_plan_is_refused_and_a_stale_one_before_any_work():
    with Stack(executors=(("apply", "apply-1"),)) as stack, Proxy(stack.port) as proxy:
        stack.project(GOOD)
        stack.plan("prod", env={"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"})
        body = next(json.loads(b) for line, b in proxy.requests() if line.startswith("POST") and "/api/v1/plans " in line)
        before = state_of(stack)
        token = stack.token()
        # Under its own id an altered plan is not the one that was sent.
        altered = copy.deepcopy(body)
        altered["plan"]["skip_backfill"] = True
        assert_problem(stack.http("POST", f"{API}/plans", altered, token=token), 409, "conflict")
        body["plan"]["plan_id"] = ""
        # The plan was made for no environment at all, and prod has one now.
        document = assert_problem(stack.http("POST", f"{API}/plans", body, token=token), 409, "conflict")
        assert "prod" in document["detail"] and document["hint"]
        assert state_of(stack) == before

        def forged(change):
            forgery = copy.deepcopy(body)
            forgery["plan"]["environment"]["name"] = "dev"
            change(forgery["plan"])
            return stack.http("POST", f"{API}/plans", forgery, token=token)

        def other_query(plan):
            text = json.dumps(plan["new_snapshots"])
            assert "SELECT id FROM shop.teas" in text
            plan["new_snapshots"] = json.loads(text.replace("SELECT id FROM shop.teas", "SELECT id + 1 AS id FROM shop.teas"))

        assert "fingerprint" in assert_problem(forged(other_query), 422, "invalid")["detail"]
        unknown = forged(lambda plan: plan.update(new_snapshots=plan["new_snapshots"][:0], snapshots=[{"name": "x", "identifier": "1"}]))
        assert_problem(unknown, 422, "invalid")
        assert state_of(stack) == before


FAULTS = {
    "unknown_property": ({"models/a.sql": "MODEL (\n  name shop.a,\n  kind FULL,\n  colour green\n);\nSELECT 1 AS x\n"}, "a.sql:4", "colour"),
    "wrong_type": ({"models/a.sql": "MODEL (\n  name shop.a,\n  kind INCREMENTAL_BY_TIME_RANGE (\n    time_column ds,\n    batch_size many\n  )\n);\n"
                    "SELECT 1 AS x, CAST(@start_ds AS DATE) AS ds\n"}, "a.sql:3", "batch_size"),
    "cycle": ({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT x FROM shop.b\n",
               "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT x FROM shop.a\n"}, ".sql:", "cycle"),
    "missing_seed": ({"models/a.sql": "MODEL (\n  name shop.a,\n  kind SEED (\n    path '$root/seeds/gone.csv'\n  )\n);\n"}, "a.sql:", "gone.csv"),
    "bad_cron": ({"models/a.sql": "MODEL (\n  name shop.a,\n  kind FULL,\n  cron '61 * * * *'\n);\nSELECT 1 AS x\n"}, "a.sql:4", "61"),
    "duplicate_model": ({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 1 AS x\n",
                         "models/b.sql": "MODEL (name shop.a, kind FULL);\nSELECT 2 AS x\n"}, ".sql:1", "shop.a"),
    "python_model": ({"models/a.py": "from sqlmesh import model\n\n\n@model('shop.a', columns={'x': 'int'})\ndef execute(context, **kwargs):\n    ...\n"}, "a.py", "Python"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_project_is_shown_with_line_caret_and_hint(stack, fault):
    files, place, word = FAULTS[fault]
    before = state_of(stack)
    stack.project({**{name: None for name in ("models/a.sql", "models/b.sql", "models/a.py")}, **files})
    shown = stack.plan("prod", code=1)
    assert place in shown and word in shown, shown
    if fault != "python_model":  # A file as a whole has no line to point at.
        assert "^" in shown and "\nhint: " in shown, shown
    assert state_of(stack) == before


def test_all_faults_of_a_project_are_shown_at_once(stack):
    before = state_of(stack)
    stack.project({
        "models/a.sql": FAULTS["unknown_property"][0]["models/a.sql"], "models/a.py": None,
        "models/b.sql": FAULTS["bad_cron"][0]["models/a.sql"].replace("shop.a", "shop.b"),
        "models/c.sql": FAULTS["missing_seed"][0]["models/a.sql"].replace("shop.a", "shop.c"),
    })
    shown = stack.plan("prod", code=1)
    for word in ("a.sql:4", "colour", "b.sql:4", "61", "c.sql:", "gone.csv"):
        assert word in shown, shown
    assert state_of(stack) == before
    stack.project({"models/a.sql": None, "models/b.sql": None, "models/c.sql": None})


def test_a_gateway_that_nobody_knows_is_named(stack):
    stack.project(GOOD, config="gateways:\n  elsewhere:\n    connection:\n      type: duckdb\ndefault_gateway: nowhere\n")
    done = stack.run_cli("plan", "prod", "--auto-apply", "--no-prompts")
    assert done.returncode in (1, 6) and "nowhere" in done.stderr, done
    assert "hint" in done.stderr


def test_bad_settings_of_a_program_are_all_named(stack):
    done = subprocess.run([str(BIN / "towline-scheduler"), "serve", "--listen", "nowhere", "--worker-threads", "0"],
                          env={**stack.base_env(), "TOWLINE_LOG_LEVEL": "shout"}, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    for word in ("--listen", "--worker-threads", "TOWLINE_LOG_LEVEL"):
        assert word in done.stderr, done.stderr
    done = subprocess.run([str(BIN / "towline-executor"), "apply"], env={**stack.base_env(), "TCLOUD_URL": "ftp://x"},
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "TCLOUD_URL" in done.stderr and "TCLOUD_CLIENT_ID" in done.stderr, done.stderr
