"""Dump what real SQLMesh makes of a project, as canonical JSON; `dump` for tests, the command line for a look.

usage: oracle_dump.py PROJECT_DIR... [--gateway G] [--env K=V]... [--out FILE] [--explain] [--no-render]

The state store is not touched: fingerprints come from the loaded nodes. The version and table names are those that a
brand-new project would get in its first plan: each snapshot is categorised as BREAKING and not forward-only, as the plan
builder does for added snapshots. `--explain` adds the strings that enter each hash, in order.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import warnings

os.environ.setdefault("SQLMESH__DISABLE_ANONYMIZED_ANALYTICS", "true")
os.environ.setdefault("DO_NOT_TRACK", "1")
warnings.filterwarnings("ignore")

import sqlglot  # noqa: E402
from sqlglot import exp  # noqa: E402

import sqlmesh  # noqa: E402
from sqlmesh import Context  # noqa: E402
from sqlmesh.core.console import NoopConsole, set_console  # noqa: E402
from sqlmesh.core.model import definition as model_definition  # noqa: E402
from sqlmesh.core.audit import definition as audit_definition  # noqa: E402
from sqlmesh.core.snapshot import SnapshotChangeCategory  # noqa: E402

set_console(NoopConsole())

RENDER = {"start": "2024-01-01", "end": "2024-01-02", "execution_time": "2024-01-03"}


def sql(e, dialect=None):
    if e is None:
        return None
    if isinstance(e, exp.Expression) or hasattr(e, "sql"):
        return e.sql(dialect=dialect, comments=False)
    return str(e)


def plain(v, dialect=None):
    """Anything -> JSON value, expressions as SQL text, sets sorted."""
    if v is None or isinstance(v, (bool, int, float, str)):
        return v
    if isinstance(v, exp.Expression) or (hasattr(v, "sql") and hasattr(v, "walk")):
        return sql(v, dialect)
    if isinstance(v, dict):
        return {str(k): plain(x, dialect) for k, x in v.items()}
    if isinstance(v, (set, frozenset)):
        return sorted(str(plain(x, dialect)) for x in v)
    if isinstance(v, (list, tuple)):
        return [plain(x, dialect) for x in v]
    if hasattr(v, "value") and not callable(v.value):  # enums
        return plain(v.value)
    if hasattr(v, "all_fields"):
        return {f: plain(getattr(v, f), dialect) for f in sorted(v.all_fields())}
    return str(v)


def render(fn, dialect):
    try:
        r = fn()
    except Exception as ex:  # a rendering error is part of the behaviour
        return {"error": type(ex).__name__}
    if r is None:
        return None
    if isinstance(r, (list, tuple)):
        return [sql(x, dialect) for x in r]
    return sql(r, dialect)


def audit_dict(a):
    d = {
        "name": a.name,
        "dialect": a.dialect,
        "skip": a.skip,
        "blocking": a.blocking,
        "standalone": a.standalone,
        "defaults": {k: sql(v, a.dialect) for k, v in sorted(a.defaults.items())},
        "query": sql(a.query, a.dialect),
    }
    return d


def explain(node):
    """Strings handed to hash_data while the node's own hashes are computed."""
    got = []
    mods = [m for m in (model_definition, audit_definition) if hasattr(m, "hash_data")]
    real = {m: m.hash_data for m in mods}

    def spy(values):
        values = list(values)
        got.append([None if v is None else str(v) for v in values])
        return real[mods[0]](values)

    for m in mods:
        m.hash_data = spy
    try:
        c = node.copy()
        for attr in ("_data_hash", "_metadata_hash"):
            if hasattr(c, attr):
                setattr(c, attr, None)
        dh = c.data_hash
        n = len(got)
        mh = c.metadata_hash
        return {
            "data": got[n - 1] if n else None,
            "metadata": got[-1] if len(got) > n else None,
            "same_data_hash": dh == node.data_hash,
            "same_metadata_hash": mh == node.metadata_hash,
        }
    except Exception as ex:
        return {"error": f"{type(ex).__name__}: {ex}"}
    finally:
        for m in mods:
            m.hash_data = real[m]


