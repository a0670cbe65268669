"""Following work: events in order and without loss, and the logs of attempts."""

import http.client
import json

import pytest

from shop import SEED, TEAS, Background
from stack import PROJECT, Stack, wait_for

FILES = {"seeds/teas.csv": SEED, "models/teas.sql": TEAS, "models/ids.sql": "MODEL (name shop.ids, kind FULL);\nSELECT id FROM shop.teas\n",
         "models/visits.sql": "MODEL (name shop.visits, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\nSELECT CAST(@start_ds AS DATE) AS ds, 1 AS n\n"}


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        running.project(FILES)
        yield running


def read_events(stack, enough, query="", resume=None):
    """Events of the stream until `enough(events)`."""
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=30)
    headers = {"Authorization": f"Bearer {stack.token()}", **({"Last-Event-ID": str(resume)} if resume is not None else {})}
    connection.request("GET", f"/sqlmesh/{PROJECT}/api/v1/events{query}", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream")
    events, current = [], {}
    while not enough(events):
        line = answer.readline().decode().rstrip("\n")
        if not line and current:
            events.append({"id": int(current["id"]), "topic": current["event"], **json.loads(current["data"])})
            current = {}
        elif line and not line.startswith(":"):
            key, value = line.split(": ", 1)
            current[key] = value
    connection.close()
    return events


def ended(work_id):
    return lambda events: any(e["subject"] == work_id and e["payload"].get("state") in ("succeeded", "failed", "cancelled") for e in events)


def test_events_of_a_plan_arrive_in_order_and_resume_without_loss(stack):
    stack.plan("dev")
    work = stack.last_work("plan")
    everything = read_events(stack, ended(work["id"]), f"?after=0&work={work['id']}")
    numbers = [e["id"] for e in everything]
    assert numbers == sorted(set(numbers)) and all(e["work_id"] == work["id"] for e in everything)
    order = {}
    for event in everything:
        order.setdefault(event["subject"], []).append(event["payload"].get("state"))
    assert order[work["id"]][-1] == "succeeded"
    for task in stack.tasks(work["id"]):
        assert order[task["id"]][-2:] == ["leased", "succeeded"], (task["name"], order[task["id"]])
    # Cut anywhere, the rest follows exactly.
    for cut in (0, len(numbers) // 2, len(numbers) - 2):
        rest = read_events(stack, ended(work["id"]), f"?work={work['id']}", resume=numbers[cut])
        assert [e["id"] for e in rest] == numbers[cut + 1:]


def test_the_log_of_an_attempt_can_be_read(stack):
    stack.plan("logbook")
    work = stack.last_work("plan")
    tasks = stack.tasks(work["id"])
    assert tasks
    token = stack.token()
    for task in tasks:
        # On a busy machine a lease may be lost and taken again: the last attempt is the one that ended the task.
        attempt = stack.api("GET", f"/tasks/{task['id']}")["attempts"][-1]
        path = f"/sqlmesh/{PROJECT}/api/v1/attempts/{attempt['id']}/log"
        text = wait_for(f"the log of {task['name']}", lambda: stack.http("GET", path, token=token)[2])
        status, headers, rest = stack.http("GET", f"{path}?offset=5", token=token)
        # The executor may have sent more between the two reads: what was read first stays as it was.
        assert status == 200 and rest.startswith(text[5:]), (text, rest)
        assert int(headers["X-Next-Offset"]) == 5 + len(rest.encode())


def test_a_run_can_be_listed_shown_watched_and_its_logs_read():
    with Stack(cadence="none") as stack:
        stack.project(FILES)
        stack.plan("prod")
        stack.scheduler.stop()
        stack.start_scheduler(clock="2024-01-12 12:00:00")
        with Background(stack, "run", "prod") as run:
            code, output = run.end()
            assert code == 0, output
        work = stack.last_work("run")
        assert work["id"][:8] in stack.cli("run", "list")
        assert "succeeded" in stack.cli("run", "show", work["id"]) or "complete" in stack.cli("run", "show", "last")
        watched = stack.cli("run", "watch", "last")
        assert "visits" in watched, watched
        assert "visits" in wait_for("the logs are there", lambda: stack.cli("run", "logs", work["id"]))
        shown = json.loads(stack.run_cli("run", "show", work["id"][:8], "-o", "json").stdout)
        assert shown["id"] == work["id"] and shown["state"] == "succeeded" and shown["schema"].startswith("towline.")
        listed = json.loads(stack.run_cli("run", "list", "-o", "json").stdout)
        assert [r["id"] for r in listed["items"]] == [work["id"]]
        assert "ffffffff" in stack.cli("run", "show", "ffffffff", code=4).lower()
