"""What docs/compatibility.md lists as refused is refused at load, with the message of its row."""

import pathlib
import subprocess

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
    "config_py": {"config.yaml": None, "config.py": "from sqlmesh.core.config import Config\nconfig = Config()\n"},
    "dbt_project": {"dbt_project.yml": "name: shop\n"},
    "metric": {"metrics/m.sql": "METRIC (name total, expression SUM(shop.a.id));\n"},
    "signal": {"signals/s.py": "from sqlmesh import signal\n\n@signal()\ndef ready(batch):\n    return True\n"},
    "custom_materialization": {"materializations/m.py": "class Own:\n    pass\n"},
    "unknown_macro": {"models/a.sql": FULL + "SELECT @no_such_macro(1) AS id\n"},
    "other_dialect": {"models/a.sql": "MODEL (name shop.a, kind FULL, dialect snowflake);\n" + CHILD},
    "dialect_settings": {"models/a.sql": "MODEL (name shop.a, kind FULL, dialect 'duckdb, normalization_strategy = uppercase');\n" + CHILD},
    "kind_managed": {"models/a.sql": "MODEL (name shop.a, kind MANAGED);\n" + CHILD},
    "kind_custom": {"models/a.sql": "MODEL (name shop.a, kind CUSTOM (materialization 'own'));\n" + CHILD},
    "na_values_by_column": features.seed("id\n1\n", more=", csv_settings (na_values = (id = ('x', 'y')))"),
    "unknown_property": {"models/a.sql": "MODEL (name shop.a, kind FULL, colour blue);\n" + CHILD},
}


def rows_of_the_document():
    text = (HERE.parents[1] / "docs" / "compatibility.md").read_text()
    section = text.split("## Refused by name")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in section.splitlines() if line.startswith("|")]
    return {feature: message for feature, message in rows[2:]}


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
