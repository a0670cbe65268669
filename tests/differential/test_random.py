"""Random projects, loaded by both: what SQLMesh loads must be loaded alike, and what it refuses must not be a crash here.

TOWLINE_RANDOM_PROJECTS=500 and TOWLINE_RANDOM_QUERIES=20 run longer; TOWLINE_RANDOM_SEED=7 begins elsewhere. A disagreement becomes a project of features.py."""

import json
import os
import sys

import pytest

import random_project
import random_queries
from test_load import inspect
from oracle_dump import dump
from compare import Comparison

COUNT = int(os.environ.get("TOWLINE_RANDOM_PROJECTS", "15"))
FIRST = int(os.environ.get("TOWLINE_RANDOM_SEED", "1"))


# What SQLMesh says of projects that it fails on by a fault of its own: a catalog with a dot, arguments of default audits.
FAULTS = ("Invalid mapping shape", "must match the schema's nesting level", "Error tokenizing '('number_of_rows',)'")


def written(folder, files):
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return folder


def disagreement(folder):
    """What differs between the two loads, or nothing."""
    towline, said = inspect(folder)
    try:
        reference = json.loads(json.dumps(dump(folder)))
    except Exception as error:  # SQLMesh refuses the project; so may Towline, in its own words
        assert "internal" not in said.lower(), said
        return None if towline is None or any(words in str(error) for words in FAULTS) else f"loads, but SQLMesh says {type(error).__name__}: {str(error)[:300]}"
    if towline is None:
        return said[:1500]
    result = Comparison(reference, towline)
    return None if result.same else result.report(6)


def test_random_projects_load_alike(tmp_path):
    wrong = {}
    for seed in range(FIRST, FIRST + COUNT):
        folder = written(tmp_path / str(seed), random_project.project(seed))
        if said := disagreement(folder):
            wrong[seed] = said
    assert not wrong, f"{len(wrong)} of {COUNT}\n" + "\n".join(f"seed {seed}: {said}" for seed, said in wrong.items())


# Of random queries and comments in any place, this much agrees at least; what remains is what SQLMesh prints anew and rare places of comments.
# The numbers of every run are printed.
AT_LEAST = 0.95
QUERIES = int(os.environ.get("TOWLINE_RANDOM_QUERIES", "1"))


def agreeing(folder, files, field):
    """(models whose field agrees, models, the first that differ); no data hash may differ."""
    towline, said = inspect(written(folder, files))
    assert towline is not None, said
    result = Comparison(json.loads(json.dumps(dump(folder))), towline)
    assert not [difference for difference in result.differences if difference[1] in ("data_hash", "version", "_present")], result.report(4)
    return *result.figure(field), [f"{name}\n    sqlmesh: {theirs}\n    towline: {ours}" for _, which, name, theirs, ours in result.differences if which == field][:3]


@pytest.mark.parametrize("what, field", ((random_queries.project, "columns_to_types"), (random_queries.commented, "column_descriptions")), ids=("types", "comments"))
def test_random_queries(tmp_path, what, field):
    equal, total, wrong = 0, 0, []
    for dialect in random_queries.DIALECTS:
        for seed in range(FIRST, FIRST + QUERIES):
            agree, models, first = agreeing(tmp_path / f"{dialect}_{seed}", what(dialect, seed, 10 if QUERIES == 1 else 40), field)
            equal, total = equal + agree, total + models
            wrong += [f"{dialect} {seed} {each}" for each in first]
    print(f"{field}: {equal} of {total} models agree")
    assert equal >= AT_LEAST * total, "\n".join((f"{equal} of {total}", *wrong))


if __name__ == "__main__":  # writes the project of a seed to look at
    print(written(__import__("pathlib").Path(sys.argv[2]), random_project.project(int(sys.argv[1]))))
