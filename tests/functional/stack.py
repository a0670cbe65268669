"""A whole Towline on loopback: the real binaries, a real store and a real engine, in a temporary folder.

    with Stack(store="sqlite", engine="duckdb") as stack:
        stack.project({"models/a.sql": "MODEL (name shop.a, kind FULL); SELECT 1 AS x"})
        stack.plan("prod")
        assert stack.rows("SELECT x FROM shop.a") == [(1,)]

Nothing here sleeps to wait for a state: `wait_for` polls a condition against a deadline and fails with what it saw last.
"""

import contextlib
import datetime
import json
import os
import pathlib
import shutil
import signal
import random
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

BIN = pathlib.Path(os.environ["TOWLINE_BIN"])
PROJECT = "acme/shop"
START_SECONDS = 30
CLOCK = "2024-01-10 12:00:00"


def wait_for(what, condition, seconds=START_SECONDS):
    """Polls until the condition gives something true; the deadline is a failure, not a state."""
    deadline = time.monotonic() + seconds
    seen = None
    while time.monotonic() < deadline:
        seen = condition()
        if seen:
            return seen
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}; last seen: {seen!r}")


def free_port():
    """A port that no outgoing connection is given while a killed program is started again on it."""
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Program:
    """A child process with its log; always ended by its own pid."""

    def __init__(self, name, arguments, environment, log_path):
        self.name = name
        self.log_path = log_path
        self.log = open(log_path, "ab")
        self.process = subprocess.Popen(
            [str(a) for a in arguments], env=environment, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait(20)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=30):
        """SIGTERM; the exit code. A program that does not stop in time is killed and that is a failure."""
        if self.alive():
            self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)
            raise AssertionError(f"{self.name} did not stop within {seconds} s; log:\n{self.text()[-3000:]}")
        self.log.close()
        return code

    def text(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")


class Stack:
    def __init__(self, store="sqlite", engine="duckdb", tls=False, clock=CLOCK, executors=(("apply", "apply-1"), ("run", "run-1")),
                 slots=2, extra_executor_env=None, cadence="prod", scheduler_env=None):
        self.store_kind, self.engine_kind, self.tls, self.clock = store, engine, tls, clock
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towline-functional."))
        self.project_folder = self.folder / "project"
        self.project_folder.mkdir()
        self.slots = slots
        self.cadence = cadence
        self.extra_executor_env = extra_executor_env or {}
        self.scheduler_env = scheduler_env or {}
        self.to_start = list(executors)
        self.executors = {}
        self.scheduler = None
        self.started = None
        self.port = free_port()
        self.databases = []
        self.engine_password = None
        self.catalog = "warehouse"

    # ---- life

    def __enter__(self):
        try:
            if self.tls:
                self._make_certificate()
            self._prepare_store()
            self._prepare_engine()
            self.start_scheduler()
            self.admin = self.create_client("admin", ["admin"])
            self.worker = self.create_client("executors", ["executor:run", "executor:apply"])
            for kind, name in self.to_start:
                self.start_executor(kind, name)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, exc_type, exc, trace):
        if exc_type is not None:
            for program in [self.scheduler, *self.executors.values()]:
                if program is not None:
                    print(f"--- {program.name}\n{program.text()[-6000:]}")
        for program in [*self.executors.values(), self.scheduler]:
            if program is not None:
                program.kill()
        for name in self.databases:
            self._admin_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pg(self):
        parts = dict(p.split("=", 1) for p in os.environ["TOWLINE_TEST_PG"].split())
        return {k: v.strip("'") for k, v in parts.items()}

    def _admin_sql(self, sql):
        import psycopg2

        connection = psycopg2.connect(os.environ["TOWLINE_TEST_PG"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()

    def _new_database(self, prefix):
        name = f"{prefix}_{uuid.uuid4().hex[:10]}"
        self._admin_sql(f'CREATE DATABASE "{name}"')
        self.databases.append(name)
        return name

    def _prepare_store(self):
        if self.store_kind == "sqlite":
            self.store_url = f"sqlite:{self.folder}/store.db"
            return
        pg = self._pg()
        name = self._new_database("store")
        query = urllib.parse.urlencode({k: pg[k] for k in ("sslmode", "sslrootcert", "hostaddr") if k in pg})
        self.store_url = (
            f"postgresql://{pg['user']}:{urllib.parse.quote(pg['password'])}@{pg['host']}:{pg['port']}/{name}?{query}"
        )

    def _prepare_engine(self):
        base = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
        if self.engine_kind == "duckdb":
            self.duckdb_path = self.folder / "warehouse.db"
            self.engine_env = {base + "TYPE": "duckdb", base + "DATABASE": str(self.duckdb_path), base + "CONCURRENT_TASKS": str(self.slots)}
        else:
            pg = self._pg()
            self.catalog = self._new_database("shop")
            self.engine_env = {
                base + "TYPE": "postgres", base + "HOST": pg["host"], base + "PORT": pg["port"], base + "USER": pg["user"],
                base + "PASSWORD": pg["password"], base + "DATABASE": self.catalog, base + "SSLMODE": "require",
                base + "CONCURRENT_TASKS": str(self.slots),
            }
        self.engine_env["SQLMESH__DEFAULT_GATEWAY"] = "local"

    def _make_certificate(self):
        run = lambda *a: subprocess.run(a, check=True, capture_output=True, cwd=self.folder)  # noqa: E731
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test ca", "-keyout", "ca.key", "-out", "ca.crt")
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.crt")

    # ---- programs

    def base_env(self):
        keep = ("PATH", "HOME", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH")
        return {k: os.environ[k] for k in keep if k in os.environ}

    @property
    def origin(self):
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    @property
    def url(self):
        return f"{self.origin}/sqlmesh/{PROJECT}"

    def start_scheduler(self, clock=None):
        """Starts it (again) on the same port and store; `clock` moves its time, which otherwise goes on."""
        if clock or self.started is None:
            self.clock, self.started = clock or self.clock, time.monotonic()
        environment = {**self.base_env(), "TOWLINE_STORE_URL": self.store_url, "TOWLINE_LOG_LEVEL": "debug", **self.scheduler_env}
        if self.clock:
            passed = datetime.timedelta(seconds=time.monotonic() - self.started)  # exactly, so that it never goes back
            environment["TOWLINE_CLOCK_START"] = str(datetime.datetime.fromisoformat(self.clock) + passed)
        arguments = [BIN / "towline-scheduler", "serve", "--listen", f"127.0.0.1:{self.port}", "--cadence", self.cadence]
        if self.tls:
            arguments += ["--tls-certificate", self.folder / "server.crt", "--tls-key", self.folder / "server.key"]
        self.scheduler = Program("scheduler", arguments, environment, self.folder / "scheduler.log")

        def ready():
            if not self.scheduler.alive():
                raise AssertionError(f"the scheduler ended: {self.scheduler.text()[-3000:]}")
            with contextlib.suppress(OSError, AssertionError):
                return self.http("GET", "/readyz")[0] == 200
            return False

        wait_for("the scheduler is ready", ready)

    def restart(self, clock):
        """Everything is started again at another time; no executor waits for its next try to connect."""
        kinds = dict((name, kind) for kind, name in self.to_start)
        for program in self.executors.values():
            program.kill()
        self.scheduler.stop()
        self.start_scheduler(clock=clock)
        for name in list(self.executors):
            self.start_executor(kinds[name], name)

    def create_client(self, name, scopes, project=PROJECT):
        arguments = [BIN / "towline-scheduler", "client", "create", "--project", project, "--name", name, "--scope", *scopes]
        done = subprocess.run([str(a) for a in arguments], env={**self.base_env(), "TOWLINE_STORE_URL": self.store_url}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def client_env(self, client):
        environment = {"TCLOUD_URL": self.url, "TCLOUD_CLIENT_ID": client["client_id"], "TCLOUD_CLIENT_SECRET": client["client_secret"]}
        if self.tls:
            environment["TOWLINE_CA_FILE"] = str(self.folder / "ca.crt")
        return environment

    def start_executor(self, kind, name, wait=True, env=None, client=None):
        environment = {
            **self.base_env(), **self.client_env(client or self.worker), **self.engine_env, "TOWLINE_EXECUTOR_NAME": name,
            "TOWLINE_SPOOL_DIR": str(self.folder / f"spool-{name}"), "TOWLINE_SLOTS": str(self.slots), "TOWLINE_LOG_LEVEL": "debug",
            **self.extra_executor_env, **(env or {}),
        }
        program = Program(name, [BIN / "towline-executor", kind], environment, self.folder / f"{name}.log")
        self.executors[name] = program
        if wait:
            wait_for(f"executor {name} is registered", lambda: (self.executor(name) or {}).get("state") == "active")
        return program

    def check_executor(self, kind, name):
        """The completed probe of an executor: `towline-executor KIND --check=ready`."""
        environment = {**self.base_env(), "TOWLINE_SPOOL_DIR": str(self.folder / f"spool-{name}")}
        return subprocess.run([str(BIN / "towline-executor"), kind, "--check=ready"], env=environment, capture_output=True, text=True, timeout=30)

    def reason_of(self, name):
        """Why an executor says that it is unready; empty while it is not."""
        with contextlib.suppress(OSError, ValueError):
            status = json.loads((self.folder / f"spool-{name}" / "status.json").read_text())
            return status["reason"] if status["state"] == "unready" else ""
        return ""

    def executor(self, name):
        """What the scheduler says of an executor; None if it does not list it."""
        return next((e for e in self.api("GET", "/executors")["items"] if e["name"] == name), None)

    # ---- talking to it

    def http(self, method, path, body=None, headers=None, token=None):
        """Status, headers and text of an answer; `path` from the origin."""
        request = urllib.request.Request(self.origin + path, method=method, headers=headers or {})
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            if "Content-type" not in request.headers:
                request.add_header("Content-Type", "application/json")
        context = ssl.create_default_context(cafile=self.folder / "ca.crt") if self.tls else None
        try:
            with urllib.request.urlopen(request, timeout=40, context=context) as answer:
                return answer.status, dict(answer.headers), answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode(errors="replace")

    def token(self, client=None, scope=None):
        client = client or self.admin
        form = {"grant_type": "client_credentials", "client_id": client["client_id"], "client_secret": client["client_secret"]}
        if scope:
            form["scope"] = scope
        status, _, text = self.http("POST", "/oauth/token", urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 200, text
        return json.loads(text)["access_token"]

    def api(self, method, path, body=None, client=None, expect=None):
        """A call under the project; the parsed answer."""
        status, _, text = self.http(method, f"/sqlmesh/{PROJECT}/api/v1{path}", body, token=self.token(client))
        if expect is not None:
            assert status == expect, text
        else:
            assert status < 300, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None

    def run_cli(self, *arguments, now=None, client=None, env=None, timeout=120, projects=("",)):
        """The completed process of the command line, in the project folder or some below it, clock moved to the scheduler's."""
        environment = {**self.base_env(), **self.client_env(client or self.admin), "NO_COLOR": "1", **(env or {})}
        environment["TOWLINE_NOW"] = now or self.clock or ""
        if not environment["TOWLINE_NOW"]:
            del environment["TOWLINE_NOW"]
        where = [word for name in projects for word in ("-p", str(self.project_folder / name))]
        return subprocess.run([str(BIN / "towline"), *where, *map(str, arguments)], env=environment,
                              capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)

    def cli(self, *arguments, code=0, **options):
        """Output of a command that must end with `code`."""
        done = self.run_cli(*arguments, **options)
        assert done.returncode == code, f"towline {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def plan(self, environment="prod", *arguments, code=0, **options):
        return self.cli("plan", environment, "--auto-apply", "--no-prompts", *arguments, code=code, **options)

    # ---- project and engine

    def project(self, files, config=None):
        """Writes (or replaces) project files; a value of None removes one."""
        if config is None:
            config = f"gateways:\n  local:\n    connection:\n      type: {self.engine_kind}\n"
            config += f"      database: {self.catalog}.db\n" if self.engine_kind == "duckdb" else (
                f"      host: localhost\n      port: 5432\n      user: nobody\n      password: unused\n      database: {self.catalog}\n")
            config += f"default_gateway: local\nmodel_defaults:\n  dialect: {self.engine_kind}\n  start: '2024-01-01'\n"
        (self.project_folder / "config.yaml").write_text(config)
        for name, text in files.items():
            path = self.project_folder / name
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def rows(self, sql):
        """Rows of a query on the engine, sorted."""
        if self.engine_kind == "duckdb":
            import duckdb

            def attempt():
                with contextlib.suppress(duckdb.IOException):
                    connection = duckdb.connect(str(self.duckdb_path))
                    try:
                        return (connection.execute(sql).fetchall(),)
                    finally:
                        connection.close()
                return None

            return sorted(wait_for("the database file is free", attempt)[0], key=repr)
        import psycopg2

        pg = self._pg()
        connection = psycopg2.connect(host=pg["host"], port=pg["port"], user=pg["user"], password=pg["password"], dbname=self.catalog, sslmode="require")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return sorted(cursor.fetchall(), key=repr) if cursor.description else []
        finally:
            connection.close()

    def tables(self):
        """Every table and view of ours with its sorted rows: {"schema.name": rows}."""
        listed = self.rows("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog', '_towline')")
        return {f"{s}.{t}": self.rows(f'SELECT * FROM "{s}"."{t}"') for s, t in listed}

    def work(self, kind, work_id):
        return self.api("GET", f"/{kind}s/{work_id}")

    def last_work(self, kind):
        items = self.api("GET", f"/{kind}s?limit=1")["items"]
        return items[0] if items else None

    def tasks(self, work_id):
        out, cursor = [], ""
        while True:
            page = self.api("GET", f"/tasks?work={work_id}&limit=200&cursor={urllib.parse.quote(cursor)}")
            out += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return out

    def wait_work(self, kind, work_id, state="succeeded", seconds=90):
        def ended():
            work = self.work(kind, work_id)
            return work if work["state"] not in ("queued", "running") else None

        work = wait_for(f"{kind} {work_id} ends", ended, seconds)
        assert work["state"] == state, work
        return work
