"""Random stories of seeds from 300 on: what random_story.py tells and, with chances of its own, the rest of what happens to a project:
dev_only environments, blueprints, seeds that change columns, renamed and disabled models, models turned to EMBEDDED and back, variables,
external tables, statements of views, days over hours, time columns of text, properties that only some engines know, ranges in words.

Older seeds stay as they are: nothing here is asked of their random numbers."""

import random_story
from random_story import DAY, HOUR, ITEMS, Model

FIRST = 300
PROPERTIES = (("physical_properties", "(note = 'a', size = 2)"), ("physical_properties", "(note = 'b')"), ("virtual_properties", "(note = 'seen')"), ("table_format", "iceberg"),
              ("storage_format", "parquet"), ("partitioned_by", "ds"), ("clustered_by", "id"), ("owner", "somebody"), ("grains", "(id, ds)"), ("optimize_query", "false"))


class WideModel(Model):
    """A model with a time column of text, statements of its view and a condition on a variable."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.virtual, self.by_variable, self.embedded = False, False, None

    def query(self, parents):
        text = super().query(parents)
        if self.kind == "INCREMENTAL_BY_TIME_RANGE" and self.time == "dt":
            text = text.replace("ts BETWEEN @start_dt AND @end_dt", "CAST(ds AS TEXT) BETWEEN @start_ds AND @end_ds").replace("SELECT id, ", "SELECT CAST(ds AS TEXT) AS dt, id, ")
        if self.by_variable:
            text += " AND qty >= @VAR('least', 1)"
        return text

    def text(self, alive):
        text = super().text(alive)
        if self.virtual and self.kind != "EMBEDDED":
            table = "shown_" + self.name.split(".")[1]
            text = text.rstrip().rstrip(";") + f";\nON_VIRTUAL_UPDATE_BEGIN;\nCREATE TABLE IF NOT EXISTS {table} (n INT);\nON_VIRTUAL_UPDATE_END;\n"
        return text


class WideStory(random_story.Story):
    model_type = WideModel

    def __init__(self, seed, engine):
        super().__init__(seed, engine)
        self.least, self.colours, self.parts, self.disabled = 1, False, [], set()
        self.reads_outside = self.has_blueprints = self.has_items = False

    # --- the project

    def config(self):
        super().config()
        r, text = self.r, self.files["config.yaml"]
        if self.maybe(0.2) and "use_finalized_state" not in text:
            text += "virtual_environment_mode: dev_only\n"
        if self.maybe(0.1):
            text += "physical_schema_mapping:\n  '^mart$': of_mart\n"
        if self.maybe(0.1):
            text += "pinned_environments: [dev]\n"
        if self.maybe(0.15):
            text = text.replace("model_defaults:\n", "model_defaults:\n" + r.choice(("  cron: '@hourly'\n", "  on_destructive_change: allow\n", "  on_additive_change: warn\n", "  cron: '0 2 * * *'\n",
                                                                                     "  interval_unit: hour\n", "  physical_properties:\n    note: all\n")))
        self.reads_outside = self.maybe(0.2)
        if self.reads_outside and "before_all" not in text:
            text += "before_all:\n  - CREATE SCHEMA IF NOT EXISTS outside\n  - CREATE TABLE IF NOT EXISTS outside.things AS SELECT 1 AS id, 'x' AS what\n"
        else:
            self.reads_outside = False
        self.plain_config = text
        self.files["config.yaml"] = text + f"variables:\n  least: {self.least}\n"
        self.has_blueprints, self.has_items = self.maybe(0.35), self.maybe(0.4)
        self.parts = [("one", 1), ("two", 2)]

    def items(self):
        rows = [f"{item},{rank}" + (f",colour {rank}" if self.colours else "") for rank, item in enumerate(ITEMS, 1)]
        return "\n".join(["item,rank" + (",colour" if self.colours else ""), *rows]) + "\n"

    def dress(self, model):
        super().dress(model)
        r = self.r
        if model.kind == "INCREMENTAL_BY_TIME_RANGE" and self.maybe(0.15):
            model.time = "dt"
        if model.kind == "INCREMENTAL_BY_TIME_RANGE" and self.maybe(0.15):
            model.kind_options.append(f"partition_by_time_column {r.choice(('true', 'false'))}")
        if model.kind.startswith("SCD") and self.maybe(0.2):
            model.kind_options.append("valid_from_name seen_from")
        if model.kind.startswith("SCD") and self.maybe(0.15):
            model.kind_options.append("disable_restatement false")
        if self.maybe(0.25) and model.kind != "EMBEDDED":
            name, value = r.choice(PROPERTIES)
            if name not in model.properties and (name != "partitioned_by" or model.kind in ("FULL", "INCREMENTAL_BY_TIME_RANGE")):
                model.properties[name] = value
        model.virtual, model.by_variable = self.maybe(0.1), self.maybe(0.2)
        if model.parents and self.maybe(0.2):  # a day of hours
            parent = self.models.get(model.parents[0])
            if parent and parent.kind == "INCREMENTAL_BY_TIME_RANGE":
                self.set_cron(parent, "@hourly")
                self.set_cron(model, "@daily")

    def set_cron(self, model, cron):
        for key in ("cron", "cron_tz", "interval_unit"):
            model.properties.pop(key, None)
        model.properties["cron"] = f"'{cron}'"
        model.kind_options = [option for option in model.kind_options if not option.startswith("batch_size")]

    def texts(self):
        alive = {name: model for name, model in self.models.items() if name not in self.disabled}
        out = {f"models/{model.name.split('.')[1]}.sql": model.text(alive) for model in alive.values()}
        out.update({f"models/{name.split('.')[1]}.sql": self.models[name].text(alive).replace("MODEL (\n", "MODEL (\n  enabled false,\n", 1) for name in self.disabled if name in self.models})
        if self.has_blueprints and self.parts:
            parts = ", ".join(f"(part := {part}, least := {least})" for part, least in self.parts)
            out["models/mblue.sql"] = (f"MODEL (name mart.blue_@{{part}}, kind FULL, blueprints ({parts}));\n"
                                       "SELECT id, item, qty, '@{part}' AS part FROM raw.orders WHERE qty > @least\n")
        if self.has_items:
            out["models/mitems.sql"] = "MODEL (name raw.items, kind SEED (path '../seeds/items.csv'));\n"
            out["models/mranks.sql"] = "MODEL (name mart.ranks, kind VIEW);\nSELECT * FROM raw.items\n"
            out["models/mranked.sql"] = "MODEL (name mart.ranked, kind FULL);\nWITH r AS (SELECT * FROM mart.ranks)\nSELECT r.*, o.id FROM raw.orders AS o INNER JOIN r ON o.item = r.item\n"
            self.files.setdefault("seeds/items.csv", self.items())
        if self.reads_outside:
            self.files.setdefault("external_models.yaml", "- name: outside.things\n  columns:\n    id: INT\n    what: TEXT\n")
            out["models/mthings.sql"] = "MODEL (name mart.things, kind FULL);\nSELECT id, what FROM outside.things\n"
        return out

    # --- steps

    def change(self):
        if not self.maybe(0.3):
            return super().change()
        r, model = self.r, self.pick()
        what = r.choice(("name", "name", "disable", "embed", "embed", "variable", "columns", "blueprints", "virtual", "property", "hours", "start", "swap"))
        if what == "name" and "alone" not in "".join(self.files):
            self.serial += 1
            new = f"{model.name.split('.')[0]}.m{self.serial}n"
            self.models = {new if name == model.name else name: each for name, each in self.models.items()}
            for each in self.models.values():
                each.parents = [new if parent == model.name else parent for parent in each.parents]
            model.name = new
        elif what == "disable":
            if model.name in self.disabled:
                self.disabled.discard(model.name)
            elif len(self.models) - len(self.disabled) > 2 and "alone" not in "".join(self.files):
                self.disabled.add(model.name)
        elif what == "embed":
            if model.embedded:
                model.kind, model.kind_options, model.properties, model.embedded = *model.embedded, None
            elif model.kind != "EMBEDDED":
                model.embedded = model.kind, model.kind_options, model.properties
                model.kind, model.kind_options, model.properties = "EMBEDDED", [], {}
        elif what == "variable":
            self.least = r.randint(1, 4)
            self.edit_file("config.yaml", self.plain_config + f"variables:\n  least: {self.least}\n")
        elif what == "columns" and self.has_items:
            self.colours = not self.colours
            self.edit_file("seeds/items.csv", self.items())
        elif what == "blueprints" and self.has_blueprints:
            self.parts = r.choice(([("one", 1), ("two", 2)], [("one", 3), ("two", 2)], [("one", 1)], [("one", 1), ("two", 2), ("three", 0)]))
        elif what == "virtual":
            model.virtual = not model.virtual
        elif what == "property" and model.kind != "EMBEDDED":
            name, value = r.choice([pair for pair in PROPERTIES if pair[0] != "partitioned_by"])
            model.properties[name] = value
        elif what == "hours" and model.kind == "INCREMENTAL_BY_TIME_RANGE":
            self.set_cron(model, r.choice(("@hourly", "@daily")))
        elif what == "start" and model.kind != "EMBEDDED":
            model.properties["start"] = f"'{(self.now - r.randint(2, 20) * DAY).date()}'"
            model.properties.pop("end", None)
        elif what == "swap" and len(model.parents) > 1:
            model.parents = model.parents[::-1]
        self.edited()

    def span(self):
        if self.maybe(0.15):
            return ["--start", f"{self.r.randint(2, 8)} days ago", *(["--end", "1 day ago"] if self.maybe() else [])]
        return super().span()

    def environment(self):
        return "other" if self.maybe(0.1) else super().environment()

    def step(self):
        if self.maybe(0.85):
            return super().step()
        what = self.r.choice(("run_range", "restate_here", "twice", "forgotten"))
        self.later(HOUR, DAY)
        if what == "run_range":
            self.command("run", self.r.choice(("prod", self.environment())), *super().span())
        elif what == "restate_here":
            self.command("plan", "prod", "--restate-model", self.selector(), "--start", self.day(6))
        elif what == "twice":
            self.change()
            self.plan("dev")
            self.later(HOUR)
            self.change()
            self.plan("dev")
            self.later(HOUR)
            self.command("plan", "prod")
        else:
            self.command("invalidate", "dev")
            self.later(HOUR)
            self.command("janitor", "--ignore-ttl")
            self.later(HOUR)
            self.plan("dev")


def story(seed, engine):
    """The files and steps of a seed."""
    return (WideStory if seed >= FIRST else random_story.Story)(seed, engine).tell()
