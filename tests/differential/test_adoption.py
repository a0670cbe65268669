"""A deployment of real SQLMesh is taken over with what it has built, goes on, and is handed back."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from story import Story

HERE = pathlib.Path(__file__).resolve().parent
TEA_SHOP = HERE.parents[1] / "examples" / "tea_shop"
ENGINES = ("duckdb", "postgres")
DAY_1, DAY_2, DAY_3, DAY_4 = (f"2024-01-{day} 12:00:00" for day in (10, 11, 12, 13))

BASE = "SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds, 'a' AS region, 10 AS qty, CAST('2024-01-01 10:00:00' AS TIMESTAMP) AS updated_at"
FROM = "SELECT id, ds, region, qty, updated_at FROM shop.base"
WINDOW = "SELECT id, ds, region, qty FROM shop.base WHERE ds BETWEEN @start_date AND @end_date AND qty > @least"


def kinds(engine):
    """A project with a model of every kind and most of what a definition can say."""
    config = f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: shop.db\ndefault_gateway: local\nmodel_defaults:\n  dialect: {engine}\n  start: '2024-01-01'\n"
    config += "variables:\n  least: 3\n  word: qty\n  list: [1, 'it''s', 2.5, true]\nbefore_all:\n  - CREATE SCHEMA IF NOT EXISTS extra\n"
    models = {
        "base": ("kind FULL, owner ann, tags (x, y), description 'it''s ours', grains (id), references (region AS base_region)", BASE),
        "seeded": ("kind SEED (path '../seeds/teas.csv', csv_settings (delimiter = ';', keep_default_na = false)), columns (id INT, name TEXT)", None),
        "shown": ("kind VIEW, cron '@hourly'", "SELECT b.*, s.name FROM shop.base AS b LEFT JOIN shop.seeded AS s ON s.id = b.id"),
        "inner_part": ("kind EMBEDDED", "SELECT id, qty * 2 AS twice FROM shop.base"),
        "outer_part": ("kind FULL, audits (not_null(columns := (id)), positive)", "SELECT e.id, e.twice, @EACH(@list, x -> @x), qty AS @{word}_out FROM shop.inner_part AS e JOIN shop.base AS b ON b.id = e.id"),
        "by_time": ("kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 4, lookback 1), cron '0 6 * * *', cron_tz 'Europe/Berlin', allow_partials true", WINDOW),
        "by_key": ("kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, region))", FROM),
        "by_partition": ("kind INCREMENTAL_BY_PARTITION, partitioned_by ds", FROM),
        "unmanaged": ("kind INCREMENTAL_UNMANAGED", "SELECT id, @end_ds AS until FROM shop.base"),
        "scd_time": ("kind SCD_TYPE_2_BY_TIME (unique_key id, invalidate_hard_deletes true)", FROM),
        "scd_column": ("kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns (region, qty))", FROM),
    }
    files = {"config.yaml": config, "seeds/teas.csv": "id;name\n1;assam\n2;NA\n",
             "audits/positive.sql": "AUDIT (name positive, blocking false);\nSELECT * FROM @this_model WHERE twice < @least;\n",
             "audits/whole.sql": "AUDIT (name whole, standalone true);\nSELECT * FROM shop.by_time WHERE qty < 0;\n"}
    for name, (header, query) in models.items():
        files[f"models/{name}.sql"] = f"MODEL (\n  name shop.{name},\n  {header}\n);\n" + (f"\n-- {name}\n{query}\n" if query else "")
    files["models/outer_part.sql"] = files["models/outer_part.sql"].replace("@EACH(@list, x -> @x), qty", "b.qty")
    return files


class Adoption(Story):
    """SQLMesh alone until `adopt`; from then on both, each with its own database, as in every story."""

    def sqlmesh(self, at, *arguments):
        self.steps.append(f"{at} sqlmesh {' '.join(arguments)}")
        code, said = self.oracle_server.run(at, ["-p", self.oracle, *arguments], self.env, self.oracle)
        assert code == 0, f"{self.steps[-1]}: {said[-3000:]}"
        return said

    def adopt(self, at, *arguments):
        """Copies the warehouse, imports the state, and expects a plan without changes."""
        file = self.folder / "state.json"
        if not arguments:
            self.sqlmesh(at, "state", "export", "-o", str(file), "--no-confirm")
            arguments = (str(file),)
        self.copy_warehouse()
        self._clock(at)
        said = self.towline("state", "import", *arguments, "--no-confirm")
        assert "State imported successfully" in said
        assert "could not be rebuilt" not in said, said
        self.expect_no_changes()
        self.check(f"{at} adopted")

    def adopt_from_database(self, at):
        self.copy_warehouse()
        self._clock(at)
        gateway = {key.replace("__LOCAL__", "__OLD__"): value for key, value in self.env.items() if "__LOCAL__CONNECTION__" in key}
        said = self.stack.cli("state", "import", "--from-gateway", "old", "--no-confirm", env={**self.towline_env(), **gateway})
        assert "State imported successfully" in said and "could not be rebuilt" not in said, said
        self.check(f"{at} adopted from the database")

    def towline(self, *arguments, **options):
        return self.stack.cli(*arguments, env=self.towline_env(), **options)

    def expect_no_changes(self, environment="prod"):
        assert "No changes to plan" in self.stack.plan(environment, env=self.towline_env())
        assert self.stack.last_work("plan") is None

    def copy_warehouse(self):
        if self.engine == "duckdb":
            shutil.copyfile(self.database, self.stack.duckdb_path)
        else:
            self._copy_database(self.oracle_pg, self.database, self.stack._pg(), self.stack.catalog)

    @staticmethod
    def _copy_database(source, name, target, target_name):
        binaries = pathlib.Path(subprocess.run(["pg_config", "--bindir"], check=True, capture_output=True, text=True).stdout.strip())

        def env(pg):
            return {**os.environ, "PGHOST": pg["host"], "PGPORT": pg["port"], "PGUSER": pg["user"], "PGPASSWORD": pg["password"], "PGSSLMODE": "require"}

        dump = subprocess.run([str(binaries / "pg_dump"), "--no-owner", "--exclude-schema=sqlmesh", name], env=env(source), check=True, capture_output=True, timeout=120)
        subprocess.run([str(binaries / "psql"), "-q", "-v", "ON_ERROR_STOP=1", target_name], env=env(target), input=dump.stdout, check=True, capture_output=True, timeout=120)

    def hand_back(self, at, day_after):
        """Towline's state and a copy of its warehouse go to a SQLMesh that knows nothing yet: it plans without changes and runs on as
        Towline does."""
        file = self.folder / "returned.json"
        assert "State exported successfully" in self.towline("state", "export", "-o", str(file))
        self._other_warehouse()
        self.sqlmesh(at, "state", "import", "-i", str(file), "--replace", "--no-confirm")
        said = self.sqlmesh(at, "plan", "prod", "--no-prompts")
        assert "No changes to plan" in said, said
        self.check(f"{at} handed back")
        self.run(day_after)

    def _other_warehouse(self):
        """From here on SQLMesh works on a copy of Towline's database."""
        if self.engine == "duckdb":
            before = self.database
            self.database = self.folder / "returned" / before.name
            self.database.parent.mkdir()
            shutil.copyfile(self.stack.duckdb_path, self.database)
            self.env["SQLMESH__GATEWAYS__LOCAL__CONNECTION__DATABASE"] = str(self.database)
            return
        with contextlib.closing(self._connected(self.oracle_pg, "postgres").c) as connection:
            connection.cursor().execute(f'ALTER DATABASE "{self.database}" RENAME TO "{self.database}_first"')
            connection.cursor().execute(f'CREATE DATABASE "{self.database}"')
        self._copy_database(self.stack._pg(), self.stack.catalog, self.oracle_pg, self.database)


