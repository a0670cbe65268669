"""Seeds of odd data, audits that find rows, types that change, where tables lie on PostgreSQL, told to both."""

import pytest

from postgres_shop import project, told
from story import Story

SEEDS = {
    "odd": ("", "", 'id,text,note\n1,"a ""quoted"" one","two\nlines"\n2,\'single\',back\\slash\n3,"comma, here", leading\n4,"",tab\there\n5,NULL,üñï☕\n6,%s {x} $1,@start_ds\n'),
    "inferred": ("", "", "code,flag,day,at,amount,big,mixed,empty\n007,true,2024-01-02,2024-01-02 10:00:00,1.50,12345678901,1,\n012,false,2024-02-29,2024-02-29T23:59:59,-2e3,-1,x,\n"),
    "gaps": ("", "", "code,flag,day,amount\n007,true,2024-01-02,1\n,,,\n9,FALSE,,2.5\n"),
    "typed": ("", ", columns (code TEXT, flag BOOLEAN, day DATE, at TIMESTAMPTZ, amount NUMERIC(10, 3), doc JSONB, list INT[], raw BYTEA)",
              'code,flag,day,at,amount,doc,list,raw\n007,yes,2024-01-02,2024-01-02 10:00:00+02,1.5,"{""a"": [1, 2]}","{1,2}",\\x00ff\n,f,,,,,,\n1e5,0,2024-02-29,2024-01-02,0.1,null,{},abc\n'),
    "piped": (", csv_settings (delimiter = '|', quotechar = '''', escapechar = '\\\\', doublequote = false, skipinitialspace = true)", "", "id| text| n\n1| 'a|b'| 2\n2| it\\'s| 3\n"),
    "tabbed": (", csv_settings (delimiter = '\\t')", "", "id\ttext\tn\n1\ta,b\t2\n2\t\t3\n"),
    "missing": (", csv_settings (na_values = ['-', 'none'], keep_default_na = false)", ", columns (id INT, text TEXT, n INT)", "id,text,n\n1,-,2\n2,NULL,none\n3,,4\n"),
    "ragged": ("", "", "id,text,n\n1,a\n2,b,3\n\n   \n3,,\n"),
    "crlf": ("", "", "\ufeffid,text\r\n1,a\r\n2,\"b\r\nc\"\r\n"),
    "named": ("", "", "Id,The Name,größe,select,1st,a.b,ID2\n1,a,b,c,d,e,f\n"),
    "empty": ("", ", columns (id INT, text TEXT)", "id,text\n"),
    "fewer": ("", ", columns (text TEXT, id BIGINT)", "id,text,more\n1,a,b\n2,c,d\n"),
    "money": ("", ", columns (a MONEY, b UUID, c INET, d TIME, e INTERVAL, f REAL, g SMALLINT, h CHAR(4), i VARCHAR(3))",
              "a,b,c,d,e,f,g,h,i\n$12.50,00000000-0000-0000-0000-000000000001,10.0.0.1,10:20,1 day,0.5,7,ab,abc\n3,,,,,1e10,,,\n"),
    "big": ("", "", "a,b,c\n9223372036854775807,1234567890123456789,0.1234567890123456789\n-9223372036854775808,1,1e300\n"),
    "flags": ("", ", columns (a TEXT, b TEXT, c BOOLEAN)", "a,b,c\nTrue,true,TRUE\nFALSE,,\ntrue,False,no\n"),
    "words": ("", "", "a,b,c,d\nTrue,yes,1,N/A\nFalse,no,0,n/a\n"),
    "dates": ("", "", "a,b,c\n2024-01-01,01/02/2024,2024-01-01T00:00:00Z\n2024-01-02,02/02/2024,2024-01-01T00:00:00+02:00\n"),
}

