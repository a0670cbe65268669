"""Random stories of seeds from 400 on: what wide_story.py tells and, with chances of their own, `SELECT *` over other models, models that read
themselves, Jinja with macros of the project, @EACH, times written as 20240131, starts in words or none, audits of model_defaults, categories that
are not found by themselves, and steps that take long: a model that goes from kind to kind, environments left behind by prod, parts of several changes.

Older seeds stay as they are: nothing here is asked of their random numbers."""

import wide_story
from random_story import DAY, HOUR

FIRST = 400
AUDITS = ("not_null(columns := (id))", "number_of_rows(threshold := 3, blocking := false)", "few(most := 5, blocking := false)")
CAREER = ("VIEW", "INCREMENTAL_BY_TIME_RANGE", "FULL", "SCD_TYPE_2_BY_COLUMN", "INCREMENTAL_BY_UNIQUE_KEY", "EMBEDDED", "SCD_TYPE_2_BY_TIME")


class WiderModel(wide_story.WideModel):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.star = self.jinja = self.reads_itself = self.compact = self.each = False

    def query(self, parents):
        text = super().query(parents)
        end = text.rindex("\nFROM ")
        begin = text.rindex("SELECT ", 0, end)
        timed = self.kind == "INCREMENTAL_BY_TIME_RANGE"
        selected = text[begin + len("SELECT "):end]
        if self.star and not (timed and self.time == "dt"):
            selected = "*"
        elif timed and self.time == "dt" and self.compact:
            selected = selected.replace("CAST(ds AS TEXT) AS dt", "REPLACE(CAST(ds AS TEXT), '-', '') AS dt")
        if self.each:
            selected += ", @EACH([1, 2], x -> qty * @x AS times_@x)"
        if self.reads_itself and self.kind.startswith(("INCREMENTAL_BY_TIME", "INCREMENTAL_BY_UNIQUE")):
            selected += f", (SELECT CAST(COUNT(*) AS INT) FROM {self.name}) AS before"
        text = f"{text[:begin]}SELECT {selected}{text[end:]}"
        if self.jinja and not self.each and self.kind in ("VIEW", "FULL", "EMBEDDED"):
            text = text.replace("@{execution_ds}", "{{ execution_ds }}").replace("@VAR('least', 1)", "{{ var('least', 1) }}").replace("qty >", "{{ amount('qty') }} >")
            text = f"JINJA_QUERY_BEGIN;\n{text}\nJINJA_END;"
        return text

    def text(self, alive):
        text = super().text(alive)
        return text.replace("time_column dt", "time_column (dt, '%Y%m%d')") if self.compact else text


class WiderStory(wide_story.WideStory):
    model_type = WiderModel

    def config(self):
        super().config()
        r, text = self.r, self.plain_config
        start = next(line for line in text.splitlines() if line.startswith("  start: "))
        if self.maybe(0.3):
            text = text.replace(start + "\n", r.choice(("", f"  start: {r.randint(3, 9)} days ago\n", "  start: 1 week ago\n")))
        if self.maybe(0.15):
            text = text.replace("model_defaults:\n", f"model_defaults:\n  audits:\n    - {r.choice(AUDITS)}\n")
        if self.maybe(0.2):
            found = f"  auto_categorize_changes:\n    sql: {r.choice(('full', 'semi', 'semi', 'off'))}\n"
            text = text.replace("plan:\n", "plan:\n" + found) if "plan:\n" in text else text + "plan:\n" + found
        self.plain_config, self.amount = text, 1
        self.files["config.yaml"] = text + f"variables:\n  least: {self.least}\n"
        self.files["macros/amounts.sql"] = self.macros()

    def macros(self):
        return "{% macro amount(column) %}" + f"{self.amount} * " + "{{ column }}{% endmacro %}\n"

    def dress(self, model):
        super().dress(model)
        model.star, model.jinja, model.compact, model.each = self.maybe(0.25), self.maybe(0.2), self.maybe(0.4), self.maybe(0.1)
        model.reads_itself = self.maybe(0.12)
        if model.kind in ("VIEW", "EMBEDDED"):
            model.properties.pop("clustered_by", None)
        if "start" in model.properties and "end" not in model.properties and "cron" not in model.properties and self.maybe(0.3):
            model.properties["start"] = f"'{self.r.randint(2, 9)} days ago'"

    def change(self):
        if not self.maybe(0.2):
            return super().change()
        model = self.pick()
        what = self.r.choice(("star", "star", "jinja", "each", "itself", "macro"))
        if what == "macro":
            self.amount += 1
            return self.edit_file("macros/amounts.sql", self.macros())
        name = "reads_itself" if what == "itself" else what
        setattr(model, name, not getattr(model, name))
        return self.edited()

    def step(self):
        if self.maybe(0.85):
            return super().step()
        what = self.r.choice(("career", "behind", "parts", "apart"))
        self.later(HOUR, DAY)
        if what == "career":
            model = self.pick()
            for kind in self.r.sample(CAREER, self.r.randint(2, 3)):
                model.kind = kind
                self.dress(model)
                self.edited()
                self.later(HOUR, DAY)
                self.command("plan", self.r.choice(("prod", "prod", "dev")), *(["--forward-only", "--allow-destructive-model", "*"] if self.maybe(0.2) else []))
        elif what == "behind":
            self.change()
            self.command("plan", "dev")
            for _ in range(self.r.randint(1, 2)):
                self.change()
                self.later(HOUR, 2 * DAY)
                self.command("plan", "prod")
            self.later(HOUR)
            self.command("run", "dev")
            self.later(HOUR)
            self.command("plan", "dev", *self.plan_options("dev"))
        elif what == "parts":
            self.change()
            self.change()
            environment = self.r.choice(("dev", "prod"))
            self.command("plan", environment, "--select-model", self.selector())
            self.later(HOUR)
            self.command("plan", environment)
        else:
            self.change()
            self.command("plan", "dev")
            self.change()
            self.later(HOUR)
            self.command("plan", "next", *(["--create-from", "dev"] if self.maybe(0.4) else []))
            self.later(HOUR, DAY)
            self.command("plan", "prod", *(["--restate-model", self.selector()] if self.maybe(0.3) else []))
            self.later(HOUR)
            self.command("plan", "dev")


def story(seed, engine):
    """The files and steps of a seed."""
    return WiderStory(seed, engine).tell() if seed >= FIRST else wide_story.story(seed, engine)