def adopted(engine, **options):
    return Adoption(engine, dialect_env={"TEA_SHOP_DIALECT": engine}, **options)


def there_and_back(story):
    story.sqlmesh(DAY_1, "plan", "prod", "--auto-apply", "--no-prompts")
    story.sqlmesh(DAY_2, "run", "prod")
    story.adopt(DAY_2)
    story.run(DAY_3)
    story.hand_back(DAY_3, DAY_4)


@pytest.mark.parametrize("engine", ENGINES)
def test_tea_shop_there_and_back(engine):
    with adopted(engine, folder=TEA_SHOP) as story:
        there_and_back(story)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_kind_there_and_back(engine):
    with adopted(engine, files=kinds(engine)) as story:
        there_and_back(story)


def test_scaffold_there_and_back(tmp_path):
    init = [sys.executable, str(HERE / "oracle" / "sqlmesh_at.py"), "2024-01-08 12:00:00", "init", "duckdb"]
    subprocess.run(init, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    with adopted("duckdb", folder=tmp_path) as story:
        there_and_back(story)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_state_database_is_read_and_a_dev_environment_comes_along(engine):
    with adopted(engine, files=kinds(engine), cadence="none") as story:
        story.sqlmesh(DAY_1, "plan", "prod", "--auto-apply", "--no-prompts")
        story.replace("models/by_key.sql", "SELECT id", "SELECT id + 1 AS next_id, id")
        story.sqlmesh(DAY_2, "plan", "dev", "--auto-apply", "--no-prompts")
        story.adopt_from_database(DAY_2)
        story.expect_no_changes("dev")
        story.plan("2024-01-11 13:00:00", "prod")
        story.run(DAY_3)


def test_what_cannot_be_imported_is_refused(tmp_path):
    with adopted("duckdb", files=kinds("duckdb")) as story:
        story.sqlmesh(DAY_1, "plan", "prod", "--auto-apply", "--no-prompts")
        story.adopt(DAY_1)
        file = str(story.folder / "state.json")
        assert "has a state already" in story.towline("state", "import", file, "--no-confirm", code=6)
        assert "State imported" in story.towline("state", "import", file, "--no-confirm", "--replace")
        assert "say what to import" in story.towline("state", "import", "--no-confirm", code=2)
        broken = tmp_path / "broken.json"
        broken.write_text("{}")
        assert "no state of SQLMesh" in story.towline("state", "import", str(broken), "--no-confirm", code=2)
