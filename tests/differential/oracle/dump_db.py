#!/usr/bin/env python3
"""Dump what a SQLMesh-compatible system left in a database, as canonical JSON.

usage: dump_db.py (--duckdb FILE | --postgres DSN) [--state-schema sqlmesh] [--exclude SCHEMA]... [--out FILE]

Sections:
  tables / views   key = schema.name (DuckDB with several attached files: catalog.schema.name)
                   columns (name, type; in order), rows, hash (independent of row and column order)
                   on PostgreSQL also what its catalogue says: kind, owner, privileges, indexes, constraints, defaults
  schemas          key = name (PostgreSQL)
  snapshots        key = name, from <state schema>._snapshots: one list entry for each identifier
  intervals        key = name@version: merged [start, end) in ms, from _intervals
  environments     key = name, from _environments (no plan ids, no wall-clock stamps)
The state sections are read from SQLMesh's own state tables; they are left out when those do not exist.
"""

import argparse
import datetime as dt
import decimal
import hashlib
import json
import os
import sys


def canon(v):
    if v is None:
        return "\\N"
    if isinstance(v, bool):
        return "t" if v else "f"
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        if v != v:
            return "nan"
        if v in (float("inf"), float("-inf")):
            return "inf" if v > 0 else "-inf"
        if v == int(v) and abs(v) < 1e15:
            return str(int(v))
        return format(v, ".12g")
    if isinstance(v, decimal.Decimal):
        if not v.is_finite():
            return str(v).lower()
        if v == v.to_integral_value():
            return str(int(v))
        t = format(v.normalize(), "f")
        return t
    if isinstance(v, dt.datetime):
        if v.tzinfo is not None:
            v = v.astimezone(dt.timezone.utc).replace(tzinfo=None)
            return v.isoformat(sep=" ", timespec="microseconds") + "Z"
        return v.isoformat(sep=" ", timespec="microseconds")
    if isinstance(v, (dt.date, dt.time)):
        return v.isoformat()
    if isinstance(v, dt.timedelta):
        return f"{v.total_seconds():.6f}s"
    if isinstance(v, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(v).hex()
    if isinstance(v, dict):
        return "{" + ",".join(f"{k}={canon(x)}" for k, x in sorted(v.items())) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ",".join(canon(x) for x in v) + "]"
    return str(v)


# What both programs write a moment apart: when a row of an SCD was seen to change.
MOMENTS = {"valid_from", "valid_to", "seen_from"}


def moment(v):
    """A time of such a column, to five minutes."""
    return v.replace(minute=v.minute // 5 * 5, second=0, microsecond=0) if isinstance(v, dt.datetime) else v


class Rows:
    """Multiset hash: sum of the rows' 128-bit digests, modulo 2^128."""

    def __init__(self, columns):
        self.order = sorted(range(len(columns)), key=lambda i: columns[i])
        self.moments = {i for i in self.order if columns[i] in MOMENTS}
        self.prefix = "\x1e".join(columns[i] for i in self.order)
        self.total = 0
        self.count = 0

    def add(self, row):
        text = "\x1f".join(canon(moment(row[i]) if i in self.moments else row[i]) for i in self.order)
        h = hashlib.md5((self.prefix + "\x1d" + text).encode("utf-8", "surrogatepass")).digest()
        self.total = (self.total + int.from_bytes(h, "big")) % (1 << 128)
        self.count += 1


class Duck:
    def __init__(self, path):
        import duckdb

        # Nothing was executed yet where there is no file.
        self.c = duckdb.connect(path, read_only=True) if os.path.exists(path) else duckdb.connect(":memory:")
        self.c.execute("SET TimeZone = 'UTC'")

    def relations(self):
        q = ("SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables "
             "WHERE table_catalog NOT IN ('system', 'temp') ORDER BY 1, 2, 3")
        rows = self.c.execute(q).fetchall()
        many = len({r[0] for r in rows}) > 1
        for cat, sch, name, typ in rows:
            ident = ".".join('"' + p.replace('"', '""') + '"' for p in (cat, sch, name))
            yield (f"{cat}.{sch}.{name}" if many else f"{sch}.{name}"), sch, ident, typ == "VIEW"

    def columns(self, ident):
        return [(d[0], str(d[1])) for d in self.c.execute(f"DESCRIBE SELECT * FROM {ident}").fetchall()]

    def comments(self):
        """Comments of tables and columns: {schema.name: [(column or "", comment)]}."""
        out = {}
        for source in ("SELECT schema_name, table_name, '', comment FROM duckdb_tables()", "SELECT schema_name, view_name, '', comment FROM duckdb_views()",
                       "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns()"):
            for sch, name, column, comment in self.c.execute(source).fetchall():
                if comment:
                    out.setdefault(f"{sch}.{name}", []).append([column, comment])
        return {key: sorted(value) for key, value in out.items()}

    def facts(self):
        """Nothing that only this engine's catalogue knows."""
        return {}

    def schemas(self):
        return {}

    def rows(self, ident):
        cur = self.c.execute(f"SELECT * FROM {ident}")
        while True:
            chunk = cur.fetchmany(10000)
            if not chunk:
                return
            yield from chunk

    def query(self, q):
        return self.c.execute(q).fetchall()


class Pg:
    def __init__(self, dsn):
        import psycopg2

        self.c = psycopg2.connect(dsn)
        self.c.autocommit = True
        cur = self.c.cursor()
        cur.execute("SET TimeZone = 'UTC'")

    def relations(self):
        q = """SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
               ORDER BY 1, 2"""
        for sch, name, kind in self.query(q):
            ident = ".".join('"' + p.replace('"', '""') + '"' for p in (sch, name))
            yield f"{sch}.{name}", sch, ident, kind in ("v",)

    def columns(self, ident):
        q = """SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
               WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
        cur = self.c.cursor()
        cur.execute(q, (ident,))
        return cur.fetchall()

    def comments(self):
        q = """SELECT n.nspname, c.relname, COALESCE(a.attname, ''), d.description FROM pg_description d
               JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass JOIN pg_namespace n ON n.oid = c.relnamespace
               LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0"""
        out = {}
        for sch, name, column, comment in self.query(q):
            out.setdefault(f"{sch}.{name}", []).append([column, comment])
        return {key: sorted(value) for key, value in out.items()}

    def facts(self):
        """What the catalogue says of relations besides columns: {schema.name: {fact: value}}."""
        q = f"""SELECT n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relowner::regrole::text, c.reloptions,
                       {self.privileges("COALESCE(c.relacl, acldefault('r', c.relowner))")}, pg_get_partkeydef(c.oid),
                       ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid ORDER BY 1),
                       ARRAY(SELECT k.conname || ' ' || pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid ORDER BY 1),
                       ARRAY(SELECT a.attname::text || ' ' || a.attnotnull || ' ' || COALESCE(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a
                             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnotnull OR a.atthasdef) ORDER BY 1)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'p')"""
        names = ("kind", "persistence", "owner", "options", "privileges", "partition key", "indexes", "constraints", "defaults")
        return {f"{sch}.{name}": dict(zip(names, values)) for sch, name, *values in self.query(q)}

    def schemas(self):
        """{schema: {fact: value}}."""
        q = f"""SELECT n.nspname, n.nspowner::regrole::text, obj_description(n.oid, 'pg_namespace'), {self.privileges("COALESCE(n.nspacl, acldefault('n', n.nspowner))")}
                FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
        return {name: dict(zip(("owner", "comment", "privileges"), values)) for name, *values in self.query(q)}

    @staticmethod
    def privileges(acl):
        return f"""ARRAY(SELECT concat_ws(' ', g.privilege_type, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, g.is_grantable)
                         FROM aclexplode({acl}) g ORDER BY 1)"""

    def rows(self, ident):
        cur = self.c.cursor()
        cur.execute(f"SELECT * FROM {ident}")
        yield from cur

    def query(self, q):
        cur = self.c.cursor()
        cur.execute(q)
        return cur.fetchall()


