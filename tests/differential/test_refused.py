"""What docs/compatibility.md lists as refused is refused at load, with the message of its row."""

import json
import pathlib
import re
import subprocess

import pytest
from sqlmesh import Context
from sqlmesh.utils.errors import ConfigError

import features
from stack import BIN

HERE = pathlib.Path(__file__).resolve().parent
CHILD = "SELECT 1 AS id"
FULL = "MODEL (name shop.a, kind FULL);\n"

REFUSED = {
    "python_model": {"models/a.py": "from sqlmesh import model\n\n@model('shop.a', columns={'id': 'int'})\ndef execute(context, **kwargs):\n    return None\n"},
    "python_macro": {"macros/m.py": "from sqlmesh import macro\n\n@macro()\ndef twice(evaluator, x):\n    return x\n",
                     "models/a.sql": FULL + "SELECT @twice(1) AS id\n"},
    "jinja_import": {"models/a.sql": FULL + "JINJA_QUERY_BEGIN;\nSELECT {% include 'x' %} AS id\nJINJA_END;\n"},
    "jinja_filter": {"config": "variables:\n  x: {{ range(3) | random }}\n"},
    "jinja_python": {"models/a.sql": FULL + "JINJA_QUERY_BEGIN;\nSELECT {{ of_python() }} AS id\nJINJA_END;\n"},
    "jinja_render": {"models/a.sql": FULL + "JINJA_QUERY_BEGIN;\nSELECT {{ render('1') }} AS id\nJINJA_END;\n"},
    "config_py": {"config.yaml": None, "config.py": "from sqlmesh.core.config import Config\nconfig = Config()\n"},
    "dbt_project": {"dbt_project.yml": "name: shop\n"},
    "signal": {"models/a.sql": "MODEL (name shop.a, kind FULL, signals (ready()));\n" + CHILD},
    "unknown_macro": {"models/a.sql": FULL + "SELECT @no_such_macro(1) AS id\n"},
    "dialect_version": {"models/a.sql": "MODEL (name shop.a, kind FULL, dialect 'duckdb, version = 1.1');\n" + CHILD},
    "name_of_four_parts": {"models/a.sql": "MODEL (name a.b.c.d, kind FULL);\n" + CHILD},
    "function_as_key_of_redshift": {"models/a.sql": "MODEL (name shop.a, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key LOWER(id)), dialect redshift);\n" + CHILD},
    "kind_custom": {"models/a.sql": "MODEL (name shop.a, kind CUSTOM (materialization 'own'));\n" + CHILD},
    "na_values_by_column": features.seed("id\n1\n", more=", csv_settings (na_values = (id = ('x', 'y')))"),
    # SQLMesh keeps Athena's statements as it prints them, and hashes that text: not all of it is known.
    "athena_sql": {"models/a.sql": "MODEL (name shop.a, kind FULL, dialect athena);\nSELECT id FROM UNNEST(ARRAY[1]) AS t(id) TABLESAMPLE BERNOULLI (10)"},
    "unknown_property": {"models/a.sql": "MODEL (name shop.a, kind FULL, colour blue);\n" + CHILD},
}


INSIDE = "MODEL (name shop.a, kind FULL, {});\nSELECT 1 AS id, DATE '2024-01-01' AS ds"
# What SQLMesh refuses at load too, with these words.
BOTH = {
    "session_properties (own = @no_such())": "no_such",
    "physical_properties (own = [@no_such(1)])": "no_such",
    "virtual_properties (own = @no_such)": "Macro variable 'no_such' is undefined",
    "audits (not_null(columns := (@no_such())))": "no_such",
    "signals (ready(a := @no_such()))": "no_such",
    "session_properties (authorization = 5)": "Invalid value for `session_properties.authorization`. Must be a string literal.",
    "session_properties (query_label = 'x')": "Invalid value for `session_properties.query_label`. Must be an array or tuple.",
    "session_properties (query_label = [('a', 'b', 'c')])": "Invalid entry in `session_properties.query_label`.",
    "start '2024-01-01', end '2023-06-01'": "Start date / time (2024-01-01) can't be greater than end date / time (2023-06-01)",
    "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, merge_filter @no_such(id))": "no_such",
    "kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name 'ds')": "Invalid column 'ds'. Value must be a column",
}
# What keeps its macros until run time, and both load.
LATE = ("physical_properties (a = @IF(TRUE, 1, 2), b = @n, c = @start_ds, d = '@n', e = @resolve_template('s3://x/@{schema_name}/@{table_name}')), audits (accepted_values(column := id, is_in := (@n, 2))), "
        "session_properties (x = @n, authorization = @VAR('n'), query_label = [('a', 'b')])")


