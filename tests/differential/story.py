"""The same story told to real SQLMesh and to Towline, each with its own database, and what differs after every step.

    with Story("duckdb", files) as story:
        story.plan("2024-01-10 12:00:00", "prod")
        story.edit({"models/a.sql": "..."})
        story.plan("2024-01-10 13:00:00", "dev", "--include-unmodified")
        story.run("2024-01-11 12:00:00")

After each step every table and view of both databases is compared: names, columns with types, and rows by content.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from stack import Stack, wait_for

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "oracle"))

import dump_db  # noqa: E402
from compare import Comparison  # noqa: E402

# What belongs to one implementation: SQLMesh's state, our fences.
OWN_SCHEMAS = {"sqlmesh", "_towline"}


class Story:
    """Both programs over one sequence of steps; `ignore` names fields of tables and views that are not compared."""

    def __init__(self, engine, files=None, folder=None, dialect_env=None, cadence="prod"):
        self.engine, self.files, self.source = engine, files or {}, folder
        self.extra_env = dialect_env or {}
        self.stack = Stack(store="sqlite", engine=engine, cadence=cadence, slots=1)
        self.steps = []

    def __enter__(self):
        self.stack.__enter__()
        try:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towline-oracle."))
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
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare_oracle(self):
        """An engine of its own for SQLMesh, with a database of the same name where the name is part of every name."""
        base = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"
        self.env = {**self.stack.base_env(), **self.extra_env, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "NO_COLOR": "1", "COLUMNS": "200",
                    "SQLMESH__DEFAULT_GATEWAY": "local", base + "CONCURRENT_TASKS": "1"}
        if self.engine == "duckdb":
            self.database = self.folder / "shop.db"
            self.env.update({base + "TYPE": "duckdb", base + "DATABASE": str(self.database)})
            return
        pg = self.stack._pg()
        self.database = self.stack._new_database("shop")
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
        self._clock(at)
        self._sqlmesh(at, "plan", environment, "--auto-apply", "--no-prompts", *arguments)
        shown = self.stack.plan(environment, *arguments, env=self.towline_env())
        self.check(f"{at} plan {environment} {' '.join(arguments)}")
        return shown

    def run(self, at, environment="prod"):
        self._clock(at)
        self._sqlmesh(at, "run", environment)
        self.stack.cli("run", environment, env=self.towline_env())
        self.check(f"{at} run {environment}")

    def towline_env(self):
        """The command line reads the gateway as SQLMesh does: from SQLMESH__ variables over the project's own configuration."""
        return {**self.extra_env, **self.stack.engine_env}

    def _clock(self, at):
        """The scheduler is started again with its clock at the step's time; executors come back by themselves."""
        if self.stack.clock != at:
            self.stack.scheduler.stop()
            self.stack.start_scheduler(clock=at)

            def back():
                return all((self.stack.executor(name) or {}).get("state") == "active" for name in self.stack.executors)

            wait_for("the executors are back", back)

    def _sqlmesh(self, at, *arguments):
        done = subprocess.run([sys.executable, str(HERE / "oracle" / "sqlmesh_at.py"), at, "-p", str(self.oracle), *arguments],
                              env=self.env, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"sqlmesh {arguments}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"

    # ---- looking

    def _dump(self, database, catalog):
        if self.engine == "duckdb":
            db = dump_db.Duck(str(database))
        else:
            pg = self.stack._pg()
            db = dump_db.Pg(f"host={pg['host']} port={pg['port']} user={pg['user']} password={pg['password']} dbname={catalog} sslmode=require")
        try:
            return dump_db.relations(db, OWN_SCHEMAS)
        finally:
            db.c.close()

    def dumps(self):
        """What SQLMesh's and Towline's databases hold: sections tables and views."""
        ours = wait_for("the database file is free", lambda: self._try_dump(), 60)
        return self._dump(self.database, self.database), ours

    def _try_dump(self):
        try:
            return self._dump(getattr(self.stack, "duckdb_path", None), self.stack.catalog)
        except Exception as error:
            if "lock" in str(error).lower():
                return None
            raise

    def check(self, step):
        self.steps.append(step)
        theirs, ours = self.dumps()
        result = Comparison(theirs, ours, groups="all")
        assert result.same, f"after {step}\n{result.report(60)}"
        assert theirs["tables"] or theirs["views"]