def merge(iv):
    out = []
    for a, b in sorted(iv):
        if out and a <= out[-1][1]:
            out[-1][1] = max(out[-1][1], b)
        else:
            out.append([a, b])
    return out


def cut(iv, a, b):
    out = []
    for x, y in iv:
        if y <= a or x >= b:
            out.append([x, y])
        else:
            if x < a:
                out.append([x, a])
            if y > b:
                out.append([b, y])
    return out


def intervals(db, q):
    """Merged [start, end) of each name@version from the intervals table; `q` is the schema in front of it."""
    acc = {}
    for name, version, dev_version, a, b, is_dev, removed, pending in db.query(
        "SELECT name, version, dev_version, start_ts, end_ts, is_dev, is_removed, is_pending_restatement "
        f"FROM {q}_intervals ORDER BY created_ts, is_removed DESC, id"
    ):
        if pending:
            continue
        key = f"{name}@{version}" + (f"/dev@{dev_version}" if is_dev else "")
        iv = acc.get(key, [])
        acc[key] = cut(iv, a, b) if removed else merge(iv + [[a, b]])
    return {k: {"intervals": [list(x) for x in v]} for k, v in acc.items()}


def about(ts):
    """A stamp of the wall clock to ten minutes: both programs began at one moment."""
    return None if ts is None else ts // 600_000


