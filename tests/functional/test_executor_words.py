"""What a security team sees of an executor before it runs: its help, its settings with their sources, and its refusals."""

import pathlib
import re
import subprocess

from stack import BIN

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SECRETS = {"TCLOUD_CLIENT_SECRET": "hunter2-of-the-client", "SQLMESH__GATEWAYS__W__CONNECTION__PASSWORD": "hunter2-of-the-engine",
           "HTTPS_PROXY": "http://anna:hunter2-of-the-proxy@proxy.example.com:3128"}
GOOD = {"TCLOUD_URL": "https://h.example.com/sqlmesh/acme/shop", "TCLOUD_CLIENT_ID": "me", "SQLMESH__GATEWAYS__W__CONNECTION__TYPE": "postgres",
        "SQLMESH__GATEWAYS__W__CONNECTION__HOST": "db", "SQLMESH__GATEWAYS__W__CONNECTION__USER": "u", "SQLMESH__GATEWAYS__W__CONNECTION__DATABASE": "d", **SECRETS}


def executor(*arguments, **environment):
    done = subprocess.run([str(BIN / "towline-executor"), *arguments], env=environment, capture_output=True, text=True, timeout=60)
    assert "hunter2" not in done.stdout + done.stderr
    return done


def documented():
    """(name, flag, whether it is a secret) of every setting of the page."""
    rows = re.findall(r"^\| `([A-Za-z_]+)`[^|]*?( \*secret\*)? \| (?:`(--[a-z-]+)`)? \|", (SOURCE / "docs/configuration.md").read_text(), re.M)
    assert len(rows) > 20
    return [(name, flag, bool(secret)) for name, secret, flag in rows]


def test_help_names_every_setting_and_how_secrets_come_from_files():
    whole, run = executor("--help").stdout, executor("run", "--help").stdout
    for name, flag, secret in documented():
        assert re.search(rf"^  {name}\b", whole, re.M), name
        assert not secret or f"{name}_FILE" in whole
        assert not flag or re.search(rf"^ +{flag} ", run, re.M), flag
    for word in ("run ", "apply ", "config ", "query ", "egress "):
        assert re.search(rf"^  {word}", whole, re.M), word


def test_the_effective_configuration_has_a_source_for_everything_and_no_secret():
    done = executor("config", "apply", "--label", "size=large", "--label", "eu", **GOOD, TOWLINE_SLOTS="3")
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^(\S+) +(.*\S)$", done.stdout, re.M))
    assert set(rows) >= {name for name, _, _ in documented()}
    assert re.match(r"\*\*\* +TCLOUD_CLIENT_SECRET$", rows["TOWLINE_CLIENT_SECRET"])
    assert re.match(r"3 +TOWLINE_SLOTS$", rows["TOWLINE_SLOTS"]) and re.match(r"eu,size=large|size=large,eu +flag --label$", rows["TOWLINE_LABELS"])
    assert re.match(r"http://\*\*\*@proxy\.example\.com:3128 +HTTPS_PROXY$", rows["https_proxy"])
    starts = {line.index(rows[line.split()[0]]) for line in done.stdout.splitlines() if line.split()[0] in rows and not line.startswith("gateway")}
    assert len(starts) == 1, "the columns stand below each other"


def test_refusals_say_what_to_do():
    nothing = executor("config")
    assert nothing.returncode == 2
    for words in ("TOWLINE_URL (or TCLOUD_URL): is not set", "TOWLINE_CLIENT_SECRET (or TCLOUD_CLIENT_SECRET): is not set", "SQLMESH__GATEWAYS__<NAME>__CONNECTION__TYPE", "--help"):
        assert words in nothing.stderr, nothing.stderr
    wrong = executor("runn")
    assert wrong.returncode == 2 and "There is no command 'runn'." in wrong.stderr
    journal = executor("egress", "report", "--spool-dir", "/nowhere")
    assert journal.returncode == 2 and "no egress journal" in journal.stderr and "TOWLINE_SPOOL_DIR" in journal.stderr
    probe = executor("run", "--check", TOWLINE_SPOOL_DIR="/nowhere")
    assert probe.returncode == 1 and "no executor has written /nowhere/status.json" in probe.stdout
