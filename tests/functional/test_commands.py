"""SQLMesh's commands about a project and its environments, and `-o json` on every command there is."""

import json
import re
import subprocess

import pytest

from stack import BIN, PROJECT, Stack

FILES = {
    "models/src.sql": "MODEL (name shop.src, kind FULL, tags (raw));\nSELECT 1 AS id, DATE '2024-01-01' AS ds, 2.5::DOUBLE AS amount\n",
    "models/a.sql": """MODEL (name shop.a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), audits (not_null(columns := (id))));
SELECT id::INT AS id, ds::DATE AS ds, amount::DOUBLE AS amount FROM shop.src WHERE ds BETWEEN @start_ds AND @end_ds
""",
    "models/b.sql": "MODEL (name shop.b, kind VIEW);\nSELECT id, amount FROM shop.a\n",
    "tests/test_a.yaml": """test_a:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {query: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
""",
}
LINTER = "linter:\n  enabled: true\n  rules: [noselectstar, ambiguousorinvalidcolumn]\n  warn_rules: [nomissingunittest]\n"


def config(stack):
    return (f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: {stack.catalog}.db\n"
            "default_gateway: local\nmodel_defaults:\n  dialect: duckdb\n  start: '2024-01-01'\n" + LINTER)


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        running.project(FILES, config(running))
        running.plan("prod")
        yield running


def document(stack, *arguments, code=0):
    done = stack.run_cli("-o", "json", *arguments)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)


def test_render_prints_the_query_of_an_interval(stack):
    text = stack.cli("render", "shop.a", "-s", "2024-01-03", "-e", "2024-01-04")
    assert '"ds" <= \'2024-01-04\'' in text and '"ds" >= \'2024-01-03\'' in text
    assert '"sqlmesh__shop"."shop__src__' in text and "shop.src */" in text
    expanded = stack.cli("render", "shop.b", "--expand", "shop.a")
    assert 'FROM (\n  SELECT' in expanded and "shop__src__" in expanded and '"id" AS "id"' in expanded
    assert document(stack, "render", "shop.b")["sql"].startswith("SELECT\n")
    short = stack.cli("render", "shop.b", "--leading-comma", "--pad", "1", "--max-text-width", "10", "--normalize-functions", "lower")
    assert '\n , ' in short
    assert "Cannot find model with name 'shop.none'" in stack.cli("render", "shop.none", code=1)


def test_lint_warns_and_fails(stack):
    warned = stack.cli("lint")
    assert "nomissingunittest: Model shop.b is missing unit test(s)" in warned and "shop.a is missing" not in warned
    stack.project({"models/c.sql": "MODEL (name shop.c, kind VIEW);\n\nSELECT * FROM shop.a\n"}, config(stack))
    try:
        failed = stack.cli("lint", code=1)
        assert " - Line 3: noselectstar - Query should not contain SELECT *" in failed
        assert "Linter detected errors in the code. Please fix them before proceeding." in failed
        assert "Linter detected errors" in stack.plan("dev", code=1)
        items = document(stack, "lint", "--model", "shop.c", code=1)["items"]
        assert {(i["rule"], i["severity"], i.get("line")) for i in items} == {("noselectstar", "error", 3), ("nomissingunittest", "warning", None)}
        assert "Linter" not in stack.cli("plan", "dev", "--skip-linter", "--explain")
    finally:
        stack.project({"models/c.sql": None}, config(stack))


def test_tests_run_alone_and_before_a_plan(stack):
    assert "Successfully Ran 1 tests against duckdb" in stack.cli("test")
    stack.project({"tests/test_b.yaml": FILES["tests/test_a.yaml"].replace("test_a", "test_wrong").replace("amount: 1.5}]}\n  vars", "amount: 9}]}\n  vars")}, config(stack))
    try:
        failed = stack.cli("test", code=1)
        assert re.search(r"FAIL: test_wrong \(.*/tests/test_b.yaml\)", failed) and "amount: Expected" in failed
        assert "::test_wrong" in failed and "Failed tests (1):" in failed
        assert "Successfully Ran 1 tests" in stack.cli("test", stack.project_folder / "tests/test_a.yaml")
        assert "Successfully Ran 1 tests" in stack.cli("test", "-k", "test_a.yaml::test_a")
        assert "Cannot generate plan due to failing test(s). Fix test(s) and run again." in stack.plan("dev", code=1)
        assert [i["outcome"] for i in document(stack, "test", code=1)["items"]] == ["passed", "failed"]
        assert "Cannot generate plan" not in stack.cli("plan", "prod", "--skip-tests", "--explain")
    finally:
        stack.project({"tests/test_b.yaml": None}, config(stack))


def test_table_name_is_the_physical_table(stack):
    table = stack.cli("table_name", "shop.a").strip()
    assert re.fullmatch(r"warehouse\.sqlmesh__shop\.shop__a__\d+", table)
    assert stack.rows(f"SELECT COUNT(*) FROM {table}") == [(1,)]
    assert document(stack, "table_name", "shop.a", "--env", "prod")["table"] == table
    assert "Environment 'nope' was not found." in stack.cli("table_name", "shop.a", "--env", "nope", code=1)
    assert "Model 'shop.zzz' was not found in environment 'prod'." in stack.cli("table_name", "shop.zzz", code=1)