def rows_of_the_document():
    text = (HERE.parents[1] / "docs" / "compatibility.md").read_text()
    section = text.split("## Refused by name")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in section.splitlines() if line.startswith("|")]
    return {feature: message for feature, message in rows[2:]}


def test_a_project_says_how_much_of_it_loads_without_python(tmp_path):
    files = {**REFUSED["python_model"], "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT id FROM shop.a\n", "models/c.sql": "MODEL (name shop.c, kind FULL);\n" + CHILD}
    features.write(tmp_path, files, "duckdb")
    command = [str(BIN / "towline"), "inspect", str(tmp_path)]
    whole = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert whole.returncode != 0
    assert "1 of 3 models needs Python: shop.a; 2 load without it, 1 of them reads from what is left out." in whole.stderr
    part = subprocess.run([*command, "--partial", "--format", "oracle"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    models = json.loads(part.stdout)["models"]
    assert {m["name"] for m in models.values()} == {"shop.b", "shop.c"}
    assert {m["name"] for m in models.values() if "version" in m} == {"shop.c"}
    assert {m["name"] for m in models.values() if "columns_to_types" in m} == {"shop.c"}


def test_a_hash_that_cannot_be_told_leaves_out_its_model_only(tmp_path):
    key = "MODEL (name shop.a, kind FULL, dialect trino, partitioned_by TO_CHAR(id, 'YYYY'));\nSELECT 1 AS id\n"
    circle = {f"models/{a}.sql": f"MODEL (name shop.{a}, kind FULL);\nSELECT id FROM shop.{b}\n" for a, b in (("x", "y"), ("y", "x"))}
    features.write(tmp_path, {"models/a.sql": key, "models/b.sql": "MODEL (name shop.b, kind FULL);\nSELECT id FROM shop.a\n",
                              "models/c.sql": "MODEL (name shop.c, kind FULL);\n" + CHILD, **circle}, "duckdb")
    part = subprocess.run([str(BIN / "towline"), "inspect", str(tmp_path), "--partial", "--format", "oracle"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    models = json.loads(part.stdout)["models"]
    assert {m["name"]: "version" in m for m in models.values()} == {"shop.b": False, "shop.c": True}
    assert "shop.a is left out" in part.stderr and "shop.x" in part.stderr


def test_every_refused_feature_is_refused_with_its_message(tmp_path):
    documented = rows_of_the_document()
    assert set(documented) == set(REFUSED)
    wrong = []
    for name, message in documented.items():
        folder = tmp_path / name
        folder.mkdir()
        features.write(folder, REFUSED[name], "duckdb")
        done = subprocess.run([str(BIN / "towline"), "inspect", str(folder)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode == 0 or message not in done.stderr:
            wrong.append(f"{name}: exit {done.returncode}, expected {message!r}: {done.stderr[-600:]}")
    assert not wrong, "\n".join(wrong)


def test_what_both_refuse_at_load(tmp_path):
    for number, (text, words) in enumerate(BOTH.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        kind = text.startswith("kind ")
        features.write(folder, {"models/a.sql": INSIDE.replace("kind FULL, ", "").format(text) if kind else INSIDE.format(text)}, "duckdb")
        done = subprocess.run([str(BIN / "towline"), "inspect", str(folder)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert done.returncode != 0 and words in done.stderr, f"{text}: {done.stderr}"
        with pytest.raises(ConfigError, match=re.escape(words)):
            Context(paths=[str(folder)])


def test_what_is_rendered_late_loads(tmp_path):
    features.write(tmp_path, {"models/a.sql": INSIDE.format(LATE), "config": "variables:\n  n: 3\n"}, "duckdb")
    done = subprocess.run([str(BIN / "towline"), "inspect", str(tmp_path)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert len(Context(paths=[str(tmp_path)]).models) == 1
