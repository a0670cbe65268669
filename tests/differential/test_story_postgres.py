"""What PostgreSQL has besides rows, told to both: comments, privileges, indexes, kinds of tables, views that fall; and its own ways to load."""

import contextlib

import pytest

from postgres_shop import on_both, project, told
from story import Story


def test_words_of_tables_views_and_columns():
    """In prod and in dev, new, changed and taken away; with quotes, lines and other alphabets; from comments in a query."""
    files = project({
        "full": "full_, kind FULL, description 'it''s \"all\" of them', column_descriptions (id = 'the ''key''');SELECT id, item FROM shop.orders",
        "view": "view_, kind VIEW, description 'Übersicht\nin Zeilen';SELECT id, /* Stück\n je Tag */ qty, -- a day\n ds FROM shop.orders",
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), description 'by day', column_descriptions (ds = 'day');"
                 "SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "key": "key_, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id), column_descriptions (id = 'key');SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "past": "past_, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty]), description 'past', column_descriptions (qty = 'how many', valid_from = 'since');SELECT id, qty FROM shop.orders",
        "loose": "loose, kind INCREMENTAL_UNMANAGED, description $$ loose $$;SELECT id, -- last\n ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "typed": "typed, kind FULL, columns (id INT, ds DATE), description 'typed', column_descriptions (id = 'i');SELECT id, ds FROM shop.orders",
    })
    files["models/orders.sql"] = files["models/orders.sql"].replace("name shop.orders", "name shop.orders, description 'seeded', column_descriptions (item = 'tea')")
    with told(files) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.plan("2024-01-08 12:30:00", "copy", "--include-unmodified")
        for name in ("full", "view", "range", "key", "past", "loose", "typed"):
            text = (story.oracle / f"models/{name}.sql").read_text()
            story.edit({f"models/{name}.sql": text.replace("description '", "description 'new ", 1).replace("(id = '", "(id = 'new ").replace("SELECT id,", "SELECT id, 1 AS one,")
                        .replace("columns (id INT,", "columns (id INT, one INT,")})
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "prod")
        story.replace("models/view.sql", "description 'new Übersicht\nin Zeilen'", "owner 'me'")
        story.replace("models/full.sql", ", column_descriptions (id = 'new the ''key''')", "")
        story.plan("2024-01-09 13:00:00", "dev")
        story.plan("2024-01-09 14:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("models/range.sql", "SELECT id", "SELECT id, 'x' AS more /* and more */")
        story.plan("2024-01-10 14:00:00", "dev", "--forward-only")
        story.plan("2024-01-10 15:00:00", "prod")


@contextlib.contextmanager
def roles(story, *names):
    """Roles on both servers; the database that mentions them goes before they do."""
    on_both(story, *(f'CREATE ROLE "{name}"' for name in names))
    try:
        yield
    finally:
        on_both(story, *(f'DROP OWNED BY "{name}"' for name in names), *(f'DROP ROLE "{name}"' for name in names))


def test_grants_follow_their_models():
    kinds = {
        "full": "kind FULL;SELECT id, ds FROM shop.orders",
        "view": "kind VIEW;SELECT id, ds FROM shop.orders",
        "range": "kind INCREMENTAL_BY_TIME_RANGE (time_column ds);SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "key": "kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id);SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "past": "kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [ds]);SELECT id, ds FROM shop.orders",
    }
    # A name that needs quotes is beyond SQLMesh: it cannot take such a role's privileges away.
    first = "grants ('select' = ['towline_reader', 'Towline_Writer'], 'insert' = ['towline_writer'])"
    second = "grants ('SELECT' = ['towline_reader'], 'UPDATE' = ['towline_reader', 'Towline_Writer'], 'delete' = ['PUBLIC'])"
    files = project({name + layer: f"{name}_{layer}, {first}, grants_target_layer '{layer}', {text}" for name, text in kinds.items() for layer in ("virtual", "physical", "all")}
                    | {"plain": f"plain, {first}, kind FULL;SELECT 1 AS one"})
    files["models/orders.sql"] = files["models/orders.sql"].replace("name shop.orders", f"name shop.orders, {first}, grants_target_layer 'all'")

    def change(story, old, new):
        story.edit({name: (story.oracle / name).read_text().replace(old, new) for name in files if name.startswith("models/")})

    with told(files) as story, roles(story, "towline_reader", "towline_writer"):
        story.plan("2024-01-08 12:00:00", "prod")
        change(story, first, second)
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        change(story, "SELECT id, ds", "SELECT id, 1 AS one, ds")
        story.plan("2024-01-10 13:00:00", "dev")
        change(story, second, "grants ()")
        story.plan("2024-01-10 14:00:00", "prod")
        change(story, "grants ()", first)
        change(story, "SELECT id, 1 AS one, ds", "SELECT id, 1 AS one, 2 AS two, ds")
        story.plan("2024-01-10 15:00:00", "dev", "--forward-only")
        story.plan("2024-01-10 16:00:00", "prod", "--forward-only")
        change(story, first + ",", "")
        story.plan("2024-01-11 16:00:00", "prod")


