"""Crons, interval units, missing intervals and selectors: random questions to Towline's code and to SQLMesh's.

TOWLINE_RANDOM_CASES=20000 asks more; TOWLINE_RANDOM_SEED=7 begins elsewhere. What differs is printed as a line for the probe."""

import os
import subprocess
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from sqlmesh.core.dialect import parse
from sqlmesh.core.model import load_sql_based_model
from sqlmesh.core.node import IntervalUnit
from sqlmesh.core.selector import NativeSelector
from sqlmesh.core.snapshot import Snapshot, SnapshotChangeCategory, missing_intervals
from sqlmesh.utils import UniqueKeyDict
from sqlmesh.utils.cron import CroniterCache
from sqlmesh.utils.date import to_datetime, to_timestamp

import random_cases
from stack import BIN

COUNT = int(os.environ.get("TOWLINE_RANDOM_CASES", "300"))
FIRST = int(os.environ.get("TOWLINE_RANDOM_SEED", "1"))
SEEDS = range(FIRST, FIRST + COUNT)


def asked(lines):
    """Towline's answers to lines of fields."""
    text = "".join("\t".join(str(field) for field in line) + "\n" for line in lines)
    done = subprocess.run([str(BIN.parent / "tests" / "differential" / "plan_probe")], input=text, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def assert_same(questions, expected, lenient=False):
    """An error of SQLMesh must be one of Towline's, in its own words, unless Towline may take more (`lenient`)."""
    said = asked(questions)
    assert len(said) == len(expected) > 0
    wrong = [f"{' | '.join(map(str, q))}\n    sqlmesh: {theirs}\n    towline: {ours}" for q, theirs, ours in zip(questions, expected, said)
             if (not ours.startswith("!") and not lenient if theirs.startswith("!") else ours != theirs)]
    assert not wrong, f"{len(wrong)} of {len(said)}\n" + "\n".join(wrong[:12])


def answered(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:  # whatever SQLMesh raises
        return f"! {type(error).__name__}: {error}"


def ticks(expression, zone, ms):
    """As a node's cron_next, cron_prev and cron_floor, on the wall clock of its zone."""
    of = lambda value: CroniterCache(expression, value, tz=ZoneInfo(zone))  # noqa: E731
    following = of(ms).get_next()
    before, floor = of(ms).get_prev(), of(following).get_prev()
    return " ".join(str(to_timestamp(t)) for t in (following, before, floor))


def test_crons():
    questions = []
    for seed in SEEDS:
        r = random_cases.generator("cron", seed)
        expression, zone = random_cases.cron(r), r.choice([z for z in random_cases.ZONES if z])
        questions.append(("cron", expression, zone, random_cases.calm(zone, random_cases.instant(r))))
    assert_same(questions, [answered(ticks, *question[1:]) for question in questions])


def test_written_times():
    """Of what SQLMesh understands Towline understands most, and then the same."""
    questions, expected = [], []
    for seed in SEEDS:
        r = random_cases.generator("timelike", seed)
        text, ms = random_cases.written_time(r), random_cases.instant(r)
        questions.append(("timelike", text, ms))
        expected.append(answered(lambda: str(to_timestamp(text, relative_base=to_datetime(ms)))))  # noqa: B023 (called at once)
    said = asked(questions)
    wrong = [f"{q[1]!r} from {to_datetime(q[2])}: sqlmesh {theirs}, towline {ours}" for q, theirs, ours in zip(questions, expected, said) if ours != theirs and not ours.startswith("!") and not theirs.startswith("!")]
    assert not wrong, "\n".join(wrong[:20])
    both = sum(ours == theirs for ours, theirs in zip(said, expected))
    known = sum(not theirs.startswith("!") for theirs in expected)
    assert both > 0.8 * known, [q[1] for q, theirs, ours in zip(questions, expected, said) if not theirs.startswith("!") and ours.startswith("!")][:40]


def of_unit(word, first, second, count):
    unit = IntervalUnit(word)
    ends = [to_timestamp(f(to_datetime(first))) for f in (unit.cron_floor, unit.cron_next, unit.cron_prev)]
    at = to_datetime(ends[0])
    for _ in range(abs(count)):
        at = unit.cron_next(at) if count > 0 else unit.cron_prev(at)
    between, t = 0, to_datetime(ends[0]) if ends[0] == first else to_datetime(ends[1])
    while to_timestamp(t) < second:
        between, t = between + 1, unit.cron_next(t)
    return " ".join(map(str, (*ends, to_timestamp(at), between)))


def test_interval_units():
    questions = []
    for seed in SEEDS:
        r = random_cases.generator("unit", seed)
        word, first = r.choice(tuple(random_cases.UNITS)), random_cases.instant(r)
        questions.append(("unit", word, first, first + r.randint(-2, 40) * random_cases.UNITS[word] * 1000, r.randint(-20, 20)))
    assert_same(questions, [answered(of_unit, *question[1:]) for question in questions])


def test_units_of_crons():
    now = to_timestamp(datetime.now(timezone.utc))
    questions = [("infer", random_cases.cron(random_cases.generator("infer", seed)), now) for seed in SEEDS]
    assert_same(questions, [answered(lambda text: IntervalUnit.from_cron(text).value, question[1]) for question in questions])


def missing_ranges(q):
    """What SQLMesh finds missing for a question of random_cases.missing, contiguous ranges as one."""
    properties = [f"cron '{q['cron']}'", f"interval_unit '{q['unit']}'", *(f"{key} '{q[key]}'" for key in ("cron_tz", "start", "end") if q[key])]
    if q["partials"]:
        properties.append("allow_partials true")
    lookback = f", lookback {q['lookback']}" if q["lookback"] else ""
    model = load_sql_based_model(parse(f"MODEL (name db.a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds{lookback}), {', '.join(properties)}); SELECT CAST('2024-01-01' AS DATE) AS ds", default_dialect="duckdb"),
                                 default_catalog="memory", dialect="duckdb")
    snapshot = Snapshot.from_node(model, nodes={model.fqn: model})
    snapshot.categorize_as(SnapshotChangeCategory.BREAKING)
    snapshot.intervals = [tuple(map(int, part.split("-"))) for part in q["recorded"].split(",") if part]
    found = missing_intervals([snapshot], start=q["from"] or None, end=q["to"] or to_datetime(q["now"]), execution_time=to_datetime(q["now"]), ignore_cron=bool(q["ignore_cron"]),
                              end_bounded=bool(q["end_bounded"]))
    merged = []
    for start, end in sorted(found.get(snapshot, [])):
        if start >= end:  # SQLMesh makes an interval of a range whose end was cut to before its start
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return ",".join(f"{start}-{end}" for start, end in merged)


def test_missing_intervals():
    questions = [random_cases.missing(random_cases.generator("missing", seed)) for seed in SEEDS]
    assert_same([("missing", *(f"{key}={value}" for key, value in q.items())) for q in questions], [answered(missing_ranges, q) for q in questions])


class Node:
    """As much of a model as the selector reads."""

    is_model = True

    def __init__(self, fqn, name, parents, tags):
        self.fqn, self.name, self.depends_on, self.tags = fqn, name, set(parents), tags


def test_selectors():
    lines, expected = [], []
    for seed in range(FIRST, FIRST + max(COUNT // 5, 1)):
        r = random_cases.generator("selector", seed)
        known = random_cases.nodes(r)
        lines.append(("forget",))
        expected.append("ok")
        models = UniqueKeyDict("models")
        for fqn, (name, parents, tags, kind) in known.items():
            models[fqn] = Node(fqn, name, parents, tags)
            lines.append(("node", fqn, name, ",".join(parents), ",".join(tags), kind))
            expected.append("ok")
        selector = NativeSelector(None, models, default_catalog="memory", dialect="duckdb")
        for _ in range(10):
            chosen = random_cases.selections(r, known)
            lines.append(("select", *chosen))
            expected.append(answered(lambda of: " ".join(sorted(selector.expand_model_selections(of))), chosen))
    assert_same(lines, expected, lenient=True)
