"""What a hostile or broken scheduler, settings file or spool can do to an executor: be told by name, and nothing else."""

import gzip
import http.server
import itertools
import os
import pathlib
import subprocess
import threading

import pytest

from hostile_scheduler import TOKEN, HostileScheduler, reply, says
from stack import BIN, PROJECT, Stack, wait_for

MEMORY_KIB_MAX = 400 * 1024
SECRETS = ("hunter2-client-secret", TOKEN)


def endless(chunk):
    """A body without end, in chunks, until the other side leaves."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    return answer


def many_headers(handler):
    handler.send_response(200)
    for i in range(20_000):
        handler.send_header(f"X-Header-{i}", "x" * 100)
    handler.end_headers()


def cut_short(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"lease_ttl_ms": 30')
    handler.close_connection = True


def bomb():
    return says(200, gzip.compress(b"0" * (16 << 20)), {"Content-Encoding": "gzip"})


def sync_with(**changes):
    return says(200, {"lease_ttl_ms": 30_000, "acks": [], "lost": [], "tasks": [], "cancels": [], "drain": False, **changes})


def task(number, kind, **spec):
    return {"lease": {"task_id": f"t{number}", "attempt_id": f"a{number}", "epoch": 1}, "fence": 7, "work_kind": "plan", "work_id": "w1", "plan_id": "p1",
            "attempt": 1, "tries_max": 3, "project": PROJECT, "trace_id": "", "spec": {"key": f"{kind}:{number}", "kind": kind, "name": "x", **spec}}


# What is answered to which call, and the words that must name it. The last is None where nothing is wrong enough to say so.
ANSWERS = {
    "token without end": ("token", endless(b"x" * 65536), "too large"),
    "token of a wrong type": ("token", says(200, {"access_token": 7, "token_type": "Bearer"}), "access_token"),
    "token with a line end": ("token", says(200, {"access_token": "a\r\nX-Evil: 1", "token_type": "Bearer"}), "token cannot be sent"),
    "token is HTML": ("token", says(200, b"<html>log in</html>", {"Content-Type": "text/html"}), ""),
    "register is a list": ("register", says(201, []), "expected object"),
    "register with a number as id": ("register", says(201, {"executor_id": 7, "lease_ttl_ms": 1, "sync_wait_ms": 1}), "executor_id"),
    "register with a long id": ("register", says(201, {"executor_id": "x" * 5000, "lease_ttl_ms": 1, "sync_wait_ms": 1}), "executor_id"),
    "register without end": ("register", endless(b" " * 65536), "too large"),
    "register with many headers": ("register", many_headers, ""),
    "register goes elsewhere": ("register", None, "307"),
    "sync without end": ("sync", endless(b"[" * 65536), "too large"),
    "sync of zeros": ("sync", says(200, b"[" + b"0," * (1 << 18) + b"0]"), "expected object"),
    "sync packed as a bomb": ("sync", bomb(), "JSON"),
    "sync cut short": ("sync", cut_short, "no answer"),
    "sync goes elsewhere": ("sync", None, "307"),
    "sync is null": ("sync", says(200, b"null"), "expected object"),
    "sync is not UTF-8": ("sync", says(200, b'{"lease_ttl_ms": 1, "lost": ["\xff\xfe"]}'), "UTF-8"),
    "sync nested deeply": ("sync", says(200, b'{"lease_ttl_ms": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "nested deeper"),
    "sync with tasks as text": ("sync", sync_with(tasks="DROP TABLE"), "tasks"),
    "sync with thousands of tasks": ("sync", sync_with(tasks=[task(i, "create_schema", schema="s") for i in range(4000)]), "more than 64 elements"),
    "sync with thousands of cancels": ("sync", sync_with(cancels=[f"a{i}" for i in range(100_000)]), "more than 512 elements"),
    "sync with a lease without a name": ("sync", sync_with(tasks=[{**task(1, "create_schema", schema="s"), "lease": {"task_id": "", "attempt_id": "", "epoch": -1}}]), "task_id"),
    "sync with a number too large": ("sync", says(200, b'{"lease_ttl_ms": 99999999999999999999999}'), "lease_ttl_ms"),
    "sync refuses in HTML": ("sync", says(403, b"<html>" + b"no " * 10_000 + b"</html>", {"Content-Type": "text/html"}), ""),
    "sync asks for a year of patience": ("sync", says(503, {}, {"Retry-After": "0"}), "503"),
}


@pytest.fixture(scope="module")
def world():
    """An executor of a hostile scheduler, and somebody else's server that it must never talk to."""
    strangers = []

    class Stranger(http.server.BaseHTTPRequestHandler):
        def act(self):
            strangers.append(self.path)
            reply(self, 200, {})

        do_GET = do_POST = do_PUT = act

    elsewhere = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    with Stack(executors=()) as stack:
        stack._make_certificate()
        with HostileScheduler(stack.folder / "server.crt", stack.folder / "server.key") as scheduler:
            scheduler.moved = says(307, b"", {"Location": f"http://127.0.0.1:{elsewhere.server_address[1]}/take/this"})
            scheduler.strangers = strangers
            stack.program = start(stack, scheduler)
            yield stack, scheduler
            print(stack.program.text()[-6000:])  # Shown if one of the tests failed.
    elsewhere.shutdown()
    elsewhere.server_close()


