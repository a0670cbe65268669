"""A random SQLMesh project from a seed: files by path. What it draws from is what public projects use. Most columns have a cast; random_queries.py
asks how far types are inferred."""

import random

DIALECTS = ("duckdb", "postgres", "bigquery", "snowflake", "databricks", "spark", "redshift", "trino", "tsql", "mysql", "clickhouse")
# The type of a column in each dialect, by what the generator calls it.
TYPES = {
    "int": {"bigquery": "INT64", "snowflake": "INT", "clickhouse": "Int32"},
    "text": {"clickhouse": "String", "bigquery": "STRING", "databricks": "STRING", "spark": "STRING", "tsql": "VARCHAR(100)", "mysql": "CHAR", "trino": "VARCHAR"},
    "date": {},
    "real": {"clickhouse": "Float64", "bigquery": "FLOAT64", "tsql": "FLOAT", "postgres": "DOUBLE PRECISION", "redshift": "DOUBLE PRECISION"},
}
# Projections whose type is inferred; {c} is a column. What a dialect says otherwise is in random_queries.py.
INFERRED = ("COALESCE({c}, {c})", "CASE WHEN {c} IS NULL THEN {c} ELSE {c} END", "MAX({c}) OVER ()", "COUNT(*) OVER ()", "NULL", "1", "'a'", "1.5", "({c})", "{c} IS NOT NULL", "ROW_NUMBER() OVER (ORDER BY {c})", "NULLIF({c}, {c})")
DEFAULT_TYPES = {"int": "INT", "text": "TEXT", "date": "DATE", "real": "DOUBLE"}
COLUMNS = {"id": "int", "ds": "date", "region": "text", "amount": "real", "kind_of": "text", "n": "int"}


def type_of(name, dialect):
    return TYPES[COLUMNS[name]].get(dialect, DEFAULT_TYPES[COLUMNS[name]])