def test_indexes_and_kinds_of_tables():
    """Post-statements that index a table in each stage, a table that is not logged, partitions and clusters that PostgreSQL's tables do not get."""
    index = "JINJA_STATEMENT_BEGIN;\nCREATE INDEX IF NOT EXISTS {0}_idx ON {{{{ this_model }}}} (id);\nJINJA_END;\nJINJA_STATEMENT_BEGIN;\nCREATE INDEX ON {{{{ this_model }}}} USING hash (id);\nJINJA_END"
    evaluated = "JINJA_STATEMENT_BEGIN;\n{% if runtime_stage == 'evaluating' %}CREATE UNIQUE INDEX IF NOT EXISTS key_u ON {{ this_model }} (id, ds){% endif %}\nJINJA_END"
    files = project({
        "full": "full_, kind FULL, physical_properties (creatable_type = UNLOGGED);SELECT id, ds FROM shop.orders;\n" + index.format("full"),
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, partition_by_time_column true), partitioned_by (id, ds), clustered_by (id), physical_properties (creatable_type = 'UNLOGGED', fillfactor = 70);"
                 "SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds;\n" + index.format("range"),
        "key": "key_, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, ds)), partitioned_by ds, storage_format parquet, physical_properties (primary_key = id);"
               "SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds;\n" + evaluated,
        "part": "part, kind INCREMENTAL_BY_PARTITION, partitioned_by (ds);SELECT id, ds FROM shop.orders WHERE ds >= @start_ds;\n" + index.format("part"),
        "bucket": "bucket, kind INCREMENTAL_BY_PARTITION, partitioned_by (DATE_TRUNC('month', ds), id);SELECT id, ds FROM shop.orders",
        "over": "over_, kind INCREMENTAL_UNMANAGED (insert_overwrite true), partitioned_by (ds);SELECT id, ds FROM shop.orders WHERE ds >= @start_ds;\n" + index.format("part"),
        "past": "past_, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty]), clustered_by id;SELECT id, qty FROM shop.orders;\n" + index.format("past"),
        "view": "view_, kind VIEW (materialized true), virtual_properties (creatable_type = 'security_barrier = true');SELECT id FROM shop.range_",
        "typed": "typed, kind FULL, columns (id INT, ds DATE), physical_properties (creatable_type = UNLOGGED);SELECT id, ds FROM shop.orders",
    })
    with told(files) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        for name in ("full", "range", "key", "part", "past"):
            story.replace(f"models/{name}.sql", "SELECT id", "SELECT id, 1 AS one")
        story.plan("2024-01-09 13:00:00", "dev", "--forward-only")
        story.plan("2024-01-09 14:00:00", "prod", "--forward-only")
        story.run("2024-01-11 12:00:00")


def test_views_over_tables_that_change():
    """Columns that go take views along; other people's views, too."""
    files = project({
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, forward_only true, on_destructive_change allow);SELECT id, ds, qty, item FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "view": "view_, kind VIEW;SELECT id, qty FROM shop.range_",
        "star": "star, kind VIEW;SELECT * FROM shop.view_",
        "mat": "mat, kind VIEW (materialized true);SELECT qty FROM shop.star",
        "full": "full_, kind FULL;SELECT qty FROM shop.mat",
    })
    with told(files) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        on_both(story, "CREATE SCHEMA mine", "CREATE VIEW mine.seen AS SELECT qty FROM shop.range_", "CREATE MATERIALIZED VIEW mine.kept AS SELECT qty FROM shop.full_",
                "CREATE TABLE mine.things AS SELECT 1 AS n")
        story.replace("models/range.sql", "ds, qty, item", "ds, CAST(qty AS TEXT) AS qty")
        story.replace("models/view.sql", "qty FROM", "qty, 1 AS one FROM")
        story.plan("2024-01-08 13:00:00", "dev")
        story.plan("2024-01-08 14:00:00", "prod")
        story.run("2024-01-10 12:00:00")
        story.replace("models/full.sql", "kind FULL", "kind VIEW")
        story.replace("models/view.sql", "kind VIEW", "kind FULL")
        story.plan("2024-01-10 13:00:00", "prod")
        story.run("2024-01-12 12:00:00")