# One way to write dates and times for each seed: pandas reads what its first row's format reads, or leaves all as they are.
MOMENTS = {
    "months": ("2024-01", "2024-02", "2023-12"), "days": ("2024-01-05", "", "2024-02-29"), "slashes": ("1/31/2024", "12/1/2024", "2/3/2024"), "europe": ("31/01/2024", "01/12/2024", ""),
    "points": ("31.01.2024", "01.12.2024", "03.04.2024"), "words": ("5 Jan 2024", "12 FEB 2024", "1 may 2024"), "long": ('"January 5, 2024"', '"March 1, 2024"', ""), "us_times": ("1/5/2024 10:11", "2/5/2024 1:02", ""),
    "halves": ("1/5/2024 3:04 PM", "1/5/2024 12:04 AM", ""), "short": ("1/31/24", "2/1/99", ""), "seconds": ("1700000000", "1700000001", "3"), "gaps": ("1700000000", "", "3"),
    "compact": ("20240105", "x", ""), "fractions": ("2024-01-05 10:11:12.5", "2024-01-05 10:11:12.123456", ""), "iso": ("2024-01-05T10:11:12", "2024-01-06T00:00:00", ""),
    "utc": ("2024-01-05T10:11:12Z", "2024-01-06T00:00:00Z", ""), "offset": ("2024-01-05 10:11:12+02:00", "2024-01-06 00:00:00+02:00", ""), "blanks": (" 2024-01-05", " 2024-01-06", ""),
    "mixed": ("2024-01-05 10:11:12", "2024-01-06", ""), "far": ("2024-01-05", "9999-12-31", ""), "years": ("2024-1-5", "2024-12-31", ""),
}
LEFT_TO_THE_ENGINE = {"compact": "TEXT"}  # what neither pandas nor an engine reads


@pytest.mark.parametrize("engine", ("postgres", "duckdb"))
def test_dates_and_times_of_seeds(engine):
    files = project({})
    files["config.yaml"] = files["config.yaml"].replace("dialect: postgres", f"dialect: {engine}")
    for name, cells in MOMENTS.items():
        rows = "".join(f"{row},{cell},{cell}\n" for row, cell in enumerate(cells))
        types = ", ".join(f"{column} {LEFT_TO_THE_ENGINE.get(name, kind)}" for column, kind in (("day", "DATE"), ("at", "TIMESTAMP")))
        files |= {f"seeds/{name}.csv": "id,day,at\n" + rows, f"models/{name}.sql": f"MODEL (name shop.{name}, kind SEED (path '../seeds/{name}.csv'), columns (id INT, {types}));\n"}
    with Story(engine, files, cadence="", janitor=False) as story:
        story.plan("2024-01-08 12:00:00", "prod")


def test_seeds_of_odd_data():
    models, files = {}, {}
    for name, (settings, properties, rows) in SEEDS.items():
        models[f"after_{name}"] = f"after_{name}, kind FULL;SELECT * FROM shop.{name}"
        files |= {f"seeds/{name}.csv": rows, f"models/{name}.sql": f"MODEL (name shop.{name}, kind SEED (path '../seeds/{name}.csv'{settings}){properties});\n"}
    with told(project(models, **files)) as story:
        story.plan("2024-01-08 12:00:00", "prod")


def test_audits_with_rows():
    """Audits that fail and block nothing, and one that does; of a view, a seed, a range batch by batch."""
    files = project({
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 1), audits (accepted_values(column := item, is_in := ('assam', 'sencha'), blocking := false), few(blocking := false), "
                 "not_null(columns := (id, item)));SELECT id, item, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds;\nAUDIT (name few, blocking false);\nSELECT * FROM @this_model WHERE id > 1",
        "view": "view_, kind VIEW, audits (number_of_rows(threshold := 100, blocking := false), unique_values(columns := (item), blocking := false));SELECT id, item FROM shop.range_",
        "full": "full_, kind FULL, audits (forall(criteria := (id < 3, LENGTH(item) > 2)));SELECT id, item FROM shop.view_",
    }, **{"audits/alone.sql": "AUDIT (name alone, standalone true);\nSELECT * FROM shop.range_ WHERE id > 2\n"})
    with told(files) as story:
        story.step("2024-01-04 12:00:00", "plan", "prod", ok=None)
        story.step("2024-01-06 12:00:00", "run", "prod", ok=None)
        story.replace("models/full.sql", "id < 3", "id < 30")
        story.step("2024-01-06 13:00:00", "plan", "prod", ok=None)
        story.step("2024-01-11 12:00:00", "run", "prod", ok=None)


