"""What strangers, executors and clients with too much fantasy can do to a scheduler: be told by status, and nothing else."""

import copy
import json
import socket
import time
import uuid

import pytest

from proxy import Proxy
from shop import start_plan, slow, store_rows, wait_leased
from stack import PROJECT, Stack, wait_for

API = f"/sqlmesh/{PROJECT}/api/v1"
LEAST, MOST = -(1 << 63), (1 << 63) - 1
# Put in the place of every value of a document in turn.
HOSTILE = (LEAST, -1, MOST, 1 << 64, 1e308, "", "\0", "\ud800", "x" * 70_000, "../../etc/passwd", "'; DROP TABLE works; --", None, [], {"": None})
FEW = (LEAST, MOST, "\0", None)
REGISTER = {"kind": "apply", "name": "evil", "boot_id": "b1", "version": "1", "protocol": 1, "slots": 2, "labels": ["size=large"], "task_kinds": ["evaluate"], "now_ms": 1_700_000_000_000,
            "gateways": [{"name": "local", "type": "duckdb", "default_catalog": "warehouse"}]}
LEASE = {"task_id": "t", "attempt_id": "t.1", "epoch": 1}
SYNC = {"boot_id": "b1", "slots_free": 0, "draining": False, "wait_ms": 0, "held": [LEASE], "cancelling": ["x"], "health": "ok", "asks_more": True,
        "gateways": REGISTER["gateways"],
        "completions": [{"lease": LEASE, "outcome": "succeeded", "duration_ms": 1, "rows": 1, "error_code": "", "error_message": "", "retryable": True,
                         "audits": [{"name": "a", "blocking": True, "count": 1, "status": "passed"}]}]}
BODIES = {
    "/executors": REGISTER, "/executors/{id}/sync": SYNC, "/pauses": {"environment": "prod", "model": "x", "reason": "y"},
    "/runs": {"environment": "prod", "ignore_cron": False, "start": "2024-01-05", "end": "2024-01-06", "select_models": ["a"]},
    "/clients": {"name": "x", "scopes": ["read"]}, "/janitor": {"ignore_ttl": False, "environment": "zz"},
    "/planning-state": {"environment": "prod", "create_from": "prod", "ids": [{"name": "x", "identifier": "1"}], "all": True, "limit": 5},
}


