"""What probes, Prometheus and systemd see of an executor."""

import json
import pathlib
import re
import signal
import socket
import urllib.error
import urllib.request

from shop import DAILY
from stack import Stack, free_port, wait_for

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def numbers(port):
    """Series → value of /metrics."""
    status, text = get(port, "/metrics")
    assert status == 200
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and not line.startswith("#")}


def test_the_local_port_tells_liveness_readiness_status_and_numbers():
    port = free_port()
    with Stack(executors=(), slots=2) as stack:
        program = stack.start_executor("apply", "apply-1", env={"TOWLINE_HEALTH_LISTEN": f"127.0.0.1:{port}"})
        wait_for("it is ready", lambda: get(port, "/readyz")[0] == 200)
        stack.project(DAILY)
        stack.plan("prod")
        status = json.loads(get(port, "/status")[1])
        assert (status["state"], status["name"], status["slots"]) == ("ready", "apply-1", 2) and ":" in status["egress_head"]
        seen = numbers(port)
        assert seen['towline_executor_tasks_total{kind="evaluate",outcome="succeeded"}'] >= 2
        assert seen['towline_executor_scheduler_calls_total{call="sync",outcome="ok"}'] >= 2
        assert seen["towline_executor_slots"] == 2 and seen["towline_executor_ready_ratio"] == 1
        assert seen["towline_executor_egress_bytes_total"] > 1000 and seen["process_resident_memory_bytes"] > 1e6
        assert get(port, "/other")[0] == 404
        documented = dict(re.findall(r"^\| `([a-z_]+)` \| (\w+) \|", (SOURCE / "docs/metrics.md").read_text(), re.M))
        for text in (get(port, "/metrics")[1], stack.http("GET", "/metrics")[2]):
            shown = dict(re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M))
            assert len(shown) > 5 and shown.items() <= documented.items(), shown.items() - documented.items()

        # Without a scheduler it lives, and says that it is not ready.
        stack.scheduler.kill()
        wait_for("it is unready", lambda: get(port, "/readyz")[0] == 503, 40)
        assert get(port, "/livez")[0] == 200
        stack.start_scheduler()
        wait_for("it is ready again", lambda: get(port, "/readyz")[0] == 200, 40)
        assert program.stop() == 0


def test_systemd_is_told_and_its_watchdog_is_fed_by_the_loop_only():
    with Stack(executors=()) as stack:
        path = str(stack.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(20)
            program = stack.start_executor("run", "run-1", env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1500000"})

            def until(word):
                while word not in (text := listener.recv(4096).decode()):
                    pass
                return text

            until("READY=1")
            until("STATUS=ready")
            for _ in range(3):
                until("WATCHDOG=1")
            program.signal(signal.SIGSTOP)
            listener.settimeout(2)
            with_silence = 0
            try:
                while with_silence < 20:
                    listener.recv(4096)
                    with_silence += 1
            except TimeoutError:
                pass
            assert with_silence < 20, "a frozen loop went on feeding the watchdog"
            program.signal(signal.SIGCONT)
            listener.settimeout(20)
            until("WATCHDOG=1")
            program.process.terminate()
            until("STOPPING=1")
            assert program.stop() == 0


def test_once_does_what_there_is_and_ends():
    with Stack(executors=(), slots=1) as stack:
        stack.project(DAILY)
        from shop import Background

        with Background(stack, "plan", "prod", "--auto-apply", "--no-prompts") as plan:
            wait_for("the plan waits for an executor", lambda: stack.api("GET", "/tasks?limit=200")["items"])
            from stack import BIN, Program

            environment = {**stack.base_env(), **stack.client_env(stack.worker), **stack.engine_env, "TOWLINE_EXECUTOR_NAME": "once",
                           "TOWLINE_SPOOL_DIR": str(stack.folder / "spool-once")}
            program = Program("once", [BIN / "towline-executor", "apply", "--once"], environment, stack.folder / "once.log")
            stack.executors["once"] = program
            assert program.process.wait(60) == 0, program.text()
            assert plan.end(60)[0] == 0
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]
