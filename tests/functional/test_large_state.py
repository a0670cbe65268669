"""A state of more models than one answer of the scheduler holds is taken over, planned and handed back whole."""

import contextlib
import json
import sqlite3
import subprocess
import zlib

from stack import BIN, PROJECT, Stack, wait_for

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


def bulky(state, count=700, size=100_000):
    """The state with so many old versions of its first model that no body holds it."""
    old = state["snapshots"].pop()
    for n in range(count):
        one = json.loads(json.dumps(old))
        one["fingerprint"]["data_hash"], one["version"], one["dev_version"] = str(n), str(n), str(n)
        one["node"]["description"] = f"{n} " + "x" * size
        state["snapshots"].append(one)
    del state["environments"]["list"]
    return state


def stored(stack, query):
    """One number of the store, without asking the scheduler."""
    with contextlib.closing(sqlite3.connect(f"file:{stack.store_url.removeprefix('sqlite:')}?mode=ro", uri=True, timeout=30)) as store:
        return store.execute(query, (PROJECT,)).fetchone()[0]


def importing(stack, file, *arguments):
    command = [str(BIN / "towline"), "-p", str(stack.project_folder), "state", "import", "-i", str(file), "--no-confirm", *arguments]
    environment = {**stack.base_env(), **stack.client_env(stack.admin), "NO_COLOR": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)


def said_by(process):
    said, _ = process.communicate(timeout=280)
    return process.returncode, said


def whole(stack, snapshots):
    """The project has this state, and nothing to plan."""
    assert (stored(stack, ENVIRONMENTS), stored(stack, SNAPSHOTS)) == (1, snapshots)
    assert "No changes to plan" in stack.plan("prod")


COUNT = "SELECT COUNT(*) FROM {} WHERE project_id = ?"
ENVIRONMENTS, SNAPSHOTS, PAGES = (COUNT.format(table) for table in ("_environments", "_snapshots", "state_import_pages"))


def test_a_state_in_pages_is_taken_over_whole_or_not_at_all():
    with Stack(executors=()) as stack:
        stack.project({f"models/m{n}.sql": f"MODEL (name big.m{n}, kind FULL); SELECT {n} AS id" for n in range(3)})
        file, large = stack.folder / "state.json", stack.folder / "large.json"
        stack.cli("state", "export", "--local", "-o", file)
        exported = file.read_text()
        file.write_text(json.dumps(bulky(importable(exported), 60)))
        large.write_text(json.dumps(bulky(importable(exported), 680)))
        assert large.stat().st_size > 64 << 20

        # The scheduler is killed while pages come. Nothing is the project's, or, if the end was reached, everything.
        client = importing(stack, file)
        wait_for("pages came", lambda: client.poll() is not None or stored(stack, PAGES) > 0, 200)
        stack.scheduler.kill()
        assert (stored(stack, ENVIRONMENTS), stored(stack, SNAPSHOTS)) in ((0, 0), (1, 63))
        stack.start_scheduler()
        code, said = said_by(client)
        if code != 0:  # it gave up before the scheduler was back
            assert stored(stack, SNAPSHOTS) == 0, said
            code, said = said_by(importing(stack, file))
        assert code == 0 and "State imported successfully: 63 snapshots, 1 environments" in said, said
        whole(stack, 63)
        assert "has a state already: 1 environments, 63 snapshots" in stack.cli("state", "import", "-i", file, "--no-confirm", code=6)

        # Two at once: each is whole, and the later one stays.
        for code, said in [said_by(process) for process in [importing(stack, file, "--replace") for _ in range(2)]]:
            assert code == 0 and "State imported successfully: 63 snapshots" in said, said
        whole(stack, 63)

        # More than one body of the scheduler holds.
        code, said = said_by(importing(stack, large, "--replace"))
        assert code == 0 and "State imported successfully: 683 snapshots" in said, said
        whole(stack, 683)
