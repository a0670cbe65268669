"""The same story told to real SQLMesh and to Towline, each with its own database, and what differs after every step.

    with Story("duckdb", files) as story:
        story.plan("2024-01-10 12:00:00", "prod")
        story.edit({"models/a.sql": "..."})
        story.plan("2024-01-10 13:00:00", "dev", "--include-unmodified")
        story.run("2024-01-11 12:00:00")

After each step every table and view of both databases is compared: names, columns with types, and rows by content; and the
intervals that both recorded.
"""

import contextlib
import datetime
import pathlib
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from plan_words import trees
from stack import Stack, wait_for

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "oracle"))

import dump_db  # noqa: E402
from compare import Comparison  # noqa: E402
from oracle_server import OracleServer  # noqa: E402

POSTGRES = HERE.parent / "support" / "postgres.sh"
# What belongs to one implementation: SQLMesh's state, our fences.
OWN_SCHEMAS = {"sqlmesh", "_towline"}


class Postgres:
    """A second PostgreSQL server, for SQLMesh."""

    def __init__(self, folder):
        self.folder = folder
        exports = subprocess.run([str(POSTGRES), "start", str(folder)], check=True, capture_output=True, text=True, timeout=120).stdout
        line = next(line for line in exports.splitlines() if line.startswith("export TOWLINE_TEST_PG="))
        self.settings = dict(pair.split("=", 1) for pair in shlex.split(line)[1].split("=", 1)[1].split())

    def stop(self):
        subprocess.run([str(POSTGRES), "stop", str(self.folder)], check=False, capture_output=True, timeout=60)


class Sqlite:
    """A SQLite connection with the one call that dump_db's readers make."""

    def __init__(self, connection):
        self.connection = connection

    def query(self, sql):
        return self.connection.execute(sql).fetchall()


# What ends now (--ignore-cron with allow_partials) ends a moment after the step's time in both programs.
MOMENT_MS = 300_000


