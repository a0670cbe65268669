#!/usr/bin/env python3
"""Asks croniter (the library SQLMesh uses) for next and previous ticks and prints them as vectors.

Usage: make_vectors.py > vectors.tsv      (croniter 7.0.0, tzdata up to 2037)
Columns, separated by tabs: expression, zone, instant in ms, next tick in ms, previous tick in ms.
"""
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

EXPRESSIONS = [
    "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "@DAILY",
    "* * * * *", "*/5 * * * *", "*/15 * * * *", "*/7 * * * *", "5-5 * * * *", "59/15 * * * *", "10/20 * * * *",
    "0 * * * *", "30 * * * *", "0 */2 * * *", "0 */3 * * *", "15 1-23/2 * * *", "0 22-2/2 * * *", "30 22-4 * * *",
    "0 0 * * *", "30 2 * * *", "0 2 * * *", "0 3 * * *", "30 1 * * *", "15,45 2 * * *", "*/20 2 * * *", "0 12 * * *",
    "30 4 * * *", "*/30 1-3 * * *", "5 4 * * 1-5", "0 0 * * 0", "0 0 * * 7", "0 0 * * 5-7", "0 9 * * mon,wed,fri",
    "0 0 * * sat-mon", "0 0 * * 0-7/3", "0 0 1 * *", "0 12 1 * *", "0 0 31 * *", "0 6 30 3 *", "0 0 29 2 *",
    "0 0 L * *", "0 0 1,L * *", "0 0 10-L * *", "0 0 1-31/10 * *", "0 0 13 * 5", "0 0 1,15 * mon", "0 0 31 2 1",
    "0 0 1-31 * 1", "0 0 */2 * 1", "0 0 1 */3 *", "0 0 1 jan,jul *", "0 0 * apr-jan/3 *", "0 0 1 nov-feb *",
    "0 0 * * 1#2", "0 0 * * mon-fri#2", "0 0 * * L5", "0 0 * * 5#5", "0 0 15W * *", "0 0 1W * *", "0 0 31W * *",
    "0 0 15W * 1", "0 0 1-7 * 1#1", "0 0 1 1 ?", "30 2 * 3,10,11 0", "* * * * * */10", "15 2 30 * * 30", "0 0 * * * 30", "30 2 * * 7",
    "*/10 2 * * * 15", "0 2,3 * * sun", "59 23 31 12 *",
]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
# Both changes of 2024 in Berlin, New York and on Lord Howe Island, year ends, and the leap day.
EDGES = [
    datetime(2024, 3, 31, 1, 0), datetime(2024, 10, 27, 1, 0), datetime(2024, 3, 10, 7, 0), datetime(2024, 11, 3, 6, 0),
    datetime(2024, 4, 6, 15, 0), datetime(2024, 10, 5, 15, 30), datetime(2023, 12, 31, 23, 59), datetime(2024, 2, 29, 0, 0),
]


def ms(seconds):
    return round(seconds * 1000)


def instants(chance):
    yield chance.choice(EDGES) + timedelta(minutes=chance.choice([-90, -61, -60, -45, -30, -1, 0, 1, 15, 30, 59, 60, 75, 120, 180]))
    yield datetime(2019, 1, 1) + timedelta(milliseconds=chance.randrange(12 * 365 * 86_400_000))


def main():
    chance = random.Random(20240331)
    for expression in EXPRESSIONS:
        zones = ["UTC", "Europe/Berlin", chance.choice(ZONES[2:])]
        for zone in zones:
            for naive in instants(chance):
                tz = timezone.utc if zone == "UTC" else ZoneInfo(zone)
                at = naive.replace(tzinfo=timezone.utc).astimezone(tz)
                after = croniter(expression, at).get_next(float)
                before = croniter(expression, at).get_prev(float)
                print(expression, zone, ms(at.timestamp()), ms(after), ms(before), sep="\t")


if __name__ == "__main__":
    sys.exit(main())
