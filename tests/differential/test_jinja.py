"""Random templates through Jinja2 and through ours: the same output, or both fail. The seed is printed."""

import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

from stack import BIN

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden" / "jinja"))

import make_cases  # noqa: E402

RUNNER = BIN.parent / "tests" / "unit" / "jinja" / "unit_jinja"
NAMES = ["n", "f", "s", "e", "t", "z", "xs", "ys", "nested", "d", "rows", "u", "q", "missing", "a", "b"]
LITERALS = ["0", "1", "-2", "3.5", "1e3", "'x'", '"a b"', "true", "none", "[]", "[1, 'b']", "(1, 2)", "{'k': 1}", "''"]
FILTERS = ["upper", "lower", "length", "list", "sort", "first", "last", "join(',')", "sum", "int", "float", "string", "trim", "title", "capitalize", "reverse | list",
           "unique | list", "default('d')", "default(1, true)", "replace('a', 'b')", "round(1)", "round", "abs", "min", "max", "map('string') | list",
           "select('number') | list", "reject('none') | list", "batch(2) | list", "indent(2)", "dictsort", "items | list", "center(7)", "truncate(5)", "wordcount",
           "map('upper') | join('/')", "selectattr('v', 'gt', 1) | list", "map(attribute='v') | list", "slice(2) | list", "urlencode", "format(1)", "groupby('g') | list | length"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "iterable", "mapping", "sequence", "odd", "even", "divisibleby 2", "in xs", "eq 1", "gt 1", "lower",
         "upper", "boolean", "true", "false", "sameas none", "callable"]
METHODS = ["upper()", "split()", "split('a')", "strip()", "replace('a', 'b')", "startswith('x')", "items()", "keys()", "values()", "get('a')", "get('k', 5)", "count('a')",
           "join(ys)", "format(1, 2)", "zfill(4)", "title()", "index(1)", "copy()", "append(1)", "pop()", "find('o')", "splitlines()", "name", "a", "0", "isdigit()"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = 0

    def expression(self, depth=0):
        pick = self.random.random()
        if depth > 2 or pick < 0.25:
            return self.random.choice(NAMES if self.random.random() < 0.6 else LITERALS)
        inner = self.expression(depth + 1)
        if pick < 0.45:
            return f"({inner}) | {self.random.choice(FILTERS)}" if self.random.random() < 0.7 else f"({inner} | {self.random.choice(FILTERS)})"
        if pick < 0.55:
            return f"({inner} is {'not ' if self.random.random() < 0.3 else ''}{self.random.choice(TESTS)})"
        if pick < 0.65:
            return f"({inner}).{self.random.choice(METHODS)}"
        if pick < 0.72:
            return f"({inner} | {self.random.choice(['list', 'string'])})[{self.random.choice(['0', '-1', '1:', ':2', '::-1', '::2', repr('a'), '5', 'n', '1:n'])}]"
        if pick < 0.80:
            return f"({inner} if {self.expression(depth + 1)} else {self.expression(depth + 1)})"
        if pick < 0.84:
            return f"({'not ' if self.random.random() < 0.5 else '-'}{inner})"
        if pick < 0.90:
            return f"[{inner}, {self.expression(depth + 1)}]"
        return f"({inner} {self.random.choice(OPERATORS)} {self.expression(depth + 1)})"

    def mark(self):
        return self.random.choice(["", "", "", "-"])

    def statements(self, depth=0):
        return "".join(self.statement(depth) for _ in range(self.random.randint(1, 2)))

    def statement(self, depth):
        pick, m = self.random.random(), self.mark()
        if depth > 2 or pick < 0.35:
            return f"{self.random.choice(['', ' ', chr(10), 'x '])}{{{{{m} {self.expression()} {self.mark()}}}}}"
        body = self.statements(depth + 1)
        if pick < 0.5:
            return f"{{%{m} if {self.expression(2)} {self.mark()}%}}{body}{{% else %}}{self.statement(depth + 1)}{{% endif {m}%}}\n"
        if pick < 0.65:
            target = self.random.choice(["a", "b", "a, b"])
            shown = self.random.choice(["{{ loop.index }}", "{{ loop.last }}", "{{ a }}", ""])
            return f"{{% for {target} in {self.expression(2)} {m}%}}{shown}{body}{{% else %}}none{{% endfor %}}"
        if pick < 0.8:
            return f"{{% set {self.random.choice(['a', 'b'])} = {self.expression(1)} {m}%}}"
        if pick < 0.85:
            return f"{{% set a %}}{body}{{% endset %}}"
        if pick < 0.9:
            return f"{{% filter upper {m}%}}{body}{{% endfilter %}}"
        if pick < 0.95:
            return f"{{% with a = {self.expression(2)} %}}{body}{{% endwith %}}"
        return f"{{% macro m(a, b={self.expression(3)}) {m}%}}{body}{{% endmacro %}}{{{{ m({self.expression(2)}) }}}}"


# What Jinja2 prints of them is no value: an address in memory, or what another version of Python would print otherwise.
UNSTABLE = ("<generator", "<function", "<built-in", "<bound method", " object at 0x", "<list_reverseiterator", "Markup(", "<macro", "dict_")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
def test_random_templates(tmp_path, seed):
    maker = Maker(seed)
    cases, failing = [], 0
    while len(cases) < 200:
        case = make_cases.case(maker.statements())
        failing += "error" in case
        # Few of those that fail: a failure says less than an output.
        if not any(word in case.get("output", "") for word in UNSTABLE) and ("output" in case or failing % 10 == 0):
            cases.append(case)
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in [{"context": make_cases.CONTEXT}, *cases]) + "\n")
    done = subprocess.run([str(RUNNER), "--gtest_filter=Golden.*"], capture_output=True, text=True, timeout=120, env={**os.environ, "TOWLINE_JINJA_CASES": str(file)})
    assert done.returncode == 0, f"seed {seed}: {done.stdout[-6000:]}"
