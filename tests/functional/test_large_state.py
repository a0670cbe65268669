"""A state of more models than one answer of the scheduler holds is taken over, planned and handed back whole."""

import json
import zlib

from stack import Stack

MODELS = 1050  # the command line asks for 1,000 snapshots at a time
DAY = 86_400_000
START = 1_704_067_200_000  # 2024-01-01
LOADED = START + 9 * DAY


def crc(*parts):
    return str(zlib.crc32(";".join(parts).encode()))


def importable(exported):
    """An export of local files as the state of a SQLMesh deployment that has built and loaded all of it, and one snapshot more that no
    environment names."""
    state = json.loads(exported)
    state["metadata"]["importable"] = True
    kept = ("name", "fingerprint", "version", "dev_version", "change_category", "parents", "previous_versions", "forward_only", "dev_table_suffix", "table_naming_convention")
    infos = []
    for snapshot in state["snapshots"]:
        hashes = snapshot["fingerprint"]
        snapshot["version"] = snapshot["dev_version"] = crc(hashes["data_hash"], hashes["parent_data_hash"])
        snapshot.update(change_category=1, intervals=[[START, LOADED]], unpaused_ts=LOADED, created_ts=LOADED, updated_ts=LOADED)
        infos.append({k: snapshot[k] for k in kept if k in snapshot} | {"physical_schema": "sqlmesh__big", "kind_name": "FULL", "node_type": "model"})
    old = json.loads(json.dumps(state["snapshots"][0]))
    old["fingerprint"]["data_hash"], old["version"], old["dev_version"] = "1", "2", "2"
    state["snapshots"].append(old)

    def environment(name, plan):
        record = {"name": name, "start_at": "2024-01-01", "plan_id": plan * 32, "finalized_ts": LOADED, "suffix_target": "schema", "normalize_name": True, "gateway_managed": False, "requirements": {}, "snapshots": infos}
        return {"environment": record, "statements": []}

    state["environments"] = {"prod": environment("prod", "0"), "list": environment("list", "1")}
    return state


def test_a_state_of_many_pages():
    with Stack(executors=()) as stack:
        stack.project({f"models/m{n}.sql": f"MODEL (name big.m{n}, kind FULL); SELECT {n} AS id" for n in range(MODELS)})
        none = stack.run_cli("environments")
        assert none.returncode == 1 and "This project has no environments" in none.stderr

        file = stack.folder / "state.json"
        stack.cli("state", "export", "--local", "-o", file)
        state = importable(file.read_text())
        file.write_text(json.dumps(state))
        said = stack.cli("state", "import", "-i", file, "--no-confirm")
        assert f"{MODELS + 1} snapshots, 2 environments" in said, said
        assert "No changes to plan" in stack.plan("prod")

        stack.cli("state", "export", "-o", file)
        returned = json.loads(file.read_text())
        identify = lambda snapshot: (snapshot["name"], *snapshot["fingerprint"].values(), snapshot["version"])  # noqa: E731
        assert sorted(map(identify, returned["snapshots"])) == sorted(map(identify, state["snapshots"]))
        assert set(returned["environments"]) == {"prod", "list"}
        # Of one environment only what it names.
        stack.cli("state", "export", "-o", file, "--environment", "list")
        assert len(json.loads(file.read_text())["snapshots"]) == MODELS

        # The name of an environment may be that of a command.
        assert "There is also an environment 'list': towline plan --environment list" in stack.cli("plan", "list")
        assert "not expired or does not exist" in stack.cli("janitor", "-e", "prod")