def snapshot_dict(s):
    f = s.fingerprint
    d = {
        "data_hash": f.data_hash,
        "metadata_hash": f.metadata_hash,
        "parent_data_hash": f.parent_data_hash,
        "parent_metadata_hash": f.parent_metadata_hash,
        "identifier": s.identifier,
        "fingerprint_version": f.to_version(),
        "parents": sorted(p.name for p in s.parents),
    }
    if not s.version:
        s.categorize_as(SnapshotChangeCategory.BREAKING, False)
    d["version"] = s.version
    d["dev_version"] = s.dev_version
    if s.is_model:
        d["physical_schema"] = s.physical_schema
        if not s.model.kind.is_symbolic:
            d["table"] = s.table_name(True)
            d["dev_table"] = s.table_name(False)
    return d


def model_dict(m, s, with_explain, with_render):
    dia = m.dialect
    cols = m.columns_to_types
    tc = m.time_column
    d = {
        "fqn": m.fqn,
        "name": m.name,
        "view_name": m.view_name,
        "kind": m.kind.name.value,
        "kind_properties": plain(
            {
                k: getattr(m.kind, k)
                for k in sorted(m.kind.all_fields())
                if k not in ("name", "dialect", "definition")
            },
            dia,
        ),
        "source_type": m.source_type,
        "dialect": dia,
        "default_catalog": m.default_catalog,
        "gateway": m.gateway,
        "project": m.project,
        "cron": m.cron,
        "cron_tz": str(m.cron_tz) if m.cron_tz else None,
        "interval_unit": m.interval_unit.value if m.interval_unit else None,
        "start": str(m.start) if m.start else None,
        "end": str(m.end) if m.end else None,
        "owner": m.owner,
        "description": m.description,
        "tags": sorted(m.tags),
        "grains": [sql(g, dia) for g in m.grains],
        "references": [sql(g, dia) for g in m.references],
        "time_column": {"column": sql(tc.column, dia), "format": tc.format} if tc else None,
        "partitioned_by": [sql(x, dia) for x in m.partitioned_by],
        "clustered_by": [sql(x, dia) for x in m.clustered_by],
        "unique_key": [sql(x, dia) for x in m.unique_key],
        "lookback": m.lookback,
        "batch_size": m.batch_size,
        "forward_only": m.forward_only,
        "allow_partials": m.allow_partials,
        "storage_format": m.storage_format,
        "table_format": m.table_format,
        "physical_properties": {k: sql(v, dia) for k, v in sorted((m.physical_properties or {}).items())},
        "virtual_properties": {k: sql(v, dia) for k, v in sorted((m.virtual_properties or {}).items())},
        "session_properties": plain(m.session_properties, dia),
        "column_descriptions": dict(sorted((m.column_descriptions or {}).items())),
        "depends_on": sorted(m.depends_on),
        # order matters: it is the order of the physical table's columns
        "columns_to_types": [[k, sql(v, dia)] for k, v in cols.items()] if cols is not None else None,
        "audits": [[n, {k: sql(v, dia) for k, v in sorted(a.items())}] for n, a in m.audits],
        "signals": [[n, {k: sql(v, dia) for k, v in sorted(a.items())}] for n, a in m.signals],
        "python_env": sorted(m.python_env),
    }
    d.update(snapshot_dict(s))
    if m.kind.is_seed:
        try:
            content = m.seed.content if hasattr(m, "seed") else None
            d["seed"] = {"bytes": len(content.encode()) if content is not None else None,
                         "columns": list(m.seed_path and m.column_hashes or {})}
        except Exception:
            pass
        try:
            d["seed_column_hashes"] = dict(sorted(m.column_hashes.items()))
        except Exception as ex:
            d["seed_column_hashes"] = {"error": type(ex).__name__}
    if with_explain:
        d["explain"] = explain(m)
    if with_render:
        if m.is_sql:
            d["query_text"] = m.query_.sql if hasattr(m, "query_") else sql(m.query, dia)
            d["rendered_query"] = render(lambda: m.render_query_or_raise(**RENDER), dia)
            d["rendered_query_unoptimized"] = render(
                lambda: m.render_query_or_raise(needs_optimization=False, **RENDER), dia
            )
        d["pre_statements"] = render(lambda: m.render_pre_statements(**RENDER), dia)
        d["post_statements"] = render(lambda: m.render_post_statements(**RENDER), dia)
        d["on_virtual_update"] = render(lambda: m.render_on_virtual_update(**RENDER), dia)
        ra = []
        for audit, args in m.audits_with_args:
            ra.append(
                [audit.name, render(lambda: m.render_audit_query(audit, **RENDER, **args), dia)]
            )
        d["rendered_audits"] = ra
    return d


