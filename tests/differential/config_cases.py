"""Projects that differ in one or two facts of their configuration or of their files: name -> files and options.

An option's key begins with a colon: `:gateway` (--gateway), `:paths` (-p), `:env` (variables), `:home` (files of ~/.sqlmesh).
A file whose text is None is not written, one of bytes as it is. Texts beginning with `->` are links.
"""

import re

LOCAL = "gateways:\n  local:\n    connection: {type: duckdb, database: shop.db}\n"
TWO = ("gateways:\n  First:\n    connection: {type: duckdb, database: one.db}\n    variables: {n: 7, Word: of_first}\n"
       "  second:\n    connection: {type: duckdb, database: two.db}\n    variables: {n: 8}\n    model_defaults: {dialect: duckdb, owner: bob, cron: '@weekly'}\n")
ENGINES = ("gateways:\n  duck:\n    connection: {type: duckdb, database: one.db}\n"
           "  pg:\n    connection: {type: postgres, host: h, port: 5432, user: u, password: p, database: Shop}\n"
           "  click:\n    connection: {type: clickhouse, host: h, username: u}\n"
           "  maria:\n    connection: {type: mysql, host: h, user: u, password: p}\n"
           "  flake:\n    connection: {type: snowflake, account: a, user: u, password: p, database: WareHouse}\n")
A = "MODEL (name shop.a, kind FULL);\nSELECT 1 AS id, 'x' AS word\n"
MODELS = {
    "models/a.sql": A,
    "models/inc.sql": "MODEL (name shop.inc, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\nSELECT id, CAST('2024-01-01' AS DATE) AS ds FROM shop.a WHERE @n > 1 AND '2024-01-01' BETWEEN @start_ds AND @end_ds\n",
    "models/key.sql": "MODEL (name shop.key, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id), cron '@hourly', owner ann, start '2024-02-02', physical_properties (own = 1), audits (not_null(columns := (id))));\nCREATE TABLE IF NOT EXISTS x (id INT);\nSELECT id, @VAR('word', 'none') AS w FROM shop.a;\nDROP TABLE IF EXISTS x\n",
    "models/v.sql": "MODEL (name shop.v);\nSELECT id FROM shop.inc\n",
    "models/s.sql": "MODEL (name shop.s, kind SEED (path '../seeds/s.csv'));\n", "seeds/s.csv": "id,name\n1,x\n",
    "models/scd.sql": "MODEL (name shop.scd, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [word]), gateway local);\nSELECT id, word FROM shop.a\n",
    "external_models.yaml": "- name: far.orders\n  columns: {id: INT}\n",
}
VARIABLES = "variables: {n: 3}\n"


def config(extra="", defaults="", gateways=LOCAL, dialect="duckdb"):
    return f"{gateways}model_defaults:\n  dialect: {dialect}\n{defaults}{extra}"


def small(extra="", defaults="", gateways=LOCAL, **more):
    """One model: what is asked is whether the configuration is accepted, and what its settings are."""
    return {"config.yaml": config(extra, defaults, gateways), "models/a.sql": A, **more}


def shop(extra="", defaults="", gateways=LOCAL, **more):
    """Models of most kinds."""
    files = {"config.yaml": config(VARIABLES + extra if "variables:" not in extra else extra, defaults, gateways), **MODELS, **more}
    if "local:" not in gateways:
        files["models/scd.sql"] = MODELS["models/scd.sql"].replace(", gateway local", "")
    return files