def start(stack, scheduler, name="victim", wait=True, **more):
    environment = {"TCLOUD_URL": f"https://localhost:{scheduler.port}/sqlmesh/{PROJECT}", "TOWLINE_CA_FILE": str(stack.folder / "ca.crt"),
                   "TCLOUD_CLIENT_SECRET": SECRETS[0], **more}
    program = stack.start_executor("apply", name, wait=False, env=environment)
    if wait:
        try:
            wait_for("it is ready", lambda: ready(stack, name), 60)
        except AssertionError:
            print(program.text()[-3000:])
            raise
    return program


def ready(stack, name="victim"):
    return stack.check_executor("apply", name).returncode == 0


def peak_kib(program):
    text = pathlib.Path(f"/proc/{program.pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmHWM")).split()[1])


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_is_refused_by_name_and_forgotten(world, case):
    stack, scheduler = world
    call, answer, words = ANSWERS[case]
    program = stack.program
    wait_for("it is ready", lambda: program.alive() and ready(stack), 90)
    if call in ("token", "register"):  # These are asked once: a new process asks them again.
        scheduler.answers[call] = answer or scheduler.moved
        program.stop()
        stack.program = program = start(stack, scheduler, wait=False)
    else:
        scheduler.answers[call] = answer or scheduler.moved
    before = scheduler.asked[call]
    try:
        reason = wait_for("it is named", lambda: stack.reason_of("victim"))
        assert words in reason, reason
        wait_for("it asks again", lambda: scheduler.asked[call] > before)
        assert program.alive()
    finally:
        del scheduler.answers[call]
    wait_for("it recovers", lambda: ready(stack), 90)
    text = program.text() + (stack.folder / "spool-victim" / "status.json").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    assert peak_kib(program) < MEMORY_KIB_MAX, peak_kib(program)
    assert scheduler.strangers == []


def test_strange_numbers_and_names_are_survived(world):
    stack, scheduler = world
    least, most = -(1 << 63), (1 << 63) - 1
    for value in (least, -1, 0, most):
        scheduler.answers["sync"] = sync_with(lease_ttl_ms=value, lost=["../../etc/passwd"], cancels=["\x1b[31m\n"])
        before = scheduler.asked["sync"]
        wait_for("it asks on", lambda: scheduler.asked["sync"] > before + 1)
    # Answers that come at once and bring nothing do not make it ask as fast as it can.
    before = scheduler.asked["sync"]
    assert not wait_for_count(scheduler, before + 40, 3)
    del scheduler.answers["sync"]
    scheduler.answers["register"] = says(201, {"executor_id": "../../../x?y#z", "lease_ttl_ms": least, "sync_wait_ms": most, "clock_skew_ms": least})
    stack.program.stop()
    stack.program = start(stack, scheduler)
    del scheduler.answers["register"]
    assert stack.program.alive()


def wait_for_count(scheduler, count, seconds):
    try:
        return wait_for("", lambda: scheduler.asked["sync"] >= count, seconds)
    except AssertionError:
        return False


