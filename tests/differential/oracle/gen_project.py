#!/usr/bin/env python3
"""Generate a SQLMesh project of N SQL models (no Python models or Python macros), deterministic for a given seed.

usage: gen_project.py N [--engine duckdb|postgres] [--out DIR] [--seed S] [--start YYYY-MM-DD] [--days D] [--rows R] [--no-jinja]

Layered DAG: seeds -> stg -> int1..intK -> mart. Every model has the key `id` and the columns
  id INT, ds DATE, cust_id INT, region TEXT, qty INT, amount DECIMAL(18,2), updated_at TIMESTAMP (+ extras)
so that any model can feed any other one. Values are integers and decimals, so results do not depend on the order of
summation. Data covers `--days` days from `--start`; plan with --execution-time at start+days-1 and run a day later
to have every model due with new rows.

Connection settings come from the environment of the process that loads the project:
  duckdb:   ORACLE_DUCKDB (file, default db.db), ORACLE_TASKS (concurrent_tasks, default 1)
  postgres: PGHOST 127.0.0.1, PGPORT 54329, PGUSER postgres, PGPASSWORD x, PGDATABASE oracle, ORACLE_TASKS
"""

import argparse
import csv
import datetime as dt
import os
import random

KINDS = (  # (kind, weight) of the models that are not seeds
    ("FULL", 30),
    ("VIEW", 22),
    ("INC_TIME", 28),
    ("INC_KEY", 14),
    ("SCD", 6),
)
REGIONS = ("emea", "apac", "amer", "latam")


def words(rng, n):
    pool = ("orders returns visits carts leads bills stock shipments refunds signups renewals tickets quotes "
            "contracts payments transfers routes devices events sessions").split()
    return "_".join(rng.choice(pool) for _ in range(n))


