"""Random stories, told to both: after every step the same state, tables, views and rows; a step fails in both or in neither.

TOWLINE_STORIES=100 and TOWLINE_STORY_SEED=7 run longer and begin elsewhere; as a program it prints one verdict after the other: test_random_story.py FIRST LAST ENGINE.
A disagreement becomes a story of test_story_found.py."""

import contextlib
import os
import pathlib
import re
import sys
import tempfile

import pytest

import wider_story
from story import BothWait, OnlyTheirs, OracleServer, Postgres, Story

COUNT = int(os.environ.get("TOWLINE_STORIES", "1"))
# What SQLMesh alone fails on by a fault of its own; a story ends there.
FAULTS = tuple(re.compile(words, re.DOTALL) for words in (
    # A seed that a selection takes from the state, where its rows are not.
    r"Seed model '[^']*' is not hydrated",
    # A start behind the last interval that is due.
    r"can't be greater than end date",
    # A view of a table that it has not made, because nothing of the model is due.
    r"Error: Execution failed for node SnapshotId<[^>]*>: [^\n]*(Table with name \S+__\d+\S* does not exist|relation \"sqlmesh__[^\n]* does not exist)",
    # The same where a query reads such a table.
    r"(UndefinedTable:\s+relation \"sqlmesh__\S+\"|Table with name \S+__\d+) does not exist",
    # A description of a column that its table does not have ends PostgreSQL's transaction.
    r"current transaction is aborted, commands ignored",
    # A name of its temporary table that PostgreSQL does not take (with hash_md5, in dev).
    r"Identifier name '__temp_",
    # DuckDB's TIMESTAMP of a stored SCD model is another type than that of a loaded one: any change of the model drops these columns.
    r"schema that (drops|adds) columns '(valid|seen)_from', 'valid_to'\.",
    # Under dev_only a janitor takes prod's view or table for the table of an old version, which has the same name there: it drops the one and stumbles over the other.
    r"Deleted object \"|is not a part of the physical schema",
))
FIRST = {"duckdb": 101, "postgres": 201}


@contextlib.contextmanager
def theirs(engine):
    """SQLMesh and its engine, for many stories."""
    with OracleServer() as server, tempfile.TemporaryDirectory(prefix="towline-story.") as folder:
        os.chmod(folder, 0o755)
        postgres = Postgres(pathlib.Path(folder) / "server") if engine == "postgres" else None
        try:
            yield server, postgres
        finally:
            if postgres:
                postgres.stop()


def disagreement(seed, engine, server):
    """Where the two part, or nothing."""
    told = wider_story.story(seed, engine)
    with contextlib.redirect_stdout(None), Story(engine, told["files"], cadence="", janitor=False, theirs=server) as story:
        for step in told["steps"]:
            try:
                if step[0] == "edit":
                    story.edit(step[1])
                else:
                    story.step(*step, ok=None)
            except BothWait:
                return None
            except AssertionError as error:
                # Where it fails in the middle of the views, these differ though both fail.
                theirs_alone = str(error) if isinstance(error, OnlyTheirs) else story.said[0] if story.failed or step[1] == "janitor" else ""
                if any(fault.search(theirs_alone) for fault in FAULTS):
                    return None
                said = [f"--- {who}\n{text[-1500:]}" for who, text in zip(("sqlmesh", "towline"), story.said)]
                return "\n".join([*story.steps, str(error), *said])
    return None


@pytest.mark.parametrize("engine", ("duckdb", "postgres"))
def test_random_stories_end_alike(engine):
    wrong = {}
    with theirs(engine) as server:
        first = int(os.environ.get("TOWLINE_STORY_SEED", FIRST[engine]))
        for seed in range(first, first + COUNT):
            if said := disagreement(seed, engine, server):
                wrong[seed] = said
    assert not wrong, f"{len(wrong)} of {COUNT}\n" + "\n".join(f"--- seed {seed} on {engine}\n{said}" for seed, said in wrong.items())


def main():
    first, last, engine = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with theirs(engine) as server:
        for seed in range(first, last + 1):
            print(f"--- seed {seed} on {engine}: {disagreement(seed, engine, server) or 'alike'}", flush=True)


if __name__ == "__main__":
    main()