def paths(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, one in items:
        yield from paths(one, (*at, key))


def put(value, at, new):
    if not at:
        return new
    out = copy.deepcopy(value)
    one = out
    for key in at[:-1]:
        one = one[key]
    one[at[-1]] = new
    return out


@pytest.fixture(scope="module")
def stack():
    with Stack(executors=(), cadence="none") as running:
        yield running


@pytest.fixture(scope="module")
def posted(stack):
    """The body of a good plan that was never sent to this scheduler's work."""
    stack.start_executor("apply", "apply-1")
    with Proxy(stack.port) as proxy:
        stack.project({"models/a.sql": "MODEL (name shop.a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 2), start '2024-01-05', grain ds,\n"
                                       "  physical_properties (p = 1));\nSELECT CAST(@start_ds AS DATE) AS ds\n"})
        stack.plan("dev", env={"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"})
        body = next(json.loads(b) for line, b in proxy.requests() if line.startswith("POST") and "/api/v1/plans " in line)
    assert stack.executors["apply-1"].stop() == 0
    return body


def survives(stack, answer):
    assert stack.scheduler.alive(), stack.scheduler.text()[-3000:]
    assert 200 <= answer[0] < 500, answer
    return answer


def test_no_field_of_any_call_breaks_the_scheduler(stack):
    worker, admin = stack.token(stack.worker), stack.token()
    executor = json.loads(stack.http("POST", f"{API}/executors", REGISTER, token=worker)[2])["executor_id"]
    for route, body in BODIES.items():
        token = worker if route.startswith("/executors") else admin
        for at in paths(body):
            for value in HOSTILE if at and not isinstance(at[-1], int) else FEW:
                survives(stack, stack.http("POST", API + route.format(id=executor), put(body, at, value), token=token))
    text = stack.scheduler.text()
    assert "a request threw" not in text and "runtime error" not in text


def test_no_field_of_a_plan_breaks_the_scheduler(stack, posted):
    token = stack.token()

    def send(body):
        plan = body["plan"] if isinstance(body, dict) else None
        if isinstance(plan, dict) and isinstance(plan.get("environment"), dict):
            if plan["environment"].get("name") == "dev":
                plan["environment"]["name"] = f"e{uuid.uuid4().hex[:8]}"
            if plan.get("plan_id") == posted["plan"]["plan_id"]:
                plan["plan_id"] = ""
        return survives(stack, stack.http("POST", f"{API}/plans", body, token=token))

    for at in paths(posted):
        for value in FEW:
            send(put(posted, at, value))
    # Texts that become trees: deep ones, and ones that are deep without brackets inside brackets.
    count = 30_000
    shapes = ["x::INT" + "[]" * count, "(" * count + "x" + ")" * count, "x" + "::INT" * count, "NOT " * count + "x", "x" + " || x" * count,
              "CASE WHEN x THEN " * count, "[" * count, "STRUCT<a " * count, "x" + "[1]" * count, "{{ x }}" * count, "@x(" * count]
    node = ("plan", "new_snapshots", 0, "node")
    for shape in shapes:
        for field, value in (("grains", [shape]), ("partitioned_by", [shape]), ("physical_properties", {"p": shape}), ("query", {"sql": "SELECT " + shape})):
            status, _, text = send(put(posted, (*node, field), value))
            assert field == "partitioned_by" or status in (413, 422), (field, shape[:40], status, text)
    assert "a request threw" not in stack.scheduler.text()


def test_an_executor_cannot_do_what_another_was_given():
    with Stack(executors=(("apply", "apply-1"),), cadence="none") as stack:
        stack.project({"models/a.sql": f"MODEL (name shop.a, kind FULL);\nSELECT 1 AS id, {slow(stack, 6)} AS s\n"})
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "a", 120)
            lease = {"task_id": task["id"], "attempt_id": f"{task['id']}.{task['epoch']}", "epoch": task["epoch"]}
            runner, other = stack.create_client("runner", ["executor:run"]), stack.create_client("other", ["executor:apply"])
            foreign = stack.create_client("foreign", ["executor:run", "executor:apply", "admin"], project="acme/other")
            victim = stack.executor("apply-1")["id"]
            done = {**SYNC["completions"][0], "lease": lease}

            def sync(client, executor, **changes):
                return stack.http("POST", f"{API}/executors/{executor}/sync", {**SYNC, "completions": [], "held": [], **changes}, token=stack.token(client))

            # Under its name without its boot; with a scope for runs; from another project.
            assert sync(other, victim, completions=[done])[0] == 409
            assert sync(runner, victim, completions=[done])[0] == 403
            assert sync(foreign, victim, completions=[done])[0] == 403
            elsewhere = "/sqlmesh/acme/other/api/v1"
            for route in (f"/tasks/{task['id']}", f"/plans/{work_id}", f"/attempts/{lease['attempt_id']}/log", f"/executors/{victim}/drain"):
                method = "POST" if route.endswith("drain") else "GET"
                assert stack.http(method, elsewhere + route, {} if method == "POST" else None, token=stack.token(foreign))[0] == 404, route
            # Under a name of its own: somebody else's lease, an older epoch, a newer one.
            own = json.loads(stack.http("POST", f"{API}/executors", {**REGISTER, "gateways": []}, token=stack.token(other))[2])["executor_id"]
            for epoch in (task["epoch"], task["epoch"] - 1, task["epoch"] + 1, MOST, LEAST):
                answer = json.loads(sync(other, own, completions=[{**done, "lease": {**lease, "epoch": epoch}}], held=[{**lease, "epoch": epoch}])[2])
                assert [a["ack"] for a in answer["acks"]] in (["superseded"], ["unknown"]), answer
                assert answer["lost"] == [lease["attempt_id"]], answer
            # The log of a plan's task is not for executors of runs.
            log = f"{API}/attempts/{lease['attempt_id']}/log?offset=0"
            assert stack.http("PUT", log, b"all is well", {"Content-Type": "text/plain"}, stack.token(runner))[0] == 403
            stack.wait_work("plan", work_id, seconds=180)
            assert plan.end()[0] == 0
        attempts = stack.api("GET", f"/tasks/{task['id']}")["attempts"]
        assert {a["executor_id"] for a in attempts} == {victim}, attempts


def raw(stack, data, seconds=15):
    """What the scheduler answers to these bytes, until it closes or the time is over."""
    out = b""
    with socket.create_connection(("127.0.0.1", stack.port), seconds) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            while piece := connection.recv(65536):
                out += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return out


