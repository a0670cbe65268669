"""Options of `plan` and `run` that choose, ask or show."""

import json
import os
import pty
import select
import subprocess

import pytest

from shop import DAILY
from stack import BIN, Stack, wait_for

FILES = {
    "models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 1 AS x\n",
    "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT x FROM shop.a\n",
    "models/c.sql": "MODEL (name shop.c, kind FULL, tags (late));\nSELECT x FROM shop.b\n",
    "models/other.sql": "MODEL (name shop.other, kind FULL);\nSELECT 1 AS y\n",
}


@pytest.fixture
def stack():
    with Stack() as running:
        running.project(FILES)
        running.plan("prod")
        yield running


def changed(stack, *arguments):
    """{model: change} of a plan that is not applied."""
    done = stack.run_cli("-o", "json", "plan", *arguments, "--explain")
    assert done.returncode == 0, done.stderr
    return {d["name"].split('"')[-2]: d["change"] for d in json.loads(done.stdout)["differences"]}


def talk(stack, *arguments, answers):
    """Runs a command on a terminal and answers its questions in order; the text it showed."""
    main, other = pty.openpty()
    environment = {**stack.base_env(), **stack.client_env(stack.admin), "NO_COLOR": "1", "TOWLINE_NOW": stack.clock, "TERM": "dumb"}
    process = subprocess.Popen([str(BIN / "towline"), "-p", str(stack.project_folder), *arguments], env=environment, stdin=other, stdout=other, stderr=other)
    os.close(other)
    seen, answers = "", list(answers)

    def ended():
        nonlocal seen
        if select.select([main], [], [], 0.02)[0]:
            try:
                seen += os.read(main, 65536).decode(errors="replace")
            except OSError:
                return process.poll() is not None
        if answers and answers[0][0] in seen:
            os.write(main, (answers.pop(0)[1] + "\n").encode())
        return False

    try:
        wait_for(f"towline {arguments} ends", ended, 60)
        return process.wait(20), seen.replace("\r\n", "\n")
    finally:
        if process.poll() is None:
            process.kill()
        os.close(main)


def test_an_environment_may_be_named_like_a_command(stack):
    stack.project({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 2 AS x\n"})
    stack.cli("plan", "list", "--auto-apply", "--no-prompts")
    stack.cli("plan", "--environment", "logs", "--auto-apply", "--no-prompts")
    names = {e["name"] for e in stack.api("GET", "/environments")["items"]}
    assert names == {"prod", "list", "logs"}
    assert "ENV" in stack.cli("plan", "list") and "prod" in stack.cli("plan", "list", "--env", "prod")


def test_git_selects_what_differs_from_a_branch(stack):
    folder = stack.project_folder

    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "feature")
    stack.project({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 2 AS x\n"})
    git("commit", "-qam", "second")
    stack.project({"models/other.sql": "MODEL (name shop.other, kind FULL);\nSELECT 2 AS y\n", "models/new.sql": "MODEL (name shop.new, kind FULL);\nSELECT 1 AS z\n"})
    everything = changed(stack, "dev")
    assert set(everything) == {"a", "b", "c", "other", "new"}
    assert set(changed(stack, "dev", "--select-model", "git:main")) == set(everything)
    assert set(changed(stack, "dev", "--select-model", "git:HEAD")) == {"other", "new"}
    assert set(changed(stack, "dev", "--select-model", "git:main & ^shop.other")) == {"a", "b", "c", "new"}
    failed = stack.cli("plan", "dev", "--select-model", "git:nowhere", "--explain", code=1)
    assert "git diff" in failed and "fatal" in failed
    stack.cli("plan", "dev", "--select-model", "git:--output=x", "--explain", code=2)
    assert not (folder / "x").exists()


def test_categories_are_asked_for_on_a_terminal(stack):
    stack.project({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT 1 AS x, 2 AS z\n"})
    refused = stack.cli("plan", "prod", "--no-auto-categorization", "--auto-apply", code=1)
    assert "Can't apply a plan with uncategorized changes." in refused
    code, text = talk(stack, "plan", "prod", "--no-auto-categorization",
                      answers=[("[2] [Non-breaking] Backfill shop.a but not indirectly modified children: ", "5"),
                               ("Please select one of the available options", "2"), ("Apply - ", "y")])
    assert code == 0, text
    assert "Directly Modified: shop.a (Non-breaking)" in text and "shop.b (Indirect Non-breaking)" in text


def test_rendered_differences_are_those_of_the_rendered_query(stack):
    stack.project({"models/a.sql": "MODEL (name shop.a, kind FULL);\nSELECT @EVAL(1 + 1) AS x\n"})
    plain = stack.cli("plan", "dev", "--explain", "--no-prompts")
    assert plain
    shown = stack.run_cli("plan", "dev", "--skip-backfill", "--diff-rendered", "--no-prompts").stdout
    assert "+SELECT 2 AS x" in shown and "@EVAL" not in shown
    assert "@EVAL" in stack.run_cli("plan", "dev", "--skip-backfill", "--no-prompts").stdout


def test_a_run_takes_what_its_selection_reads():
    with Stack(cadence="") as stack:
        stack.project(DAILY)
        stack.plan("prod")
        tomorrow = "2024-01-11 12:00:00"
        stack.scheduler.stop()
        stack.start_scheduler(clock=tomorrow)
        assert "No models are ready" in stack.cli("run", "--select-model", "shop.nothing", "--no-auto-upstream", now=tomorrow)
        assert "No models are ready" not in stack.cli("run", "--select-model", "shop.total", "--exit-on-env-update", "7", now=tomorrow)
        assert stack.rows("SELECT MAX(ds) = DATE '2024-01-10' FROM shop.visits") == [(True,)]