# What stands under a key of the root: accepted or not, and what it becomes.
ROOT = {
    "default_gateway": ("local", "LOCAL", "''", "null", "1", "other", "[local]"),
    "project": ("shop", "''", "null", "1", "[a]", "true"),
    "snapshot_ttl": ("in 2 weeks", "'1 week'", "in 1 minute", "null", "5", "''", "nonsense", "2 days ago", "2099-01-01", "tomorrow", "next week", "in 0 days", "IN 1 DAY", "in a week", "1d", "'in 1.5 days'", "today"),
    "environment_ttl": ("in 2 weeks", "null", "'1 week'", "in 3 hours", "''", "7"),
    "ignore_patterns": ("[a]", "a", "[]", "null", "[1]", "['**/a.sql']", "['models/a.sql']", "['a.sql']", "['models/*']", "['models/']", "['*']", "['models']", "['./models/a.sql']", "['/models/a.sql']", "['models/**']", "['**/*.sql']", "['[ab].sql']", "['a.s?l']", "['{a,b}.sql']", "['A.SQL']"),
    "time_column_format": ("'%Y'", "null", "5", "''", "[x]"),
    "username": ("ann", "null", "''", "3"),
    "users": ("[]", "null", "[{username: ann}]", "[{name: ann}]", "[{username: ann, roles: [required_approver]}]", "[{username: ann, roles: [king]}]", "{username: ann}", "[ann]",
              "[{username: ann, github_username: a, slack_username: b, email: c, notification_targets: [{type: console, notify_on: [run_start]}]}]", "[{username: ann, colour: red}]",
              "[{username: 3}]", "[{username: ann, email: a@b, notification_targets: [{type: smtp, recipients: [x@y]}]}]"),
    "notification_targets": ("[]", "null", "[{type: console}]", "[{type: console, notify_on: [apply_start, run_failure]}]", "[{type: console, notify_on: [never]}]", "[{type: pigeon}]", "[{notify_on: []}]",
                             "[{type: slack_webhook, url: 'http://x', notify_on: [apply_end]}]", "[{type: slack_api, token: t, channel: c}]", "[{type: smtp, host: h, port: 25, user: u, password: p, sender: s, recipients: [a, b], subject: x}]",
                             "[{type: generic}]", "[{type: console, colour: red}]", "{type: console}", "[{type: smtp, port: many}]", "[{type: console, notify_on: apply_start}]", "[console]"),
    "pinned_environments": ("[a, B-c]", "['Übung 1', 'İx', '烏龍-茶', 'a²b', 'É.٣', 'x🍵', 'ñ\u0301']", "a", "null", "[]", "[1]", "{a: 1}"),
    "loader": ("null", "x", "''"),
    "loader_kwargs": ("{}", "{a: 1}", "null", "[]", "x"),
    "env_vars": ("{}", "null", "{A: b}", "{A: 1}", "[]", "x"),
    "physical_schema_mapping": ("{}", "null", "[a]", "{'^shop$': stored}", "{'^shop$': null}", "{'^shop$': 5}", "{'(': x}", "{shop: Stored}", "{'sh.*': '\"Stored\"'}", "{'^s(?:h|x)op$': a}", "{'(?i)SHOP': a}", "{'^\\w+$': a}", "{'sho\\b': a, 'shop\\b': b}",
                                "{'^(?!shop)': a}", "{'^(?=sh)': a}", "{'s[h-o]+p': a}", "{'.hop|x': a}", "{'': a}", "{'^.{4}$': a}", "{'(?P<x>s)hop': a}", "{'sh+?o': a}", "{'\\Ashop\\Z': a}", "{'hop': a}", "{'^sh': 'with space'}", "{'^sh': 'a.b'}", "{'[': a}", "{'s*+': a}", "{'^shop': ''}", "{1: a}",
                                "{'\\Sh\\Dp': a, '\\s': b}", "{'[\\w]+': a}", "{'^[^x]+$': a}", "{'s{1,2}h': a}", "{'s{,2}h': a}", "{'s{x': a, 'sh': b}", "{'(s)(h)\\2': a, 's': b}", "{'sh\\x6fp': a}"),
    "physical_schema_override": ("{shop: stored}", "{}", "null", "{'sh.*': stored}", "[a]", "{shop: null}", "{'(': x}"),
    "environment_suffix_target": ("schema", "table", "catalog", "SCHEMA", "null", "view", "''", "1"),
    "physical_table_naming_convention": ("schema_and_table", "table_only", "hash_md5", "HASH_MD5", "null", "x", "''"),
    "virtual_environment_mode": ("full", "dev_only", "FULL", "null", "x"),
    "gateway_managed_virtual_layer": ("true", "false", "'yes'", "null", "1", "2", "'on'", "x", "1.0", "0.0"),
    "infer_python_dependencies": ("true", "false", "null", "x"),
    "environment_catalog_mapping": ("{}", "null", "{'^prod$': a, '.*': b}", "{'(': b}", "{prod: A, '^dev.*$': '\"B\"', 'x': c}", "{'a': null}", "[a]", "{'a': 1}"),
    "default_target_environment": ("dev", "null", "''", "5", "Ann-Dev"),
    "log_limit": ("5", "'5'", "null", "x", "-1", "0", "1.0", "1.5", "true"),
    "disable_anonymized_analytics": ("true", "null", "x", "'1'"),
    "cache_dir": ("x", "null", "5", "''", "'~/x'"),
    "before_all": ("[SELECT 1]", "SELECT 1", "null", "[]", "[1]", "['@IF(@this_env = ''prod'', SELECT 1)', SELECT 2]", "['SELECT @n', 'SELECT @VAR(''n'')']", "['{{ x }}']", "[null]", "['']", "['SELECT 1; SELECT 2']", "['CREATE SCHEMA IF NOT EXISTS a', 'GRANT SELECT ON t TO u']",
                   "['JINJA_STATEMENT_BEGIN; SELECT 1; JINJA_END;']", "['SELECT (']", "['not sql at all !!']", "[true]"),
    "after_all": ("[SELECT 1]", "null", "SELECT 1", "['@EACH([1, 2], x -> SELECT @x)']", "[{a: b}]"),
    "variables": ("{}", "null", "[]", "5", "{a: 1, B: x, c: null, d: true, e: [1, [2, x]], f: {g: 1, H: [2]}, g: 1.5}", "{a: 2024-01-01}", "{a: 2024-01-01 10:00:00}", "{a: [2024-01-01]}", "{1: x}", "{a: 1, A: 2}", "{null: 1}", "{true: 1}", "{a: .inf, b: .nan, c: 1e3, d: 0x10, e: 0o17, f: 017, g: 1_000}", "{a: !!str 5}", "{a: !x 5}", "{a: 1.0e+2, b: -0.0, c: +5, d: .5, e: 5.}",
                  "{a: 12345678901234567890123}", "{a: yes, b: No, c: on, d: Off, e: y, f: TRUE}", "{a: 12:30, b: 1:30:00}", "{a: 0b11, b: 0xZZ, c: 1__0, d: _1}", "{a: ~, b: NULL, c: Null, d: nUll, e: }", "{a: 2001-12-14t21:59:43.10-05:00}", "{a: !!int '5', b: !!float 3, c: !!bool 'true', d: !!null '', e: !!set {x, y}}", "{a: !!binary aGk=}"),
    "infer_names": ("true",),
    "feature_flags": ("{}", "{dbt: {}}"),
    "colour": ("red",),
    "default_scheduler": ("{type: builtin}", "{type: airflow}", "null", "builtin", "{}", "{type: builtin, x: 1}"),
    "default_test_connection": ("{type: duckdb}", "{type: duckdb, database: x.db}", "{type: nothing}", "null", "{}", "x", "{type: postgres}"),
    "default_connection": ("{type: duckdb}", "{type: nothing}", "null", "{}", "x", "{type: postgres, host: h}", "{type: duckdb, colour: red}"),
    "plan": ("{}", "null", "x", "{forward_only: true}", "{forward_only: x}", "{auto_categorize_changes: {sql: full, python: semi, external: off, seed: 'off'}}", "{auto_categorize_changes: full}", "{auto_categorize_changes: {sql: Full}}", "{auto_categorize_changes: {sql: off}}", "{auto_categorize_changes: {dbt: full}}", "{auto_categorize_changes: null}",
             "{include_unmodified: 'true'}", "{enable_preview: true}", "{enable_preview: null}", "{no_diff: 1}", "{no_prompts: false, auto_apply: true, use_finalized_state: true, always_recreate_environment: true}", "{use_finalized_state: true}\nvirtual_environment_mode: dev_only", "{colour: red}", "{forward_only: null}", "{no_prompts: null}"),
    "run": ("{environment_check_interval: 5, environment_check_max_wait: 10}", "{environment_check_interval: 0}", "{environment_check_interval: -5}", "{environment_check_interval: x}", "{environment_check_interval: null}", "null", "{colour: red}", "{environment_check_max_wait: '60'}"),
    "format": ("{normalize: true, pad: 4, indent: 4, normalize_functions: upper, leading_comma: true, max_text_width: 100, append_newline: true, no_rewrite_casts: true}", "{normalize_functions: false}", "{normalize_functions: null}", "{normalize_functions: 5}", "{pad: x}", "null", "{colour: red}", "{pad: null}", "{normalize_functions: [a]}"),
    "ui": ("{format_on_save: false}", "{node_colors: {a: red}}", "{node_colors: [a]}", "{node_colors: {a: 1}}", "null", "{format_on_save: x}", "{colour: red}"),
    "migration": ("{promoted_snapshots_only: false}", "{promoted_snapshots_only: x}", "null", "{colour: red}"),
    "model_naming": ("{infer_names: true}", "{infer_names: x}", "null", "{colour: red}"),
    "linter": ("{enabled: true}", "{enabled: x}", "{rules: ALL}", "{rules: [ALL]}", "{rules: []}", "{enabled: true, rules: [nomissingowner], warn_rules: AmbiguousOrInvalidColumn, ignored_rules: [x]}", "{rules: [1]}", "{rules: null}", "{rules: 5}", "{colour: red}", "null", "{use_project_index: true}", "{warn_rules: {a: 1}}", "{enabled: true, rules: [nosuchrule]}",
               "{enabled: true, rules: [nomissingowner], warn_rules: [nomissingowner]}", "{enabled: true, rules: all, ignored_rules: ['NoMissingOwner']}"),
    "janitor": ("{warn_on_delete_failure: true}", "{expired_snapshots_batch_size: 5}", "{expired_snapshots_batch_size: 0}", "{expired_snapshots_batch_size: null}", "{expired_snapshots_batch_size: x}", "{expired_snapshots_batch_size: '7'}", "{expired_snapshots_batch_size: 2.7}", "null", "{colour: red}"),
    "dbt": ("{infer_state_schema_name: true}", "{infer_state_schema_name: x}", "null", "{}", "{colour: red}"),
    "cicd_bot": ("null", "{type: github}", "{}", "{type: gitlab}", "{type: github, merge_method: squash, enable_deploy_command: true}", "{type: github, enable_deploy_command: true}", "{type: github, command_namespace: '#x'}", "{type: github, merge_method: x}", "{type: github, colour: red}", "x",
                 "{type: github, invalidate_environment_after_deploy: false, auto_categorize_changes: {sql: off}, default_pr_start: 2024-01-01, skip_pr_backfill: false, pr_include_unmodified: true, run_on_deploy_to_prod: true, pr_environment_name: x, pr_min_intervals: 1, prod_branch_name: main, forward_only_branch_suffix: -fo, check_if_blocked_on_deploy_to_prod: false}",
                 "{type: github, pr_preview_min_intervals: -1}", "{type: github, pr_min_intervals: x}", "{type: github, skip_pr_backfill: x}", "{type: github, auto_categorize_changes: {sql: x}}"),
    "include_unmodified": ("true",),
    "auto_categorize_changes": ("{sql: full}",),
    "gateway": ("null", "{}"),
}
# Keys of model_defaults, over models of most kinds.
DEFAULTS = {
    "kind": ("full", "view", "incremental", "null", "INCREMENTAL_BY_TIME_RANGE", "{name: full}", "{name: incremental_by_time_range, time_column: ds}", "nonsense", "5", "{}", "embedded", "VIEW (materialized true)"),
    "cron": ("'@weekly'", "'0 6 * * *'", "nonsense", "'@nonsense'", "5", "null", "''", "'@Daily'", "'* * *'", "'*/15 * * * *'", "'0 6 * * * *'", "@daily"),
    "cron_tz": ("Europe/Berlin", "UTC", "Nowhere/No", "null", "5", "''", "europe/berlin"),
    "owner": ("ann", "''", "null", "5", "'@owner'", "'a b'", "[a]", "\"o'brien\"", "none", "'null'"),
    "start": ("2024-01-01", "'2024-01-01'", "1 year ago", "'20240101'", "20240101", "2024-01-01 10:00:00", "null", "nonsense", "yesterday", "1704067200000", "'1704067200000'", "''", "2024-13-01", "'2024-1-1'", "1.5", "true", "[a]", "'@start'", "2024-01-01T10:00:00Z", "Jan 1 2024"),
    "table_format": ("iceberg", "ICEBERG", "null", "5", "''", "none"),
    "storage_format": ("parquet", "PARQUET", "null", "''", "5"),
    "on_destructive_change": ("warn", "ALLOW", "ignore", "Error", "nonsense", "null", "''", "1"),
    "on_additive_change": ("warn", "ALLOW", "ignore", "error", "nonsense", "null"),
    "physical_properties": ("{a: 1, b: x, c: true, d: null, e: 1.5}", "{}", "null", "[a]", "{a: [1, 2]}", "{a: {b: 1}}", "{A: 1, 'b c': 2}", "{own: 2}", "{a: \"it's\"}", "{a: '@n'}", "{a: ''}", "{a: 2024-01-01}", "{a: \"'x'\"}", "{a: -1}", "{1: a}", "{a: 'TRUE'}", "{a: '@{n}_x'}", "{a: [x, y]}", "{a: 1e3}"),
    "virtual_properties": ("{a: 1, b: x}", "{}", "{a: [x]}", "{a: null}", "{a: false}"),
    "session_properties": ("{a: 1, b: x, c: true}", "{a: null}", "{a: [1]}", "{a: 1.5}", "{'spark.x': y}", "{query_label: [[a, b]]}", "{a: \"it's\"}", "{A: '@n'}"),
    "audits": ("[not_null(columns := (id))]", "['number_of_rows(threshold := 1)', 'unique_values(columns := (id))']", "[]", "null", "not_null(columns := (id))", "[nosuch]", "['nosuch(a := 1)']", "[1]", "['NOT_NULL(columns := [id])']", "['not_null(columns = (id))']", "['forall(criteria := (id > 0))', number_of_rows]", "['(']", "[null]",
               "['does_not_exist_non_blocking(x := 1)']", "['not_null_non_blocking(columns := (id))']", "['@x']", "['not_null(columns := (id), blocking := false)']", "['accepted_values(column := id, is_in := (1, 2))']", "['not_null(columns := (id),)']", "['\"not_null\"(columns := (id))']", "[{not_null: {columns: [id]}}]"),
    "optimize_query": ("true", "false", "null", "'false'", "'@x'", "'@IF(@n = 3, false, true)'", "nonsense", "5", "1", "[a]", "'no'", "''"),
    "allow_partials": ("true", "false", "'true'", "null", "'@IF(@n = 3, true, false)'", "nonsense", "0"),
    "interval_unit": ("day", "hour", "HOUR", "'@x'", "nonsense", "null", "five_minute", "month", "'@IF(@n = 3, ''hour'', ''day'')'", "quarter_hour", "''", "5"),
    "enabled": ("true", "false", "'false'", "'@IF(@n = 3, false, true)'", "null", "nonsense", "'@IF(@gateway = ''local'', true, false)'", "0", "''"),
    "formatting": ("true", "false", "'no'", "null", "nonsense", "5", "[a]"),
    "batch_concurrency": ("2", "'2'", "null", "x", "0", "-1", "1.0", "1.5", "true"),
    "pre_statements": ("[SELECT 1]", "SELECT 1", "[]", "null", "['SELECT 1; SELECT 2']", "['SELECT @n', 'SET x = 1']", "['@IF(@runtime_stage = ''creating'', SELECT 1)']", "['JINJA_STATEMENT_BEGIN; SELECT {{ 1 }}; JINJA_END;']", "['@nosuch()']", "['']", "['SELECT (']", "[1]", "[null]", "['SELECT 1 -- c']", "['SELECT 1;']", "['CREATE TABLE IF NOT EXISTS log (a INT)', 'INSERT INTO log VALUES (1)']", "['{{ x }}']", "['@DEF(q, 5)']", "[{a: b}]", "['select  1  as  X']"),
    "post_statements": ("[SELECT 1]", "SELECT 1", "[]", "['VACUUM', 'ANALYZE']", "['@EACH([1, 2], x -> SELECT @x)']", "['DROP TABLE IF EXISTS y']"),
    "on_virtual_update": ("['GRANT SELECT ON VIEW @this_model TO PUBLIC']", "GRANT SELECT ON VIEW @this_model TO PUBLIC", "[]", "[SELECT 1]", "['SELECT ''{{ x }}''']"),
    "gateway": ("local", "LOCAL", "other", "null", "''", "5", "'@g'"),
    "dialect": ("duckdb", ),
    "description": ("x",), "tags": ("[a]",), "lookback": ("1",), "batch_size": ("5",), "partitioned_by": ("[ds]",), "name": ("x",), "colour": ("red",), "forward_only": ("true",), "grants": ("{}",), "virtual_environment_mode": ("dev_only",),
}


def root_keys():
    out = {}
    for key, values in ROOT.items():
        for value in values:
            head = config(gateways="" if key == "gateway" else LOCAL)
            files = {"config.yaml": head + f"{key}: {value}\n", "models/a.sql": A}
            if key == "variables":
                files["models/u.sql"] = "MODEL (name shop.u, kind FULL);\nSELECT @VAR('a') AS a, @VAR('B') AS b, @VAR('c') AS c, @VAR('d') AS d, @VAR('e') AS e, @VAR('f') AS f, @VAR('g') AS g\n"
            if key in ("before_all", "after_all"):
                files["config.yaml"] += VARIABLES
            out[f"{key}: {value}"] = files
    return out


def model_defaults():
    out = {}
    for key, values in DEFAULTS.items():
        for value in values:
            out[f"model_defaults.{key}: {value}"] = shop(defaults=f"  {key}: {value}\n" if key != "dialect" else "")
    for value in ("DuckDB", "''", "null", "nonsense", "5", "postgres", "snowflake", "tsql", "[duckdb]", "Snowflake", "'duckdb,'", "bigquery", "spark"):
        out[f"model_defaults.dialect: {value}"] = {"config.yaml": f"{LOCAL}model_defaults:\n  dialect: {value}\n", "models/a.sql": A}
    for text in ("", "model_defaults:\n", "model_defaults: {}\n", "model_defaults: x\n", "model_defaults: null\n"):
        out[f"without dialect {text!r}"] = {"config.yaml": LOCAL + text, "models/a.sql": A}
    return out


POSTGRES = {"type": "postgres", "host": "h", "port": "5432", "user": "u", "password": "p", "database": "d"}