FROM_TO = {  # column types and what they become; the values of 3 and 'text' fit all of them
    "docs": ("CAST('{}' AS JSON)", "CAST('{}' AS JSONB)", "CAST('{}' AS TEXT)", "CAST('{}' AS JSON)"),
    "lists": ("ARRAY[qty]", "ARRAY[qty::BIGINT]", "ARRAY[item]", "ARRAY[ARRAY[item]]"),
    "flags": ("qty > 1", "CAST(qty > 1 AS TEXT)", "CAST(qty AS INT)", "qty > 1"),
    "bytes": ("CAST('ab' AS BYTEA)", "CAST('ab' AS TEXT)", "CAST('00000000-0000-0000-0000-000000000000' AS UUID)", "CAST('00000000-0000-0000-0000-000000000000' AS TEXT)"),
    "nets": ("CAST('10.0.0.1' AS INET)", "CAST('10.0.0.0/8' AS CIDR)", "CAST('10.0.0.1' AS TEXT)", "CAST('10.0.0.1' AS INET)"),
    "spans": ("CAST('[1,3)' AS INT4RANGE)", "CAST('[1,3)' AS INT8RANGE)", "CAST('[2024-01-01,2024-02-01)' AS DATERANGE)", "CAST('[1,3)' AS NUMRANGE)"),
    "money": ("CAST(qty AS MONEY)", "CAST(qty AS NUMERIC(12, 2))", "CAST(qty AS MONEY)", "CAST(qty AS MONEY)"),
}


def test_types_that_are_dropped_and_added():
    """Forward-only changes in prod of types that PostgreSQL does not alter."""
    def text(stage):
        return ", ".join(f"{stages[stage]} AS {name}" for name, stages in FROM_TO.items())

    files = project({"range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, forward_only true, on_destructive_change allow);"
                              f"SELECT id, ds, {text(0)} FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds"})
    with told(files) as story:
        story.plan("2024-01-06 12:00:00", "prod")
        for stage, day in ((1, 7), (2, 9), (3, 11)):
            story.replace("models/range.sql", text(stage - 1), text(stage))
            story.plan(f"2024-01-{day:02} 13:00:00", "prod")


LAYOUTS = {
    "table": "environment_suffix_target: table\n",
    "mapping": "physical_schema_mapping:\n  '^shop$': phys\n  '^side.*': phys\nenvironment_suffix_target: schema\n",
}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_where_tables_and_views_lie(layout):
    files = project({
        "range": "range_, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), description 'r';SELECT id, ds FROM shop.orders WHERE ds BETWEEN @start_ds AND @end_ds",
        "side": "side.one, kind VIEW, description 'v';SELECT id FROM shop.range_",
        "far": "far.one, kind FULL;SELECT id FROM side.one",
    }, LAYOUTS[layout])
    with told(files) as story:
        story.step("2024-01-08 12:00:00", "plan", "prod")
        story.replace("models/range.sql", "id, ds", "id, ds, 1 AS one")
        story.step("2024-01-08 13:00:00", "plan", "dev")
        story.replace("models/side.sql", "SELECT id", "SELECT id + 1 AS id")
        story.step("2024-01-08 14:00:00", "plan", "dev", "--forward-only")
        story.step("2024-01-08 15:00:00", "plan", "prod")
        story.step("2024-01-09 15:00:00", "run", "prod")
        story.edit({"models/side.sql": None, "models/far.sql": None})
        story.step("2024-01-09 16:00:00", "plan", "dev")
        story.step("2024-01-09 17:00:00", "plan", "prod")
        story.step("2024-01-20 12:00:00", "janitor")
