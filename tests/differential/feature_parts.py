"""What projects of features are made of: a first model, and the rest of a file around what is of interest."""

BASE = {
    "models/base.sql": """MODEL (name shop.base, kind FULL);
SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds, 'a' AS region, 10 AS qty, CAST('2024-01-01 10:00:00' AS TIMESTAMP) AS updated_at
""",
}


def model(header, query="SELECT id, ds, region, qty, updated_at FROM shop.base", name="shop.child", tail=""):
    return {**BASE, "models/child.sql": f"MODEL (\n  name {name},\n  {header}\n);\n\n{query}{tail}\n"}


TIME = "kind INCREMENTAL_BY_TIME_RANGE (time_column ds"
WINDOW = "SELECT id, ds, region, qty FROM shop.base WHERE ds BETWEEN @start_date AND @end_date"
SEED = "MODEL (name shop.teas, kind SEED (path '../seeds/teas.csv'{more}){columns});\n"


def seed(csv, columns="", more=""):
    return {"seeds/teas.csv": csv, "models/teas.sql": SEED.format(more=more, columns=columns)}


def jinja(query, header="kind FULL", pre="", post="", **files):
    """A model whose query is a Jinja block; `macros` is a file of macros, `config` is added to the configuration."""
    out = model(header, f"{pre}JINJA_QUERY_BEGIN;\n{query}\nJINJA_END;{post}")
    for key, text in files.items():
        out["macros/own.sql" if key == "macros" else key] = text
    return out


JINJA_MACROS = """{% macro column(name, kind='int') %}CAST({{ name }} AS {{ kind }}) AS {{ name }}{% endmacro %}

-- don't mind the quote
{%- macro columns(names) -%}
  {% for n in names %}{{ column(n) }}{{ ", " if not loop.last }}{% endfor %}
{%- endmacro -%}
{% macro unused() %}{{ column('never') }}{% endmacro %}
{% macro of_variable() %}{{ var('word', 'none') }}{% endmacro %}
{% macro wrap(name) %}( {{ caller() }} ) AS {{ name }}{% endmacro %}
{% macro day() %}CAST('{{ start_ds }}' AS DATE){% endmacro %}
"""

SALES = {
    "models/sales.sql": """MODEL (name shop.sales, kind FULL, dialect duckdb);
SELECT 'n'::TEXT AS region, 'Q1'::TEXT AS quarter, 1.5::DECIMAL(10, 2) AS amount, 2020::INT AS year, 3::BIGINT AS units
""",
    "models/months.sql": """MODEL (name shop.months, kind FULL, dialect duckdb);
SELECT 1::INT AS id, 1::DOUBLE AS jan, 2::DOUBLE AS feb, 3::INT AS mar, 'x'::TEXT AS note
""",
    "models/lists.sql": """MODEL (name shop.lists, kind FULL, dialect duckdb);
SELECT 1::INT AS id, [1, 2]::INT[] AS items, [{'a': 1, 'b': 'x'}]::STRUCT(a INT, b TEXT)[] AS parts, MAP {'k': 1}::MAP(TEXT, INT) AS pairs
""",
}
QUARTERS = "PIVOT(SUM(amount) FOR quarter IN ('Q1', 'Q2'))"
MONTHS = "UNPIVOT(value FOR month IN (jan, feb))"
PLAIN_SALES = "WITH s AS (SELECT region, quarter, amount FROM shop.sales) "
PLAIN_MONTHS = "WITH m AS (SELECT id, jan, feb FROM shop.months) "


def queries(dialect, *texts):
    """One project with a model of each query."""
    return {**SALES, **{f"models/q{at}.sql": f"MODEL (name shop.q{at}, kind VIEW, dialect {dialect});\n{text}\n" for at, text in enumerate(texts)}}