HOST = b"Host: localhost\r\n"
STRANGE = {
    "two lengths": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
    "chunks in disguise": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a sign before the length": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\na",
    "a length without end": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999999999\r\n\r\na",
    "a chunk without end": b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na",
    "a folded field": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c\r\nContent-Length : 3\r\n\r\n",
    "a blank before the colon": b"GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n", "two hosts": b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "a zero byte": b"GET /healthz\0 HTTP/1.1\r\n" + HOST + b"\r\n", "a bare line feed in a field": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\nY: b\0\r\n\r\n",
    "TLS": bytes.fromhex("160301020001"), "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "noise": bytes(range(256)) * 64,
    "a header without end": b"GET /healthz HTTP/1.1\r\n" + b"X-Header: " + b"x" * 100_000, "many fields": b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    "a target without end": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_request_that_can_be_read_in_two_ways_is_read_in_none(stack, case):
    answer = raw(stack, STRANGE[case])
    assert answer.count(b"HTTP/1.1 ") <= 1 and b" 200 " not in answer.split(b"\r\n")[0], answer[:400]
    assert b"towline_" not in answer  # what a smuggled request for the metrics would show
    assert stack.scheduler.alive() and stack.http("GET", "/healthz")[0] == 200


def test_no_path_leads_out_of_the_api(stack):
    token = stack.token()
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/sqlmesh/acme/shop/../other/api/v1/plans", "/sqlmesh/acme%2fshop/x/api/v1/plans",
                 "/sqlmesh/acme/shop%00/api/v1/plans", "/sqlmesh/*/*/api/v1/plans", "/sqlmesh/acme/%27%20OR%201=1/api/v1/plans", "//sqlmesh/acme/shop/api/v1/plans"):
        answer = survives(stack, stack.http("GET", path, token=token))
        assert answer[0] in (400, 403, 404) and "root:" not in answer[2], (path, answer)
    for name in ("%00", "%ff%fe", "a%22%20OR%201=1", "..%2f..%2f", "x" * 3000):
        for route in ("/tasks/", "/plans/", "/environments/", "/attempts/", "/executors/"):
            survives(stack, stack.http("GET", API + route + name, token=token))
        for query in ("cursor=", "limit=", "state=", "work=", "model=", "offset=", "id="):
            survives(stack, stack.http("GET", f"{API}/tasks?{query}{name}", token=token))
            survives(stack, stack.http("GET", f"{API}/snapshots?{query}{name}", token=token))


def test_tokens_are_nothing_that_could_be_forged(stack):
    import base64

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sub": stack.admin["client_id"], "project": PROJECT, "scope": "admin", "exp": 1 << 40, "aud": "towline"}
    good = stack.token()
    forged = [f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}.{sign}" for alg in ("none", "None", "HS256", "RS256") for sign in ("", "AAAA")]
    forged += [good[:-1], good + "A", good.swapcase(), good[::-1], "", " ", "*", "%00", "null", stack.admin["client_secret"], "A" * 10_000]
    assert stack.http("GET", f"{API}/plans", token=good)[0] == 200
    for token in forged:
        assert stack.http("GET", f"{API}/plans", headers={"Authorization": f"Bearer {token}"})[0] == 401, token
    hashes = [row[0] for row in store_rows(stack, "SELECT hash FROM tokens")]
    assert hashes and good not in hashes
    for stolen in hashes[:3]:  # what a reader of the store could try
        assert stack.http("GET", f"{API}/plans", token=stolen)[0] == 401


def test_slow_and_silent_strangers_keep_nobody_waiting(stack):
    silent = []
    try:
        for i in range(60):
            connection = socket.create_connection(("127.0.0.1", stack.port), 20)
            connection.sendall((b"GET /healthz HTTP/1.1\r\nX: ", b"POST /oauth/token HTTP/1.1\r\n" + HOST + b"Content-Length: 500\r\n\r\na", b"")[i % 3])
            silent.append(connection)
        assert stack.http("GET", "/healthz")[0] == 200
        assert stack.api("GET", "/plans")
        # The ones that began a header are told after ten seconds, however often they send another byte.
        first, began = silent[0], time.monotonic()
        first.settimeout(0.5)
        answer = b""
        while not answer and time.monotonic() - began < 60:
            try:
                first.sendall(b"x")
                answer = first.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
        assert not answer or b" 408 " in answer.split(b"\r\n")[0], answer
        assert time.monotonic() - began < 60
    finally:
        for connection in silent:
            connection.close()
    assert stack.http("GET", "/healthz")[0] == 200
    wait_for("it serves", lambda: stack.http("GET", "/readyz")[0] == 200)
