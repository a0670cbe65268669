"""Shapes of queries in every dialect, told to both: what is read, and its text as both render it.

TOWLINE_SHAPES=all tells all of them (some otherwise); as a program it prints what differs: test_shapes.py DIALECT. What we keep as its author wrote it is counted apart."""

import os
import sys

import pytest

import shapes
from test_edits import answers, model, schema_of_line

DIALECTS = shapes.DIALECTS
EVERY = 1 if os.environ.get("TOWLINE_SHAPES") == "all" else 11
AT_LEAST = 0.9  # printed alike


def theirs(dialect, query):
    """None if SQLMesh refuses the query."""
    try:
        return model(dialect, query).render_query().sql(dialect=dialect)
    except Exception:  # whatever SQLMesh raises
        return None


def compared(dialect, queries):
    """(alike, kept, all, [(query, theirs, ours)] of the rest)"""
    told = [(query, text) for query in queries if (text := theirs(dialect, query)) is not None]
    said = answers((dialect, schema_of_line(dialect), query) for query, _ in told)
    kept = [(query, text, mine) for (query, text), mine in zip(told, said, strict=True) if mine.startswith("!")]
    wrong = [(query, text, mine) for (query, text), mine in zip(told, said, strict=True) if not mine.startswith("!") and mine != text]
    return len(told) - len(kept) - len(wrong), kept, len(told), wrong


@pytest.mark.parametrize("dialect", DIALECTS)
def test_shapes_are_printed_alike(dialect):
    alike, kept, total, wrong = compared(dialect, shapes.queries(dialect)[::EVERY])
    print(f"{dialect}: {alike} of {total} shapes are printed alike, {len(kept)} as written")
    assert not [each for each in wrong if each[0] not in shapes.KNOWN] and alike >= AT_LEAST * total, "\n".join("\n    ".join(each) for each in wrong)


def main():
    for dialect in DIALECTS if sys.argv[1] == "all" else (sys.argv[1],):
        alike, kept, total, wrong = compared(dialect, shapes.queries(dialect))
        for each in wrong:
            print("\n    ".join((dialect, *each)))
        for query, _, mine in kept:
            print(f"kept {dialect}: {query}   {mine}")
        print(f"{dialect}: {alike} of {total} shapes are printed alike, {len(kept)} as written, {len(wrong)} differ", flush=True)


if __name__ == "__main__":
    main()