def test_statements_around_views_that_stay():
    """A view in place is not made again, what stands around its query is executed; a materialized one is made again where it is restated."""
    seen = ";\nINSERT INTO seen SELECT '{0}', COUNT(*) FROM @this_model"
    files = project({
        "view": "view_, kind VIEW;SELECT id, item FROM public.things" + seen.format("view"),
        "mat": "mat, kind VIEW (materialized true);SELECT item, COUNT(*) AS n FROM shop.view_ GROUP BY item" + seen.format("mat"),
    })
    with told(files) as story:
        on_both(story, "CREATE TABLE seen (what TEXT, n INT)", "CREATE TABLE things (id INT, item TEXT)", "INSERT INTO things VALUES (1, 'a')")
        story.plan("2024-01-06 12:00:00", "prod")
        on_both(story, "INSERT INTO things VALUES (2, 'b')")
        story.run("2024-01-07 12:00:00")
        story.plan("2024-01-07 13:00:00", "prod", "--restate-model", "shop.mat")


PEOPLE = "id,name,at,qty\n1,ada,2024-01-03 10:00:00,1\n2,bob,2024-01-03 11:00:00,2\n3,eve,2024-01-04 00:00:00,\n3,eve,2024-01-05 00:00:00,4\n,nobody,2024-01-05 00:00:00,5\n"
PEOPLE_LATER = (  # changed, late, gone and new; back again, twice in one load
    "id,name,at,qty\n1,ada,2024-01-09 10:00:00,7\n2,bob,2024-01-01 11:00:00,9\n4,kim,2024-01-09 10:00:00,1\n,nobody,2024-01-05 00:00:00,5\n",
    "id,name,at,qty\n1,ada,2024-01-10 10:00:00,\n3,eve,2024-01-10 10:00:00,4\n3,eve,2024-01-04 10:00:00,5\n4,kim,2024-01-09 10:00:00,1\n",
)


def test_histories_with_late_rows_and_rows_that_go():
    models = {}
    for number, (hard, from_, moment) in enumerate(((h, f, m) for h in ("true", "false") for f in ("true", "false") for m in ("TIMESTAMP", "TIMESTAMPTZ"))):
        models[f"time{number}"] = (f"time{number}, kind SCD_TYPE_2_BY_TIME (unique_key id, updated_at_name at, invalidate_hard_deletes {hard}, updated_at_as_valid_from {from_}, time_data_type {moment});"
                                   "SELECT id, name, at, qty FROM shop.people")
        models[f"column{number}"] = (f"column{number}, kind SCD_TYPE_2_BY_COLUMN (unique_key (id, COALESCE(name, '')), columns {'[qty, at]' if number % 2 else '*'}, invalidate_hard_deletes {hard}, "
                                     f"execution_time_as_valid_from {from_}, time_data_type {moment});SELECT id, name, at, qty FROM shop.people")
    models["named"] = "named, kind SCD_TYPE_2_BY_TIME (unique_key id, valid_from_name since, valid_to_name until, time_data_type DATE);SELECT id, CAST(at AS DATE) AS updated_at FROM shop.people"
    models["typed"] = "typed, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty]), columns (id INT, qty INT, valid_from TIMESTAMP, valid_to TIMESTAMP);SELECT id, qty FROM shop.people"
    models["stamped"] = "stamped, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [qty], updated_at_name at);SELECT id, qty, at FROM shop.people"
    files = project(models, **{
        "seeds/people.csv": PEOPLE,
        "models/people.sql": "MODEL (name shop.people, kind SEED (path '../seeds/people.csv'), columns (id INT, name TEXT, at TIMESTAMP, qty INT));\n",
    })
    with told(files) as story:
        story.plan("2024-01-06 12:00:00", "prod")
        for day, rows in zip((9, 11), PEOPLE_LATER):
            story.edit({"seeds/people.csv": rows})
            story.plan(f"2024-01-{day:02} 12:00:00", "prod")
            story.run(f"2024-01-{day + 1:02} 12:00:00")
        story.plan("2024-01-13 12:00:00", "prod", "--restate-model", "shop.time0", "--restate-model", "shop.column1")


