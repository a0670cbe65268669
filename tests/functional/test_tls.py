"""Everything over TLS, with an authority that only these programs know."""

import subprocess

import pytest

from shop import SEED, TEAS
from stack import Stack, wait_for

FILES = {"seeds/teas.csv": SEED, "models/teas.sql": TEAS, "models/ids.sql": "MODEL (name shop.ids, kind VIEW);\nSELECT id FROM shop.teas\n"}


@pytest.fixture(scope="module")
def stack():
    with Stack(tls=True) as running:
        running.project(FILES)
        yield running


def other_authority(stack):
    path = stack.folder / "other.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=other ca", "-keyout", str(stack.folder / "other.key"), "-out", str(path)], check=True, capture_output=True)
    return str(path)


def test_a_plan_is_applied_and_followed_over_tls(stack):
    assert stack.url.startswith("https://")
    stack.plan("prod")
    assert stack.rows("SELECT id FROM shop.ids") == [(1,), (2,), (3,), (4,), (5,)]
    assert "apply-1" in stack.cli("executor", "list")


def test_a_wrong_authority_is_refused_by_the_command_line(stack):
    shown = stack.cli("env", "list", code=5, env={"TOWLINE_CA_FILE": other_authority(stack)})
    assert "certificate" in shown.lower(), shown
    shown = stack.cli("env", "list", code=5, env={"TOWLINE_CA_FILE": ""})
    assert "certificate" in shown.lower(), shown


def test_a_wrong_authority_leaves_the_executor_up_and_unready(stack):
    program = stack.start_executor("apply", "lost-1", wait=False, env={"TOWLINE_CA_FILE": other_authority(stack)})
    wait_for("the executor says what is wrong", lambda: "certificate" in program.text().lower())
    assert program.alive()
    assert stack.executor("lost-1") is None
    check = wait_for("the probe says why", lambda: next(
        (c for c in [stack.check_executor("apply", "lost-1")] if "certificate" in c.stdout.lower()), None), 10)
    assert check.returncode == 5
    assert stack.check_executor("apply", "apply-1").returncode == 0
    assert program.stop() == 0
