"""What commands tell next to real SQLMesh: exit code, names, numbers and dates. Decoration, order and words around them are each one's own."""

import re
import shlex

import pytest

from shop_project import shop
from story import Story

EIGHTH = "2024-01-08 12:00:00"
NINTH = "2024-01-09 12:00:00"
TESTS = """test_totals:
  model: shop.totals
  inputs: {shop.sales: [{id: 1, item: a, ds: 2024-01-01, qty: 2}]}
  outputs: {query: [{n: 1, qty: 2}]}
test_latest:
  model: shop.latest
  inputs: {shop.sales: [{id: 1, item: a, ds: 2024-01-01, qty: 2}]}
  outputs: {query: [{ds: 2024-01-01}]}
"""
# The same lines, whatever blanks and order.
LINES = """
environments
diff dev
info --skip-connection
table_name shop.sales
table_name shop.sales --environment dev
table_name shop.sales --env dev --prod
table_name shop.nothing
table_name shop.sales --env nowhere
check_intervals
check_intervals dev --no-signals
check_intervals dev --select-model shop.sales
check_intervals prod --select-model shop.nothing
check_intervals prod -s 2024-01-05 -e 2024-01-06
check_intervals prod -s 2024-01-06 -e 2024-01-05
check_intervals prod -e 2024-01-20
check_intervals prod -e 2024-01-08
check_intervals nowhere
audit
audit --model shop.sales -s 2024-01-01 -e 2024-01-08
audit --model shop.sales -s 2024-01-01 -e 2024-01-05 --execution-time 2024-01-05
audit --model shop.sales --model shop.items -s 2024-01-05
audit -s 2024-01-05 -e 2024-01-04
lint
lint --model shop.sales --local
lint --model shop.nothing
render shop.sales --no-format
render shop.sales --no-format -s 2024-01-02 -e 2024-01-03
render shop.sales --no-format -s 2024-01-03 -e 2024-01-02
render shop.sales --no-format --execution-time '2 days ago'
render shop.items --no-format --expand shop.sales
render shop.latest --no-format --dialect duckdb --max-text-width 20
render shop.latest --no-format --leading-comma --normalize-functions lower
render shop.sales --no-format --indent 4 --pad 4 --normalize
render shop.orders --no-format
"""
# The same counts, percentages and columns.
ROWS = """
table_diff prod:dev shop.sales
table_diff prod:dev -m shop.sa*
table_diff prod:dev -m * --warn-grain-check
table_diff prod:dev -m shop.nothing
table_diff prod:dev shop.sales --show-sample --limit 1
table_diff prod:dev shop.sales -o id -o item
table_diff prod:dev shop.referred
table_diff prod:dev shop.sales -s qty -s item
table_diff prod:dev shop.sales --where 'qty > 2'
table_diff shop.before:shop.after -o id
table_diff prod:dev shop.totals -o n --skip-grain-check
table_diff prod:dev shop.items -d 0 --schema-diff-ignore-case
table_diff prod:prod shop.sales
table_diff shop.sales:shop__dev.sales -o id
table_diff shop.sales:shop__dev.sales -o item --skip-grain-check --temp-schema other
"""
COUNTS = """
test
test -v --preserve-fixtures --local
test -k totals
test -k nothing
test {project}/tests/test_all.yaml
test {project}/tests/test_all.yaml::test_latest
test {project}/models/totals.sql
test --select-model shop.latest
"""
REFUSED = """
diff nowhere
table_diff prod:dev -m *
table_diff prod:nowhere shop.sales
table_diff prod:dev shop.sales -o nothing
table_diff prod:dev shop.sales --where 'nonsense > 2'
table_diff prod:dev shop.totals
table_diff prod:dev shop.keyed
table_diff shop.sales:shop__dev.sales
table_diff shop.sales:shop.nothing -o id
table_diff shop.sales
table_diff prod:dev
table_diff prod:dev shop.sales -m shop.items
test {project}/tests/nothing.yaml
test {project}/tests/test_all.yaml::test_nothing
test --match-pattern totals
audit --model shop.nothing
audit -s nonsense
check_intervals prod -s nonsense
render shop.nothing
render shop.sales -s nonsense
render shop.latest --dialect nonsense
state export --environment nowhere -o {project}/state.json --no-confirm
state export --environment dev --local -o {project}/state.json --no-confirm
state import -i {project}/nothing.json --no-confirm
"""


