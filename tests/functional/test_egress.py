"""The egress journal is what the socket saw: every byte, in a chain that shows tampering."""

import base64
import collections
import hashlib
import json
import pathlib
import re
import subprocess
import urllib.parse

from proxy import Proxy
from shop import DAILY
from stack import BIN, PROJECT, Stack, wait_for

CREDENTIALS = ("authorization", "proxy-authorization")


def without_credentials(head):
    lines = head.split("\r\n")
    for i, line in enumerate(lines):
        name, colon, value = line.partition(":")
        if colon and name.lower() in CREDENTIALS:
            lines[i] = f"{name}: sha256:{hashlib.sha256(value.strip().encode()).hexdigest()}"
    return "\r\n".join(lines)


def captured_requests(proxy):
    """(head without credentials, body) of everything that went to the server."""
    out = []
    for to_server, _ in proxy.recorded:
        stream = bytes(to_server)
        while stream:
            head, _, rest = stream.partition(b"\r\n\r\n")
            text = head.decode("latin-1") + "\r\n\r\n"
            length = next((int(line.split(":")[1]) for line in text.split("\r\n") if line.lower().startswith("content-length:")), 0)
            out.append((without_credentials(text), rest[:length]))
            stream = rest[length:]
    return out


def journal_lines(stack, name):
    files = sorted((stack.folder / f"spool-{name}" / "egress").glob("journal-*.jsonl"))
    return files, [json.loads(line) for file in files for line in file.read_text().splitlines()]


def journalled_requests(lines):
    calls = collections.OrderedDict()
    for line in lines:
        content = base64.b64decode(line["base64"]) if "base64" in line else line["text"].encode()
        head, body = calls.setdefault(line["call"], (bytearray(), bytearray()))
        (head if line["part"] == "head" else body).extend(content)
    return [(bytes(head).decode("latin-1"), bytes(body)) for head, body in calls.values()]


def keys_of(value):
    """The names of all members of a document."""
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one)}
    return {key for name, one in value.items() for key in {name, *keys_of(one)}} if isinstance(value, dict) else set()


def assert_documented(requests):
    """The page's list of what leaves is the whole list: every field of every call stands in its row, and every call has a row."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs/security.md").read_text()
    rows = {call: set(re.findall(r"`([a-z_]+)`", fields)) for call, fields in re.findall(r"^\| `((?:GET|POST|PUT) [^`]+)` \| (.+?) \| ", page, re.M)}
    assert len(rows) == 5
    seen = set()
    for head, body in requests:
        method, target, *_ = head.split(" ")
        path = re.sub(r"/(executors|attempts)/[^/?]+/", r"/\1/{id}/", target.partition("?")[0]).replace(f"/sqlmesh/{PROJECT}/api/v1", "…")
        call = f"{method} {path}"
        assert call in rows, call
        seen.add(call)
        fields = keys_of(json.loads(body)) if body.startswith(b"{") else {name for name, _ in urllib.parse.parse_qsl(body.decode())} if "oauth" in path else set()
        assert fields <= rows[call], (call, fields - rows[call])
    assert seen == set(rows), set(rows) - seen


def egress(stack, name, *arguments):
    environment = {**stack.base_env(), "TOWLINE_SPOOL_DIR": str(stack.folder / f"spool-{name}")}
    return subprocess.run([str(BIN / "towline-executor"), "egress", *arguments], env=environment, capture_output=True, text=True, timeout=30)


def test_the_journal_is_what_a_capture_of_the_socket_shows():
    with Stack(executors=(), cadence="none") as stack, Proxy(stack.port) as proxy:
        env = {"TCLOUD_URL": f"http://localhost:{proxy.port}/sqlmesh/{PROJECT}"}
        program = stack.start_executor("apply", "apply-1", env=env)
        stack.project(DAILY)
        stack.plan("prod")
        assert program.stop() == 0
        # A second life goes on with the same chain.
        assert stack.start_executor("apply", "apply-1", env=env).stop() == 0

        files, lines = journal_lines(stack, "apply-1")
        seen, kept = captured_requests(proxy), journalled_requests(lines)
        assert len(seen) > 10 and sorted(kept) == sorted(seen)
        assert sum(line["bytes"] for line in lines) == sum(len(to_server) for to_server, _ in proxy.recorded)
        assert any(b"Authorization: Bearer" in bytes(to_server) for to_server, _ in proxy.recorded)
        assert not any("Bearer" in file.read_text() or "Basic " in file.read_text() for file in files)

        assert_documented(kept)

        report = egress(stack, "apply-1", "report")
        assert report.returncode == 0, report.stderr
        for part in (f"POST /sqlmesh/{PROJECT}/api/v1/executors/{{id}}/sync", "completions[].duration_ms", "(log lines)", "gateways[].type", "header authorization"):
            assert part in report.stdout, report.stdout
        head = report.stdout.rsplit("head ", 1)[1].strip()
        assert egress(stack, "apply-1", "verify", "--head", head).returncode == 0

        whole = files[-1].read_text()
        for tampered in (whole.replace('"slots_free"', '"slots_fake"', 1).replace("slots_free", "slots_fake", 1),
                         "".join(whole.splitlines(True)[:-1]), "".join(whole.splitlines(True)[1:3] + whole.splitlines(True)[:1])):
            assert tampered != whole
            files[-1].write_text(tampered)
            broken = egress(stack, "apply-1", "verify", "--head", head)
            assert broken.returncode == 1 and broken.stderr, broken
        files[-1].write_text(whole)
        assert egress(stack, "apply-1", "verify", "--head", head).returncode == 0


def test_a_journal_is_told_from_none():
    with Stack(executors=(("run", "run-1"),), extra_executor_env={"TOWLINE_EGRESS_JOURNAL_MB": "0"}) as stack:
        wait_for("the probe says ready", lambda: stack.check_executor("run", "run-1").returncode == 0)
        assert not (stack.folder / "spool-run-1" / "egress").exists()
        none = egress(stack, "run-1", "verify")
        assert none.returncode == 2 and "no egress journal" in none.stderr
