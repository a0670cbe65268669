#!/usr/bin/env python3
"""Writes a SQLMesh project of N SQL models in layers: seeds, staging views, incremental facts, full marts.

usage: generate_project.py N FOLDER [duckdb|postgres CATALOGUE]

With an engine the project is made to be run: in that catalogue of its gateway `local`, over the last seven weeks.
"""
import datetime
import os
import sys

RUN_CONFIG = """gateways:
  local:
    connection: {connection}
default_gateway: local
model_defaults:
  dialect: {engine}
  start: {start}
  cron: '@daily'
  owner: bench
variables:
  floor: 1
disable_anonymized_analytics: true
"""
CONNECTIONS = {"duckdb": "{{type: duckdb, database: {}.db}}", "postgres": "{{type: postgres, host: localhost, port: 5432, user: nobody, password: unused, database: {}}}"}


def main():
    count, folder, engine = int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None
    start = datetime.date.today() - datetime.timedelta(days=49)
    os.makedirs(f"{folder}/models", exist_ok=True)
    os.makedirs(f"{folder}/seeds", exist_ok=True)
    with open(f"{folder}/config.yaml", "w") as f:
        f.write(RUN_CONFIG.format(connection=CONNECTIONS[engine].format(sys.argv[4]), engine=engine, start=start) if engine else "gateways:\n  main:\n    connection:\n      type: duckdb\n      database: bench.db\ndefault_gateway: main\n"
                "model_defaults:\n  dialect: duckdb\n  start: 2024-01-01\n  cron: '@daily'\n  owner: bench\n"
                "variables:\n  floor: 1\ndisable_anonymized_analytics: true\n")
    with open(f"{folder}/seeds/base.csv", "w") as f:
        f.write("id,ds,region,amount\n" + "".join(f"{i},{start + datetime.timedelta(days=i % 28) if engine else f'2024-01-{i % 28 + 1:02d}'},r{i % 4},{i * 1.5:.2f}\n" for i in range(1, 101)))
    seeds = max(1, count // 20)
    for i in range(count):
        name = f"bench.m{i:05d}"
        up = lambda k: f"bench.m{max(0, i - k):05d}"  # noqa: E731
        if i < seeds:
            text = (f"MODEL (name {name}, kind SEED (path '$root/seeds/base.csv'), columns (id INT, ds DATE, region TEXT, amount {'DOUBLE PRECISION' if engine == 'postgres' else 'DOUBLE'}), "
                    f"grain id, audits (not_null(columns := (id))));\n")
        elif i % 4 == 0:
            text = (f"MODEL (name {name}, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, batch_size 30), grain id, tags (fact));\n"
                    f"SELECT a.id, a.ds, a.region, a.amount + b.amount AS amount\nFROM {up(seeds)} AS a\nLEFT JOIN {up(seeds // 2 + 1)} AS b ON a.id = b.id\n"
                    f"WHERE a.ds BETWEEN @start_date AND @end_date AND a.amount > @floor\n")
        elif i % 4 == 1:
            text = (f"MODEL (name {name}, kind FULL, audits (unique_values(columns := (id))));\nWITH recent AS (\n  SELECT id, ds, region, amount FROM {up(seeds)}\n)\n"
                    f"SELECT id, MAX(ds) AS ds, MIN(region) AS region, SUM(amount) AS amount\nFROM recent\nGROUP BY id\n")
        else:
            text = (f"MODEL (name {name}, kind VIEW);\n-- a narrow view\nSELECT id, ds, region, amount * 1.1 AS amount\nFROM {up(seeds)}\nWHERE region IN ('r0', 'r1', 'r2', 'r3')\n")
        with open(f"{folder}/models/m{i:05d}.sql", "w") as f:
            f.write(text)


main()