def gateways():
    def gateway(text, extra="", **more):
        return small(extra, "", text, **more)

    def connection(text, name="x"):
        return gateway(f"gateways:\n  {name}:\n    connection: {text}\n")
    out = {}
    for text in ("{}", "null", "x", "{type: duckdb}", "{type: duckdb, database: null}", "{type: duckdb, database: a.b.db}", "{type: duckdb, database: /tmp/Some.Thing.duckdb}", "{type: duckdb, database: ':memory:'}", "{type: duckdb, database: 'md:x'}", "{type: duckdb, database: 5}", "{type: duckdb, database: ''}",
                 "{type: duckdb, catalogs: {one: a.db, two: b.db}}", "{type: duckdb, catalogs: {one: {type: postgres, path: 'dbname=x'}}}", "{type: duckdb, catalogs: {one: {path: x}}}", "{type: duckdb, catalogs: {}}", "{type: duckdb, catalogs: {a: x}, database: y}", "{type: duckdb, database: ':memory:', catalogs: {a: x}}", "{type: duckdb, catalogs: [a]}", "{type: duckdb, catalogs: {One: a.db}}",
                 "{type: duckdb, extensions: [httpfs]}", "{type: duckdb, extensions: httpfs}", "{type: duckdb, extensions: '[\"httpfs\"]'}", "{type: duckdb, connector_config: {a: 1}}", "{type: duckdb, connector_config: x}", "{type: duckdb, secrets: [{type: s3}]}", "{type: duckdb, secrets: {a: {type: s3}}}", "{type: duckdb, concurrent_tasks: 4}", "{type: duckdb, concurrent_tasks: 0}", "{type: duckdb, concurrent_tasks: '4'}", "{type: duckdb, concurrent_tasks: x}", "{type: duckdb, concurrent_tasks: null}",
                 "{type: duckdb, register_comments: x}", "{type: duckdb, pre_ping: true}", "{type: duckdb, pre_ping: false}", "{type: duckdb, pretty_sql: true}", "{type: duckdb, schema_differ_overrides: {a: 1}}", "{type: duckdb, catalog_type_overrides: {a: b}}", "{type: duckdb, check_import: false}", "{type: DuckDB}", "{type: nothing}", "{database: x}", "{type: null}", "{type: duckdb, colour: red}", "{type: duckdb, token: t}", "{type: duckdb, filesystems: [{fs: a}]}",
                 "{type: motherduck, database: x}", "{type: motherduck}", "{type: motherduck, database: x, token: t}",
                 "{type: postgres}", "{type: postgres, host: h, port: x, user: u, password: p, database: d}", "{type: postgres, host: h, port: '5432', user: u, password: p, database: d}", "{type: postgres, host: h, user: u, password: p, database: d}", "{type: postgres, host: h, port: 1, user: u, password: 5, database: d}",
                 "{type: postgres, host: h, port: 1, user: u, password: p, database: D, keepalives_idle: 5, connect_timeout: 3, role: r, sslmode: require, application_name: a}", "{type: postgres, host: h, port: 1, user: u, password: p, database: d, connect_timeout: x}", "{type: postgres, host: h, port: 1, user: u, password: p, database: null}", "{type: postgres, host: null, port: 1, user: u, password: p, database: d}",
                 "{type: mysql, host: h, user: u, password: p}", "{type: mysql, host: h, user: u}", "{type: mysql, host: h, user: u, password: p, colour: red}", "{type: mysql, host: h, user: u, password: p, charset: utf8, database: d}",
                 "{type: clickhouse, host: h, username: u, cluster: c, virtual_catalog: v}", "{type: clickhouse, host: h}", "{type: clickhouse, host: h, username: u, port: x}", "{type: clickhouse, host: h, username: u, virtual_catalog: ''}", "{type: clickhouse, host: h, username: u, virtual_catalog: 'a.b'}",
                 "{type: snowflake, account: a, user: u, password: p, database: D, warehouse: w, role: r}", "{type: snowflake}", "{type: snowflake, account: a}", "{type: snowflake, account: a, user: u, password: p}", "{type: snowflake, account: a, user: u, password: p, database: Ware, colour: red}", "{type: snowflake, account: a, authenticator: oauth}", "{type: snowflake, account: a, authenticator: externalbrowser, database: d}", "{type: snowflake, account: a, user: u, private_key_path: k, database: d}",
                 "{type: trino, host: h, user: u, catalog: c}", "{type: trino, host: h, user: u}", "{type: trino, host: h, user: u, catalog: c, method: basic}", "{type: trino, host: h, user: u, catalog: c, http_scheme: ftp}", "{type: trino, host: h, user: u, catalog: c, http_scheme: http, port: 8080}",
                 "{type: redshift, host: h, user: u, password: p, database: Dev}", "{type: redshift, database: d, colour: red}", "{type: mssql, host: h, database: d}", "{type: mssql, host: h}", "{type: mssql}", "{type: mssql, host: h, driver: x}", "{type: azuresql, host: h, database: d}", "{type: fabric, host: h, database: d}",
                 "{type: databricks, server_hostname: s, http_path: p, access_token: t, catalog: c}", "{type: databricks}", "{type: databricks, server_hostname: s, catalog: c}", "{type: spark, catalog: c}", "{type: spark, config: {a: b}, catalog: c, config_dir: d}", "{type: risingwave, host: h, user: u, port: 4566, database: dev}", "{type: risingwave, host: h}",
                 "{type: starrocks, host: h, user: u, password: p}", "{type: doris, host: h}", "{type: athena, work_group: w}", "{type: athena}", "{type: athena, s3_staging_dir: s3://x/, catalog_name: c}", "{type: gcp_postgres, instance_connection_string: i, user: u, db: d}", "{type: gcp_postgres, instance_connection_string: i, user: u, password: p, db: d}",
                 "{type: bigquery, method: x}", "{type: db2, host: h, database: d, db2_schema: s, username: u, password: p}", "{type: vertica}", "{type: oracle}"):
        out[f"connection {text}"] = connection(text)
    local = "gateways:\n  local:\n    connection: {type: duckdb, database: shop.db}\n"
    for key, values in {"state_connection": ("{type: duckdb}", "null", "{}", "{type: nothing}", "x", "{type: postgres}", "{type: duckdb, colour: red}"), "test_connection": ("{type: duckdb}", "{}", "{type: nothing}"), "scheduler": ("{type: builtin}", "{type: airflow}", "null", "{}", "x"),
                        "state_schema": ("s", "null", "''", "5"), "variables": ("{a: 1}", "[]", "null", "{a: 2024-01-01}"), "model_defaults": ("{dialect: postgres}", "{colour: red}", "null", "{cron: x}", "x", "{start: 2023-01-01}", "{owner: bob, cron: '@weekly', dialect: duckdb}", "{kind: full}", "{audits: ['number_of_rows(threshold := 1)']}"), "colour": ("red",), "connection_": ("{}",)}.items():
        for value in values:
            out[f"gateway {key}: {value}"] = gateway(local + f"    {key}: {value}\n")
    names = ("FIRST", "first", "second", "SECOND", "third", "", " first")
    for name in names:
        out[f"--gateway {name!r}"] = {**shop(gateways=TWO), ":gateway": name}
        out[f"default_gateway {name!r}"] = shop(f"default_gateway: {name!r}\n", gateways=TWO)
    out["SQLMESH_GATEWAY"] = {**shop(gateways=TWO), ":env": {"SQLMESH_GATEWAY": "second"}}
    out["SQLMESH__DEFAULT_GATEWAY"] = {**shop(gateways=TWO), ":env": {"SQLMESH__DEFAULT_GATEWAY": "second"}}
    out["SQLMESH_GATEWAY and --gateway"] = {**shop(gateways=TWO), ":env": {"SQLMESH_GATEWAY": "second"}, ":gateway": "first"}
    for form in ("gateway", "gateways"):
        out[f"{form} single"] = gateway(f"{form}:\n  connection: {{type: duckdb, database: x.db}}\n")
        out[f"{form} single unknown key"] = gateway(f"{form}:\n  connection: {{type: duckdb}}\n  colour: red\n")
        out[f"{form} single variables"] = gateway(f"{form}:\n  variables: {{a: 1}}\n")
        out[f"{form} list"] = gateway(f"{form}:\n  - connection: {{type: duckdb}}\n")
        out[f"{form} text"] = gateway(f"{form}: x\n")
        out[f"{form} empty"] = gateway(f"{form}: {{}}\n")
        out[f"{form} of nothing"] = gateway(f"{form}:\n  a:\n")
        out[f"{form} of an empty map"] = gateway(f"{form}:\n  a: {{}}\n")
        out[f"{form} null and default_connection"] = gateway(f"{form}:\n  a: {{}}\ndefault_connection: {{type: duckdb, database: y.db}}\n")
    out["gateway and gateways"] = gateway("gateways:\n  a:\n    connection: {type: duckdb}\ngateway:\n  connection: {type: duckdb, database: x.db}\n")
    out["no gateways"] = gateway("")
    out["no gateways but default_connection"] = gateway("default_connection: {type: duckdb, database: x.db}\n")
    out["default_connection beside a gateway"] = gateway(TWO + "  third: {}\ndefault_connection: {type: duckdb, database: x.db}\n", ":gateway")
    out["default_connection of the third"] = {**gateway(TWO + "  third: {}\ndefault_connection: {type: duckdb, database: x.db}\n"), ":gateway": "third"}
    out["gateways of one name in two cases"] = gateway("gateways:\n  a:\n    connection: {type: duckdb, database: x.db}\n  A:\n    connection: {type: duckdb, database: y.db}\n")
    out["gateway with an odd name"] = gateway("gateways:\n  'My Gateway-1':\n    connection: {type: duckdb}\n")
    out["gateway whose name is a number"] = gateway("gateways:\n  5:\n    connection: {type: duckdb}\n")
    out["gateway whose name is a key"] = gateway("gateways:\n  connection:\n    connection: {type: duckdb}\n")
    out["gateway named variables"] = gateway("gateways:\n  variables:\n    connection: {type: duckdb}\n")
    for name in ("duck", "pg", "click", "maria", "flake"):
        out[f"engines {name}"] = {**small("", "", ENGINES), ":gateway": name,
                                  "models/b.sql": "MODEL (name shop.b, kind FULL, gateway pg, dialect postgres);\nSELECT a.id FROM shop.a\n", "models/c.sql": "MODEL (name shop.c, kind FULL, gateway duck);\nSELECT id FROM shop.b, one.shop.a\n",
                                  "models/d.sql": "MODEL (name other.shop.d, kind FULL, gateway pg, dialect postgres);\nSELECT 1 AS id\n"}
        out[f"engines {name} managed"] = {**out[f"engines {name}"], "config.yaml": config("gateway_managed_virtual_layer: true\n", gateways=ENGINES)}
    out["catalogs only"] = small("", "", "gateways:\n  a:\n    connection: {type: duckdb, catalogs: {one: a.db, two: b.db}}\n", **{"models/b.sql": "MODEL (name two.shop.b, kind FULL);\nSELECT id FROM one.shop.a, shop.a AS x\n"})
    for target in ("table", "catalog"):
        for mode in ("full", "dev_only"):
            out[f"suffix {target} {mode}"] = shop(f"environment_suffix_target: {target}\nvirtual_environment_mode: {mode}\n", gateways=TWO)
    return out


