"""What `towline inspect --format oracle` makes of a project against what real SQLMesh makes of it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import dialects
import features
from stack import BIN

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "oracle"))

import drivers  # noqa: E402
import oracle_dump  # noqa: E402
from compare import Comparison  # noqa: E402

ENGINES = ("duckdb", "postgres")
# Known differences, documented in docs/compatibility.md: feature -> fields that may differ. Agreeing more is no failure.
KNOWN = {"transforms_without_brackets": ("partitioned_by",), "clickhouse_weeks": ("partitioned_by",), "casts_of_singlestore": ("unique_key",),
         "keys_of_one_argument": ("unique_key", "clustered_by"), "keys_with_points": ("session_properties",)}  # its text only; hashes and names agree


def inspect(folder, env=None):
    """The loaded project in the oracle's JSON, or None and what was said."""
    done = subprocess.run([str(BIN / "towline"), "inspect", str(folder), "--format", "oracle"], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL)
    return (json.loads(done.stdout), "") if done.returncode == 0 else (None, done.stderr + done.stdout)


def compared(folder):
    towline, said = inspect(folder)
    assert towline is not None, said
    return Comparison(oracle_dump.dump(folder), towline)


def assert_same(folder):
    """Everything agrees, hashes of metadata and column types included."""
    result = compared(folder)
    assert result.same, result.report()
    assert result.figure("data_hash")[1] > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_scaffold_of_sqlmesh_init(tmp_path, engine):
    sqlmesh = pathlib.Path(sys.executable).parent / "sqlmesh"
    subprocess.run([str(sqlmesh), "init", engine], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    if engine == "postgres":  # the scaffold leaves the connection to its user
        text = (tmp_path / "config.yaml").read_text()
        for key, value in (("host", "localhost"), ("port", "5432"), ("user", "nobody"), ("password", "unused"), ("database", "shop")):
            text = text.replace(f" {key}: \n", f" {key}: {value}\n", 1)
        (tmp_path / "config.yaml").write_text(text)
    assert_same(tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_tea_shop(tmp_path, monkeypatch, engine):
    shutil.copytree(HERE.parents[1] / "examples" / "tea_shop", tmp_path / "shop")
    if engine == "postgres":
        monkeypatch.setenv("TEA_SHOP_DIALECT", "postgres")
        for key, value in (("TYPE", "postgres"), ("HOST", "localhost"), ("PORT", "5432"), ("USER", "nobody"), ("PASSWORD", "unused"), ("DATABASE", "shop")):
            monkeypatch.setenv(f"SQLMESH__GATEWAYS__SHOP__CONNECTION__{key}", value)
    assert_same(tmp_path / "shop")


@pytest.mark.parametrize("seed", (1, 2, 3))
@pytest.mark.parametrize("engine", ENGINES)
def test_generated_project(tmp_path, engine, seed):
    subprocess.run([sys.executable, str(HERE / "oracle" / "gen_project.py"), "30", "--engine", engine, "--seed", str(seed), "--out", str(tmp_path)],
                   check=True, capture_output=True, timeout=60)
    assert_same(tmp_path)


def check_group(tmp_path, group, engine):
    """Every project of a group; all disagreements in one failure, known ones printed."""
    wrong, equal, total = [], 0, 0
    for name, files in features.GROUPS[group].items():
        folder = tmp_path / name
        folder.mkdir()
        features.write(folder, files, engine)
        try:
            result = compared(folder)
        except Exception as error:  # what neither loads is listed with what does not agree
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:1500]}")
            continue
        agreeing, all_of_it = result.figure("columns_to_types")
        equal, total = equal + agreeing, total + all_of_it
        if any(field not in KNOWN.get(name, ()) for _, field, *_ in result.differences) or not result.total:
            wrong.append(f"{name}: {result.report()}")
        elif result.differences:
            print(f"known difference: {name}: {', '.join(sorted({field for _, field, *_ in result.differences}))}")
    print(f"{group} on {engine}: types of all columns agree for {equal} of {total} models")
    assert not wrong, f"{len(wrong)} of {len(features.GROUPS[group])}\n" + "\n".join(wrong)


def test_known_differences_are_of_known_features():
    assert set(KNOWN) <= set(features.FEATURES)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("group", features.GROUPS)
def test_features(tmp_path, group, engine):
    check_group(tmp_path, group, engine)


# What names a physical table, and what decides what is built before what.
OF_TABLES = {"data_hash", "parent_data_hash", "fingerprint_version", "version", "dev_version", "table", "dev_table", "fqn", "name", "view_name", "depends_on", "parents",
             "physical_schema"}


