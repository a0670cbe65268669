"""Two schedulers on one PostgreSQL store: what happens at one is known to the other."""

import contextlib
import re
import time

from shop import slow, start_plan, wait_leased
from stack import BIN, PROJECT, Program, Stack, free_port, wait_for


class Replica:
    """A second scheduler on the store of a stack."""

    def __init__(self, stack):
        self.stack, self.port = stack, free_port()
        environment = {**stack.base_env(), "TOWLINE_STORE_URL": stack.store_url, "TOWLINE_LOG_LEVEL": "debug", "TOWLINE_CLOCK_START": stack.clock}
        self.program = Program("replica", [BIN / "towline-scheduler", "serve", "--listen", f"127.0.0.1:{self.port}"], environment,
                               stack.folder / "replica.log")

    def __enter__(self):
        wait_for("the replica is ready", lambda: self.get("/readyz")[0] == 200)
        return self

    def __exit__(self, *failure):
        if failure[0] is not None:
            print(f"--- replica\n{self.program.text()[-4000:]}")
        self.program.kill()

    def get(self, path):
        home, self.stack.port = self.stack.port, self.port
        try:
            with contextlib.suppress(OSError):
                return self.stack.http("GET", path)
            return 0, {}, ""
        finally:
            self.stack.port = home

    def news(self):
        return float(re.search(r"^towline_replica_news_total (\S+)", self.get("/metrics")[2], re.M).group(1))

    @property
    def url(self):
        return f"http://localhost:{self.port}/sqlmesh/{PROJECT}"


def test_work_that_one_replica_makes_is_handed_out_by_the_other_at_once():
    with Stack(store="postgres", executors=()) as stack, Replica(stack) as replica:
        # Its executor knows only the replica, the command line only the first scheduler.
        stack.start_executor("apply", "apply-1", env={"TCLOUD_URL": replica.url})
        seconds = []
        for i in range(5):
            heard = replica.news()
            stack.project({"models/a.sql": f"MODEL (name shop.a, kind FULL);\nSELECT {i} AS x\n"})
            began = time.monotonic()
            stack.plan("prod")
            seconds.append(time.monotonic() - began)
            assert replica.news() > heard
        assert stack.rows("SELECT x FROM shop.a") == [(4,)]
        print("plans across replicas:", [round(s, 2) for s in seconds])


def test_a_cancel_at_one_replica_reaches_the_executor_of_the_other():
    with Stack(store="postgres", engine="postgres", executors=(), slots=1) as stack, Replica(stack) as replica:
        stack.start_executor("apply", "apply-1", env={"TCLOUD_URL": replica.url})
        stack.project({"models/long.sql": f"MODEL (name shop.long, kind FULL);\nSELECT {slow(stack, 120)} AS n\n"})
        plan, work_id = start_plan(stack)
        with plan:
            wait_leased(stack, work_id, "long")
            stack.api("POST", f"/plans/{work_id}/cancel", {})
            stack.wait_work("plan", work_id, "cancelled", 60)
            plan.end()