def test_environments_and_intervals(stack):
    assert "Number of SQLMesh environments are: 1\nprod - No Expiry" in stack.cli("environments")
    text = stack.cli("check_intervals")
    assert "Complete Intervals" in text and "shop.a" in text
    assert document(stack, "check_intervals", "prod", "--select-model", "shop.a")["items"] == [{"model": "shop.a", "complete": True, "missing": []}]
    assert "Environment 'dev' was not found." in stack.cli("check_intervals", "dev", code=1)


def test_diff_exits_with_1_if_anything_differs(stack):
    assert "No changes to plan: project files match the `prod` environment" in stack.cli("diff", "prod")
    stack.project({"models/b.sql": "MODEL (name shop.b, kind VIEW);\nSELECT id, amount, 1 AS one FROM shop.a\n"}, config(stack))
    try:
        changed = stack.cli("diff", "prod", code=1)
        assert "Differences from the `prod` environment:" in changed and "shop.b" in changed
        assert document(stack, "diff", "prod", code=1)["has_changes"] is True
    finally:
        stack.project(FILES, config(stack))


def test_info_counts_and_connects(stack):
    assert "Models: 3\nMacros: 0" in stack.cli("info", "--skip-connection")
    env = {**stack.engine_env}
    text = stack.cli("info", env=env)
    assert "Data warehouse connection succeeded" in text and "State backend connection succeeded" in text


# Every command with arguments that make it answer; None: it serves or follows until it is stopped, or prints help alone.
ARGUMENTS = {
    "plan": ["prod", "--explain"], "plan list": [], "plan show": ["last"], "plan logs": ["last"], "plan watch": ["last"], "plan cancel": ["last"],
    "run": ["prod"], "run list": [], "run show": ["ID"], "run logs": ["ID"], "run watch": ["ID"], "run cancel": ["ID"],
    "render": ["shop.a"], "info": ["--skip-connection"], "lint": [], "test": [], "table_name": ["shop.a"], "diff": ["prod"], "environments": [],
    "check_intervals": [], "audit": ["--model", "shop.b"], "table_diff": ["a:b", "--on", "id"], "env list": [], "env show": ["prod"], "env invalidate": ["gone"], "executor list": [], "executor drain": ["run-1"],
    "executor resume": ["run-1"], "executor forget": ["gone"], "task list": [], "task show": ["TASK"], "task why": ["TASK"], "task requeue": ["TASK"],
    "pause list": [], "pause add": ["prod"], "pause remove": ["PAUSE"], "client create": ["x", "--scope", "read"], "client list": [],
    "client revoke": ["CLIENT"], "events": None, "api": ["GET", "environments"], "doctor": [], "inspect": [], "dev": None, "help": None,
    "invalidate": ["gone"], "janitor": [], "state import": ["-i", "/nowhere.json"], "state export": ["-o", "/nowhere/state.json"],
}


def commands():
    """Every command of the tree that does something, as `--help` tells it."""
    def below(path):
        text = subprocess.run([str(BIN / "towline"), *path, "--help"], capture_output=True, text=True, timeout=30).stdout
        listed = re.split(r"\n(?:SUBCOMMANDS|Subcommands):\n", text)
        return re.findall(r"^  ([a-z_]+) ", listed[1], re.M) if len(listed) > 1 else []

    for name in below([]):
        members = below([name])
        if not members or name in ("plan", "run"):
            yield name
        for member in members:
            yield f"{name} {member}"


def test_every_command_prints_one_json_document(stack):
    assert json.loads(stack.run_cli("-o", "json", "plan", "list").stdout)["items"], "there is a plan to show"
    task = stack.api("GET", "/tasks?limit=1")["items"][0]["id"]
    client = stack.create_client("to revoke", ["read"])["client_id"]
    words = {"ID": "00000000000000000000000000000000", "TASK": task, "PAUSE": "gone", "CLIENT": client}
    found = list(commands())
    assert len(found) > 30, found
    assert not [name for name in found if name not in ARGUMENTS], "a new command needs a row above"
    for name in found:
        if ARGUMENTS[name] is None:
            continue
        arguments = [words.get(word, word) for word in ARGUMENTS[name]]
        done = stack.run_cli("-o", "json", "--yes", *name.split(), *arguments)
        # A refusal says why on the other stream and prints no half document.
        assert "\x1b" not in done.stdout, name
        if done.returncode in (0, 1) and done.stdout:
            document = json.loads(done.stdout)
            assert name == "api" or document["schema"].startswith("towline."), name
        else:
            assert done.returncode in (0, 1, 2, 3, 4, 6) and done.stderr.startswith("Error:") and not done.stdout, f"{name}: {done.returncode} {done.stdout} {done.stderr}"


def test_a_command_that_is_not_there_is_named():
    for words in (["frobnicate"], ["client", "frobnicate"]):
        done = subprocess.run([str(BIN / "towline"), *words], capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and "there is no command 'frobnicate'" in done.stderr, done.stderr


def test_wrong_arguments_say_what_was_probably_meant():
    cases = {("plna",): "Did you mean 'plan'?", ("plan", "--forwardonly"): "Did you mean '--forward-only'?", ("env", "lst"): "Did you mean 'list'?",
             ("render", "a", "b"): "unexpected argument 'b'"}
    for words, said in cases.items():
        done = subprocess.run([str(BIN / "towline"), *words], capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and said in done.stderr and not done.stdout, (words, done.stderr)
    done = subprocess.run([str(BIN / "towline")], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "Usage: towline" in done.stdout and not done.stderr
