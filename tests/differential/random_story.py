"""A random story from a seed: the files of a project and the steps of what happens to it, independent of what any program answers.

    {"files": {path: text}, "steps": [("edit", {path: text or None}) or ("2024-01-08 12:00:00", "plan", "prod", ...)]}

Every model has the columns of the seed and `extra`: a date or range of the interval it was loaded for, so that batches, lookbacks and
repeated loads show in the rows. Times lie around leap days, changes of daylight saving time and ends of years."""

import copy
import datetime
import random

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
BEGINNINGS = ("2024-01-08 12:00", "2024-02-27 12:00", "2024-03-29 22:30", "2024-10-25 23:10", "2023-12-29 06:00", "2024-03-09 08:05", "2024-11-01 12:00", "2025-02-27 18:00")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
CRONS = ("@daily", "@daily", "@daily", "@hourly", "@weekly", "@monthly", "0 6 * * *", "30 2 * * *", "0 */6 * * *", "*/30 * * * *", "0 0 1 */3 *", "@yearly",
         "0 9 * * 1", "15 14 * * *", "0 0 29 2 *", "*/5 * * * *", "@midnight", "0 0 15 * *")
FAST = {"@hourly", "*/30 * * * *", "*/5 * * * *", "0 */6 * * *"}
SLOW = {"@weekly": 15, "0 9 * * 1": 15, "@monthly": 70, "0 0 15 * *": 70, "0 0 1 */3 *": 200, "@yearly": 800, "0 0 29 2 *": 3300}
ITEMS = ("assam", "sencha", "puerh", "oolong")


class Model:
    """What is said of a model; its text is made of it anew after every change."""

    def __init__(self, name, parents, kind):
        self.name, self.parents, self.kind = name, parents, kind
        self.kind_options, self.properties, self.audits = [], {}, []
        self.condition, self.columns, self.factor = "TRUE", [], 1
        self.comment = self.broken = self.post = ""
        self.cte = False

    def text(self, alive):
        parents = [p for p in self.parents if p in alive] or ["raw.orders"]
        options = list(self.kind_options)
        if self.kind == "INCREMENTAL_BY_TIME_RANGE":
            options.insert(0, f"time_column {self.time}")
        elif self.kind == "INCREMENTAL_BY_UNIQUE_KEY":
            options.insert(0, f"unique_key {self.key}")
        elif self.kind == "SCD_TYPE_2_BY_TIME":
            options[:0] = ["unique_key id", "updated_at_name ts"]
        elif self.kind == "SCD_TYPE_2_BY_COLUMN":
            options[:0] = ["unique_key id", "columns [qty]"]
        kind = self.kind + (f" ({', '.join(options)})" if options else "")
        properties = {"name": self.name, "kind": kind, **self.properties}
        if self.kind == "INCREMENTAL_BY_PARTITION":
            properties["partitioned_by"] = "ds"
        if self.audits and self.kind != "EMBEDDED":
            properties["audits"] = "(" + ", ".join(self.audits) + ")"
        head = "MODEL (\n  " + ",\n  ".join(f"{k} {v}" for k, v in properties.items()) + "\n);\n"
        return head + self.query(parents) + (";\n" + self.post if self.post else "\n")

    def query(self, parents):
        where = self.condition
        if self.kind == "INCREMENTAL_BY_TIME_RANGE":
            where += " AND ds BETWEEN @start_date AND @end_date" if self.time == "ds" else " AND ts BETWEEN @start_dt AND @end_dt"
            # The end of a partial interval is the moment it was loaded.
            extra = "'@{start_ds} @{end_ds}'" if "allow_partials" in self.properties else "'@{start_ts} @{end_ts}'"
        elif self.kind in ("INCREMENTAL_BY_UNIQUE_KEY", "INCREMENTAL_BY_PARTITION", "INCREMENTAL_UNMANAGED"):
            where += " AND ts <= @end_dt"
            extra = "'@{start_ts} @{end_ts}'"
        elif self.kind in ("FULL",):
            extra = "'@{execution_ds}'"
        else:
            extra = "'none'"
        if self.broken:
            where += f" AND {self.broken}"
        select = ["id", "item", "ds", "ts", f"qty * {self.factor} AS qty" if self.factor != 1 else "qty", f"CAST({extra} AS TEXT) AS extra", *self.columns]
        table = parents[0]
        if self.cte:
            table, head = "source", f"WITH source AS (SELECT * FROM {parents[0]})\n"
        else:
            head = ""
        if len(parents) > 1:
            where += f" AND id IN (SELECT id FROM {parents[1]})"
        return f"{self.comment}{head}SELECT {', '.join(select)}\nFROM {table} WHERE {where}"


