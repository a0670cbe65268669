"""Random crons, instants, interval questions and selections from a seed."""

import random
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

ZONES = ("", "", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia")
UNITS = {"year": 31536000, "month": 2419200, "day": 86400, "hour": 3600, "half_hour": 1800, "quarter_hour": 900, "five_minute": 300}
# Around which instants are drawn: changes of clocks, leap days, ends of years.
EDGES = ("2024-03-31 01:00", "2024-10-27 01:00", "2024-03-10 07:00", "2024-11-03 06:00", "2024-04-06 15:00", "2024-10-05 15:30", "2024-02-29 00:00", "2023-12-31 23:59", "2025-01-01 00:00", "2024-06-15 12:00")


def instant(r):
    """Milliseconds of a moment, often next to an edge."""
    base = int(datetime.fromisoformat(r.choice(EDGES)).replace(tzinfo=timezone.utc).timestamp())
    spread = r.choice((0, 1, 3600, 7200, 86400, 86400 * 40, 86400 * 400))
    return (base + r.randint(-spread, spread)) * 1000


def calm(zone, ms):
    """The same, or a day later if the zone's clock goes back near it: there SQLMesh's arithmetic on the wall clock is an hour off."""
    offset = lambda hours: datetime.fromtimestamp(ms / 1000 + hours * 3600, ZoneInfo(zone or "UTC")).utcoffset()  # noqa: E731
    return ms if offset(-30) <= offset(30) else ms + 4 * 86400000


def field(r, low, high, names=()):
    def one():
        value = r.randint(low, high)
        return names[value - low] if names and r.random() < 0.2 else str(value)

    shape = r.random()
    if shape < 0.4:
        return "*"
    if shape < 0.6:
        return one()
    if shape < 0.72:
        return "*/" + str(r.choice((2, 3, 5, 7, 10, 15, 20, 30))) if high > 12 else "*/" + str(r.randint(2, 4))
    if shape < 0.84:
        first, last = sorted((r.randint(low, high), r.randint(low, high)))
        return f"{first}-{last}" + (f"/{r.randint(1, 5)}" if r.random() < 0.3 else "")
    return ",".join(sorted({one() for _ in range(r.randint(2, 4))}))


def cron(r):
    if r.random() < 0.12:
        return r.choice(("@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually", "@midnight"))
    minute = r.choice(("0", "0", "*/5", "*/15", "30", field(r, 0, 59)))
    hour = r.choice(("*", "0", "2", "3", field(r, 0, 23)))
    day = r.choice(("*", "*", "*", "1", "L", "31", field(r, 1, 31)))
    month = r.choice(("*", "*", "*", field(r, 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))))
    weekday = r.choice(("*", "*", "*", "1-5", "0", "7", "mon#1", "L5", field(r, 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat"))))
    return f"{minute} {hour} {day} {month} {weekday}"


def moment(r, ms, date_chance=0.5):
    """A time-like text near an instant: a date, or a timestamp."""
    at = datetime.fromtimestamp(ms / 1000, timezone.utc)
    return at.strftime("%Y-%m-%d") if r.random() < date_chance else at.strftime("%Y-%m-%d %H:%M:%S")


def missing(r):
    """A question for missing intervals: the keys of the probe's `missing`."""
    unit = r.choice(tuple(UNITS))
    step = UNITS[unit] * 1000
    regular = {"year": "@yearly", "month": "@monthly", "day": "@daily", "hour": "@hourly", "half_hour": "*/30 * * * *", "quarter_hour": "*/15 * * * *", "five_minute": "*/5 * * * *"}[unit]
    # A cron is never more frequent than the unit.
    crons = {"year": (regular,), "month": (regular, "@yearly", "0 0 1 */3 *"), "day": (regular, "@weekly", "@monthly", "0 6 * * *", "30 2 * * *", "0 0 * * 1-5", "15 3 1,15 * *")}
    expression = r.choice(crons.get(unit, (regular, "@hourly", "@daily", "0 */6 * * *", "30 2 * * *", "@weekly")))
    if unit == "hour" and expression.startswith("*/"):
        expression = "@hourly"
    now = instant(r)
    begin = now - step * r.randint(1, 40) + r.choice((0, 0, r.randint(-step, step)))
    recorded, at = [], begin - begin % step if unit not in ("year", "month") else begin
    for _ in range(r.randint(0, 4)):
        at += step * r.randint(0, 6) + (r.randint(0, step) if r.random() < 0.15 else 0)
        stop = at + step * r.randint(1, 6)
        if not recorded or recorded[-1][1] < at:
            recorded.append((at, stop))
        at = stop
    # SQLMesh floors by the wall clock: in the hour that comes twice it is an hour early for frequent crons. That is not followed.
    zones = ("", "UTC", "Asia/Kolkata") if expression.startswith(("*/", "@hourly", "0 */6")) else ZONES
    question = {"unit": unit, "cron": expression, "cron_tz": r.choice(zones), "now": now, "partials": int(r.random() < 0.25), "lookback": r.choice((0, 0, 0, 1, 2, 5)),
                "ignore_cron": int(r.random() < 0.2), "end_bounded": int(r.random() < 0.2), "recorded": ",".join(f"{a}-{b}" for a, b in recorded)}
    question["start"] = moment(r, begin, 0.7) if r.random() < 0.85 else ""
    late = max(begin + step + 86400000, now - step * r.randint(-3, 10))
    question["end"] = moment(r, late, 0.6) if question["start"] and r.random() < 0.2 else ""
    question["from"] = moment(r, begin + step * r.randint(-5, 15)) if r.random() < 0.4 else ""
    if not question["start"]:  # it would read the text of `to` in the zone of the cron, to find where to start
        question["cron_tz"] = ""
    question["now"] = now = calm(question["cron_tz"], now)
    question["to"] = moment(r, now - step * r.randint(-3, 8)) if r.random() < 0.5 else ""
    return question


# --- selectors

def nodes(r):
    """{fqn: (name, parents, tags, kind)} of a random graph without cycles."""
    out = {}
    for index in range(r.randint(3, 9)):
        name = r.choice(("shop", "mart", "raw")) + "." + r.choice(("orders", "teas", "Users", "daily_sales", "x")) + r.choice(("", "_1", str(index)))
        fqn = '"memory".' + ".".join(f'"{part.lower()}"' for part in name.split("."))
        if fqn in out:
            continue
        parents = r.sample(sorted(out), r.randint(0, min(3, len(out))))
        out[fqn] = (name, parents, r.sample(("a", "B", "daily", "dim_x", "dim_y"), r.randint(0, 3)), "model")
    return out


def selection(r, known, depth=2):
    names = [name for name, *_ in known.values()]
    if depth > 0 and r.random() < 0.45:
        inner = [selection(r, known, depth - 1) for _ in range(2)]
        shape = r.choice(("{0} & {1}", "{0} | {1}", "({0})", "^{0}", "^({0} | {1})", "+({0})", "({0} & {1})+", "{0}&{1}", "( {0} | ^{1} )", "+({0} | {1})+"))
        return shape.format(*inner)
    pattern = r.choice((r.choice(names), r.choice(names).upper(), "shop.*", "*.orders*", "*", "raw.*_1", "memory." + r.choice(names), "nothing.here", "*a*s", "tag:a", "tag:b", "tag:dim_*", "tag:*", "tag:none", "resource_type:model", "resource_type:audit", "TAG:A"))
    return r.choice(("", "", "+")) + pattern + r.choice(("", "", "+"))


def selections(r, known):
    return [selection(r, known) for _ in range(r.choice((1, 1, 1, 2, 3)))]


def generator(kind, seed):
    return random.Random(f"{kind} {seed}")


def written_time(r):
    """A date or a time as people write them, some of them none."""
    year, month, day = r.choice((2020, 2023, 2024, 2031)), r.randint(1, 13), r.randint(1, 32)
    name = r.choice(("January", "february", "MARCH", "Apr", "may", "Jun", "jul", "August", "sep", "October", "Nov", "dec"))
    weekday = r.choice(("monday", "Tue", "WEDNESDAY", "thu", "Friday", "saturday", "Sun"))
    suffix = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    count = r.choice(("1", "2", "3", "10", "a", "an", "one", "two", "five", "twelve", "1.5"))
    unit = r.choice(("second", "minutes", "hour", "days", "week", "months", "year", "d", "h", "min", "w"))
    date = r.choice((f"{name} {day} {year}", f"{name} {day}, {year}", f"{day} {name} {year}", f"{year} {name} {day}", f"{name} {day}", f"{day} {name}",
                     f"{name} {year}", f"{day}{suffix} {name} {year}", f"{name} {day}{suffix}, {year}", f"{weekday} {name} {day} {year}", f"{weekday}, {day} {name} {year}",
                     f"{month}/{day}/{year}", f"{month:02}/{day:02}/{year}", f"{day}.{month}.{year}", f"{year}.{month}.{day}", f"{year}/{month}/{day}", f"{year}-{month}-{day}",
                     f"{month}-{day}-{year}", f"{month}/{day}/{year % 100}", "today", "yesterday", "tomorrow", weekday))
    time = r.choice((f"{r.randint(0, 24)}:{r.randint(0, 60):02}", f"{r.randint(0, 13)}pm", f"{r.randint(1, 12)} am", f"{r.randint(0, 12)}:{r.randint(0, 59):02} PM",
                     f"{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}", f"{r.randint(0, 23):02}:00:30.{r.randint(0, 999999):06}", "noon"))
    return r.choice((date, date, f"{date} {time}", f"{date} {time}", time, f"{count} {unit} ago", f"in {count} {unit}", f"{count} {unit}",
                     f"{r.choice(('next', 'last', 'this', 'Next'))} {r.choice(('day', 'week', 'month', 'year', 'hour'))}"))