class Project:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.dialect = self.r.choice(("duckdb", "duckdb", *DIALECTS))
        self.files, self.models = {}, []
        self.infer = self.maybe(0.1)
        self.variables = {"n": "3", "word": "'qty'", "flag": "true", "list": "[1, 2]", "none": "null", "rate": "0.5"}

    def maybe(self, chance=0.5):
        return self.r.random() < chance

    def some(self, choices, most=3):
        return self.r.sample(list(choices), self.r.randint(0, min(most, len(choices))))

    # --- configuration

    def config(self):
        r, out = self.r, []
        out.append("gateways:\n  local:\n    connection:\n      type: duckdb\n      database: " + r.choice(("shop.db", "'a/one.two.db'", "':memory:'")))
        if self.maybe(0.3):
            out.append("    variables:\n      n: 7\n      own: 'x'")
        if self.maybe(0.2):
            out.append("    model_defaults:\n      owner: gate")
        self.two_gateways = self.maybe(0.3)
        if self.two_gateways:
            out.append("  Other:\n    connection: {type: duckdb, database: other.db}")
        out.append("default_gateway: local")
        out.append(f"model_defaults:\n  dialect: {self.dialect}\n  start: {r.choice(('2024-01-01', '1 week ago'))}")
        defaults = ("cron: '@weekly'", "owner: team", "storage_format: parquet", "table_format: iceberg", "interval_unit: day", "kind: full",
                    "physical_properties:\n    a: 1\n    b: x", "virtual_properties:\n    v: true", "session_properties:\n    s: 2",
                    "audits:\n    - number_of_rows(threshold := 1)", "optimize_query: true", "allow_partials: true", "on_destructive_change: warn",
                    "on_additive_change: ignore", "batch_concurrency: 2", "pre_statements:\n    - SELECT 1", "post_statements:\n    - SELECT 2",
                    "enabled: true", "formatting: false")
        out += [f"  {line}" for line in self.some(defaults)]
        out.append("variables:\n" + "\n".join(f"  {k}: {v}" for k, v in self.variables.items()))
        extra = ("physical_table_naming_convention: table_only", "physical_table_naming_convention: hash_md5", "environment_suffix_target: table",
                 "environment_suffix_target: catalog", "time_column_format: '%Y/%m/%d'", "snapshot_ttl: in 2 weeks", "environment_ttl: null",
                 "physical_schema_mapping:\n  '^shop$': stored", "linter:\n  enabled: true\n  rules: [nomissingaudits]\n  warn_rules: [nomissingexternalmodels]",
                 "before_all:\n  - SELECT @n", "after_all:\n  - \"@IF(@this_env = 'prod', SELECT 1)\"", "project: east", "users:\n  - username: ann\n    roles: [required_approver]",
                 "ignore_patterns:\n  - models/ignored*.sql", "pinned_environments: [keep, Stay]", "plan:\n  enable_preview: true\n  auto_categorize_changes:\n    sql: full",
                 "format:\n  normalize: true\n  pad: 4", "ui:\n  format_on_save: false", "disable_anonymized_analytics: true", "virtual_environment_mode: dev_only",
                 "default_target_environment: dev_{{ env_var('WHO', 'ann') }}", "log_limit: 5", "cicd_bot:\n  type: github\n  merge_method: squash")
        chosen = {}
        for line in self.some(extra, 4):
            chosen[line.split(":")[0]] = line
        out += chosen.values()
        if self.infer:
            out.append("model_naming:\n  infer_names: true")
        return "\n".join(out) + "\n"

    # --- parts of a model

    def columns(self):
        return ["id", "ds", *self.r.sample(["region", "amount", "kind_of", "n"], self.r.randint(1, 3))]

    def cast(self, name, dialect, source):
        text = source.get(name, {"int": "1", "text": "'a'", "date": "'2024-01-01'", "real": "1.5"}[COLUMNS[name]])
        return f"CAST({text} AS {type_of(name, dialect)}) AS {name}"

    def projection(self, names, dialect, source):
        lines = []
        for name in names:
            line = "  " + self.cast(name, dialect, source)
            before = self.r.choice(("", "", "", "", f"  -- before the {name}\n", f"  /* of {name} */\n"))
            lines.append(before + line + self.r.choice(("", "", "", f" /* the {name} */", f" /* it */ /* the {name} */", f" -- the {name}\n")))
        for at in range(self.r.choice((0, 0, 0, 1, 2))):
            known = list(source.values()) or ["CAST(1 AS INT)" if dialect not in ("bigquery", "clickhouse") else "1"]
            template = self.r.choice(INFERRED)
            while "{c}" in template:
                template = template.replace("{c}", self.r.choice(known), 1)
            lines.append(self.r.choice(("  ", "  -- inferred\n  ", "  /* one */ ")) + template + f" AS found_{at}" + self.r.choice(("", " -- behind\n", " /* behind */")))
        text = ",\n".join(lines)
        if self.maybe(0.2):
            text += f", -- last\n  CAST(@n + @EVAL(1 + 1) AS {type_of('n', dialect)}) AS extra"
        if self.maybe(0.15) and dialect != "tsql":  # where [1, 2] is a name
            text += f",\n  @EACH([1, 2], x -> CAST(@x AS {type_of('n', dialect)}) AS e_@x)"
        if self.maybe(0.1) and dialect != "tsql":  # where @flag is (1 = 1)
            text += f",\n  CAST(@IF(@flag, @VAR('n', 2), @n) AS {type_of('n', dialect)}) AS chosen"
        if self.maybe(0.1):
            text += f",\n  CAST(@{{word}}_x AS {type_of('region', dialect)}) AS @{{word}}_y"
        return text

    def query(self, names, dialect, parents, incremental):
        r = self.r
        if not parents:
            return f"SELECT\n{self.projection(names, dialect, {})}"
        first, first_columns = r.choice(parents)
        alias = r.choice(("t", "b", "src"))
        source = {name: f"{alias}.{name}" for name in names if name in first_columns}
        where = ["@AND(TRUE, NULL, 1 = 1)"] if self.maybe(0.1) else []
        if incremental:
            where.append(f"{alias}.ds BETWEEN @start_{incremental} AND @end_{incremental}")
        elif self.maybe(0.3):
            where.append(f"{alias}.id > @n")
        select, table = self.projection(names, dialect, source), first
        body = f"SELECT\n{select}\nFROM {table} AS {alias}"
        if self.maybe(0.25) and len(parents) > 1:
            other, _ = r.choice(parents)
            body += f"\n{r.choice(('LEFT JOIN', 'JOIN'))} {other} AS o ON o.id = {alias}.id"
        if where:
            body += "\nWHERE " + " AND ".join(where)
        shape = r.random()
        if shape < 0.08:
            return f"WITH inner_one AS (\n{body}\n), second AS (SELECT * FROM inner_one), third AS (SELECT s.* FROM second AS s)\nSELECT * FROM third -- three levels"
        if shape < 0.15:
            return f"WITH inner_one AS (\n{body}\n)\nSELECT * FROM inner_one"
        if shape < 0.25:
            return f"{body}\nUNION ALL\n{body}"
        if shape < 0.32:
            return f"SELECT q.* FROM (\n{body}\n) AS q"
        if shape < 0.38 and not incremental:
            return f"SELECT * FROM {table}" + r.choice(("", " -- all", "\n-- all of it\n"))
        if shape < 0.42 and not incremental:
            return f"SELECT {alias}.* FROM {table} AS {alias} /* all */"
        if shape < 0.48 and "@" not in body and not incremental and "{" not in body:
            return "JINJA_QUERY_BEGIN;\n" + body.replace("FROM ", "{# hidden #}FROM ", 1) + r.choice(("", "\n{% if 1 < 2 %}-- {{ 'a' | upper }}{% endif %}", "\n{% set x = 1 %}")) + "\nJINJA_END"
        return body

    def kind(self, names, dialect):
        r = self.r
        time = "time_column " + r.choice(("ds", "(ds, '%Y-%m-%d')"))
        change = r.choice(("", ", forward_only true", ", on_destructive_change warn", ", disable_restatement true", ", auto_restatement_cron '@weekly'"))
        by_time = f"INCREMENTAL_BY_TIME_RANGE ({time}{r.choice(('', ', batch_size 3', ', lookback 2', ', batch_concurrency 1', ', partition_by_time_column false'))}{change})"
        key = r.choice(("id", "(id, ds)", "[id]", "(COALESCE(id, 0))" if dialect == "redshift" else "COALESCE(id, 0)"))
        if dialect == "clickhouse":  # its partitions of a time range depend on types
            return r.choice(("FULL", "VIEW", "EMBEDDED", f"INCREMENTAL_BY_UNIQUE_KEY (unique_key {key}{change})"))
        choices = ["FULL", "FULL", "VIEW", "VIEW", "VIEW (materialized true)", "EMBEDDED", by_time, by_time, f"INCREMENTAL_BY_UNIQUE_KEY (unique_key {key}{change})",
                   "INCREMENTAL_UNMANAGED", # Named, since SQLMesh folds the default names once for all dialects of a process.
                   f"SCD_TYPE_2_BY_COLUMN (unique_key id, valid_from_name vf, valid_to_name vt, columns {r.choice(('*', '[ds]', '(ds)'))})"]
        return r.choice(choices)

    def properties(self, name, kind, names):
        r = self.r
        stored = not kind.startswith(("VIEW", "EMBEDDED"))
        choices = ["cron '@daily'", "cron '0 */6 * * *'", "owner ann", "description 'it''s this'", "tags (a, b)", "tags [c]", "tags 'one'", "grain id", "grain (id, ds)", "grains (id, ds)",
                   "grains ((id, ds))", "references (id AS other_id, ds)", "start '2023-05-05'", "stamp 'v1'", "column_descriptions (id = 'the key')",
                   "physical_properties (a = 1, b = 'x')", "virtual_properties (c = 3, 'x.y' = 'z')", "session_properties (d = 2)", "session_properties ('e.f' = 'x', g = 1)",
                   "description 'two\n  lines'", "references [id, ds]", "allow_partials true", "interval_unit 'day'", "end '2030-01-01'", "gateway other", "optimize_query false", "formatting false",
                   "ignored_rules [nomissingaudits]", "ignored_rules ALL", "cron_tz 'Europe/Berlin'", "gateway local", "enabled true"]
        if stored:
            choices += ["partitioned_by ds", "partitioned_by (ds, id)", "partitioned_by [ds]", "clustered_by id", "clustered_by (id, ds)", "storage_format orc", "table_format delta"]
        if kind != "EMBEDDED":
            choices += ["audits (not_null(columns := (id, ds)))", "audits [unique_values(columns = (id))]", "audits (not_null(columns := id), forall(criteria := (id > 0, id < @n)))",
                        "audits (own_audit(lower := 2), own_audit)", "audits (accepted_values(column := id, is_in := (1, 2)), number_of_rows(threshold := 0))"]
        out, keys = [], set()
        for choice in self.some(choices, 4):
            key = choice.split()[0].rstrip("s")
            if key not in keys:
                keys.add(key)
                out.append(choice)
        if "end '2030-01-01'" in out and not any(choice.startswith("start ") for choice in out):
            out.append("start '2023-01-01'")
        out = [choice for choice in out if choice != "gateway other" or self.two_gateways]
        return [f"name {name}", f"kind {kind}", *out] if not self.infer else [f"kind {kind}", *out]

    # --- files

    def model(self, index):
        r = self.r
        name = f"{r.choice(('shop', 'shop', 'mart', 'Raw'))}.m{index}"
        dialect = self.dialect if self.maybe(0.85) else r.choice(DIALECTS)
        names = self.columns()
        kind = self.kind(names, dialect)
        incremental = r.choice(("ds", "date", "ts")) if kind.startswith("INCREMENTAL_BY_TIME") else None
        parents = r.sample(self.models, r.randint(0, min(3, len(self.models))))
        blueprint = kind in ("FULL", "VIEW") and self.maybe(0.15) and not self.infer
        shown = "@{zone}.m" + str(index) if blueprint else name
        properties = self.properties(shown, kind, names)
        if dialect != self.dialect:
            properties.append(f"dialect {dialect}")
        if blueprint:
            properties.append(r.choice(("blueprints ((zone := east, size := 1), (zone := west, size := 'b'))", "blueprints [(zone := east), (zone := west)]")))
        head = r.choice(("MODEL", "model", "-- about it\nMODEL"))
        text = f"{head} (\n  " + ",\n  ".join(properties) + r.choice(("", ",")) + "\n);\n\n"
        if self.maybe(0.15):
            text += r.choice(("@DEF(top, 5);\n", "CREATE TABLE IF NOT EXISTS side AS SELECT 1 AS x;\n", "@IF(@runtime_stage = 'creating', SELECT 1);\n")) + "\n"
        body = self.query(names, dialect, parents, incremental)
        if blueprint:
            body = body.replace("SELECT\n", "SELECT\n  CAST(@BLUEPRINT_VAR('size', 0) AS " + type_of("region", dialect) + ") AS size,\n", 1)
        if body.endswith("JINJA_END"):
            text += body + ";\n"
        else:
            text += body + r.choice(("\n", "", ";\n", "\n;\n\n", " -- the end", " /* the end */\n", ";\n-- after all\n"))
        if text.endswith(";\n") and self.maybe(0.1):
            text += "\nCREATE TABLE IF NOT EXISTS behind AS SELECT 2 AS x;\n"
        if text.endswith(";\n") and self.maybe(0.08) and not kind.startswith("EMBEDDED"):
            text = text.replace("kind " + kind, "kind " + kind + ",\n  audits (inside)", 1) if "audits" not in text else text
            text += "\nAUDIT (name inside);\nSELECT * FROM @this_model WHERE id < @n;\n"
        if text.endswith(";\n") and self.maybe(0.1):
            text += "\nON_VIRTUAL_UPDATE_BEGIN;\nSELECT 3;\nON_VIRTUAL_UPDATE_END;\n"
        if self.maybe(0.05):
            text = text.replace("\n", "\r\n")
        folder = f"models/{name.split('.')[0]}" if self.infer else r.choice(("models", "models/deep/er"))
        file = name.split(".")[1] if self.infer else f"m{index}"
        self.files[f"{folder}/{file}.sql"] = text
        if blueprint:
            self.models += [(f"{zone}.m{index}", names) for zone in ("east", "west")]
        else:
            self.models.append((name, names))

    def seed_model(self):
        odd = ("a", "b", "", '"a, b"', '"say ""hi"""', "NULL", "NA", " padded ", "thé", "烏龍", '"two\nlines"', "1.50", "true", "'")
        rows = self.r.choice(("\n", "\r\n")).join(f"{i},2024-01-0{i},{self.r.choice(odd)}" for i in range(1, self.r.randint(2, 6)))
        self.files["seeds/s.csv"] = self.r.choice(("id,ds,region", "id,ds,region", '"id","ds","region"')) + f"\n{rows}" + self.r.choice(("\n", "", "\n\n"))
        types = f"id {type_of('id', self.dialect)}, ds {type_of('ds', self.dialect)}, region {type_of('region', self.dialect)}"
        name = "" if self.infer else "name shop.seed, "
        self.files["models/shop/seed.sql"] = f"MODEL ({name}kind SEED (path '{self.r.choice(('../../seeds/s.csv', '$root/seeds/s.csv'))}'), columns ({types}), grain id);\n"
        self.models.append(("shop.seed", ["id", "ds", "region"]))

    def external(self):
        if self.maybe(0.25):
            self.files["external_models.yaml"] = "- name: far.unknown\n"
            self.models.append(("far.unknown", ["id", "ds", "region"]))
            return
        types = "\n".join(f"    {name}: {type_of(name, self.dialect)}" for name in ("id", "ds", "amount"))
        self.files[self.r.choice(("external_models.yaml", "external_models/far.yaml"))] = f"- name: far.orders\n  description: of others\n  columns:\n{types}\n"
        self.models.append(("far.orders", ["id", "ds", "amount"]))

    def build(self):
        self.files["config.yaml"] = self.config()
        self.files["models/ignored_one.sql"] = "MODEL (name shop.ignored_one, kind FULL);\nSELECT CAST(1 AS INT) AS id\n" if not self.infer and self.maybe(0.2) else ""
        self.files["audits/own.sql"] = "AUDIT (name own_audit, defaults (lower = 1));\nSELECT * FROM @this_model WHERE id < @lower;\n"
        if self.maybe(0.3):
            self.files["audits/alone.sql"] = "AUDIT (name alone, standalone true, owner ann, cron '@daily');\n-- of the first\nSELECT id FROM far.thing WHERE id < @n" + self.r.choice((";\n", "\n"))
        if self.maybe():
            self.seed_model()
        if self.maybe():
            self.external()
        for index in range(self.r.randint(3, 8)):
            self.model(index)
        return {path: text for path, text in self.files.items() if text}


def project(seed):
    """The files of the project of a seed, by path."""
    return Project(seed).build()
