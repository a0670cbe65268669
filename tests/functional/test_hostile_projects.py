"""Projects that were made to hurt: each is answered with a sentence that names the file, in bounded memory, and none ends a program badly.

A case is what it is called, its files, and words of the answer (none: it is a project like any other). Sizes are those
of a test that runs each time; SCALE=10 makes them ten times as large."""

import os
import resource
import subprocess

import pytest

from stack import BIN

SCALE = int(os.environ.get("SCALE", "1"))
CPU_SECONDS = 120 * SCALE  # A guard against what does not end, not a measure.
MEMORY = 3 << 30
STACK = 6 << 20  # Threads have 8 MiB; what is left over is the margin.
SANITIZED = "san/" in f"{BIN}/"
CONFIG = "gateways:\n  local:\n    connection:\n      type: duckdb\ndefault_gateway: local\nmodel_defaults:\n  dialect: duckdb\n  start: '2024-01-01'\n"
HEAD = "MODEL (name s.a, kind FULL);\n"
SEED = "MODEL (name s.a, kind SEED (path '../seeds/a.csv'));\n"
MIB = 1 << 20


def sized(text, size):
    return text * (size // len(text) + 1)


def model(query):
    return {"models/a.sql": HEAD + query}


def jinja(body):
    return model(f"JINJA_QUERY_BEGIN;\n{body}\nJINJA_END;")


def chained(count, query):
    return {f"models/m{i:05}.sql": f"MODEL (name s.m{i}, kind FULL);\n" + query.format(i=i, above=(i - 1) % count) for i in range(count)}


def blueprints(count, more=""):
    return "MODEL (name s.@n, kind FULL, blueprints (" + ", ".join(f"(n := a{i})" for i in range(count)) + f"){more});\n"


N = 200 * SCALE
DEEP = 10_000 * SCALE
LINES = "SELECT a, b + 1 AS c FROM t -- c\nWHERE a = 1;\n"
UNCLOSED = {word: model("SELECT 1;\n" + sized(LINES, MIB // 4 * SCALE) + mark)
            for word, mark in {"string": "'", "comment": "/*", "quoted identifier": '"', "JINJA_END": "JINJA_QUERY_BEGIN;", "VIRTUAL_UPDATE_END": "ON_VIRTUAL_UPDATE_BEGIN;"}.items()}
TEXTS = {
    **{f"never closed: {word}": (files, "a.sql", word) for word, files in UNCLOSED.items()},
    "20 MiB of SQL": (model("SELECT '" + "x" * (20 * MIB)), "a.sql", "larger than 16 MiB"),
    "many queries": (model(sized(LINES, MIB // 2 * SCALE)), "a.sql", "more than one query"),
    "a line without end": (model("SELECT " + sized("a + ", MIB) + "'"), "a.sql", "never closed"),
    "blanks without end": (model(" " * (4 * MIB) + "-- c\nSELECT 1 AS x"),),
    "brackets": (model("SELECT " + "(" * DEEP + "1" + ")" * DEEP), "a.sql", "200 deep"),
    "lambdas": (model("SELECT " + "x -> " * DEEP + "1 AS x"),),
    "intervals": (model("SELECT " + "INTERVAL " * DEEP + "1 AS x"),),
    "named arguments": (model("SELECT f(" + "a := " * DEEP + "1) AS x"),),
    "CASE": (model("SELECT " + "CASE WHEN 1 = 1 THEN " * DEEP + "1" + " END" * DEEP + " AS x"),),
    "NOT": (model("SELECT " + "NOT " * DEEP + "TRUE AS x"),),
    "UNION": (model("SELECT 1 AS x UNION ALL " * DEEP + "SELECT 1 AS x"),),
    "operators": (model("SELECT 1" + " + 1" * DEEP + " AS x"),),
    "@EACH in @EACH": (model("SELECT " + "".join(f"@EACH([1,2,3,4,5,6,7,8,9,10], x{i} -> " for i in range(8)) + "1" + ")" * 8), "a.sql", "200,000 steps"),
    "@DEF doubles": (model("@DEF(a0, xxxxxxxxxx);\n" + "".join(f"@DEF(a{i + 1}, @a{i} || @a{i});\n" for i in range(40)) + "SELECT @a40 AS x"), "a.sql", ""),
    "@DEF of itself": (model("@DEF(f, x -> @f(x));\nSELECT @f(1) AS x"), "a.sql", ""),
    "blueprints": ({"models/a.sql": blueprints(2000 * SCALE) + "SELECT 1 AS x"},),
    "blueprints of much": ({"models/a.sql": blueprints(1000) + "SELECT " + sized("1, ", MIB // 8) + "1"}, "a.sql", "64 MiB"),
    "blueprints with faults": ({"models/a.sql": blueprints(2000, ", colour red") + "SELECT 1 AS x"}, "a.sql", "colour"),
    "Jinja loops": (jinja("SELECT " + "{% for a in range(1000) %}" * 5 + "1," + "{% endfor %}" * 5 + " 1 AS x"), "a.sql", "Jinja"),
    "Jinja text": (jinja("SELECT '{{ 'a' * 1000000000 }}' AS x"), "a.sql", "too large"),
    "Jinja recursion": ({"macros/m.sql": "{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}", **jinja("SELECT {{ f(1) }} AS x")}, "a.sql", "too deep"),
    "YAML bomb": ({"external_models.yaml": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i + 1}: &a{i + 1} [{','.join([f'*a{i}'] * 9)}]\n" for i in range(9))}, "external_models.yaml", ""),
    "YAML brackets": ({"external_models.yaml": "[" * DEEP}, "external_models.yaml", ""),
    "YAML dashes": ({"external_models.yaml": "- " * DEEP}, "external_models.yaml", ""),
    "external models": ({"external_models.yaml": "".join(f"- name: s.e{i}\n  columns:\n    a: int\n" for i in range(10_000 * SCALE)), **model("SELECT a FROM s.e1")},),
    "stars over stars": ({**chained(N, "SELECT * FROM s.m{above}"), "models/m00000.sql": "MODEL (name s.m0, kind FULL);\nSELECT " + ", ".join(f"{i} AS c{i}" for i in range(300))},),
    "a cycle of all": (chained(5 * N, "SELECT x FROM s.m{above}"), ".sql", f"({5 * N + 1 - 50} more)"),
    "cycles of two": ({f"models/m{i}.sql": f"MODEL (name s.m{i}, kind FULL);\nSELECT x FROM s.m{i ^ 1}" for i in range(4 * N)}, ".sql", "in a cycle"),
    "faults in every file": ({f"models/m{i}.sql": f"MODEL (name s.m{i}, kind FULL, colour red);\nSELECT 1 AS x" for i in range(4 * N)}, "m0.sql", "colour"),
    "unknown macros": (model("SELECT " + ", ".join(f"@m{i}(1) AS x{i}" for i in range(4 * N))), "a.sql", "@m0"),
}
FILES = {
    "CSV with NULs": ({"seeds/a.csv": b"id,name\n" + b"1,\0\n" * 10_000, "models/a.sql": SEED},),
    "CSV of a million lines": ({"seeds/a.csv": "id,name\n" + "1,a\n" * (100_000 * SCALE), "models/a.sql": SEED},),
    "CSV never closed": ({"seeds/a.csv": 'id,name\n1,"' + "1,a\n" * 100_000, "models/a.sql": SEED}, "seeds/a.csv", "line 2"),
    "CSV of one name": ({"seeds/a.csv": ",".join(["c"] * 5000) + "\n" + ",".join(["1"] * 5000) + "\n", "models/a.sql": SEED},),
    "a cron that never comes": ({"models/a.sql": "MODEL (name s.a, kind FULL, cron '0 0 30 2 *');\nSELECT 1 AS x"}, "a.sql:1", "never fires"),
    "a cron each second": ({"models/a.sql": "MODEL (name s.a, kind FULL, cron '* * * * * *');\nSELECT 1 AS x"}, "a.sql:1", "5 minutes"),
    "the year 1": ({"models/a.sql": "MODEL (name s.a, kind FULL, start '0001-01-01');\nSELECT 1 AS x"},),
    "the year 9999": ({"models/a.sql": "MODEL (name s.a, kind FULL, start '9999-12-31');\nSELECT 1 AS x"},),
    "the year 99999": ({"models/a.sql": "MODEL (name s.a, kind FULL, start '99999-01-01');\nSELECT 1 AS x"}, "a.sql:1", "start"),
    **{f"not UTF-8: {path}": ({path: b"\xff\xfe" + text, **({"models/a.sql": SEED.encode()} if "csv" in path else {})}, path, "not UTF-8") for path, text in {
        "models/a.sql": HEAD.encode(), "config.yaml": CONFIG.encode(), "external_models.yaml": b"- name: x.y\n", "audits/a.sql": b"AUDIT (name q);\nSELECT 1\n",
        "macros/m.sql": b"{% macro f() %}{% endmacro %}", "seeds/a.csv": b"id\n1\n"}.items()},
    "byte order marks": ({path: b"\xef\xbb\xbf" + text for path, text in {"models/a.sql": SEED.encode(), "config.yaml": CONFIG.encode(), "seeds/a.csv": b"id\n1\n"}.items()},),
    "CRLF": ({"models/a.sql": SEED.replace("\n", "\r\n"), "config.yaml": CONFIG.replace("\n", "\r\n"), "seeds/a.csv": "id\r\n1\r\n"},),
    "a FIFO": ({"models/a.sql": os.mkfifo},),
    "a FIFO as configuration": ({"config.yaml": os.mkfifo}, "There is no config.yaml", ""),
    "a device": ({"models/a.sql": lambda path: os.symlink("/dev/zero", path), ".env": lambda path: os.symlink("/dev/zero", path)},),
    "links in circles": ({"models/loop": lambda path: os.symlink(".", path), "models/a.sql": lambda path: os.symlink("a.sql", path)},),
    "a file of a terabyte": ({"models/a.sql": lambda path: path.open("wb").truncate(1 << 40)}, "models/a.sql", "64 MiB"),
    "a name that steers the terminal": ({"models/\x1b]0;x\x07\u202e.sql": "MODEL (nope);"}, "models/\\x1b]0;x\\x07\\u{202e}.sql", "nope"),
}


def write(folder, files):
    for name, content in {"config.yaml": CONFIG, "models/ok.sql": "MODEL (name s.ok, kind FULL);\nSELECT 1 AS x\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


def limits():
    if not SANITIZED:  # Shadow memory is terabytes of addresses.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def check(folder, files, *words):
    write(folder, files)
    done = subprocess.run([str(BIN / "towline"), "lint"], cwd=folder, env={"HOME": str(folder), "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=280, preexec_fn=limits)
    assert done.returncode == (1 if words else 0), (done.returncode, done.stderr[-2000:])
    for word in words:
        assert word in done.stderr, done.stderr[:3000]
    assert len(done.stderr) < 2 << 20 and "\x1b" not in done.stderr


@pytest.mark.parametrize("case", TEXTS)
def test_hostile_texts_are_answered(tmp_path, case):
    check(tmp_path, *TEXTS[case])


@pytest.mark.parametrize("case", FILES)
def test_hostile_files_are_answered(tmp_path, case):
    check(tmp_path, *FILES[case])
