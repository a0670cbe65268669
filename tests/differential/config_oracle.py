"""What real SQLMesh and `towline inspect` make of a project of config_cases, each load in a process of its own."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("MAX_FORK_WORKERS", "1")
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "oracle"))

import drivers  # noqa: E402

drivers.stand_in()

import oracle_dump  # noqa: E402
import sqlmesh.core.constants as constants  # noqa: E402
from sqlmesh.core.console import NoopConsole, set_console  # noqa: E402

LEFT_OUT = ("SQLMESH", "TOWLINE", "X_")


def write(folder, files):
    for name, text in files.items():
        if text is None or name.startswith(":"):
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str) and text.startswith("->"):
            path.symlink_to(text[2:])
        else:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())


def settings_of(context):
    """The configuration under SQLMesh's keys, as `towline inspect --format oracle` has it in meta.settings."""
    config = context.config
    plan = config.plan
    catalogs = context.default_catalog_per_gateway
    return {
        "project": config.project, "default_target_environment": config.default_target_environment, "snapshot_ttl": config.snapshot_ttl, "environment_ttl": config.environment_ttl,
        "pinned_environments": sorted(context.pinned_environments), "environment_suffix_target": config.environment_suffix_target.value,
        "environment_catalog_mapping": {k.pattern: v for k, v in config.environment_catalog_mapping.items()}, "physical_table_naming_convention": config.physical_table_naming_convention.value,
        "virtual_environment_mode": config.virtual_environment_mode.value, "gateway_managed_virtual_layer": config.gateway_managed_virtual_layer,
        "plan": {k: getattr(plan, k) for k in ("forward_only", "include_unmodified", "enable_preview", "no_prompts", "auto_apply", "use_finalized_state", "always_recreate_environment")}
        | {"auto_categorize_changes": {k: getattr(plan.auto_categorize_changes, k).value for k in ("external", "python", "seed", "sql")}},
        "gateways": {name: {"type": (g.connection or config.default_connection).type_ if (g.connection or config.default_connection) else "", "default_catalog": catalogs.get(name)} for name, g in config.gateways.items()},
    }


def load(folder, case):
    held = {}
    real = oracle_dump.Context

    def kept(*args, **kwargs):
        held["context"] = real(*args, **kwargs)
        return held["context"]
    oracle_dump.Context = kept
    paths = [str(folder / p) for p in case.get(":paths", ["."])]
    os.chdir(folder)
    value = oracle_dump.dump(*paths, gateway=case.get(":gateway") or os.environ.get("SQLMESH_GATEWAY"))
    value["meta"]["settings"] = settings_of(held["context"])
    return value


def variables(folder, case):
    """The environment of a case: nothing that this machine says about SQLMesh; a home that is the case's."""
    out = {k: v for k, v in os.environ.items() if not k.upper().startswith(LEFT_OUT) and k not in ("HOME", "LOGNAME")}
    return {**out, "HOME": str(folder.parent / (folder.name + "_home")), "LOGNAME": "tester", **case.get(":env", {})}


def prepared(folder, case):
    folder.mkdir()
    write(folder, case)
    home = folder.parent / (folder.name + "_home")
    (home / ".sqlmesh").mkdir(parents=True)
    write(home / ".sqlmesh", case.get(":home", {}))
    return variables(folder, case)


def of_sqlmesh(folder, case, environment):
    """The dump, or {"error": …}, by a child that dies with all that the load has changed."""
    answer = tempfile.TemporaryFile("w+")
    pid = os.fork()
    if pid == 0:
        try:
            set_console(NoopConsole())
            os.environ.clear()
            os.environ.update(environment)
            constants.SQLMESH_PATH = pathlib.Path(environment["HOME"]) / ".sqlmesh"
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            value = load(folder, case)
        except BaseException as error:  # everything that SQLMesh says is an answer
            value = {"error": f"{type(error).__name__}: {error}"}
        try:
            json.dump(value, answer, default=str)
            answer.flush()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    answer.seek(0)
    return json.load(answer)


def of_towline(folder, case, environment, program):
    command = [str(program)]
    for path in case.get(":paths", ()):
        command += ["-p", path]
    if case.get(":gateway"):
        command += ["--gateway", case[":gateway"]]
    done = subprocess.run([*command, "inspect", "--format", "oracle"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    if done.returncode:
        return {"error": (done.stderr + done.stdout).replace(str(folder), "")}
    return json.loads(done.stdout)


def warm(folder):
    """Imports once what every load needs, so that the children have it."""
    write(folder, {"config.yaml": "gateways: {a: {connection: {type: duckdb}}}\nmodel_defaults: {dialect: duckdb}\n", "models/a.sql": "MODEL (name a.b, kind FULL);\nSELECT 1 AS id\n"})
    oracle_dump.dump(folder)
