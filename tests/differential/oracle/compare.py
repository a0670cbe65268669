"""Compare two oracle values (what oracle_dump.py and dump_db.py write) field by field.

usage: compare.py REFERENCE.json CANDIDATE.json [--groups must|all] [--ignore a,b,...]

Agreement of a field = equal values / entries of the reference that have that field. Entries missing in, or extra to, the
candidate count against the pseudo-field `_present`. The section `meta` is never compared. Exit 0 only at 100 %.
"""

import argparse
import collections
import json
import sys

NEVER = {"explain", "python_env"}  # diagnostics of one implementation
# `must`: what a planner has to reproduce exactly; rendered text may differ in its layout
TEXTUAL = {
    "rendered_query", "rendered_query_unoptimized", "rendered_audits", "pre_statements", "post_statements",
    "on_virtual_update", "query", "query_text", "kind_properties",
}
MISSING = object()


def shown(value, width=200):
    text = "<absent>" if value is MISSING else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= width else text[: width - 1] + "…"


def apart(reference, candidate):
    """Two lists of one length without the items that are equal; anything else as it is."""
    if isinstance(reference, list) and isinstance(candidate, list) and len(reference) == len(candidate):
        pairs = [(a, b) for a, b in zip(reference, candidate) if a != b]
        return [a for a, _ in pairs], [b for _, b in pairs]
    return reference, candidate


class Comparison:
    """Counts of each (section, field), and every disagreement as (section, field, entry, reference, candidate)."""

    def __init__(self, reference, candidate, groups="must", ignore=()):
        self.equal, self.total, self.differences = collections.Counter(), collections.Counter(), []
        self.ignored = NEVER | set(ignore) | (TEXTUAL if groups == "must" else set())
        for section in sorted({*reference, *candidate} - {"meta"}):
            self._section(section, entries(reference.get(section)), entries(candidate.get(section)))

    def _section(self, section, reference, candidate):
        for name in sorted({*reference, *candidate}):
            both = name in reference and name in candidate
            self._note(section, "_present", name, name in reference, name in candidate)
            for field, value in reference.get(name, {}).items() if both else ():
                if field not in self.ignored:
                    self._note(section, field, name, value, candidate[name].get(field, MISSING))

    def _note(self, section, field, name, reference, candidate):
        self.total[(section, field)] += 1
        if candidate is not MISSING and reference == candidate:
            self.equal[(section, field)] += 1
        else:
            self.differences.append((section, field, name, reference, candidate))

    @property
    def same(self):
        return not self.differences and bool(self.total)

    def figure(self, field):
        """(equal, total) of a field over all sections."""
        keys = [k for k in self.total if k[1] == field]
        return sum(self.equal[k] for k in keys), sum(self.total[k] for k in keys)

    def report(self, first=20):
        lines = [f"{sum(self.equal.values())} of {sum(self.total.values())} values agree"]
        for section, field, name, reference, candidate in self.differences[:first]:
            reference, candidate = apart(reference, candidate)
            lines.append(f"[{section}] {name}: {field}\n    sqlmesh: {shown(reference)}\n    towline: {shown(candidate)}")
        if len(self.differences) > first:
            lines.append(f"… and {len(self.differences) - first} more")
        return "\n".join(lines)


def entries(section):
    """A section as {entry: {field: value}}; a list by position, a plain value as one field."""
    if section is None:
        return {}
    items = section.items() if isinstance(section, dict) else ((str(i), v) for i, v in enumerate(section))
    return {name: value if isinstance(value, dict) else {"value": value} for name, value in items}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("reference")
    p.add_argument("candidate")
    p.add_argument("--groups", choices=("all", "must"), default="all")
    p.add_argument("--ignore", default="")
    args = p.parse_args()
    values = []
    for path in (args.reference, args.candidate):
        with open(path) as f:
            values.append(json.load(f))
    result = Comparison(*values, groups=args.groups, ignore={f for f in args.ignore.split(",") if f})
    print(result.report())
    sys.exit(0 if result.same else 1)


if __name__ == "__main__":
    main()