class Gen:
    def __init__(self, a):
        self.a = a
        self.rng = random.Random(a.seed * 1000003 + a.n)
        self.pg = a.engine == "postgres"
        self.double = "DOUBLE PRECISION" if self.pg else "DOUBLE"
        self.out = a.out
        self.start = dt.date.fromisoformat(a.start)
        self.models = []  # dicts: name, layer, kind

    def write(self, path, text):
        full = os.path.join(self.out, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)

    # ---------------------------------------------------------------- project files
    def project(self):
        if self.pg:
            conn = """      type: postgres
      host: {{ env_var('PGHOST', '127.0.0.1') }}
      port: {{ env_var('PGPORT', '54329') }}
      user: {{ env_var('PGUSER', 'postgres') }}
      password: "{{ env_var('PGPASSWORD', 'x') }}"
      database: {{ env_var('PGDATABASE', 'oracle') }}
      concurrent_tasks: {{ env_var('ORACLE_TASKS', '1') }}"""
        else:
            conn = """      type: duckdb
      database: {{ env_var('ORACLE_DUCKDB', 'db.db') }}
      concurrent_tasks: {{ env_var('ORACLE_TASKS', '1') }}"""
        self.write("config.yaml", f"""gateways:
  main:
    connection:
{conn}
    variables:
      tier: gold
default_gateway: main
model_defaults:
  dialect: {self.a.engine}
  start: {self.a.start}
  cron: '@daily'
  owner: data_team
variables:
  min_qty: 1
  bump: 7
  prefix: net
  region_list: [emea, apac]
  tier: silver
disable_anonymized_analytics: true
""")
        self.write("audits/generic.sql", """AUDIT (
  name assert_amount_at_least,
  dialect %s,
  defaults (lower = 0)
);

SELECT *
FROM @this_model
WHERE amount < @lower;

AUDIT (
  name assert_known_region,
  blocking false
);

SELECT region, COUNT(*) AS n
FROM @this_model
WHERE NOT region IN ('emea', 'apac', 'amer', 'latam')
GROUP BY region;
""" % self.a.engine)
        if not self.a.no_jinja:
            self.write("macros/util.sql", """{% macro bucket(col, n) %}MOD({{ col }}, {{ n }}){% endmacro %}

{% macro flag(col, value) %}CASE WHEN {{ col }} = '{{ value }}' THEN 1 ELSE 0 END{% endmacro %}
""")

    # ---------------------------------------------------------------- models
    def seed_model(self, i):
        name = f"raw.seed_{i:03d}"
        rows = []
        for d in range(self.a.days):
            day = self.start + dt.timedelta(days=d)
            for r in range(self.a.rows):
                rid = d * self.a.rows + r + 1
                rows.append((
                    rid, day.isoformat(), (rid * 7 + i) % 23, REGIONS[(rid + i) % 4], (rid * 3 + i) % 17 + 1,
                    f"{((rid * 131 + i * 17) % 100000) / 100:.2f}",
                    f"{day.isoformat()} {(rid * 5 + i) % 24:02d}:{(rid * 7) % 60:02d}:00",
                ))
        path = os.path.join(self.out, f"seeds/seed_{i:03d}.csv")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="") as f:
            w = csv.writer(f, lineterminator="\n")
            w.writerow(("id", "ds", "cust_id", "region", "qty", "amount", "updated_at"))
            w.writerows(rows)
        self.write(f"models/raw/seed_{i:03d}.sql", f"""MODEL (
  name {name},
  kind SEED (
    path '$root/seeds/seed_{i:03d}.csv',
    batch_size 500
  ),
  columns (
    id INT,
    ds DATE,
    cust_id INT,
    region TEXT,
    qty INT,
    amount DECIMAL(18, 2),
    updated_at TIMESTAMP
  ),
  grain id,
  audits (
    not_null(columns := (id, ds)),
    unique_values(columns := (id))
  )
);
""")
        self.models.append({"name": name, "layer": 0, "kind": "SEED", "view_up": False})

    def source(self, m, alias):
        """FROM item for a parent; SCD parents only give their open rows."""
        if m["kind"] == "SCD":
            return (f"(\n  SELECT id, ds, cust_id, region, qty, amount, updated_at\n  FROM {m['name']}\n"
                    f"  WHERE valid_to IS NULL\n) AS {alias}")
        return f"{m['name']} AS {alias}"

    def header(self, m, kind_sql, extra=""):
        rng = self.rng
        props = [f"  name {m['name']}", f"  kind {kind_sql}", "  cron '@daily'"]
        if rng.random() < 0.5:
            props.append(f"  owner {rng.choice(('ann', 'bob', 'cyd'))}")
        if rng.random() < 0.4:
            props.append(f"  tags ({', '.join(sorted(rng.sample(('pii', 'core', 'fin', 'ops', 'wip'), rng.randint(1, 3))))})")
        if rng.random() < 0.5:
            props.append("  grain id")
        if rng.random() < 0.3:
            props.append(f"  description 'Model {m['name']} about {words(rng, 2)}'")
        audits = ["not_null(columns := (id, region))"]
        r = rng.random()
        if r < 0.35:
            audits.append("assert_amount_at_least(lower := -1000000)")
        elif r < 0.6:
            audits.append("assert_known_region")
        elif r < 0.75:
            audits.append("accepted_values(column := region, is_in := ('emea', 'apac', 'amer', 'latam'))")
        elif r < 0.85:
            audits.append("accepted_range(column := qty, min_v := 0)")
        if m["kind"] not in ("SCD",):
            audits.append("unique_values(columns := (id))")
        if m["kind"] == "VIEW" and rng.random() < 0.5:
            audits = audits[:1]
        props.append("  audits (\n    " + ",\n    ".join(audits) + "\n  )")
        if extra:
            props.append(extra)
        return "MODEL (\n" + ",\n".join(props) + "\n);\n\n"

    def bounded(self, expr):
        return f"CAST(MOD(CAST(({expr}) * 100 AS BIGINT), 10000000) AS DECIMAL(18, 2)) / 100"

    def model(self, i, layer, kind):
        rng = self.rng
        schema = "stg" if layer == 1 else ("mart" if layer == self.last else f"int{layer - 1}")
        m = {"name": f"{schema}.m_{i:05d}_{words(rng, 1)}", "layer": layer, "kind": kind}
        prev = self.by_layer[layer - 1]
        older = [x for l in range(layer) for x in self.by_layer[l]]
        if kind == "SCD":
            # Real SQLMesh on Postgres (0.236.4) fails its first plan when a view feeds a forward-only model: the
            # schema migration recreates that view with DROP ... CASCADE (upstream issue 5954). Keep clear of it.
            prev = [x for x in prev if not x["view_up"]] or [x for x in older if not x["view_up"]]
            older = [x for x in older if not x["view_up"]]
        parents = [rng.choice(prev)]
        for _ in range(rng.choice((0, 1, 1, 2))):
            c = rng.choice(prev if rng.random() < 0.7 else older)
            if c not in parents:
                parents.append(c)
        m["view_up"] = kind == "VIEW" or any(x["view_up"] for x in parents)
        p, rest = parents[0], parents[1:]
        lines = []
        # a WITH part for about half of the models with other parents
        ctes, joins, extra_cols = [], [], []
        for k, q in enumerate(rest):
            if rng.random() < 0.5:
                ctes.append(
                    f"agg_{k} AS (\n  SELECT\n    cust_id,\n    SUM(qty) AS total_qty,\n"
                    f"    COUNT(DISTINCT region) AS regions,\n    MAX(updated_at) AS last_update\n"
                    f"  FROM {self.source(q, 's').replace(chr(10), chr(10) + '  ')}\n  GROUP BY\n    cust_id\n)")
                joins.append(f"LEFT JOIN agg_{k} AS a{k}\n  ON a{k}.cust_id = b.cust_id")
                extra_cols.append((f"a{k}_qty", "BIGINT", f"CAST(COALESCE(a{k}.total_qty, 0) AS BIGINT) AS a{k}_qty"))
                delta = f"COALESCE(a{k}.regions, 0)"
            else:
                joins.append(f"LEFT JOIN {self.source(q, f'j{k}')}\n  ON j{k}.id = b.id")
                extra_cols.append((f"j{k}_region", "TEXT", f"j{k}.region AS j{k}_region"))
                delta = f"COALESCE(j{k}.amount, 0)"
            lines.append(delta)
        amount = self.bounded(" + ".join(["b.amount", *lines, "@bump" if rng.random() < 0.5 else "1"]))
        style = rng.random()
        where = ["b.qty >= @min_qty"] if rng.random() < 0.5 else []
        pre, post, jinja = "", "", False
        if style < 0.25:
            extra_cols.append(("each", None, "@EACH(['emea', 'apac', 'amer'], r -> CASE WHEN b.region = @r THEN b.qty ELSE 0 END AS qty_@r)"))
        elif style < 0.40:
            extra_cols.append((None, None, "b.qty * 2 AS @{prefix}_qty"))
            extra_cols.append((None, None, "@tier AS tier"))
        elif style < 0.50:
            pre = "@DEF(cutoff, 3);\n\n"
            extra_cols.append((None, None, "@IF(@cutoff > 2, b.qty + @cutoff, b.qty) AS qty_plus"))
        elif style < 0.60:
            extra_cols.append((None, None, f"CAST(b.qty AS {self.double}) / 4 AS qty_quarter"))
            extra_cols.append((None, None, "@SAFE_DIV(b.cust_id, b.qty) IS NULL AS no_ratio"))
        elif style < 0.70 and kind in ("FULL", "VIEW") and not ctes and not self.a.no_jinja:
            jinja = True
        elif style < 0.80:
            extra_cols.append((None, None, "@GENERATE_SURROGATE_KEY(b.id, b.region) AS sk"))
        elif style < 0.90:
            extra_cols.append((None, None, "ROW_NUMBER() OVER (PARTITION BY b.region ORDER BY b.id) AS rn"))
            where.append("@AND(b.id > 0, b.cust_id >= 0)")

        comment = rng.random() < 0.4
        cols = [
            "b.id AS id" + (", -- stable key" if comment else ","),
            "b.ds AS ds,",
            "b.cust_id AS cust_id,",
            "b.region AS region" + (", -- sales region" if comment else ","),
            "CAST(b.qty AS INT) AS qty,",
            f"CAST({amount} AS DECIMAL(18, 2)) AS amount,",
            "b.updated_at AS updated_at,",
        ]
        cols += [c[2] + "," for c in extra_cols]
        last = cols[-1]
        cols[-1] = last[:-1] if last.endswith(",") else last

        if kind == "INC_TIME":
            var = rng.choice((("@start_ds", "@end_ds"), ("@start_date", "@end_date")))
            if var[0] == "@start_ds":
                where.append(f"b.ds BETWEEN CAST({var[0]} AS DATE) AND CAST({var[1]} AS DATE)")
            else:
                where.append(f"b.ds BETWEEN {var[0]} AND {var[1]}")
            opts = ["time_column ds" if rng.random() < 0.6 else "time_column (ds, '%Y-%m-%d')"]
            if rng.random() < 0.4:
                opts.append(f"batch_size {rng.choice((3, 7, 30))}")
            if rng.random() < 0.25:
                opts.append(f"lookback {rng.choice((1, 2))}")
            kind_sql = "INCREMENTAL_BY_TIME_RANGE (\n    " + ",\n    ".join(opts) + "\n  )"
        elif kind == "INC_KEY":
            where.append("b.updated_at BETWEEN @start_ts AND @end_ts" if rng.random() < 0.5 else "b.updated_at <= @end_dtntz")
            kind_sql = "INCREMENTAL_BY_UNIQUE_KEY (\n    unique_key id\n  )"
        elif kind == "SCD":
            kind_sql = "SCD_TYPE_2_BY_TIME (\n    unique_key id,\n    updated_at_name updated_at\n  )"
        else:
            kind_sql = kind

        text = self.header(m, kind_sql) + pre
        if jinja:
            cols.append("{{ bucket('b.id', 5) }} AS id_bucket,")
            cols[-2] = cols[-2] + ("" if cols[-2].rstrip().endswith(",") or "--" in cols[-2] else ",")
            cols.append("{% for r in ['emea', 'apac'] %}{{ flag('b.region', r) }} AS is_{{ r }},{% endfor %}")
            cols.append("{{ var('bump') }} AS bump_value")
            where = [w.replace("@min_qty", "{{ var('min_qty') }}").replace("@AND(b.id > 0, b.cust_id >= 0)", "b.id > 0") for w in where]
            cols = [c.replace("@bump", "{{ var('bump') }}") for c in cols]
            text += "JINJA_QUERY_BEGIN;\n"
        if ctes:
            text += "WITH " + ", ".join(ctes) + "\n"
        text += "SELECT\n  " + "\n  ".join(cols) + "\n"
        text += f"FROM {self.source(p, 'b')}\n"
        if joins:
            text += "\n".join(joins) + "\n"
        if where:
            text += "WHERE\n  " + "\n  AND ".join(where)
        text = text.rstrip("\n")
        if jinja:
            text += "\nJINJA_END;\n"
        else:
            text += "\n" if rng.random() < 0.5 else ";\n"
        self.write(f"models/{schema}/{m['name'].split('.')[1]}.sql", text)
        return m

    def run(self):
        n = self.a.n
        os.makedirs(self.out, exist_ok=True)
        self.project()
        seeds = max(2, min(40, n // 20))
        for i in range(seeds):
            self.seed_model(i)
        rest = n - seeds
        layers = max(3, min(12, round(rest ** 0.33) + 1))
        self.last = layers
        self.by_layer = {0: list(self.models)}
        # kinds in exact proportion, shuffled
        kinds = []
        total = sum(w for _, w in KINDS)
        for k, w in KINDS:
            kinds += [k] * round(rest * w / total)
        while len(kinds) < rest:
            kinds.append("FULL")
        kinds = kinds[:rest]
        self.rng.shuffle(kinds)
        per = [rest // layers + (1 if i < rest % layers else 0) for i in range(layers)]
        i = 0
        for layer in range(1, layers + 1):
            new = []
            for _ in range(per[layer - 1]):
                new.append(self.model(i, layer, kinds[i]))
                i += 1
            self.by_layer[layer] = new
            self.models += new
        counts = {}
        for m in self.models:
            counts[m["kind"]] = counts.get(m["kind"], 0) + 1
        print(f"{self.out}: {len(self.models)} models, {layers + 1} layers, {counts}")


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("n", type=int)
    p.add_argument("--engine", choices=("duckdb", "postgres"), default="duckdb")
    p.add_argument("--out")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--start", default="2024-01-01")
    p.add_argument("--days", type=int, default=10)
    p.add_argument("--rows", type=int, default=20, help="rows per day in each seed")
    p.add_argument("--no-jinja", action="store_true", help="no model and no macro file in Jinja")
    a = p.parse_args()
    a.out = a.out or f"gen_{a.engine}_{a.n}"
    Gen(a).run()