class Story:
    model_type = Model

    def __init__(self, seed, engine):
        self.r, self.engine, self.seed = random.Random(seed), engine, seed
        self.now = datetime.datetime.fromisoformat(self.r.choice(BEGINNINGS))
        self.models, self.files, self.steps = {}, {}, []
        self.gone, self.versions, self.dates, self.environments = {}, [], [], []
        self.serial = 0

    def maybe(self, chance=0.5):
        return self.r.random() < chance

    # --- the project

    def config(self):
        start = (self.now - self.r.randint(3, 12) * DAY).date()
        text = f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: shop.db\ndefault_gateway: local\nmodel_defaults:\n  dialect: {self.engine}\n  start: '{start}'\n"
        plan = [option for option, chance in (("forward_only: true", 0.05), ("include_unmodified: true", 0.1), ("enable_preview: true", 0.15), ("use_finalized_state: true", 0.05),
                                              ("always_recreate_environment: true", 0.04)) if self.maybe(chance)]
        if plan:
            text += "plan:\n" + "".join(f"  {each}\n" for each in plan)
        if self.maybe(0.1):
            text += "environment_suffix_target: table\n"
        if self.maybe(0.1):
            text += "physical_table_naming_convention: " + self.r.choice(("table_only", "hash_md5")) + "\n"
        if self.maybe(0.15):
            text += "before_all:\n  - CREATE TABLE IF NOT EXISTS told (what TEXT)\nafter_all:\n  - INSERT INTO told VALUES ('@this_env @start_ds @end_ds')\n"
        if self.maybe(0.1):
            text += f"environment_ttl: {self.r.choice(('in 3 days', 'in 2 weeks', 'null'))}\n"
        if self.maybe(0.1):
            text += "snapshot_ttl: in 2 days\n"
        self.files["config.yaml"] = text

    def seed_rows(self):
        first = self.now - 14 * DAY
        lines = ["id,item,ds,ts,qty"]
        for id_ in range(1, self.r.randint(30, 60)):
            at = (first + datetime.timedelta(minutes=self.r.randint(0, 40 * 24 * 60))).replace(second=0)
            lines.append(f"{id_},{self.r.choice(ITEMS)},{at.date()},{at},{self.r.randint(1, 9)}")
        self.files["seeds/orders.csv"] = "\n".join(lines) + "\n"
        self.files["models/orders.sql"] = "MODEL (name raw.orders, kind SEED (path '../seeds/orders.csv'), columns (id INT, item TEXT, ds DATE, ts TIMESTAMP, qty INT));\n"

    def some_kind(self):
        return self.r.choice(("INCREMENTAL_BY_TIME_RANGE",) * 7 + ("FULL",) * 3 + ("VIEW",) * 3 + ("EMBEDDED", "INCREMENTAL_BY_UNIQUE_KEY", "INCREMENTAL_BY_UNIQUE_KEY",
                             "INCREMENTAL_BY_PARTITION", "INCREMENTAL_UNMANAGED", "SCD_TYPE_2_BY_TIME", "SCD_TYPE_2_BY_COLUMN"))

    def dress(self, model):
        """Properties that go with the kind of a model."""
        r, incremental = self.r, model.kind.startswith(("INCREMENTAL", "SCD"))
        model.time, model.key = r.choice(("ds", "ds", "ts")), r.choice(("id", "id", "(id, ds)"))
        model.kind_options, model.properties = [], {}
        add = model.kind_options.append
        if model.kind in ("INCREMENTAL_BY_TIME_RANGE", "INCREMENTAL_BY_UNIQUE_KEY"):
            if self.maybe(0.3):
                add(f"lookback {r.randint(1, 3)}")
            if self.maybe(0.35):
                add(f"batch_size {r.choice((1, 2, 3, 7))}")
            if self.maybe(0.2):
                add("forward_only true")
        if model.kind == "INCREMENTAL_BY_TIME_RANGE":
            if self.maybe(0.1):
                add("batch_concurrency 1")
            if self.maybe(0.1):
                add(f"auto_restatement_cron '{r.choice(('@weekly', '@daily'))}'")
                if self.maybe(0.7):
                    add(f"auto_restatement_intervals {r.randint(1, 4)}")
        if model.kind in ("INCREMENTAL_BY_TIME_RANGE", "INCREMENTAL_BY_UNIQUE_KEY", "INCREMENTAL_UNMANAGED", "INCREMENTAL_BY_PARTITION") and self.maybe(0.08):
            add(f"disable_restatement {r.choice(('true', 'false'))}")
        if incremental and self.maybe(0.35):
            add(f"on_destructive_change {r.choice(('allow', 'warn', 'ignore', 'error'))}")
        if incremental and self.maybe(0.25):
            add(f"on_additive_change {r.choice(('allow', 'warn', 'ignore', 'error'))}")
        if model.kind == "VIEW" and self.maybe(0.15):
            add("materialized true")
        if model.kind.startswith("SCD") and self.maybe(0.3):
            add("invalidate_hard_deletes true")
        if model.kind == "SCD_TYPE_2_BY_COLUMN" and self.maybe(0.3):
            add("execution_time_as_valid_from true")
        if model.kind == "SCD_TYPE_2_BY_TIME" and self.maybe(0.3):
            add("updated_at_as_valid_from true")
        if self.maybe(0.6):
            self.give_cron(model)
        if self.maybe(0.15) and model.kind == "INCREMENTAL_BY_TIME_RANGE":
            model.properties["allow_partials"] = "true"
        if self.maybe(0.15) and "start" not in model.properties:
            days = r.choice((-40, -20, -6, -4, -3, -2))
            model.properties["start"] = f"'{(self.now + days * DAY).date()}'"
            if self.maybe(0.4):
                model.properties["end"] = f"'{(self.now + (days + r.randint(1, 6)) * DAY).date()}'"
        if self.maybe(0.2):
            model.properties["description"] = f"'about {model.name}'"
        if self.maybe(0.15):
            model.properties["column_descriptions"] = "(id = 'the key', extra = 'when it was loaded')"
        if self.maybe(0.2):
            model.properties["tags"] = r.choice(("(one)", "(two, one)"))
        if self.maybe(0.06):
            model.properties["stamp"] = "'first'"

    def give_cron(self, model):
        cron = self.r.choice(CRONS)
        for key in ("cron", "cron_tz", "interval_unit"):
            model.properties.pop(key, None)
        model.properties["cron"] = f"'{cron}'"
        if self.maybe(0.3):
            model.properties["cron_tz"] = f"'{self.r.choice(ZONES)}'"
        if self.maybe(0.15) and cron not in FAST and cron not in SLOW:
            model.properties["interval_unit"] = self.r.choice(("'day'", "'hour'"))
        elif self.maybe(0.3) and SLOW.get(cron, 0) in (15, 70):
            model.properties["interval_unit"] = "'day'"
        # SQLMesh fails to promote a new model of which nothing is due yet, so something is.
        back = 1 if cron in FAST or model.properties.get("interval_unit") == "'hour'" else SLOW.get(cron)
        if back == 1:  # thousands of batches show nothing that ten do not
            model.kind_options = [option for option in model.kind_options if not option.startswith("batch_size")]
        if back:
            model.properties["start"] = f"'{(self.now - back * DAY).date()}'"
            model.properties.pop("end", None)

    def give_audits(self, model):
        choices = ("not_null(columns := (id, ds))", "number_of_rows(threshold := 0, blocking := false)", "forall(criteria := (qty > 0))", "few(most := 1000)", "few(most := 2, blocking := false)",
                   "unique_values(columns := (id), blocking := false)")
        model.audits = self.r.sample(choices, self.r.randint(0, 2))

    def build(self):
        self.config()
        self.seed_rows()
        self.files["audits/few.sql"] = "AUDIT (name few, defaults (most = 5));\nSELECT * FROM @this_model WHERE qty > @most\n"
        for index in range(self.r.randint(4, 8)):
            names = list(self.models)
            parents = self.r.sample(names, min(len(names), self.r.choice((0, 1, 1, 1, 2)))) if names else []
            model = self.model_type(f"{self.r.choice(('shop', 'shop', 'mart'))}.m{index}", parents, self.some_kind())
            self.dress(model)
            self.give_audits(model)
            model.cte = self.maybe(0.15)
            if self.maybe(0.1) and model.kind in ("FULL", "INCREMENTAL_BY_TIME_RANGE"):
                model.post = "@IF(@runtime_stage = 'evaluating', CREATE TABLE IF NOT EXISTS seen_" + str(index) + " AS SELECT 1 AS n WHERE FALSE);\n"
            self.models[model.name] = model
        if self.maybe(0.25):
            self.files["audits/alone.sql"] = f"AUDIT (name alone, standalone true, cron '@daily');\nSELECT id FROM {self.r.choice(list(self.models))} WHERE qty < 0\n"
        self.files.update(self.texts())
        return {"files": dict(self.files), "steps": self.steps}

    def texts(self):
        return {f"models/{model.name.split('.')[1]}.sql": model.text(self.models) for model in self.models.values()}

    # --- steps

    def later(self, *choices):
        self.now += self.r.choice(choices)

    def at(self):
        return str(self.now.replace(second=0))

    def command(self, *words):
        self.steps.append((self.at(), *words))

    def edited(self):
        """The files that differ now become a step."""
        new = self.texts()
        old = {path: text for path, text in self.files.items() if path.startswith("models/m")}
        changes = {path: text for path, text in new.items() if old.get(path) != text}
        changes.update({path: None for path in old if path not in new})
        for path, text in changes.items():
            if text is None:
                del self.files[path]
            else:
                self.files[path] = text
        if changes:
            self.steps.append(("edit", changes))

    def edit_file(self, path, text):
        self.files[path] = text
        self.steps.append(("edit", {path: text}))

    def pick(self):
        return self.models[self.r.choice(list(self.models))]

    def change(self):
        """One change of the project's files."""
        r, model = self.r, self.pick()
        self.versions.append(copy.deepcopy(self.models))
        what = r.choice(("breaking", "breaking", "add", "add", "add", "drop", "rename", "metadata", "comment", "kind", "cron", "rows", "options", "remove", "back", "revert", "revert",
                         "audits", "factor", "cte", "type", "several", "post"))
        if what == "several":
            for _ in range(r.randint(2, 3)):
                self.change()
            return
        if what == "breaking":
            model.condition = f"qty > {r.randint(0, 4)}"
        elif what == "add" or (what in ("drop", "rename", "type") and not model.columns):
            self.serial += 1
            model.columns = [*model.columns, f"{r.choice(('qty + 1', 'CAST(1 AS INT)', 'CAST(item AS TEXT)'))} AS c{self.serial}"]
        elif what == "drop":
            model.columns = model.columns[:-1]
        elif what == "rename":
            self.serial += 1
            model.columns = [*model.columns[:-1], model.columns[-1].rsplit(" AS ", 1)[0] + f" AS c{self.serial}"]
        elif what == "type":
            expression, name = model.columns[-1].rsplit(" AS ", 1)
            model.columns = [*model.columns[:-1], f"CAST({expression} AS {r.choice(('TEXT', 'TEXT', 'DOUBLE PRECISION' if self.engine == 'postgres' else 'DOUBLE'))}) AS {name}"]
        elif what == "metadata":
            model.properties["description"] = f"'changed {r.randint(1, 9)}'"
        elif what == "comment":
            model.comment = f"-- said {r.randint(1, 9)}\n"
        elif what == "kind":
            model.kind = self.some_kind()
            self.dress(model)
        elif what == "cron":
            self.give_cron(model)
        elif what == "options":
            self.dress(model)
        elif what == "rows":
            lines = self.files["seeds/orders.csv"].splitlines()
            for _ in range(r.randint(1, 4)):
                at = r.randint(1, len(lines) - 1)
                id_, item, ds, time, qty = lines[at].split(",")
                lines[at] = f"{id_},{r.choice(ITEMS)},{ds},{time},{r.randint(1, 9)}"
            if self.maybe(0.4):
                del lines[r.randint(1, len(lines) - 1)]
            self.edit_file("seeds/orders.csv", "\n".join(lines) + "\n")
        elif what == "remove":
            leaves = [m for m in self.models if not any(m in other.parents for other in self.models.values())]
            if len(self.models) > 2 and leaves and "alone" not in "".join(self.files):
                name = r.choice(leaves)
                self.gone[name] = self.models.pop(name)
        elif what == "back" and self.gone:
            name = r.choice(list(self.gone))
            self.models[name] = self.gone.pop(name)
        elif what == "revert" and len(self.versions) > 1:
            old = r.choice(self.versions)
            for name in self.models:
                if name in old:
                    self.models[name] = copy.deepcopy(old[name])
        elif what == "audits":
            self.give_audits(model)
        elif what == "factor":
            model.factor = r.randint(1, 3)
        elif what == "cte":
            model.cte = not model.cte
        elif what == "post" and model.kind in ("FULL", "INCREMENTAL_BY_TIME_RANGE"):
            model.post = "" if model.post else "@IF(@runtime_stage = 'evaluating', CREATE TABLE IF NOT EXISTS seen_later AS SELECT 1 AS n WHERE FALSE);\n"
        self.edited()

    def day(self, back=10):
        return str((self.now - self.r.randint(0, back) * DAY).date())

    def span(self):
        first, last = sorted((self.day(), self.day()))
        return ["--start", first, "--end", last]

    def selector(self):
        name = self.pick().name
        return self.r.choice((name, name, f"+{name}", f"{name}+", f"+{name}+", "tag:one", "shop.*", f"{name} | tag:two", f"^{name}", "*"))

    def environment(self):
        name = self.r.choice(("dev", "dev", "next"))
        return name

    def plan_options(self, environment):
        r, out = self.r, []
        chances = [("--forward-only", 0.2), ("--skip-backfill", 0.05), ("--empty-backfill", 0.05), ("--no-gaps", 0.05), ("--run", 0.08)]
        out += [option for option, chance in chances if self.maybe(chance)]
        if "--run" in out and self.maybe(0.5):
            out.append("--ignore-cron")
        if "--forward-only" in out and self.maybe(0.3):
            out += ["--effective-from", self.day(5)]
        if "--forward-only" in out and self.maybe(0.5):
            out += ["--allow-destructive-model", "*"]
        if self.maybe(0.05):
            out += ["--allow-additive-model", self.selector()]
        if self.maybe(0.08):
            out += ["--select-model", self.selector()]
        if self.maybe(0.08):
            out += ["--backfill-model", self.selector()]
        if self.maybe(0.05):
            out += ["--execution-time", str(self.now - r.choice((DAY, HOUR, 5 * HOUR)))]
        if environment == "prod":
            return out
        if self.maybe(0.15):
            out.append("--include-unmodified")
        if self.maybe(0.15):
            out.append("--enable-preview")
        if self.maybe(0.25):
            out += self.span()
        elif self.maybe(0.12):
            out += ["--min-intervals", str(r.randint(1, 3))]
        if self.maybe(0.1):
            out += ["--create-from", r.choice(("dev", "next", "prod"))]
        return out

    def plan(self, environment):
        self.command("plan", environment, *self.plan_options(environment))

    def step(self):
        r = self.r
        what = r.choice(("run",) * 5 + ("dev", "dev", "dev", "prod", "prod", "through", "through", "restate", "restate_dev", "invalidate", "audit", "broken", "run_dev", "catch_up", "new", "partial_run", "forward"))
        if what == "run":
            self.later(HOUR, 6 * HOUR, DAY, DAY, 2 * DAY, 2 * DAY, 8 * DAY, datetime.timedelta(minutes=20), *([33 * DAY] if self.maybe(0.3) else []))
            self.command("run", "prod", *(["--ignore-cron"] if self.maybe(0.15) else []))
        elif what == "partial_run":
            self.later(DAY, 3 * HOUR)
            self.command("run", "prod", "--select-model", self.selector(), *(["--no-auto-upstream"] if self.maybe(0.4) else []))
        elif what == "run_dev":
            self.later(DAY, 2 * DAY)
            self.command("run", self.environment())
        elif what == "catch_up":
            self.later(DAY, 5 * HOUR)
            self.command("plan", "prod", *(["--run"] if self.maybe() else []))
        elif what in ("dev", "prod", "through"):
            self.change()
            self.later(HOUR, DAY, datetime.timedelta(minutes=10))
            if what != "prod":
                self.plan(self.environment())
            if what != "dev":
                self.later(HOUR, datetime.timedelta(minutes=10))
                self.plan("prod")
        elif what == "forward":
            self.change()
            self.later(HOUR, DAY)
            if self.maybe():
                self.command("plan", "dev", "--forward-only", "--allow-destructive-model", "*")
            self.command("plan", "prod", "--forward-only", *(["--allow-destructive-model", "*"] if self.maybe(0.7) else []))
        elif what in ("restate", "restate_dev"):
            self.later(HOUR, DAY)
            environment = "prod" if what == "restate" else self.environment()
            self.command("plan", environment, "--restate-model", self.selector(), *(self.span() if self.maybe(0.7) else []))
        elif what == "invalidate":
            self.later(HOUR)
            self.command("invalidate", self.environment(), *(["--sync"] if self.maybe(0.3) else []))
            if self.maybe():
                self.later(HOUR, 8 * DAY)
                self.command("janitor", *(["--ignore-ttl"] if self.maybe() else []))
        elif what in ("audit", "broken"):
            self.fail_and_mend(what)
        elif what == "new":
            self.later(HOUR)
            self.command("plan", "next", "--include-unmodified", *(["--create-from", "dev"] if self.maybe(0.3) else []))

    def fail_and_mend(self, what):
        """A plan that fails as it loads, and the same with the mistake mended."""
        model = self.pick()
        if model.kind in ("EMBEDDED", "VIEW"):
            return
        audits, environment = model.audits, self.r.choice(("dev", "prod"))
        self.versions.append(copy.deepcopy(self.models))
        if what == "audit":
            model.audits = ["forall(criteria := (qty > 100))"]
        else:
            model.broken = "CAST(item AS INT) > 0"
        model.condition = f"qty > {self.r.randint(0, 2)}"
        self.edited()
        self.later(HOUR)
        self.command("plan", environment)
        if self.maybe(0.3):
            self.later(DAY)
            self.command("run", "prod")
        model.audits, model.broken = audits, ""
        self.edited()
        self.later(HOUR)
        self.command("plan", environment)

    def tell(self):
        story = self.build()
        self.command("plan", "prod")
        for _ in range(self.r.randint(6, 10)):
            self.step()
        self.later(DAY)
        self.command("run", "prod")
        if self.maybe(0.3):
            self.later(9 * DAY)
            self.command("janitor")
        return {"files": story["files"], "steps": self.steps}


def story(seed, engine):
    """The files and steps of a seed."""
    return Story(seed, engine).tell()