def of_gateway():
    """What a model, its blueprints and its defaults say about gateways."""
    out = {}
    for word in ("second", "SECOND", "'second'", "Second", "third", "@g", "@{g}", "null", "''", "second, enabled @IF(@gateway = 'first', true, false)"):
        for managed in ("true", "false"):
            out[f"model gateway {word} managed {managed}"] = {**small(f"variables: {{g: second, n: 1}}\ngateway_managed_virtual_layer: {managed}\n", "", TWO),
                                                              "models/b.sql": f"MODEL (name shop.b, kind FULL, gateway {word});\nSELECT @n AS n, @word AS w, @GATEWAY AS g, id FROM shop.a\n"}
    out["gateway of blueprints"] = {**small("", "", TWO), "models/b.sql": "MODEL (name @{name}.b, kind FULL, gateway @gw, blueprints ((name := x, gw := first), (name := y, gw := SECOND)));\nSELECT @n AS n, @gw AS g\n"}
    out["gateway of blueprints in texts"] = {**small("", "", TWO), "models/b.sql": "MODEL (name @{name}.b, kind FULL, gateway @{gw}, blueprints ((name := x, gw := 'first'), (name := y, gw := 'second')));\nSELECT @n AS n, @gw AS g\n"}
    out["gateway of the defaults"] = {**small("", "  gateway: second\n", TWO), "models/b.sql": "MODEL (name shop.b, kind FULL, gateway first);\nSELECT @n AS n FROM shop.a\n", "models/s.sql": MODELS["models/s.sql"], "seeds/s.csv": "id\n1\n"}
    out["gateway of the defaults in capitals"] = small("", "  gateway: SECOND\n", TWO)
    out["a gateway's defaults"] = {**small("", "  owner: ann\n  start: 2023-01-01\n", TWO), ":gateway": "second"}
    out["a gateway's defaults for a model of it"] = {**small("", "  owner: ann\n", TWO), "models/b.sql": "MODEL (name shop.b, kind FULL, gateway second);\nSELECT 1 AS id\n"}
    out["default gateway without catalog"] = {**small("default_gateway: maria\n", "", ENGINES), "models/b.sql": "MODEL (name shop.b, kind FULL, gateway duck);\nSELECT id FROM shop.a\n"}
    out["external models of gateways"] = {**small("", "", TWO), "external_models.yaml": "- name: far.orders\n  gateway: FIRST\n  columns: {id: INT}\n- name: far.orders\n  columns: {id: TEXT}\n- name: far.items\n  gateway: second\n",
                                          "external_models/more.yaml": "- name: far.more\n  description: more\n- name: far.items\n", "external_models/deep/er.yaml": "- name: far.deep\n", "external_models/other.yml": "- name: far.never\n", "models/x.sql": "MODEL (name shop.x, kind VIEW);\nSELECT * FROM far.orders\n"}
    out["external models of the other gateway"] = {**out["external models of gateways"], ":gateway": "second"}
    return out


EXTERNAL_ITEMS = ("name: far.a", "name: far.a\n  kind: full", "name: far.a\n  columns: {id: INT, Name: 'varchar(10)'}", "name: far.a\n  columns: [id]", "name: far.a\n  columns: {id: nonsense type}", "columns: {id: INT}", "name: 5", "name: far.a\n  colour: red", "name: far.a\n  description: x\n  column_descriptions: {id: y}\n  columns: {id: INT}",
                  "name: far.a\n  audits:\n  - name: not_null\n    columns: '[id]'", "name: far.a\n  audits:\n  - not_null(columns := (id))", "name: far.a\n  audits:\n  - name: nosuch", "name: far.a\n  dialect: snowflake\n  columns: {Id: INT}", "name: Far.A\n  dialect: snowflake", "name: far.a\n  owner: ann\n  tags: [a, b]\n  stamp: x\n  start: 2024-01-01\n  cron: '@weekly'",
                  "name: far.a\n  grain: id\n  references: [a, b]", "name: far.a\n  grains: [id, '(id, ds)']", "name: a.b.c", "name: a.b.c.d", "name: '\"Far\".\"A\"'", "name: far.a\n- name: far.a", "name: far.a\n- name: FAR.A", "name: far.a\n  enabled: false", "name: far.a\n  physical_properties: {a: 1}", "name: far.a\n  gateway: null", "name: far.a\n  tags: a",
                  "name: far.a\n  column_descriptions: {id: y}", "name: far.a\n  columns: {id: INT, ID: TEXT}", "name: far.a\n  columns: {}", "name: far.a\n  columns: null", "name: far.a\n  default_catalog: other", "name: shop.a", "name: far.a\n  project: other", "name: far.a\n  columns:\n    id: 'STRUCT<a INT>'\n    x: int[]", "name: far.a\n  description: 5", "name: '@x.a'",
                  "name: far.a\n  columns:\n    id: INT\n    'my col': TEXT", "name: far.a\n  signals: []", "name: far.a\n  query: SELECT 1", "name: far.a\n  interval_unit: hour", "name: far.a\n  formatting: false", "name: far.a\n  column_descriptions: {ID: y}\n  columns: {id: INT}")


def externals():
    out = {f"external {item!r}": small(**{"external_models.yaml": f"- {item}\n"}) for item in EXTERNAL_ITEMS}
    for text in ("", "# nothing\n", "null\n", "[]\n", "{}\n", "name: far.a\n", "- far.a\n", "- null\n", "x\n", "- name: far.{{ 'b' }}\n", "- name: far.a\n---\n- name: far.b\n", "- {name: far.a, name: far.b}\n", "\ufeff- name: far.a\n", "- name: far.a\r\n  description: x\r\n", "&a\n- &b {name: far.a}\n- {<<: *b, name: far.c, description: x}\n"):
        out[f"external file {text!r}"] = small(**{"external_models.yaml": text})
    out["schema.yaml"] = small(**{"schema.yaml": "- name: far.a\n"})
    out["schema.yaml and external_models.yaml"] = small(**{"schema.yaml": "- name: far.a\n", "external_models.yaml": "- name: far.b\n"})
    out["external_models.yml"] = small(**{"external_models.yml": "- name: far.a\n"})
    out["external duplicate in folder"] = small(**{"external_models.yaml": "- name: far.a\n", "external_models/x.yaml": "- name: far.a\n"})
    out["external ignored"] = small("ignore_patterns: ['external_models/*', 'external_models.yaml']\n", **{"external_models.yaml": "- name: far.a\n", "external_models/x.yaml": "- name: far.b\n"})
    out["external defaults"] = small("", "  owner: ann\n  start: 2024-01-01\n  cron: '@weekly'\n  audits: [not_null(columns := (id))]\n  physical_properties: {a: 1}\n  virtual_properties: {b: 1}\n  table_format: x\n  cron_tz: Europe/Berlin\n  interval_unit: hour\n", **{"external_models.yaml": "- name: far.a\n  columns: {id: INT}\n"})
    return out