def test_keys_partitions_and_loose_rows():
    """Keyed rows that come again, in part and twice; partitions of expressions; overwritten and appended rows."""
    files = project({
        "when": "when_, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched (WHEN MATCHED AND source.qty IS NULL THEN DELETE WHEN MATCHED AND target.qty < 5 THEN UPDATE SET target.qty = source.qty, "
                "target.item = target.item || ', ' || source.item));SELECT DISTINCT ON (id % 3) id % 3 AS id, item, NULLIF(qty, 2) AS qty, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds ORDER BY id % 3, id",
        "filtered": "filtered, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key COALESCE(item, '?'), merge_filter source.ds > target.ds AND target.ds > '2024-01-03', batch_size 2);"
                    "SELECT DISTINCT ON (item) item, ds, qty FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds ORDER BY item, ds",
        "several": "several, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (item, ds), lookback 3), columns (item VARCHAR(10), ds TIMESTAMP, n BIGINT);"
                   "SELECT item, ds, COUNT(*) AS n FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds GROUP BY 1, 2",
        "twice": "twice, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key kind);SELECT 1 AS kind, id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "part": "part, kind INCREMENTAL_BY_PARTITION, partitioned_by (ds, item);SELECT id, ds, item, CAST(@start_ds AS TEXT) AS l FROM shop.orders WHERE ds >= @start_ds",
        "month": "month_, kind INCREMENTAL_BY_PARTITION, partitioned_by DATE_TRUNC('month', ds);SELECT id, ds, CAST(@start_ds AS TEXT) AS l FROM shop.orders WHERE ds >= @start_ds",
        "loose": "loose, kind INCREMENTAL_UNMANAGED;SELECT id, ds, CAST(@end_ds AS TEXT) AS l FROM shop.orders",
        "over": "over_, kind INCREMENTAL_UNMANAGED (insert_overwrite true), partitioned_by (item);SELECT id, item, CAST(@end_ds AS TEXT) AS l FROM shop.orders WHERE ds >= @start_ds",
        "self": "self_, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key id), columns (id INT, n INT);SELECT DISTINCT o.id, COALESCE(s.n, 0) + 1 AS n FROM shop.orders AS o LEFT JOIN shop.self_ AS s ON s.id = o.id",
        "sum": "sum_, kind FULL, columns (id INT, n INT);SELECT o.id, COALESCE(s.n, 0) + 1 AS n FROM shop.orders AS o LEFT JOIN shop.sum_ AS s ON s.id = o.id",
    })
    with told(files) as story:
        story.step("2024-01-08 12:00:00", "plan", "prod", ok=None)
        story.edit({"models/twice.sql": None})
        story.plan("2024-01-08 13:00:00", "prod")
        story.run("2024-01-09 12:00:00")
        story.replace("seeds/orders.csv", "5,assam,2024-01-10,4", "5,assam,2024-01-10,2\n6,assam,2024-01-09,8\n7,,2024-01-10,1\n2,sencha,2024-01-10,6")
        story.plan("2024-01-10 12:00:00", "prod")
        story.run("2024-01-12 12:00:00")
        story.plan("2024-01-12 13:00:00", "prod", "--restate-model", "shop.when_", "--restate-model", "shop.month_", "--restate-model", "shop.self_", "--start", "2024-01-04", "--end", "2024-01-06")
        story.plan("2024-01-12 14:00:00", "dev", "--include-unmodified")


@pytest.mark.parametrize("engine", ("duckdb", "postgres"))
def test_first_loads_of_models_that_keep_their_table(engine):
    """Unless a table is there that a plan alters, none is made with the columns that are inferred: their first load makes them, as its query gives them."""
    index = "" if engine == "duckdb" else ";\nJINJA_STATEMENT_BEGIN;\nCREATE INDEX ON {{ this_model }} (ds);\nJINJA_END"
    query = "SELECT ds, SUM(qty) AS qty, AVG(qty) AS mean, 'x' AS state, COUNT(*) AS n FROM shop.{0} WHERE ds >= @start_ds GROUP BY ds" + index
    files = project({
        "part": "part, kind INCREMENTAL_BY_PARTITION, partitioned_by (ds);" + query.replace("{0}", "orders"),
        "loose": "loose, kind INCREMENTAL_UNMANAGED;" + query.replace("{0}", "orders"),
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, forward_only true);SELECT ds, SUM(qty) AS qty FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds GROUP BY ds" + index,
        "past": "past_, kind SCD_TYPE_2_BY_COLUMN (unique_key ds, columns [qty]);SELECT ds, SUM(qty) AS qty FROM shop.orders GROUP BY ds" + index,
    })
    files["config.yaml"] = files["config.yaml"].replace("dialect: postgres", f"dialect: {engine}")
    with Story(engine, files, cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")
        story.edit({"models/full.sql": "MODEL (name shop.full_, kind FULL);\nSELECT * FROM shop.orders\n",
                    "models/below.sql": "MODEL (name shop.below, kind INCREMENTAL_BY_PARTITION, partitioned_by (ds));\n" + query.replace("{0}", "full_") + "\n"})
        story.plan("2024-01-08 13:00:00", "prod")
        story.run("2024-01-10 12:00:00")