def files():
    out = shop("duckdb") | {"tests/test_all.yaml": TESTS}
    out["models/orders.sql"] = out["models/orders.sql"].replace("columns (", "grain id, columns (")
    out["models/items.sql"] = out["models/items.sql"].replace("MODEL (name shop.items,", "MODEL (name shop.items, grain item,")
    audited = "(time_column ds), grain id, audits (not_null(columns := (id)), forall(criteria := (qty > 1), blocking := false)));"
    out["models/sales.sql"] = out["models/sales.sql"].replace("(time_column ds));", audited)
    out["models/keyed.sql"] = "MODEL (name shop.keyed, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id));\nSELECT id, qty FROM shop.sales\n"
    out["models/referred.sql"] = "MODEL (name shop.referred, kind FULL, references (id AS order_id, item));\nSELECT *, qty / 2 AS half, [qty] AS list FROM shop.sales\n"
    for name, third in (("before", 3), ("after", 9)):
        out[f"models/{name}.sql"] = f"MODEL (name shop.{name}, kind FULL, grain id);\nSELECT id, n, n > 0 AS some FROM (VALUES (1, 1), (2, 2), (3, {third})) AS t(id, n)\n"
    return out


@pytest.fixture(scope="module")
def story():
    with Story("duckdb", files(), cadence="") as running:
        running.plan(EIGHTH, "prod")
        running.replace("models/sales.sql", "qty FROM", "qty + CASE WHEN id = 2 THEN 1 ELSE 0 END AS qty, 1 AS one FROM")
        running.replace("models/sales.sql", "WHERE ds", "WHERE id <> 1 AND ds")
        running.replace("models/referred.sql", "AS half", "AS half, ds AS day, item AS word, qty > 1 AS many, CAST(qty AS DECIMAL(12, 2)) AS exact, CAST(ds AS TIMESTAMP) AS at")
        running.plan(EIGHTH, "dev")
        yield running


def lines(text):
    return sorted(line for line in (re.sub(r"\s+", " ", line.strip("*│├└─ \r")) for line in text.splitlines()) if line)


def rows(text):
    """Counts with percentages, a percentage by column, columns with types."""
    found = re.findall(r"([\w. ]+): (\d+) rows \(([\d.]+)%\)|^(\w+) +([\d.]+|NaN)$|(\w+) \(([\w ,()]+)\)$|(No models matched.*)", "\n".join(lines(text).__iter__()), re.M)
    return sorted(tuple(part.strip() for part in one) for one in found)


def counts(text):
    return re.findall(r"(Ran|Skipped) `?(\d+)`? ?tests", text, re.I)


def check(story, commands, facts):
    wrong = []
    for command in commands.strip().splitlines():
        (code, theirs), (own_code, ours) = story.answers(NINTH, *shlex.split(command))
        if (code == 0) != (own_code == 0) or own_code >= 64 or facts(theirs) != facts(ours):
            wrong.append(f"{command}: {code} and {own_code}\n--- sqlmesh {facts(theirs)}\n{theirs[-1500:]}\n--- towline {facts(ours)}\n{ours[-1500:]}")
    assert not wrong, "\n".join(wrong)


def said(text):
    """What a person reads: without warnings, which go elsewhere, and the word of the program that is run next."""
    return lines(re.sub(r"^\[WARNING\].*$", "", text, flags=re.M))


def test_commands_tell_the_same(story):
    check(story, LINES, said)


def test_tables_differ_alike(story):
    check(story, ROWS, rows)


def test_as_many_tests_run(story):
    check(story, COUNTS, counts)


def test_both_refuse(story):
    check(story, REFUSED, lambda text: "")
    for command in REFUSED.strip().splitlines()[:1]:
        assert all(code != 0 for code, _ in story.answers(NINTH, *shlex.split(command)))