def test_tasks_with_poisoned_names_and_ranges_touch_nothing(world):
    stack, scheduler = world
    number = itertools.count(1)
    least, most = -(1 << 63), (1 << 63) - 1
    evil = 'x"; DROP SCHEMA kept CASCADE; --'
    assert scheduler.outcome_of(task(next(number), "create_schema", schema="kept"))["outcome"] == "succeeded"
    specs = [
        {"kind": "create_schema", "schema": evil}, {"kind": "create_schema", "schema": "\x00"}, {"kind": "create_schema", "schema": "x" * 100_000},
        {"kind": "create_schema", "catalog": evil, "schema": "x"}, {"kind": "drop_schema", "schema": "kept"},
        {"kind": "drop_view", "view_schema": "kept", "view_name": evil}, {"kind": "drop_table"}, {"kind": "evaluate"},
        {"kind": "drop_table", "table": {"name": f'"a"."b"."{evil}"', "fingerprint": {}, "version": "1"}},
        {"kind": "evaluate", "name": "\x1b[2J\n" + "y" * 100_000, "interval": [most, least], "batch_index": most, "execution_ts": least, "tries_max": least},
        {"kind": "statements", "environment": evil, "naming": {"name": evil}, "statements": []},
        {"kind": "create_view", "snapshot": {"name": evil, "identifier": "1"}, "gateway": "../../nowhere"},
        {"kind": "no such kind"},
    ]
    for spec in specs:
        one = task(next(number), **spec)
        one.update(fence=least, attempt=least, tries_max=most, trace_id="*/ DROP SCHEMA kept; /*")
        scheduler.completions.clear()
        reason_before = stack.reason_of("victim")
        with scheduler.changed:
            scheduler.tasks.append(one)
            scheduler.changed.notify_all()
        outcome = wait_for(f"an outcome of {str(spec)[:80]}", lambda: scheduler.completions or (stack.reason_of("victim") != reason_before and [{"outcome": "unread"}]))
        assert stack.program.alive(), spec
        assert outcome[0]["outcome"] in ("failed", "refused", "succeeded", "unread"), outcome
        wait_for("it goes on", lambda: ready(stack), 60)
    schemas = [row[0] for row in stack.rows("SELECT schema_name FROM information_schema.schemata WHERE catalog_name = current_database()")]
    assert "kept" in schemas and not [s for s in schemas if s == "x"], schemas
    assert "\x1b" not in stack.program.text()


