"""Random projects, loaded by both: what SQLMesh loads must be loaded alike, and what it refuses must not be a crash here.

TOWLINE_RANDOM_PROJECTS=500 runs longer; TOWLINE_RANDOM_SEED=7 begins elsewhere. A disagreement becomes a project of features.py."""

import json
import os
import sys

import random_project
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


if __name__ == "__main__":  # writes the project of a seed to look at
    print(written(__import__("pathlib").Path(sys.argv[2]), random_project.project(int(sys.argv[1]))))
