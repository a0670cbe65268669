"""Configuration and discovery of files: real SQLMesh and Towline accept and refuse the same, and make the same of it.

An eighth of config_cases, always the same one; TOWLINE_ALL_CASES=1 takes all of them (minutes).
"""

import os
import shutil
import zlib

import pytest

import config_cases
import config_oracle
from compare import Comparison
from stack import BIN

SHARE = 1 if os.environ.get("TOWLINE_ALL_CASES") else 8


def chosen(group):
    return {name: case for name, case in config_cases.GROUPS[group]().items() if zlib.crc32(name.encode()) % SHARE == 0}


def differences(real, towline):
    """What differs in a few words each; nothing if both refuse, whatever their words."""
    refused = [side.get("error") for side in (real, towline)]
    if any(refused):
        return [] if all(refused) else [f"sqlmesh: {refused[0] or 'loads'!s:.300}\n    towline: {refused[1] or 'loads'!s:.300}"]
    out = [] if (real["meta"]["gateway"] or "").lower() == towline["meta"]["gateway"] else ["gateway"]
    settings = towline["meta"]["settings"]
    out += [f"{key}: sqlmesh {value}, towline {settings.get(key)}" for key, value in real["meta"]["settings"].items() if settings.get(key) != value]
    compared = Comparison(real, towline)
    return out + ([] if compared.same or not compared.differences else [compared.report(3)])


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    config_oracle.warm(tmp_path_factory.mktemp("warm"))


@pytest.mark.parametrize("group", config_cases.GROUPS)
def test_what_sqlmesh_makes_of_a_configuration(tmp_path, warm, group):
    wrong, cases = [], chosen(group)
    for name, case in cases.items():
        environment = config_oracle.prepared(tmp_path / "case", case)
        real = config_oracle.of_sqlmesh(tmp_path / "case", case, environment)
        found = differences(real, config_oracle.of_towline(tmp_path / "case", case, environment, BIN / "towline"))
        if found and not config_cases.known(name, found):
            wrong.append(f"{name}:\n    " + "\n    ".join(found))
        if not found and config_cases.no_longer_differs(name):
            wrong.append(f"{name}: agrees, and is excused in config_cases.py")
        shutil.rmtree(tmp_path / "case")
        shutil.rmtree(tmp_path / "case_home")
    assert not wrong, f"{len(wrong)} of {len(cases)}\n" + "\n".join(wrong)
