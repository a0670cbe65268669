"""The systemd units under a real systemd: started, notified, hardened, restarted after a crash, drained, and left alone when settings are faulty."""

import json
import re

import pytest

from containers import BIN, GATEWAY, PROJECT, SOURCE, World, wait_for

EXECUTOR = "towline-executor@run"
# What systemd needs of a machine, without taking it over: its own cgroups, mounts and signals.
CAPABILITIES = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_NICE", "SYSLOG", "AUDIT_CONTROL", "IPC_LOCK"]


@pytest.fixture
def machine():
    """A container whose first process is systemd, with the programs and units where an installation puts them."""
    with World() as world:
        flags = [flag for name in CAPABILITIES for flag in ("--cap-add", name)]
        container = world.run("--network", "none", *flags, "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined", "--tmpfs", "/run:exec",
                              "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec", "-v", "/sys/fs/cgroup:/sys/fs/cgroup", "-v", f"{BIN}:/opt/towline/bin:ro",
                              "-v", f"{SOURCE / 'deploy/systemd'}:/units:ro", "towline-test-systemd")
        wait_for("systemd is up", lambda: container.exec("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))
        run(container, "cp /units/*.service /etc/systemd/system/ && install -d -m 700 /etc/towline && systemctl daemon-reload")
        yield container


def run(container, script, code=0):
    done = container.exec("sh", "-c", script)
    assert done.returncode == code, f"{script}: {done.returncode}\n{done.stdout}{done.stderr}" + container.exec("journalctl", "-n", "40", "--no-pager").stdout
    return done.stdout


def show(container, unit, name):
    return run(container, f"systemctl show -p {name} --value {unit}").strip()


def uids(container, unit):
    return set(re.search(r"^Uid:\s+(.*)$", run(container, f"cat /proc/{show(container, unit, 'MainPID')}/status"), re.M).group(1).split())


def settings(client, **more):
    values = {"TCLOUD_URL": f"http://localhost:8080/sqlmesh/{PROJECT}", "TCLOUD_CLIENT_ID": client["client_id"], "TCLOUD_CLIENT_SECRET": client["client_secret"],
              GATEWAY + "TYPE": "duckdb", GATEWAY + "DATABASE": "/tmp/warehouse.duckdb", **more}
    return "cat > /etc/towline/executor.env <<'X'\n" + "".join(f"{key}={value}\n" for key, value in values.items()) + "X\nchmod 600 /etc/towline/executor.env"


def test_the_units_run_under_a_real_systemd(machine):
    run(machine, "install -m 600 /dev/null /etc/towline/scheduler.env && systemctl start towline-scheduler")
    wait_for("the scheduler answers", lambda: machine.exec("/opt/towline/bin/towline-scheduler", "serve", "--check=ready", "--listen", "127.0.0.1:8080").returncode == 0)
    made = run(machine, "TOWLINE_STORE_URL=sqlite:/var/lib/towline-scheduler/scheduler.db /opt/towline/bin/towline-scheduler client create "
                        f"--project {PROJECT} --name executors --scope executor:run executor:apply")
    client = json.loads(made)
    run(machine, settings(client))
    # Type=notify: the command returns when the executor has said that it is up.
    run(machine, f"systemctl start {EXECUTOR}")
    assert show(machine, EXECUTOR, "ActiveState") == "active"
    assert "0" not in uids(machine, EXECUTOR) | uids(machine, "towline-scheduler")
    wait_for("it tells systemd that it is ready", lambda: show(machine, EXECUTOR, "StatusText").startswith("ready"))
    assert int(show(machine, EXECUTOR, "WatchdogUSec").removesuffix("min")) == 2
    check = "TOWLINE_SPOOL_DIR=/var/lib/towline-executor/run /opt/towline/bin/towline-executor run --check=ready"
    wait_for("the probe says ready", lambda: machine.exec("sh", "-c", check).returncode == 0)

    # A crash is started again, and the successor is taken on.
    before = show(machine, EXECUTOR, "MainPID")
    run(machine, f"kill -9 {before}")
    wait_for("it is started again", lambda: show(machine, EXECUTOR, "ActiveState") == "active" and show(machine, EXECUTOR, "MainPID") not in (before, "0"))
    assert show(machine, EXECUTOR, "NRestarts") == "1"
    wait_for("it is ready again", lambda: show(machine, EXECUTOR, "StatusText").startswith("ready"))

    for unit in (EXECUTOR, "towline-scheduler"):
        run(machine, f"systemctl stop {unit}")
        assert (show(machine, unit, "Result"), show(machine, unit, "ExecMainStatus")) == ("success", "0"), unit

    # Faulty settings are named once instead of being tried for ever.
    run(machine, settings(client, TOWLINE_SLOTS="many"))
    assert machine.exec("systemctl", "start", EXECUTOR).returncode != 0
    wait_for("it is left alone", lambda: show(machine, EXECUTOR, "ActiveState") == "failed")
    assert show(machine, EXECUTOR, "NRestarts") == "0" and show(machine, EXECUTOR, "ExecMainStatus") == "2"
    journal = run(machine, f"journalctl -u {EXECUTOR} --no-pager")
    assert "TOWLINE_SLOTS" in journal and client["client_secret"] not in journal