def some(intervals):
    """Without the models of which all was removed: one program keeps the row, the other may not."""
    return {name: {"intervals": [[at // MOMENT_MS * MOMENT_MS for at in each] for each in value["intervals"]]} for name, value in intervals.items() if value["intervals"]}


def near(text):
    """An environment's end to five minutes: it may be such a moment."""
    if not text or len(text) <= len("2024-01-01"):
        return text
    at = datetime.datetime.fromisoformat(text)
    return str(at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0))


@contextlib.contextmanager
def opened(connect):
    """A database, waited for while another process has the file of DuckDB."""

    def attempt():
        try:
            return connect()
        except Exception as error:
            if "lock" in str(error).lower():
                return None
            raise

    db = wait_for("the database file is free", attempt, 60)
    try:
        yield db
    finally:
        db.c.close()


class OnlyTheirs(AssertionError):
    """A step that fails in SQLMesh alone."""


class BothWait(Exception):
    """A step that neither ends: a run waits for the environment that a failed plan has left."""


class Story:
    """Both programs over one sequence of steps, each in its own copy of the project with its own database."""

    def __init__(self, engine, files=None, folder=None, dialect_env=None, cadence="prod", janitor=True, theirs=None):
        """`theirs` are an OracleServer and the folder of a PostgreSQL that go on after this story; without `janitor` only steps clean up."""
        self.engine, self.files, self.source = engine, files or {}, folder
        self.extra_env = dialect_env or {}
        self.stack = Stack(store="sqlite", engine=engine, cadence=cadence, slots=1, scheduler_env={} if janitor else {"TOWLINE_JANITOR_MINUTES": "0"})
        self.steps, self.projects = [], ("",)  # folders of the projects that commands are about
        self.said, self.forgiven = ("", ""), set()
        self.own, self.oracle_server, self.server = theirs is None, *(theirs or (None, None))

    def __enter__(self):
        self.stack.__enter__()
        try:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towline-oracle."))
            if self.own:
                self.oracle_server = OracleServer().__enter__()
            self.oracle = self.folder / "project"
            if self.source:
                for target in (self.stack.project_folder, self.oracle):
                    shutil.copytree(self.source, target, dirs_exist_ok=True)
            self.oracle.mkdir(exist_ok=True)
            self._prepare_oracle()
            self.edit(self.files)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, exc_type, exc, trace):
        if exc_type is not None:
            print("--- steps\n" + "\n".join(self.steps))
        self.stack.__exit__(exc_type, exc, trace)
        if self.own and self.oracle_server:
            self.oracle_server.__exit__(None, None, None)
        if self.own and self.server:
            self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare_oracle(self):
        """An engine of its own for SQLMesh, with a database of the same name: the name is part of every model's full name, and
        the version of a new forward-only model is a hash of that. So PostgreSQL needs a second server."""
        base = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
        self.env = {**self.stack.base_env(), **self.extra_env, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "NO_COLOR": "1", "COLUMNS": "200", "SQLMESH_RUNTIME_ENVIRONMENT": "terminal",
                    "SQLMESH__DEFAULT_GATEWAY": "local", base + "CONCURRENT_TASKS": "1"}
        if self.engine == "duckdb":
            self.database = self.folder / self.stack.duckdb_path.name
            self.env.update({base + "TYPE": "duckdb", base + "DATABASE": str(self.database)})
            return
        if not self.server:
            self.folder.chmod(0o755)
            self.server = Postgres(self.folder / "server")
        self.oracle_pg = self.server.settings
        self.database = self.stack.catalog
        with contextlib.closing(self._connected(self.oracle_pg, self.oracle_pg["dbname"]).c) as connection:
            connection.cursor().execute(f'CREATE DATABASE "{self.database}"')
        pg = self.oracle_pg
        self.env.update({base + "TYPE": "postgres", base + "HOST": pg["host"], base + "PORT": pg["port"], base + "USER": pg["user"],
                         base + "PASSWORD": pg["password"], base + "DATABASE": self.database, base + "SSLMODE": "require"})

    # ---- steps

    def edit(self, files):
        """Writes, replaces or (None) removes the same files in both projects."""
        self.steps.append(f"edit {', '.join(files)}")
        for folder in (self.stack.project_folder, self.oracle):
            for name, text in files.items():
                path = folder / name
                if text is None:
                    path.unlink(missing_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)

    def replace(self, name, old, new):
        """Changes one text in one file of both projects."""
        text = (self.oracle / name).read_text()
        assert old in text, f"{name} has no {old!r}"
        self.edit({name: text.replace(old, new)})

    def plan(self, at, environment, *arguments):
        return self.step(at, "plan", environment, *arguments)

    def run(self, at, environment="prod", *arguments):
        return self.step(at, "run", environment, *arguments)

    def refused(self, at, *command):
        """A step that both refuse, or that fails in both; what Towline says."""
        return self.step(at, *command, ok=False)

    def step(self, at, *command, ok=True):
        """One command by both at one moment, then a comparison of all there is. `ok` None: both may fail, but alike."""
        self.steps.append(f"{at} {shlex.join(map(str, command))}")
        extra = {"plan": ("--auto-apply", "--no-prompts"), "run": ("--skip-janitor",)}.get(command[0], ())  # ours cleans up by itself
        where = [word for name in self.projects for word in ("-p", self.oracle / name)]
        self.oracle_server.ask(at, [*where, *command, *extra], self.env, self.oracle)
        waits = False
        try:
            self._clock(at)
            done = self.stack.run_cli("--yes", *command, *extra, env=self.towline_env(), timeout=240, projects=self.projects)
        except subprocess.TimeoutExpired:
            waits = True
        finally:
            code, theirs = self.oracle_server.answer()
        if waits:
            assert code < 0, f"{self.steps[-1]}: only towline waits\n{theirs[-3000:]}"
            raise BothWait(self.steps[-1])
        if command[0] == "janitor":  # SQLMesh's cache remembers the version of a snapshot that it has deleted
            shutil.rmtree(self.oracle / ".cache", ignore_errors=True)
        self.failed = code != 0
        words = f"{self.steps[-1]}: exit code of sqlmesh {code}, of towline {done.returncode}\n--- sqlmesh\n{theirs[-3000:]}\n--- towline\n{(done.stdout + done.stderr)[-3000:]}"
        if code and not done.returncode:
            raise OnlyTheirs(words)
        assert done.returncode < 64 and (done.returncode == 0) == (code == 0) and ok in (None, code == 0), words
        self.said = theirs, done.stdout + done.stderr
        if command[0] == "plan" and not self.failed:
            assert trees(theirs, command) == trees(done.stdout, command), words
        if not self.failed or self.engine != "duckdb" or self.database.exists():
            self.check(self.steps[-1], self.failed)
        return done.stdout + done.stderr

    def answers(self, at, *command):
        """One command that changes nothing, by both: (exit code, output) of SQLMesh and of Towline. `{project}` is each one's own."""
        def written(folder):
            return [str(word).replace("{project}", str(folder)) for word in command]

        self._clock(at)
        done = self.stack.run_cli("--yes", *written(self.stack.project_folder), env=self.towline_env(), timeout=240)
        theirs = self.oracle_server.run(at, ["-p", self.oracle, *written(self.oracle)], self.env, self.oracle)
        return theirs, (done.returncode, done.stdout + done.stderr)

    def towline_env(self):
        """The command line reads the gateway as SQLMesh does: from SQLMESH__ variables over the project's own configuration."""
        return {**self.extra_env, **self.stack.engine_env}

    def _clock(self, at):
        """The scheduler is started again with its clock at the step's time; executors come back by themselves."""
        if self.stack.clock != at:
            self.stack.restart(at)

    # ---- looking

    def _theirs(self):
        return dump_db.Duck(str(self.database)) if self.engine == "duckdb" else self._connected(self.oracle_pg, self.database)

    def _ours(self):
        return dump_db.Duck(str(self.stack.duckdb_path)) if self.engine == "duckdb" else self._connected(self.stack._pg(), self.stack.catalog)

    @staticmethod
    def _connected(pg, name):
        return dump_db.Pg(f"host={pg['host']} port={pg['port']} user={pg['user']} password={pg['password']} dbname={name} sslmode=require")

    def dumps(self):
        """What SQLMesh's and Towline's databases hold: sections tables and views, and the intervals that each recorded."""
        with opened(self._theirs) as db:
            theirs = dump_db.relations(db, OWN_SCHEMAS)
            begun = db.query("SELECT 1 FROM information_schema.tables WHERE table_schema = 'sqlmesh'")  # not if the project does not even load
            theirs.update(dump_db.state(db, '"sqlmesh".') if begun else {"snapshots": {}, "intervals": {}, "environments": {}})
        with opened(self._ours) as db:
            ours = dump_db.relations(db, OWN_SCHEMAS)
        path = self.stack.store_url.removeprefix("sqlite:")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as store:
            ours.update(dump_db.state(Sqlite(store), ""))
        for dump in (theirs, ours):
            dump["intervals"] = some(dump["intervals"])
            for environment in dump["environments"].values():
                environment["end_at"] = near(environment["end_at"])
        return theirs, ours

    def check(self, step, failed=False):
        theirs, ours = self.dumps()
        self._forgive(theirs, ours, failed)
        result = Comparison(theirs, ours, groups="all")
        nothing = not any([*theirs.values(), *ours.values()])  # a janitor after a first plan that failed
        assert result.same or nothing, f"after {step}\n{result.report(60)}"
        self.seen = len(theirs["tables"]) + len(theirs["views"]) + len(theirs["intervals"])

    def _forgive(self, theirs, ours, failed):
        """What fails has no order: Towline makes tables before the first batch and ends with some that nothing was loaded into, for good
        if the next plan has other versions. Tables with rows are never forgiven."""
        for section in ("tables", "views"):
            for key in [key for key in ours[section] if key not in theirs[section]]:
                # A physical view that SQLMesh makes anew on PostgreSQL takes the views that read it along (CASCADE).
                fallen = section == "views" and self.engine == "postgres"
                if (failed or fallen or key in self.forgiven) and (section == "views" or not ours[section][key].get("rows")):
                    self.forgiven.add(key)
                    del ours[section][key]
        for name in [name for name in ours["schemas"] if name not in theirs["schemas"] and (failed or name in self.forgiven)]:
            self.forgiven.add(name)
            del ours["schemas"][name]
        # SQLMesh makes the physical schema for tables that pass (`__temp_diff`), also where `dev_only` keeps none there.
        kept = [key for section in ("tables", "views") for key in theirs[section]]
        for name in [name for name in theirs["schemas"] if name not in ours["schemas"] and name.startswith("sqlmesh__")]:
            if not any(key.startswith(f"{name}.") for key in kept):
                del theirs["schemas"][name]
        # A batch of ours waits for what its parents load of its own time only, so more of a plan that fails may be done.
        for key, entry in list(ours["intervals"].items()):
            less = theirs["intervals"].get(key, {"intervals": []})
            more = all(any(a <= start and end <= b for a, b in entry["intervals"]) for start, end in less["intervals"])
            if entry != less and more and (failed or key in self.forgiven):
                self.forgiven.add(key)
                del ours["intervals"][key]
                theirs["intervals"].pop(key, None)