@pytest.mark.parametrize("strategy", ("case_sensitive", "uppercase"))
def test_settings_of_the_default_dialect(tmp_path, strategy):
    """In a process of its own: SQLMesh changes its dialects for the whole process."""
    word = f"duckdb, normalization_strategy={strategy}"
    query = "SELECT b.Id, B.ID AS Other FROM Shop.Base AS b, Far.Orders"
    files = {"config.yaml": f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: Shop.db\nmodel_defaults:\n  dialect: '{word}'\n  start: '2024-01-01'\n",
             "models/base.sql": "MODEL (name Shop.Base, kind FULL);\nSELECT CAST(1 AS INT) AS Id, CAST(2 AS INT) AS ID\n" if strategy == "case_sensitive" else
                                "MODEL (name Shop.Base, kind FULL);\nSELECT CAST(1 AS INT) AS Id\n",
             "models/child.sql": f"MODEL (name Shop.Child, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key Id), audits (few, not_null(columns := (Id))));\n{query}\n",
             "models/plain.sql": f"MODEL (name Shop.Plain, kind FULL, dialect duckdb);\n{query}\n",
             "models/other.sql": f"MODEL (name Shop.Other, kind FULL, dialect postgres);\n{query}\n",
             "audits/a.sql": "AUDIT (name few);\nSELECT * FROM @this_model WHERE Id < 0;\n\nAUDIT (name alone, standalone true);\nSELECT * FROM Shop.Child WHERE Id < 0;\n",
             "external_models.yaml": "- name: Far.Orders\n  columns:\n    Amount: INT\n"}
    features.write(tmp_path, files, "duckdb")
    real = subprocess.run([sys.executable, str(HERE / "oracle" / "oracle_dump.py"), str(tmp_path)], capture_output=True, text=True, timeout=120, check=True)
    towline, said = inspect(tmp_path)
    assert towline is not None, said
    result = Comparison(json.loads(real.stdout), towline)
    assert result.same, result.report()


# What no project of another dialect shows: a default dialect whose audits are printed anew, a connection that knows its catalog without saying it.
OF_CONFIGURATIONS = {
    "audits_of_athena": ("type: duckdb, database: shop.db", "athena", "MODEL (name shop.a, kind FULL, columns (id INT), audits (few));\nSELECT id\nFROM raw.orders\n"),
    "flags_of_tsql_after_macros": ("type: duckdb, database: shop.db", "tsql", "MODEL (name shop.a, owner @IF(1 = 1, ann, bob), kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name ds,"
                                   " invalidate_hard_deletes true), allow_partials true);\nSELECT CAST(1 AS INT) AS id, CAST('2024-01-01' AS DATE) AS ds\n"),
    "flags_of_tsql_beside_a_filter": ("type: duckdb, database: shop.db", "tsql", "MODEL (name shop.a, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, forward_only true, disable_restatement true,"
                                      " merge_filter target.ds BETWEEN @start_ds AND @end_ds));\nSELECT CAST(1 AS INT) AS id, CAST('2024-01-01' AS DATE) AS ds\n"),
    "flags_of_tsql": ("type: duckdb, database: shop.db", "tsql", "MODEL (name shop.a, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, forward_only true));\nSELECT CAST(1 AS INT) AS id\n"),
    # Beside a macro the block is printed and read again: types are those that the dialect prints.
    **{f"casts_of_{dialect}_beside_a_filter": ("type: duckdb, database: shop.db", dialect, f"MODEL (name shop.a, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (CAST(a AS {one}), b::{two}),"
                                               f" merge_filter target.a BETWEEN @start_ds AND @end_ds), partitioned_by (CAST(a AS {one})), grain (CAST(a AS {two}), b));\nSELECT a, b FROM far.t\n")
       for dialect, one, two in (("snowflake", "STRING", "REAL"), ("bigquery", "STRING(10)", "NUMERIC(10, 2)"), ("postgres", "TIMESTAMP(3) WITH TIME ZONE", "INT4"), ("redshift", "NVARCHAR(5)", "TIMETZ"))},
    "catalog_of_spark": ("type: spark", "spark", "MODEL (name shop.a, kind FULL, columns (id INT), audits (few));\nSELECT id FROM raw.orders\n"),
}


@pytest.mark.parametrize("name", OF_CONFIGURATIONS)
def test_of_a_configuration(tmp_path, name):
    drivers.stand_in()
    connection, dialect, text = OF_CONFIGURATIONS[name]
    config = f"gateways: {{local: {{connection: {{{connection}}}}}}}\nmodel_defaults: {{dialect: {dialect}, start: '2024-01-01'}}\n"
    features.write(tmp_path, {"config.yaml": config, "models/a.sql": text, "audits/few.sql": "AUDIT (name few);\nselect *\nfrom @this_model where id  < 0;\n"}, "duckdb")
    assert_same(tmp_path)


def test_every_engine_s_dialect(tmp_path):
    drivers.stand_in()
    wrong = []
    for engine in dialects.ENGINES:
        folder = tmp_path / engine
        folder.mkdir()
        dialects.write(folder, engine)
        result = compared(folder)
        assert result.figure("data_hash")[1] >= 2, engine
        wrong += [f"{engine}: {difference}" for difference in result.differences if difference[1] in OF_TABLES]
        print(f"{engine}: metadata hashes agree for {result.figure('metadata_hash')}")
    assert not wrong, "\n".join(wrong)