def loaded(projects, gateway):
    """A context whose cache is a folder of its own, so that nothing is reused and the project stays clean."""
    cache = tempfile.mkdtemp(prefix="oracle-cache.")
    before = os.environ.get("SQLMESH__CACHE_DIR")
    os.environ["SQLMESH__CACHE_DIR"] = cache
    try:
        return Context(paths=[os.path.abspath(p) for p in projects], gateway=gateway, load_state=False)
    finally:
        if before is None:
            del os.environ["SQLMESH__CACHE_DIR"]
        else:
            os.environ["SQLMESH__CACHE_DIR"] = before
        shutil.rmtree(cache, ignore_errors=True)


def standalone_dict(a, s, with_explain, with_render):
    d = audit_dict(a)
    d.update(
        fqn=a.fqn,
        cron=a.cron,
        interval_unit=a.interval_unit.value if a.interval_unit else None,
        owner=a.owner,
        start=str(a.start) if a.start else None,
        depends_on=sorted(a.depends_on),
        **snapshot_dict(s),
    )
    if with_explain:
        d["explain"] = explain(a)
    if with_render:
        d["rendered_query"] = render(lambda: a.render_audit_query(**RENDER), a.dialect)
    return d


def dump(*projects, gateway=None, explained=False, rendered=False):
    """The canonical JSON value of a project; raises what SQLMesh raises."""
    ctx = loaded(projects, gateway)
    snaps = ctx._nodes_to_snapshots({**ctx._models, **ctx._standalone_audits})
    how = (explained, rendered)
    return {
        "meta": {
            "sqlmesh": getattr(sqlmesh, "__version__", None),
            "sqlglot": sqlglot.__version__,
            "python": sys.version.split()[0],
            "gateway": ctx.selected_gateway,
            "default_catalog": ctx.default_catalog,
            "default_dialect": ctx.default_dialect,
            **RENDER,
        },
        "models": {fqn: model_dict(m, snaps[fqn], *how) for fqn, m in sorted(ctx._models.items())},
        "audits": {n: audit_dict(a) for n, a in sorted(ctx._audits.items())},
        "standalone_audits": {
            fqn: standalone_dict(a, snaps[fqn], *how) for fqn, a in sorted(ctx._standalone_audits.items())
        },
        "environment_statements": [
            {"before_all": list(s.before_all), "after_all": list(s.after_all), "project": s.project}
            for s in ctx._environment_statements
        ],
    }


def main():
    p = argparse.ArgumentParser()
    p.add_argument("project", nargs="+")
    p.add_argument("--gateway")
    p.add_argument("--env", action="append", default=[], metavar="K=V")
    p.add_argument("--out", help="file; default stdout")
    p.add_argument("--explain", action="store_true", help="add the strings that go into each hash")
    p.add_argument("--no-render", action="store_true", help="leave rendered SQL out (faster on big projects)")
    args = p.parse_args()
    for pair in args.env:
        key, _, value = pair.partition("=")
        os.environ[key] = value
    value = dump(*args.project, gateway=args.gateway, explained=args.explain, rendered=not args.no_render)
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    if args.out:
        with open(args.out, "w") as f:
            f.write(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
