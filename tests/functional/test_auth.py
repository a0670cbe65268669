"""Clients, tokens and scopes, as somebody at the network sees them."""

import base64
import json
import urllib.parse

import pytest

from shop import slow, start_plan, store_rows, wait_leased
from stack import PROJECT, Stack, wait_for

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def stack():
    with Stack(executors=()) as running:
        yield running


def ask_token(stack, form, headers=None):
    status, answer_headers, text = stack.http(
        "POST", "/oauth/token", urllib.parse.urlencode(form).encode(), {**FORM, **(headers or {})})
    return status, answer_headers, json.loads(text)


def credentials(client, **more):
    return {"grant_type": "client_credentials", "client_id": client["client_id"], "client_secret": client["client_secret"], **more}


def test_a_token_is_given_for_credentials_in_the_body(stack):
    status, headers, answer = ask_token(stack, credentials(stack.worker))
    assert status == 200
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 3600
    assert set(answer["scope"].split()) == {"executor:run", "executor:apply"}
    assert headers.get("Cache-Control") == "no-store"
    assert ask_token(stack, credentials(stack.worker, scope="executor:run"))[2]["scope"] == "executor:run"


def test_a_token_is_given_for_basic_credentials(stack):
    pair = f"{urllib.parse.quote(stack.admin['client_id'])}:{urllib.parse.quote(stack.admin['client_secret'])}"
    basic = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    status, _, answer = ask_token(stack, {"grant_type": "client_credentials", "scope": "read"}, basic)
    assert status == 200 and answer["scope"] == "read"
    path = f"/sqlmesh/{PROJECT}/api/v1/environments"
    assert stack.http("GET", path, token=answer["access_token"])[0] == 200
    both = ask_token(stack, {"grant_type": "client_credentials", "client_secret": stack.admin["client_secret"]}, basic)
    assert both[0] == 400 and both[2]["error"] == "invalid_request"


def test_the_metadata_names_the_token_endpoint(stack):
    status, _, text = stack.http("GET", "/.well-known/oauth-authorization-server")
    assert status == 200
    metadata = json.loads(text)
    assert metadata["issuer"] == stack.origin
    assert metadata["token_endpoint"] == f"{stack.origin}/oauth/token"
    assert metadata["grant_types_supported"] == ["client_credentials"]
    assert set(metadata["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "client_secret_post"}
    assert set(metadata["scopes_supported"]) == {"executor:run", "executor:apply", "plan", "run", "read", "admin"}


def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(stack):
    wrong = ask_token(stack, {**credentials(stack.admin), "client_secret": "guess"})
    unknown = ask_token(stack, {**credentials(stack.admin), "client_id": "0000000000000000"})
    missing = ask_token(stack, {"grant_type": "client_credentials"})
    for status, _, answer in (wrong, unknown, missing):
        assert status == 401 and answer["error"] == "invalid_client" and answer["error_description"]
    assert wrong[2] == unknown[2]


@pytest.mark.parametrize("scope", ["warehouse", "plan", "executor:run admin", "executor:run warehouse"])
def test_a_scope_that_is_unknown_or_not_granted_is_refused(stack, scope):
    status, _, answer = ask_token(stack, credentials(stack.worker, scope=scope))
    assert status == 400 and answer["error"] == "invalid_scope"
    assert "access_token" not in answer


def test_another_grant_is_refused(stack):
    # RFC 6749: a parameter without a value is as good as missing.
    for grant, error in (("password", "unsupported_grant_type"), ("authorization_code", "unsupported_grant_type"), ("", "invalid_request")):
        status, _, answer = ask_token(stack, credentials(stack.admin, grant_type=grant))
        assert status == 400 and answer["error"] == error, grant


def test_a_token_does_not_open_another_project_or_scope(stack):
    other = stack.create_client("stranger", ["admin"], project="acme/other")
    path = f"/sqlmesh/{PROJECT}/api/v1"
    status, _, text = stack.http("GET", f"{path}/environments", token=stack.token(other))
    assert status == 403 and json.loads(text)["code"] == "forbidden"
    for method, route in (("GET", "/environments"), ("POST", "/plans"), ("GET", "/clients"), ("POST", "/runs")):
        status, _, text = stack.http(method, path + route, {} if method == "POST" else None, token=stack.token(stack.worker))
        assert status == 403 and "scope" in json.loads(text)["detail"], route
    reader = stack.create_client("reader", ["read"])
    assert stack.http("GET", f"{path}/environments", token=stack.token(reader))[0] == 200
    assert stack.http("POST", f"{path}/runs", {"environment": "prod"}, token=stack.token(reader))[0] == 403


def test_no_token_or_a_made_up_one_is_refused(stack):
    path = f"/sqlmesh/{PROJECT}/api/v1/environments"
    for token in (None, "made-up"):
        status, headers, text = stack.http("GET", path, token=token)
        assert status == 401 and json.loads(text)["code"] == "unauthenticated"
        assert headers["WWW-Authenticate"].startswith("Bearer")


def test_there_is_no_default_client():
    with Stack(executors=()) as stack:
        assert {name for (name,) in store_rows(stack, "SELECT name FROM clients")} == {"admin", "executors"}
        for pair in (("admin", "admin"), ("admin", ""), ("towline", "towline"), ("", "")):
            status, _, answer = ask_token(stack, {"grant_type": "client_credentials", "client_id": pair[0], "client_secret": pair[1]})
            assert status == 401 and answer["error"] == "invalid_client"
        # The store keeps no secret that could be shown again.
        stored = "".join(map(str, store_rows(stack, "SELECT * FROM clients")))
        assert stack.admin["client_secret"] not in stored


def test_a_revoked_client_is_out_within_seconds_and_loses_its_work():
    with Stack(executors=(), extra_executor_env={"TOWLINE_DRAIN_SECONDS": "1"}) as stack:
        leaving = stack.create_client("leaving", ["executor:apply"])
        stack.start_executor("apply", "leaver", client=leaving)
        stack.project({"models/long.sql": f"MODEL (name shop.long, kind FULL);\nSELECT {slow(stack, 40)} AS n\n"})
        token = stack.token(leaving)
        listing = f"/sqlmesh/{PROJECT}/api/v1/snapshots?id=x:1"
        assert stack.http("GET", listing, token=token)[0] == 200
        plan, work_id = start_plan(stack)
        with plan:
            task = wait_leased(stack, work_id, "long")
            stack.cli("client", "revoke", leaving["client_id"], "--yes")
            wait_for("the old token is refused", lambda: stack.http("GET", listing, token=token)[0] == 401, 5)
            assert ask_token(stack, credentials(leaving))[0] == 401
            wait_for("the lease has ended", lambda: stack.api("GET", f"/tasks/{task['id']}")["task"]["state"] != "leased", 5)
            leaver = stack.executors["leaver"]
            wait_for("the executor says why", lambda: "revoked" in leaver.text() or "unauthenticated" in leaver.text(), 10)
            assert leaver.alive()
            assert leaver.stop() == 0