def discovery():
    base = {"models/a.sql": A}
    text = config()
    out = {
        "config.yml": {"config.yml": text, **base}, "sqlmesh.yaml": {"sqlmesh.yaml": text, **base}, "sqlmesh.yml": {"sqlmesh.yml": text, **base},
        "config.yaml and config.yml": {"config.yaml": text, "config.yml": text, **base}, "config.yaml and sqlmesh.yaml": {"config.yaml": text, "sqlmesh.yaml": text, **base},
        "Config.yaml": {"Config.yaml": text, **base}, "config.YAML": {"config.YAML": text, **base}, "no config": base, "config.json": {"config.json": "{}", **base},
        "config.yaml is a folder": {"config.yaml/x": "", **base}, "empty config": {"config.yaml": "", **base}, "config of comments": {"config.yaml": "# nothing\n", **base}, "config a list": {"config.yaml": "- a\n", **base}, "config a text": {"config.yaml": "hello\n", **base},
        "config null": {"config.yaml": "null\n", **base}, "config of {}": {"config.yaml": "{}\n", **base},
        "no models folder": {"config.yaml": text}, "models is a file": {"config.yaml": text, "models": "x"}, "empty models folder": {"config.yaml": text, "models/.gitkeep": ""},
        "nested": {"config.yaml": text, "models/x/y/z/a.sql": A}, "upper case suffix": {"config.yaml": text, "models/a.SQL": A, **{"models/b.sql": A.replace("shop.a", "shop.b")}},
        "upper case folder": {"config.yaml": text, "Models/a.sql": A}, "hidden file": {"config.yaml": text, "models/.a.sql": A}, "hidden folder": {"config.yaml": text, "models/.x/a.sql": A}, "file named .sql": {"config.yaml": text, "models/.sql": A},
        "folder named x.sql": {"config.yaml": text, "models/x.sql/a.sql": A}, "other suffixes": {"config.yaml": text, **base, "models/b.sqlx": "no", "models/c.sql.bak": "no", "models/d.txt": "no", "models/e.sql~": "no"},
        "checkpoints": {"config.yaml": text, **base, "models/.ipynb_checkpoints/a.sql": A, ".ipynb_checkpoints/x.sql": "no"},
        "checkpoints with own patterns": {"config.yaml": text + "ignore_patterns: [x]\n", **base, "models/.ipynb_checkpoints/b.sql": A.replace("shop.a", "shop.b")},
        "link to a file": {"config.yaml": text, "other/a.sql": A, "models/a.sql": "->../other/a.sql"}, "link to a folder": {"config.yaml": text, "other/a.sql": A, "models": "->other"}, "link to a folder inside": {"config.yaml": text, "other/a.sql": A, "models/b.sql": A.replace("shop.a", "shop.b"), "models/x": "->../other"},
        "broken link": {"config.yaml": text, **base, "models/b.sql": "->nowhere.sql"}, "link to the config": {"real.yaml": text, "config.yaml": "->real.yaml", **base},
        "empty model file": {"config.yaml": text, **base, "models/b.sql": ""}, "blank model file": {"config.yaml": text, **base, "models/b.sql": " \n\n"}, "model file of comments": {"config.yaml": text, **base, "models/b.sql": "-- nothing\n/* here */\n"}, "model file of a semicolon": {"config.yaml": text, **base, "models/b.sql": ";\n"},
        "two models in one file": {"config.yaml": text, "models/a.sql": A.rstrip() + ";\n\n" + A.replace("shop.a", "shop.b")}, "the same model twice": {"config.yaml": text, "models/a.sql": A, "models/b.sql": A}, "the same model in capitals": {"config.yaml": text, "models/a.sql": A, "models/b.sql": A.replace("shop.a", "SHOP.A")},
        "the same model twice, one disabled": {"config.yaml": text, "models/a.sql": A, "models/b.sql": A.replace("kind FULL", "kind FULL, enabled false")}, "model and external of one name": {"config.yaml": text, "models/a.sql": A, "external_models.yaml": "- name: shop.a\n"},
        "latin 1": {"config.yaml": text, "models/a.sql": A.replace("'x'", "'\u00e4'").encode("latin-1")}, "utf 16": {"config.yaml": text, "models/a.sql": A.encode("utf-16")}, "utf 8 with bom": {"config.yaml": text, "models/a.sql": b"\xef\xbb\xbf" + A.encode()}, "nul byte": {"config.yaml": text, "models/a.sql": A.replace("'x'", "'\0'")},
        "latin 1 comment": {"config.yaml": text, "models/a.sql": ("-- \u00e4\n" + A).encode("latin-1")}, "config latin 1": {"config.yaml": (text + "username: '\u00e4'\n").encode("latin-1"), **base}, "config utf 16": {"config.yaml": text.encode("utf-16"), **base}, "config with bom": {"config.yaml": b"\xef\xbb\xbf" + text.encode(), **base},
        "config crlf": {"config.yaml": text.replace("\n", "\r\n"), **base}, "config cr": {"config.yaml": text.replace("\n", "\r"), **base}, "config with tabs": {"config.yaml": text.replace("  dialect", "\tdialect"), **base}, "config with tabs after": {"config.yaml": text + "project:\tshop\t# x\n", **base},
        "tests are no models": {"config.yaml": text, **base, "tests/test_a.yaml": "test_a:\n  model: shop.a\n  outputs:\n    query:\n    - {id: 1, word: x}\n", "tests/x.sql": "no"}, "broken test": {"config.yaml": text, **base, "tests/test_a.yaml": "a: [\n"}, "test of nothing": {"config.yaml": text, **base, "tests/test_a.yaml": ""},
        "test with an unknown gateway": {"config.yaml": text, **base, "tests/test_a.yaml": "test_a:\n  gateway: other\n  model: shop.a\n"}, "test a list": {"config.yaml": text, **base, "tests/test_a.yaml": "- a\n"}, "broken file beside the tests": {"config.yaml": text, **base, "tests/a.yaml": "a: [\n"}, "broken test in a folder": {"config.yaml": text, **base, "tests/x/test_a.yml": "a: [\n"}, "broken test ignored": {"config.yaml": text + "ignore_patterns: [tests/*]\n", **base, "tests/test_a.yaml": "a: [\n"},
        "requirements": {"config.yaml": text, **base, "sqlmesh-requirements.lock": "a==1\n^b\n"}, "bad requirements": {"config.yaml": text, **base, "sqlmesh-requirements.lock": "a\n"}, "blank line in requirements": {"config.yaml": text, **base, "sqlmesh-requirements.lock": "a==1\n\n"}, "conflicting requirements": {"config.yaml": text, **base, "sqlmesh-requirements.lock": "a==1\na==2\n"},
        "metric": {"config.yaml": text, **base, "metrics/m.sql": "METRIC (name total, expression SUM(shop.a.id));\n"}, "broken metric": {"config.yaml": text, **base, "metrics/m.sql": "METRIC (name total);\n"},
        "audit and model": {"config.yaml": text, **base, "audits/a.sql": "AUDIT (name x);\nSELECT 1 FROM @this_model;\n"}, "two audits of one name": {"config.yaml": text, **base, "audits/a.sql": "AUDIT (name x);\nSELECT 1 FROM @this_model;\n", "audits/b.sql": "AUDIT (name x);\nSELECT 2 FROM @this_model;\n"},
        "two audits of one name in a file": {"config.yaml": text, **base, "audits/a.sql": "AUDIT (name x);\nSELECT 1 FROM @this_model;\nAUDIT (name x);\nSELECT 2 FROM @this_model;\n"}, "empty audit file": {"config.yaml": text, **base, "audits/a.sql": ""}, "audit file of comments": {"config.yaml": text, **base, "audits/a.sql": "-- x\n"}, "audit without query": {"config.yaml": text, **base, "audits/a.sql": "AUDIT (name x);\n"},
        "audit named as a built-in": {"config.yaml": text, "models/a.sql": A.replace("kind FULL", "kind FULL, audits (not_null)"), "audits/a.sql": "AUDIT (name not_null);\nSELECT 1 FROM @this_model;\n"}, "audit in capitals": {"config.yaml": text, "models/a.sql": A.replace("kind FULL", "kind FULL, audits (Own)"), "audits/a.sql": "AUDIT (name OWN);\nSELECT 1 FROM @this_model;\n"},
        "audit of the model and of the project": {"config.yaml": text, "models/a.sql": A.rstrip().replace("kind FULL", "kind FULL, audits (own)") + ";\nAUDIT (name own);\nSELECT 9 FROM @this_model;\n", "audits/a.sql": "AUDIT (name own);\nSELECT 1 FROM @this_model;\n"}, "audits ignored": {"config.yaml": text + "ignore_patterns: ['audits/*']\n", **base, "audits/a.sql": "no audit (\n"},
        "model in the audits folder": {"config.yaml": text, **base, "audits/a.sql": A}, "audit in the models folder": {"config.yaml": text, **base, "models/x.sql": "AUDIT (name x);\nSELECT 1 FROM @this_model;\n"}, "macros ignored": {"config.yaml": text + "ignore_patterns: ['macros/*']\n", **base, "macros/a.sql": "{% macro x() %}"}, "broken macros": {"config.yaml": text, **base, "macros/a.sql": "{% macro x() %}"}, "macro file of nothing": {"config.yaml": text, **base, "macros/a.sql": "SELECT 1"},
        "seed beside": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path 's.csv'));\n", "models/s.csv": "id\n1\n"}, "seed with $root": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path '$root/seeds/s.csv'));\n", "seeds/s.csv": "id\n1\n"}, "seed with $ROOT": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path '$ROOT/seeds/s.csv'));\n", "seeds/s.csv": "id\n1\n"},
        "seed up and down": {"config.yaml": text, "models/x/s.sql": "MODEL (name shop.s, kind SEED (path '../../seeds/../seeds/./s.csv'));\n", "seeds/s.csv": "id\n1\n"}, "seed missing": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path '../seeds/s.csv'));\n"}, "seed a folder": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path '../seeds'));\n", "seeds/s.csv": "id\n1\n"}, "seed of no path": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED);\n"},
        "seed with spaces": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path '../my seeds/the s.csv'));\n", "my seeds/the s.csv": "id\n1\n"}, "seed empty": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path 's.csv'));\n", "models/s.csv": ""}, "seed with a macro": {"config.yaml": text + "variables: {f: s}\n", "models/s.sql": "MODEL (name shop.s, kind SEED (path '@{f}.csv'));\n", "models/s.csv": "id\n1\n"}, "seed unquoted": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path s.csv));\n", "models/s.csv": "id\n1\n"},
        "seed a link": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path 's.csv'));\n", "real.csv": "id\n1\n", "models/s.csv": "->../real.csv"}, "seed through a linked folder": {"config.yaml": text, "other/s.sql": "MODEL (name shop.s, kind SEED (path '../seeds/s.csv'));\n", "models": "->other", "seeds/s.csv": "id\n1\n"}, "seed gzip name": {"config.yaml": text, "models/s.sql": "MODEL (name shop.s, kind SEED (path 's.txt'));\n", "models/s.txt": "id\n1\n"},
        "python beside": {"config.yaml": text, **base, "models/__init__.py": "", "models/x.py": "# nothing\n", "macros/__init__.py": ""}, "dbt_project.yml": {"config.yaml": text, **base, "dbt_project.yml": "name: x\n"},
    }
    for patterns, kept in (("['models/x/*']", "x"), ("['x']", "x"), ("['**/x/**']", "x"), ("['models/**/b.sql']", "x/y"), ("['*/b.sql']", "x"), ("['x/b.sql']", "x"), ("['b*']", "x"), ("['models/x']", "x"), ("['**']", "x"), ("['models/*/b.sql']", "x"), ("['models/x/']", "x"), ("['/b.sql']", "x"), ("['../*']", "x"), ("['']", "x"), ("['./b.sql']", "x"), ("['models/x/**']", "x/y"), ("['*.sql', '!b.sql']", "x"), ("['.*']", ".x"), ("['models/.x/*']", ".x")):
        out[f"ignore {patterns}"] = {"config.yaml": text + f"ignore_patterns: {patterns}\n", **base, f"models/{kept}/b.sql": A.replace("shop.a", "shop.b")}
    for folder, name in (("shop", "a"), ("cat/shop", "a"), ("x/cat/shop", "a"), ("", "a"), ("shop", "a.b"), ("My Shop", "a"), ("Shop", "A"), ("shop", "1a"), ("shop", "select"), ("shop-x", "a-b"), ("models/shop", "a"), ("shop.x", "a")):
        out[f"inferred name {folder}/{name}"] = {"config.yaml": text + "model_naming: {infer_names: true}\n", f"models/{folder}/{name}.sql" if folder else f"models/{name}.sql": "MODEL (kind FULL);\nSELECT 1 AS id\n"}
    out["inferred and given names"] = {"config.yaml": text + "model_naming: {infer_names: true}\n", "models/shop/b.sql": A}
    out["inferred name of a blueprint"] = {"config.yaml": text + "model_naming: {infer_names: true}\n", "models/shop/b.sql": "MODEL (kind FULL, blueprints ((x := 1), (x := 2)));\nSELECT @x AS id\n"}
    out["no name and no inference"] = {"config.yaml": text, "models/shop/b.sql": "MODEL (kind FULL);\nSELECT 1 AS id\n"}
    return out


def yaml_and_jinja():
    base = {"models/a.sql": A, "models/u.sql": "MODEL (name shop.u, kind FULL);\nSELECT @VAR('a') AS a, @VAR('b') AS b, @VAR('c') AS c\n"}
    head = config()
    texts = {
        "anchor": "variables: {a: &x 5, b: *x}\n", "anchor of a map": "x: &x {a: 5}\nvariables: *x\n", "anchored map": "variables: &v {a: 5, b: 6}\n", "merge": "variables:\n  <<: {a: 1, b: 2}\n  b: 3\n", "merge list": "variables:\n  <<: [{a: 1}, {a: 2, b: 2}]\n  c: 3\n", "merge after": "variables:\n  b: 3\n  <<: {a: 1, b: 2}\n",
        "merge of an alias": "variables:\n  a: &m {x: 1, y: 2}\n  b:\n    <<: *m\n    y: 3\n", "two merges": "variables:\n  <<: {a: 1}\n  <<: {b: 2}\n", "merge of a text": "variables:\n  <<: x\n", "quoted merge": "variables:\n  '<<': {a: 1}\n", "two documents": "---\nvariables: {a: 1}\n", "document end": "variables: {a: 1}\n...\n", "directive": "", "same key twice": "project: x\nproject: y\n", "same key twice deep": "variables:\n  a: 1\n  a: 2\n",
        "flow": "{variables: {a: 1}}\n", "literal": "variables:\n  a: |\n    x\n    y\n  b: >-\n    x\n    y\n  c: |+\n    x\n\n", "quotes": "variables: {a: 'it''s', b: \"x\\ty\\u00e4\", c: \"\\x41\"}\n", "odd keys": "variables: {'a b': 1, a: 2}\n", "key of a list": "variables: {[a]: 1}\n", "key of a question mark": "variables:\n  ? a\n  : 1\n", "tab indent": "variables:\n\ta: 1\n", "trailing tab": "variables: {a: 1}\t\n", "unicode": "variables: {a: ä烏🍵, ä: 1}\n",
        "colon": "variables: {a: 'x: y', b: x:y}\n", "comment": "variables: {a: x#y, b: 1} # c\n", "at sign": "variables: {a: @x}\n", "percent": "variables: {a: %x}\n", "backtick": "variables: {a: `x`}\n", "unclosed": "variables: {a: 1\n", "bad indent": "variables:\n   a: 1\n  b: 2\n", "env_var": "variables: {a: \"{{ env_var('X_ONE') }}\", b: {{ env_var('X_TWO', '7') }}, c: \"{{ env_var('X_NONE') }}\"}\n", "env_var key": "variables:\n  {{ env_var('X_KEY', 'a') }}: 1\n", "env_var of nothing": "variables:\n  a: {{ env_var('X_NONE') }}\n",
        "env_var default number": "variables:\n  a: {{ env_var('X_NONE', 5) }}\n", "env_var default keyword": "variables:\n  a: {{ env_var('X_NONE', default='k') }}\n", "env_var int": "variables:\n  a: {{ env_var('X_ONE') | int + 1 }}\n", "if": "{% if env_var('X_ONE') == '1' %}\nvariables: {a: 1}\n{% else %}\nvariables: {a: 2}\n{% endif %}\n", "for": "variables:\n{% for i in range(3) %}\n  {{ 'abc'[i] }}: {{ i }}\n{% endfor %}\n", "set": "{% set x = 'y' %}\nvariables: {a: {{ x }}}\n",
        "user": "username: {{ user() }}\n", "undefined": "variables:\n  a: {{ nosuch }}\n", "undefined attribute": "variables:\n  a: {{ nosuch.x }}\n", "undefined call": "variables:\n  a: {{ nosuch() }}\n", "broken jinja": "variables:\n  a: {{ x\n", "jinja comment": "{# variables: {a: 1} #}\n", "jinja raw": "variables:\n  a: '{% raw %}{{ x }}{% endraw %}'\n", "var": "variables:\n  a: \"{{ var('x', 'd') }}\"\n", "line statements": "# {{ nosuch() }}\n", "jinja in a comment": "# {{ env_var('X_ONE') }} {{ 1 + 1 }}\n", "env name": "variables: {a: '${X_ONE}', b: $X_ONE}\n",
        "python date": "variables:\n  a: '2024-01-01'\n", "jinja trim": "variables:\n  a: {{ '  x ' | trim }}\n  b: {{- ' y' }}\n", "env_var empty": "variables:\n  a: \"{{ env_var('X_EMPTY', 'd') }}\"\n  b: {{ env_var('X_EMPTY') }}\n", "env_var multi": "variables:\n  a: \"{{ env_var('X_LINES') }}\"\n", "default filter": "variables:\n  a: {{ env_var('X_NONE') | default('z', true) }}\n", "or": "variables:\n  a: {{ env_var('X_NONE') or 'z' }}\n",
    }
    env = {"X_ONE": "1", "X_EMPTY": "", "X_LINES": "a\nb"}
    out = {f"yaml {name}": {"config.yaml": head + text, **base, ":env": env} for name, text in texts.items()}
    out["yaml directive"] = {"config.yaml": "%YAML 1.2\n---\n" + head, **base}
    out["yaml 1.1"] = {"config.yaml": "%YAML 1.1\n---\n" + head + "variables: {a: yes, b: 017}\n", **base}
    out["yaml document start"] = {"config.yaml": "---\n" + head, **base}
    out["yaml two documents first"] = {"config.yaml": head + "---\n", **base}
    out["yaml json"] = {"config.yaml": '{"gateways": {"local": {"connection": {"type": "duckdb"}}}, "model_defaults": {"dialect": "duckdb"}}', **base}
    out["env_var in the connection"] = {"config.yaml": config(gateways="gateways:\n  {{ env_var('X_G') }}:\n    connection:\n      type: {{ env_var('X_T', 'duckdb') }}\n      database: {{ env_var('X_D') }}.db\n"), **base, ":env": {"X_G": "Local", "X_D": "Own"}}
    return out