def state(db, q):
    """Snapshots, intervals, environments of the tables behind the prefix `q`."""
    out = {"snapshots": {}, "intervals": {}, "environments": {}}
    for name, ident, version, body, kind, unpaused, fwd, unrestorable in db.query(
        "SELECT name, identifier, version, snapshot, kind_name, unpaused_ts, forward_only, unrestorable "
        f"FROM {q}_snapshots ORDER BY name, identifier"
    ):
        s = json.loads(body)
        fp = s["fingerprint"]
        out["snapshots"][f"{name}@{ident}"] = {
            "version": version,
            "dev_version": s.get("dev_version"),
            "kind": kind,
            "fingerprint": [fp.get(k) for k in ("data_hash", "metadata_hash", "parent_data_hash",
                                                "parent_metadata_hash")],
            "change_category": s.get("change_category"),
            "forward_only": bool(fwd),
            "physical_schema": s.get("physical_schema") if kind else None,  # an audit has no table
            "previous_versions": [v["version"] for v in s.get("previous_versions", [])],
            "parents": sorted(f"{p['name']}@{p['identifier']}" for p in s.get("parents", [])),
            "unpaused": about(unpaused),
            "unrestorable": bool(unrestorable),
            "effective_from": s.get("effective_from"),
            "start": (s.get("node") or {}).get("start"),
        }
    out["intervals"] = intervals(db, q)
    for row in db.query(
        "SELECT name, snapshots, start_at, end_at, promoted_snapshot_ids, suffix_target, catalog_name_override, "
        f"normalize_name, finalized_ts, expiration_ts FROM {q}_environments ORDER BY name"
    ):
        name, snaps, start_at, end_at, promoted, suffix, cat, norm, fin, expires = row
        snaps = json.loads(snaps) if snaps else []
        promoted = json.loads(promoted) if promoted else None
        out["environments"][name] = {
            "snapshots": sorted(f"{s['name']}@{s.get('version')}" for s in snaps),
            "categories": dict(sorted((s["name"], s.get("change_category")) for s in snaps)),
            "promoted": sorted(f"{s['name']}@{s['identifier']}" for s in promoted) if promoted is not None else None,
            "start_at": str(start_at),
            "end_at": str(end_at) if end_at else None,
            "suffix_target": suffix,
            "catalog_name_override": cat,
            "normalize_name": bool(norm),
            "finalized": fin is not None,
            "expires": about(expires),
        }
    return out


def relations(db, skip, rows=True):
    """Sections tables and views of a database, without the schemas of `skip`."""
    out = {"tables": {}, "views": {}, "schemas": {name: value for name, value in db.schemas().items() if name not in skip}}
    comments, facts = db.comments(), db.facts()
    for key, sch, ident, is_view in db.relations():
        if sch in skip:
            continue
        try:
            cols = db.columns(ident)
            entry = {"columns": [[n, t] for n, t in cols], "comments": comments.get(key, []), **facts.get(key, {})}
            if rows:
                r = Rows([n for n, _ in cols])
                for row in db.rows(ident):
                    r.add(row)
                entry.update(rows=r.count, hash=f"{r.total:032x}")
        except Exception as ex:
            entry = {"error": f"{type(ex).__name__}: {str(ex).splitlines()[0]}"}
        out["views" if is_view else "tables"][key] = entry
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--duckdb")
    p.add_argument("--postgres")
    p.add_argument("--state-schema", default="sqlmesh")
    p.add_argument("--exclude", action="append", default=[])
    p.add_argument("--no-rows", action="store_true")
    p.add_argument("--out")
    a = p.parse_args()
    db = Duck(a.duckdb) if a.duckdb else Pg(a.postgres)
    out = {"meta": {"engine": "duckdb" if a.duckdb else "postgres"}}
    out.update(relations(db, {a.state_schema, *a.exclude}, not a.no_rows))
    if any(sch == a.state_schema for _, sch, _, _ in db.relations()):
        out.update(state(db, f'"{a.state_schema}".'))
    text = json.dumps(out, sort_keys=True, indent=1, ensure_ascii=False)
    if a.out:
        with open(a.out, "w") as f:
            f.write(text + "\n")
    else:
        sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