def test_snapshots_take_no_more_memory_than_a_seed_needs(world):
    stack, scheduler = world
    program = start(stack, scheduler, "small")
    size = 60 << 20
    snapshot = b'{"items": [{"name": "x", "fingerprint": {}, "x": %s}]}'
    # What it holds, and how its refusal is named.
    bodies = {
        "numbers": (snapshot % (b"[" + b"0," * (size // 2) + b"0]"), "values"),
        "objects": (snapshot % (b"[" + b'{"a":{}},' * (size // 9) + b"0]"), "values"),
        "one text": (snapshot % (b'"' + b"x" * size + b'"'), ""),
        "escapes": (snapshot % (b'"' + b"\\u0001" * (size // 6) + b'"'), ""),
        "nested": (b"[" * size, ""),
    }
    for number, (kind, (body, words)) in enumerate(bodies.items()):
        scheduler.answers["snapshots"] = says(200, body)
        one = task(f"large{number}", "evaluate", snapshot={"name": '"x"."y"', "identifier": str(number)})
        done = scheduler.outcome_of(one, 120)
        assert done["outcome"] in ("refused", "failed") and words in done["error_message"], (kind, done)
        assert program.alive()
    del scheduler.answers["snapshots"]
    # The answer, its text once more as a value, and what the process is anyway: not 16 times the answer.
    assert peak_kib(program) < 260 * 1024, peak_kib(program)
    assert program.stop() == 0


def config(stack, env_file):
    environment = {**stack.base_env(), **stack.engine_env, "TCLOUD_URL": "https://localhost:1/sqlmesh/acme/shop", "TCLOUD_CLIENT_ID": "me",
                   "TCLOUD_CLIENT_SECRET": SECRETS[0], "TCLOUD_ENV_FILE": str(env_file), "TOWLINE_SPOOL_DIR": str(stack.folder / "none")}
    return subprocess.run([str(BIN / "towline-executor"), "config"], env=environment, capture_output=True, text=True, timeout=30, errors="replace")


def test_hostile_env_files_are_named_at_the_start_and_while_it_runs(world):
    stack, scheduler = world
    folder = stack.folder / "env files"
    folder.mkdir()

    def huge(path):
        with open(path, "wb") as file:
            file.truncate(1 << 40)

    def cyclic(path):
        path.symlink_to(path.name + ".other")
        path.with_name(path.name + ".other").symlink_to(path.name)

    kinds = {
        "is too long": huge, "too many entries": lambda p: p.write_text("".join(f"K{i}=1\n" for i in range(20_000))),
        "NUL byte": lambda p: p.write_bytes(b"A=hunter2-in-file\0\n"), "something else than '='": lambda p: p.write_bytes(os.urandom(0) + b"\x7fELF \x01 hunter2-in-file\n"),
        "symbolic links": cyclic, "not a regular file": lambda p: os.mkfifo(p), "No such file": lambda p: p.symlink_to("nowhere"),
        "line 1: a value in double quotes does not end": lambda p: p.write_text('A="hunter2-in-file\n' * 1),
        "the value is too long": lambda p: p.write_text("A=" + "x" * 9000 + "\n" + "".join(f"A=${{A}}${{A}}\n" for _ in range(40))),
    }
    good = folder / "good.env"
    good.write_text("TOWLINE_LOG_LEVEL=debug\n")
    program = start(stack, scheduler, "envy", TCLOUD_ENV_FILE=str(folder / "used.env"), wait=False) if (folder / "used.env").symlink_to(good) is None else None
    wait_for("it is ready", lambda: ready(stack, "envy"))
    for number, (words, make) in enumerate(kinds.items()):
        path = folder / f"{number}.env"
        make(path)
        done = config(stack, path)
        assert done.returncode == 2 and words in done.stderr and "hunter2" not in done.stderr + done.stdout, (words, done.stderr)
        swapped = folder / "swapped"
        swapped.symlink_to(path)
        swapped.replace(folder / "used.env")
        wait_for(f"named while it runs: {words}", lambda: words in program.text(), 30)
        assert program.alive() and ready(stack, "envy")
    folder.joinpath("swapped").symlink_to(good)
    folder.joinpath("swapped").replace(folder / "used.env")
    wait_for("the good file is read", lambda: "settings were read again" in program.text())
    assert "hunter2" not in program.text()
    assert program.stop() == 0


def test_hostile_spool_files_are_named_and_never_end_a_process_badly(world):
    stack, scheduler = world
    folder = stack.folder / "spool-spoiled"
    names = ("completions.log", "sessions.log", "egress/journal-*.jsonl")

    def replaced(path, make):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        make(path)

    def sparse(path):
        with open(path, "wb") as file:
            file.truncate(1 << 40)

    # (how it is spoiled, does the executor start all the same)
    ways = {
        "truncated": (lambda p: p.write_bytes(p.read_bytes()[:-3]), True), "edited": (lambda p: p.write_bytes(p.read_bytes().replace(b"e", b"f")), True),
        "noise": (lambda p: p.write_bytes(bytes(range(256)) * 50), True), "empty": (lambda p: p.write_bytes(b""), True),
        "endless": (lambda p: replaced(p, sparse), False), "a folder": (lambda p: replaced(p, pathlib.Path.mkdir), False),
        "a pipe": (lambda p: replaced(p, os.mkfifo), False), "a link": (lambda p: replaced(p, lambda link: link.symlink_to("/etc/passwd")), False),
    }
    passwd = pathlib.Path("/etc/passwd").read_bytes()
    for name, (way, (spoil, starts)) in itertools.product(names, ways.items()):
        if not list(folder.glob(name)):
            assert start(stack, scheduler, "spoiled").stop() == 0
        path = max(folder.glob(name))  # Of the journal the file that is written to.
        spoil(path)
        print(name, way)
        program = start(stack, scheduler, "spoiled", wait=starts)
        if starts:
            assert program.stop() == 0, (name, way)
        else:
            assert program.process.wait(30) == 1, (name, way, program.text()[-1000:])
            assert path.name in program.text().splitlines()[-1], (name, way, program.text()[-400:])
            replaced(path, lambda p: None)
        assert SECRETS[0] not in program.text()
    assert pathlib.Path("/etc/passwd").read_bytes() == passwd