def environment():
    out = {}
    def env(name, value="true", text=None, **more):
        files = shop() if text is None else {"config.yaml": text, "models/a.sql": A}
        out[f"variable {name}={value}" + (f" on {len(text)}" if text else "")] = {**files, ":env": {name: value, **more}}
    for name, value in (("DEFAULT_GATEWAY", "LOCAL"), ("DEFAULT_GATEWAY", "nope"), ("MODEL_DEFAULTS__START", "2024-01-01"), ("MODEL_DEFAULTS__START", "20240101"), ("MODEL_DEFAULTS__OWNER", "zoe"), ("MODEL_DEFAULTS__CRON", "@weekly"), ("MODEL_DEFAULTS__OPTIMIZE_QUERY", "false"), ("MODEL_DEFAULTS__OPTIMIZE_QUERY", "0"), ("MODEL_DEFAULTS__ALLOW_PARTIALS", "true"),
                        ("MODEL_DEFAULTS__ENABLED", "false"), ("MODEL_DEFAULTS__BATCH_CONCURRENCY", "3"), ("MODEL_DEFAULTS__BATCH_CONCURRENCY", "x"), ("MODEL_DEFAULTS__DIALECT", "postgres"), ("MODEL_DEFAULTS__DIALECT", "DUCKDB"), ("MODEL_DEFAULTS__DIALECT", ""), ("MODEL_DEFAULTS__KIND", "full"), ("MODEL_DEFAULTS__COLOUR", "red"), ("MODEL_DEFAULTS__AUDITS", "[not_null(columns := (id))]"), ("MODEL_DEFAULTS__PHYSICAL_PROPERTIES__A", "1"),
                        ("MODEL_DEFAULTS__PRE_STATEMENTS", "SELECT 1"), ("MODEL_DEFAULTS__PHYSICAL_PROPERTIES", "{}"), ("VARIABLES__N", "5"), ("VARIABLES__Word", "W"), ("variables__n", "9"), ("VARIABLES", "x"), ("VARIABLES__A__B", "1"), ("GATEWAYS__LOCAL__CONNECTION__DATABASE", "other.db"), ("GATEWAYS__LOCAL__CONNECTION__TYPE", "postgres"), ("GATEWAYS__NEW__CONNECTION__TYPE", "duckdb"), ("GATEWAYS__local__VARIABLES__N", "4"),
                        ("GATEWAYS__LOCAL__CONNECTION__CONCURRENT_TASKS", "4"), ("GATEWAYS__LOCAL__CONNECTION__EXTENSIONS", '["a"]'), ("GATEWAYS__LOCAL__CONNECTION__CATALOGS", '{"x": "y.db"}'), ("GATEWAYS__LOCAL__CONNECTION__COLOUR", "red"), ("GATEWAYS__LOCAL__STATE_SCHEMA", "s"), ("GATEWAYS__LOCAL", "x"), ("GATEWAY__CONNECTION__TYPE", "duckdb"), ("GATEWAYS__LOCAL__MODEL_DEFAULTS__OWNER", "g"),
                        ("PLAN__FORWARD_ONLY", "true"), ("PLAN__FORWARD_ONLY", "maybe"), ("PLAN__AUTO_CATEGORIZE_CHANGES__SQL", "off"), ("PLAN__NO_PROMPTS", "0"), ("PLAN__ENABLE_PREVIEW", "false"), ("LOG_LIMIT", "10"), ("LOG_LIMIT", "x"), ("LOG_LIMIT", ""), ("ENVIRONMENT_SUFFIX_TARGET", "table"), ("ENVIRONMENT_TTL", "in 3 days"), ("ENVIRONMENT_TTL", ""), ("PINNED_ENVIRONMENTS", "a"), ("IGNORE_PATTERNS", "a"), ("BEFORE_ALL", "SELECT 1"),
                        ("USERS", "[]"), ("LINTER__ENABLED", "1"), ("LINTER__RULES", "all"), ("GATEWAY_MANAGED_VIRTUAL_LAYER", "yes"), ("PHYSICAL_SCHEMA_MAPPING__SHOP", "kept"), ("PHYSICAL_SCHEMA_OVERRIDE__SHOP", "kept"), ("ENVIRONMENT_CATALOG_MAPPING__PROD", "kept"), ("COLOUR", "red"), ("", "x"), ("A__", "x"), ("PROJECT", "p"), ("DISABLE_ANONYMIZED_ANALYTICS", "maybe"), ("CACHE_DIR", "/tmp/nowhere"), ("DEFAULT_TARGET_ENVIRONMENT", "dev"),
                        ("DEBUG", "1"), ("TIME_COLUMN_FORMAT", "%Y"), ("MODEL_NAMING__INFER_NAMES", "true"), ("RUN__ENVIRONMENT_CHECK_INTERVAL", "9"), ("RUN__ENVIRONMENT_CHECK_INTERVAL", "0"), ("FORMAT__PAD", "3"), ("CICD_BOT__TYPE", "github"), ("CICD_BOT__MERGE_METHOD", "x"), ("AIRFLOW__DISABLE_STATE_MIGRATION", "1"), ("MODEL_DEFAULTS__VIRTUAL_PROPERTIES__X__Y", "1"), ("DEFAULT_CONNECTION__TYPE", "duckdb"), ("JANITOR__EXPIRED_SNAPSHOTS_BATCH_SIZE", "7"), ("DBT__INFER_STATE_SCHEMA_NAME", "true")):
        env(f"SQLMESH__{name}", value)
    env("SQLMESH__GATEWAYS__LOCAL__CONNECTION__TYPE", "duckdb", "model_defaults: {dialect: duckdb}\n")
    env("SQLMESH__MODEL_DEFAULTS__DIALECT", "duckdb", LOCAL)
    env("SQLMESH__MODEL_DEFAULTS__DIALECT", "duckdb", "gateways: {a: {connection: {type: duckdb}}}\nmodel_defaults:\n")
    env("SQLMESH__VARIABLES__N", "1", **{"SQLMESH__VARIABLES__N__X": "2"})
    env("sqlmesh__model_defaults__owner", "low")
    env("SqlMesh__Model_Defaults__Owner", "mixed")
    env("SQLMESH_DEBUG", "1")
    for text in ("SQLMESH__MODEL_DEFAULTS__OWNER=dot\n", "export SQLMESH__MODEL_DEFAULTS__OWNER='dot env' # c\n", "# c\n\nX_N = 4\nSQLMESH__VARIABLES__N=$X_N\n", "X_N=4\nSQLMESH__VARIABLES__N=${X_N}\n", 'SQLMESH__MODEL_DEFAULTS__OWNER="a\\nb"\n', "SQLMESH__MODEL_DEFAULTS__OWNER\n", "SQLMESH__MODEL_DEFAULTS__OWNER=\n", "SQLMESH__MODEL_DEFAULTS__OWNER='a\\'b'\n", "SQLMESH__MODEL_DEFAULTS__OWNER=a#b\n", "SQLMESH__MODEL_DEFAULTS__OWNER=a #b\n", "not a line\nSQLMESH__MODEL_DEFAULTS__OWNER=x\n",
                 "SQLMESH__MODEL_DEFAULTS__OWNER=${X_NONE:-d}\n", "SQLMESH__MODEL_DEFAULTS__OWNER='${X_ONE}'\n", "X=1\r\nSQLMESH__MODEL_DEFAULTS__OWNER=crlf\r\n", "SQLMESH__MODEL_DEFAULTS__OWNER=a b c\n", "'SQLMESH__MODEL_DEFAULTS__OWNER'=q\n", "SQLMESH__MODEL_DEFAULTS__OWNER=\"multi\nline\"\n", "SQLMESH__MODEL_DEFAULTS__OWNER=$X_ONE\n", "SQLMESH__MODEL_DEFAULTS__OWNER=a=b\n", "SQLMESH__MODEL_DEFAULTS__OWNER=x\nSQLMESH__MODEL_DEFAULTS__OWNER=y\n"):
        out[f".env {text!r}"] = {**shop(), ".env": text, ":env": {"X_ONE": "one"}}
    out[".env and the process"] = {**shop(), ".env": "SQLMESH__MODEL_DEFAULTS__OWNER=dot\n", ":env": {"SQLMESH__MODEL_DEFAULTS__OWNER": "process"}}
    out[".env in Jinja"] = {**shop("username: {{ env_var('X_U') }}\nvariables: {n: {{ env_var('X_N', '1') }}}\n"), ".env": "X_U=u\nX_N=12\n"}
    for extra, home in (("", "username: x\n"), ("", "model_defaults: {owner: home}\n"), ("", "variables: {n: 9, extra: 1}\n"), ("", "gateways: {local: {connection: {type: duckdb, database: home.db}}}\n"), ("", "gateways: {mine: {connection: {type: duckdb, database: home.db}}}\ndefault_gateway: mine\n"), ("ignore_patterns: [x]\n", "ignore_patterns: [models/a.sql]\n"), ("", ""), ("", "- a\n"), ("", "colour: red\n"),
                        ("before_all: [SELECT 1]\n", "before_all: [SELECT 2]\n"), ("", "env_vars: {X_Q: qq, SQLMESH__MODEL_DEFAULTS__OWNER: of_home}\n"), ("pinned_environments: [a]\n", "pinned_environments: [b]\n"), ("username: {{ env_var('X_Q', 'none') }}\nvariables: {n: 1, q: \"{{ env_var('X_Q', 'none') }}\"}\n", "env_vars: {X_Q: qq}\n"), ("", "variables:\n"), ("", "physical_schema_mapping: {shop: home}\n"), ("physical_schema_mapping: {x: y}\n", "physical_schema_override: {shop: home}\n")):
        out[f"home {home!r} on {extra!r}"] = {**shop(extra), ":home": {"config.yaml": home}}
    out["home config.yml"] = {**shop(), ":home": {"config.yml": "model_defaults: {owner: home}\n"}}
    out["home two files"] = {**shop(), ":home": {"config.yml": "model_defaults: {owner: home}\n", "sqlmesh.yaml": "model_defaults: {owner: other}\n"}}
    out["home config.py"] = {**shop(), ":home": {"config.py": "raise Exception('x')\n"}}
    out["home before the environment"] = {**shop(), ":home": {"config.yaml": "model_defaults: {owner: home}\n"}, ":env": {"SQLMESH__MODEL_DEFAULTS__OWNER": "env"}}
    return out


def several():
    def two(one, other, models_two=None, **options):
        return {"one/config.yaml": one, "one/models/a.sql": A, "two/config.yaml": other, **{f"two/{k}": v for k, v in (models_two or {"models/b.sql": "MODEL (name shop.b);\nSELECT id, @n AS n FROM shop.a WHERE @VAR('word') <> ''\n"}).items()}, ":paths": ["one", "two"], **options}
    one, other = config("project: one\nvariables: {n: 1, word: w1}\n"), config("project: two\nvariables: {n: 2, word: w2}\n")
    out = {
        "two projects": two(one, other), "two projects the other way": {**two(one, other), ":paths": ["two", "one"]}, "two projects of one name": two(one, one), "two projects without names": two(config(VARIABLES), config(VARIABLES)), "one without a name": two(one, config(VARIABLES)),
        "two dialects": two(one, config("project: two\nvariables: {n: 2}\n", dialect="postgres")), "defaults of each": two(config("project: one\n", "  owner: ann\n  start: 2024-01-01\n"), config("project: two\nvariables: {n: 2}\n", "  owner: bob\n  cron: '@weekly'\n")),
        "gateways of each": two(config("project: one\n", gateways=TWO), config("project: two\nvariables: {n: 2}\n")), "default gateway of each": two(config("project: one\ndefault_gateway: second\n", gateways=TWO), config("project: two\ndefault_gateway: first\n", gateways=TWO)),
        "catalogs of each": two(config("project: one\n", gateways="gateways:\n  a:\n    connection: {type: duckdb, database: one.db}\n"), config("project: two\nvariables: {n: 2}\n", gateways="gateways:\n  a:\n    connection: {type: duckdb, database: two.db}\n")),
        "gateway names differ": two(config("project: one\n", gateways="gateways:\n  a:\n    connection: {type: duckdb, database: one.db}\n"), config("project: two\nvariables: {n: 2}\n", gateways="gateways:\n  b:\n    connection: {type: duckdb, database: two.db}\n")),
        "mapping of each": two(config("project: one\nphysical_schema_mapping: {shop: of_one}\n"), config("project: two\nvariables: {n: 2}\nphysical_schema_mapping: {shop: of_two}\n")), "naming of each": two(config("project: one\nphysical_table_naming_convention: table_only\n"), config("project: two\nvariables: {n: 2}\n")), "mode of each": two(config("project: one\nvirtual_environment_mode: dev_only\n"), config("project: two\nvariables: {n: 2}\n")),
        "time format of each": two(config("project: one\ntime_column_format: '%Y'\n"), config("project: two\nvariables: {n: 2}\n"), {"models/i.sql": MODELS["models/inc.sql"]}), "before_all of each": two(config("project: one\nbefore_all: [SELECT 1]\n"), config("project: two\nvariables: {n: 2}\nbefore_all: ['SELECT @n']\nafter_all: [SELECT 2]\n")), "suffix of each": two(config("project: one\nenvironment_suffix_target: table\n"), config("project: two\nvariables: {n: 2}\n")),
        "a model twice": two(one, other, {"models/a.sql": A}), "externals twice": {**two(one, other), "one/external_models.yaml": "- name: far.a\n", "two/external_models.yaml": "- name: far.a\n  description: second\n"}, "external of the other": {**two(one, other), "two/external_models.yaml": "- name: shop.a\n"}, "audits of one name": {**two(one, other), "one/audits/a.sql": "AUDIT (name own);\nSELECT 1 FROM @this_model;\n", "two/audits/a.sql": "AUDIT (name own);\nSELECT 2 FROM @this_model;\n"},
        "audit of the other": {**two(one, other, {"models/b.sql": "MODEL (name shop.b, kind FULL, audits (own));\nSELECT id FROM shop.a\n"}), "one/audits/a.sql": "AUDIT (name own);\nSELECT 1 FROM @this_model;\n"}, "macros of the other": {**two(one, other, {"models/b.sql": "MODEL (name shop.b, kind FULL);\nJINJA_QUERY_BEGIN;\nSELECT {{ own() }} AS id\nJINJA_END;\n"}), "one/macros/a.sql": "{% macro own() %}1{% endmacro %}"},
        "macros of each": {**two(one, other, {"models/b.sql": "MODEL (name shop.b, kind FULL);\nJINJA_QUERY_BEGIN;\nSELECT {{ own() }} AS id\nJINJA_END;\n"}), "one/macros/a.sql": "{% macro own() %}1{% endmacro %}", "two/macros/a.sql": "{% macro own() %}2{% endmacro %}"}, "ignored in one": two(config("project: one\nignore_patterns: ['models/*']\n"), other), "broken second": two(one, "a: [\n"), "missing second": {**two(one, other), ":paths": ["one", "nowhere"]}, "the same twice": {**two(one, other), ":paths": ["one", "one"]},
        "star of paths": {**two(one, other), ":paths": ["*"]}, "question mark of paths": {**two(one, other), ":paths": ["t?o", "one"]}, "inside each other": {"config.yaml": config("project: all\n"), "models/a.sql": A, "models/sub/config.yaml": config("project: sub\n"), "models/sub/models/b.sql": A.replace("shop.a", "shop.b"), ":paths": [".", "models/sub"]}, "env of each": {**two(config("project: one\n", "  owner: {{ env_var('X_OWNER', 'none') }}\n"), config("project: two\nvariables: {n: 2}\n", "  owner: {{ env_var('X_OWNER', 'none') }}\n")), "two/.env": "X_OWNER=two\n"}, "env in the first": {**two(config("project: one\n", "  owner: {{ env_var('X_OWNER', 'none') }}\n"), config("project: two\nvariables: {n: 2}\n", "  owner: {{ env_var('X_OWNER', 'none') }}\n")), "one/.env": "X_OWNER=one\n", "two/.env": "X_OWNER=two\n"},
    }
    return out


def models_of_one_fact():
    out = {}
    def one(name, text, extra="variables: {n: 3, word: ann, xs: [a, b], flag: true, none: null}\n", **more):
        out[f"model {name}"] = small(extra, **{"models/m.sql": text, **more})
    for blueprints in ("((x := a), (x := b))", "((x := a))", "(x := a)", "[(x := a), (x := b)]", "()", "@EACH(@xs, v -> (x := @v))", "@EACH(['a', 'b'], v -> (x := @v))", "((x := a, y := 1), (x := b))", "((X := a), (X := B))", "((x := 'a'), (x := 'b'))", "((x = a), (x = b))", "((x := a), (x := a))", "(x := @word)", "((x := @word), (x := b))", "((x := a.b), (x := c.d))", "(x)", "((x := \"A\"), (x := \"B\"))", "@nosuch()", "((x := @{word}_1))"):
        one(f"blueprints {blueprints}", f"MODEL (name shop.m_@x, kind FULL, blueprints {blueprints});\nSELECT @x AS x, @BLUEPRINT_VAR('x') AS v\n")
    for name in ("@word.m", "shop.@word", "shop.@{word}", "shop.@{word}_m", "@{word}_s.m", "shop.m_@n", "@IF(@n = 3, shop.yes, shop.no)", "@VAR('word').m", "shop.@VAR('word')", "'@word.m'", "@nosuch.m", "shop.@{nosuch}", "@{word}", "@CONCAT('a', 'b')", "shop.\"@word\"", "shop.\"@{word} x\"", "@SQL('shop.m')", "@EVAL(@word).m", "{{ word }}.m", "shop.@{xs}", "@BLUEPRINT_VAR('x').m"):
        one(f"name {name}", f"MODEL (name {name}, kind FULL);\nSELECT 1 AS id\n")
    for enabled in ("true", "false", "@flag", "@IF(@n = 3, false, true)", "'no'", "0", "1", "@none", "@nosuch", "null", "@gateway = 'local'", "@VAR('flag')", "not @flag", "@n > 5", "@{flag}", "x"):
        one(f"enabled {enabled}", f"MODEL (name shop.m, kind FULL, enabled {enabled});\nSELECT 1 AS id\n")
    for cron in ("'@daily'", "@daily", "'@{word}'", "@IF(@n = 3, '@weekly', '@daily')", "'0 * * * *'", "0", "''", "'@Daily'", "'nonsense'", "@hourly", "'@every_minute'"):
        one(f"cron {cron}", f"MODEL (name shop.m, kind FULL, cron {cron});\nSELECT 1 AS id\n")
    for pair in ("grain (id /* k */, word)", "grains (id, -- the key\n (id, word) /* both */)", "references (id /* r */, (id) AS x -- y\n)", "grain id /* k */", "grains [id /* a */, word -- b\n]", "references [\n -- first\n id,\n -- second\n word AS w]", "grain /* before */ id", "grains (\n  -- line\n  id,\n  /* block */ word\n)", "tags (a /* x */, b)", "owner ann /* x */", "partitioned_by (id /* p */)", "clustered_by (id -- c\n)",
                 "columns (id INT /* c */, word TEXT -- d\n)", "audits (not_null(columns := (id /* a */)) -- b\n)", "physical_properties (a = 1 /* x */, b = 2 -- y\n)", "column_descriptions (id = 'x' -- y\n)", "depends_on (shop.a /* x */)", "description 'x' /* y */", "start '2024-01-01' -- x\n", "references (id AS a /* r */)", "grains ((id, word) -- x\n)", "references (shop.a /* x */, b)", "grain id -- k\n", "grain \"Id\" /* k */", "grain (id, word) /* k */", "session_properties (a = @n)", "session_properties (a = @VAR('word'))", "session_properties (a = 1 /* x */)", "unique_key_ id"):
        one(f"property {pair!r}", f"MODEL (name shop.m, kind FULL, {pair});\nSELECT id, word FROM shop.a\n")
    for key in ("f(id)", "LOWER(id)", "(f(id))", "UPPER(id)", "COALESCE(id, 0)", "(LOWER(id), word)", "id || word", "CAST(id AS TEXT)", "id::TEXT", "LOWER(id), x true", "[id, f(word)]", "lower(id)", "MyFunc(id, 1)", "TRIM(id)", "s.f(id)", "\"F\"(id)", "id", "DATE_TRUNC('day', ds)", "NVL(id, 0)", "CONCAT(id, word)"):
        for dialect in ("redshift", "oracle", "duckdb", "snowflake", "postgres", "bigquery", "tsql"):
            one(f"unique_key {key} of {dialect}", f"MODEL (name shop.m, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key {key}), dialect {dialect}, columns (id INT, word TEXT));\nSELECT 1 AS id, NULL AS word\n")
    return out


REFUSED_QUERIES = (
    "SELECT a, FROM WHERE", "SELECT a FROM", "SELECT a FROM WHERE x = 1", "SELECT a FROM t WHERE", "SELECT a FROM t WHERE a =", "SELECT a FROM t WHERE a = AND b", "SELECT a + FROM t", "SELECT a FROM t)", "SELECT (a FROM t", "SELECT a FROM (SELECT 1", "SELECT a FROM t ORDER BY",
    "SELECT a b c FROM t", "SELECT a AS b c FROM t", "SELECT a AS b c AS d FROM t", "SELECT o.aa o.bb FROM t AS o", "SELECT a FORM t", "SELECT a FROM t WERE a = 1", "SELECT a FROM t u v", "SELECT a FROM t GROUP a", "SELECT a FROM t ORDER a", "SELECT CASE WHEN a THEN b FROM t", "SELECT a FROM t JOIN",
    "SELECT a FROM t UNION", "SELECT a FROM t UNION ALL", "WITH x AS (SELECT 1)", "SELECT a FROM t WHERE AND b", "SELECT * FROM a.", "SELECT COUNT(* FROM t", "SELECT a FROM t WHERE (a = 1", "SELECT [1, 2 FROM t", "SELECT a 'b", 'SELECT a "b FROM t', "SELECT /* x FROM t", "SELECT a FROM t WHERE b OR",
    "SELECT a FROM t WHERE a LIKE", "SELECT a FROM t HAVING", "SELECT a || FROM t", "SELECT (SELECT b FROM) AS x FROM t", "SELECT f(a, b FROM t", "SELECT a FROM t JOIN ON x = y",
)
READ_QUERIES = (
    "SELECT 1 AS a,, 2 AS b", "SELECT 1 AS a,", "SELECT ,1 AS a", "SELECT a FROM t GROUP BY WHERE x", "SELECT a FROM t JOIN u ON", "SELECT CAST('x' AS TIMESTAMP AS updated_at", "SELECT a FROM t, WHERE x", "SELECT 1 AS a, f(1,,2) AS b", "SELECT 'a' 'b' AS c", "SELECT a AS, b FROM t", "SELECT a FROM t;;",
    "SELECT t.from, t.where, t.group FROM t", "SELECT DISTINCT ON (a) b c, d FROM t", "SELECT a AT TIME ZONE 'UTC' AS b, INTERVAL '1' DAY AS c, DATE '2024-01-01' AS d FROM t", "SELECT CASE a WHEN 1 THEN CASE WHEN b THEN c END END AS e FROM t", "WITH x AS (SELECT 1 AS a), y AS (SELECT 2 AS a) (SELECT a FROM x)",
    "SELECT a FROM t WHERE @AND(TRUE, a > 1)", "SELECT @EACH([a, b], c -> @c) FROM t", "SELECT a FROM t WHERE a = @n AND b", "SELECT @n AS x, @{n}_y AS z", "SELECT a FROM t WHERE a NOT IN (SELECT b FROM u)", "SELECT COUNT(*) FILTER (WHERE a) OVER (PARTITION BY b ORDER BY c) AS n FROM t", "FROM t SELECT a",
)


def queries():
    """Texts in the place of a query: what SQLMesh cannot read is refused, what it reads over is not."""
    out = {}
    for text in (*REFUSED_QUERIES, *READ_QUERIES):
        out[f"query {text}"] = small(VARIABLES, **{"models/m.sql": f"MODEL (name shop.m, kind FULL);\n{text}\n"})
    for text in REFUSED_QUERIES[:6]:
        out[f"audit query {text}"] = small(**{"audits/x.sql": f"AUDIT (name x);\n{text}\n"})
    return out


GROUPS = {"queries": queries, "root": root_keys, "defaults": model_defaults, "gateways": gateways, "of_gateway": of_gateway, "externals": externals, "discovery": discovery, "yaml": yaml_and_jinja, "environment": environment, "several": several, "models": models_of_one_fact}

# Where Towline answers otherwise on purpose, or not yet as SQLMesh does: why, and in which cases exactly.
OF_THIS_MACHINE = "what only an installed driver, an extension or an opened connection tells"
OTHERWISE = {
    "what a connection requires: executors have it (docs/compatibility.md)": {
        "connection {type: postgres}", "connection {type: postgres, host: h, user: u, password: p, database: d}", "connection {type: mysql, host: h, user: u}",
        "connection {type: clickhouse, host: h}", "connection {type: snowflake, account: a, user: u, private_key_path: k, database: d}", "connection {type: trino, host: h, user: u}",
        "connection {type: mssql, host: h}", "connection {type: mssql}", "connection {type: fabric, host: h, database: d}", "connection {type: risingwave, host: h}",
        "gateway state_connection: {type: postgres}", "default_test_connection: {type: postgres}", "default_connection: {type: postgres, host: h}",
        "variable SQLMESH__GATEWAYS__LOCAL__CONNECTION__TYPE=postgres",
    },
    OF_THIS_MACHINE: {
        "connection {type: duckdb, extensions: [httpfs]}", 'connection {type: duckdb, extensions: \'["httpfs"]\'}', "connection {type: duckdb, connector_config: {a: 1}}",
        "connection {type: duckdb, secrets: [{type: s3}]}", "connection {type: duckdb, secrets: {a: {type: s3}}}", "connection {type: duckdb, filesystems: [{fs: a}]}",
        "connection {type: motherduck}", "connection {type: snowflake}", "connection {type: snowflake, account: a}", "connection {type: snowflake, account: a, user: u, password: p}",
        "connection {type: snowflake, account: a, authenticator: oauth}", "connection {type: trino, host: h, user: u, catalog: c, method: basic}", "connection {type: databricks}",
        "connection {type: databricks, server_hostname: s, catalog: c}", "connection {type: athena, work_group: w}", "connection {type: athena}",
        "connection {type: athena, s3_staging_dir: s3://x/, catalog_name: c}", "connection {type: gcp_postgres, instance_connection_string: i, user: u, db: d}",
        "connection {type: gcp_postgres, instance_connection_string: i, user: u, password: p, db: d}",
        "connection {type: db2, host: h, database: d, db2_schema: s, username: u, password: p}",
    },
    "rules of the linter, which are looked up when it runs": {
        "linter: {enabled: true, rules: [nosuchrule]}", "linter: {enabled: true, rules: [nomissingowner], warn_rules: [nomissingowner]}",
        "linter: {enabled: true, rules: all, ignored_rules: ['NoMissingOwner']}",
        "linter: {enabled: true, rules: [nomissingowner], warn_rules: AmbiguousOrInvalidColumn, ignored_rules: [x]}",
    },
    "statements, which are checked where they run": {
        "before_all: ['']", "before_all: ['{{ x }}']", "before_all: ['SELECT (']", "before_all: ['not sql at all !!']", "after_all: ['@EACH([1, 2], x -> SELECT @x)']",
        "model_defaults.pre_statements: ['SELECT (']", "model_defaults.post_statements: ['@EACH([1, 2], x -> SELECT @x)']", "model_defaults.pre_statements: ['@nosuch()']",
    },
    "values of properties that no engine has: a date, a list of lists, a quoted audit": {
        "model_defaults.physical_properties: {a: 2024-01-01}", "model_defaults.session_properties: {query_label: [[a, b]]}", 'model_defaults.audits: [\'"not_null"(columns := (id))\']',
    },
    "dates in words beyond `3 days ago` (docs/compatibility.md), and what only Python's YAML takes for one": {
        "model_defaults.start: 2024-13-01", "model_defaults.start: true",
    },
    "numbers that are SQLMesh's own faults, YAML 1.1, and tabs between words": {
        "variables: {a: .inf, b: .nan, c: 1e3, d: 0x10, e: 0o17, f: 017, g: 1_000}", "variables: {a: 0b11, b: 0xZZ, c: 1__0, d: _1}", "yaml 1.1", "yaml trailing tab",
        "config with tabs after",
    },
    "names of different depth in one project (docs/compatibility.md)": {
        "model_defaults.gateway: other", "model_defaults.gateway: ''", "model gateway '' managed true", "model gateway '' managed false", "default gateway without catalog", "engines maria",
        "engines maria managed", "model name @{word}", "external 'name: a.b.c.d'",
    },
    "blueprints and names whose macros SQLMesh leaves, quotes or cannot read": {
        "model blueprints (x := @word)", "model blueprints ((x := @word), (x := b))", "model blueprints ((x := @{word}_1))", "model name shop.@{nosuch}",
        "model name shop.@{xs}", 'external "name: \'@x.a\'"',
    },
    "a type that is none: SQLMesh takes its first word": {
        "external 'name: far.a\\n  columns: {id: nonsense type}'",
    },
    "audits of a gateway's model_defaults, which SQLMesh cannot read": {
        "gateway model_defaults: {audits: ['number_of_rows(threshold := 1)']}",
    },
    "files that nobody reads, or that SQLMesh cannot": {
        "folder named x.sql", "broken link", "utf 8 with bom", "broken test", "test of nothing", "test a list", "broken test in a folder",
        "broken metric", "seed unquoted", "ignore ['']",
    },
    "bare functions of Redshift and Oracle, refused by name (docs/compatibility.md)": {
        "model unique_key f(id) of redshift", "model unique_key f(id) of oracle", "model unique_key LOWER(id) of redshift", "model unique_key LOWER(id) of oracle",
        "model unique_key UPPER(id) of redshift", "model unique_key UPPER(id) of oracle", "model unique_key COALESCE(id, 0) of redshift", "model unique_key COALESCE(id, 0) of oracle",
        "model unique_key CAST(id AS TEXT) of redshift", "model unique_key CAST(id AS TEXT) of oracle", "model unique_key lower(id) of redshift", "model unique_key lower(id) of oracle",
        "model unique_key MyFunc(id, 1) of redshift", "model unique_key MyFunc(id, 1) of oracle", "model unique_key TRIM(id) of redshift", "model unique_key TRIM(id) of oracle",
        "model unique_key DATE_TRUNC('day', ds) of redshift", "model unique_key DATE_TRUNC('day', ds) of oracle", "model unique_key NVL(id, 0) of redshift",
        "model unique_key NVL(id, 0) of oracle", "model unique_key CONCAT(id, word) of redshift", "model unique_key CONCAT(id, word) of oracle",
    },
    "a bracket that sqlglot does not miss": {"query SELECT CAST('x' AS TIMESTAMP AS updated_at"},
    "functions in quotes or of a schema as a key": {
        "model unique_key s.f(id) of duckdb", "model unique_key s.f(id) of snowflake", "model unique_key s.f(id) of postgres", "model unique_key s.f(id) of bigquery",
        "model unique_key s.f(id) of tsql", 'model unique_key "F"(id) of redshift', 'model unique_key "F"(id) of oracle', 'model unique_key "F"(id) of duckdb',
        'model unique_key "F"(id) of snowflake', 'model unique_key "F"(id) of postgres', 'model unique_key "F"(id) of tsql',
    },
}
# Cases of which one text only differs: where it stands. No hash is made of it.
TEXTS = {
    "unique_key": {
        "model unique_key f(id) of bigquery", "model unique_key (f(id)) of bigquery", "model unique_key [id, f(word)] of bigquery", "model unique_key lower(id) of bigquery",
        "model unique_key MyFunc(id, 1) of bigquery",
    },
    "name": {"inferred name My Shop/a", "inferred name shop-x/a-b"},
}
NAMES_OTHERWISE = set().union(*OTHERWISE.values())


def known(name, found):
    """True if this case is known to differ, and in nothing but what is known of it."""
    if name in NAMES_OTHERWISE:
        return True
    keys = set(re.findall(r"^\[models\] .*: (\w+)$", "\n".join(found), re.M))
    return any(name in names and keys == {key} for key, names in TEXTS.items())


def no_longer_differs(name):
    """True if a case that is found to agree is still excused."""
    return name in NAMES_OTHERWISE - OTHERWISE[OF_THIS_MACHINE] or any(name in names for names in TEXTS.values())
