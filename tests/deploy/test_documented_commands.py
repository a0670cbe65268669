"""What the documents tell a user to type, typed."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

from containers import BIN, DOCKER, PROJECT, SOURCE, Container, World, engine_environment, image, version, wait_for, write_project
from documents import Shell, blocks, filled, statements


def clients(text):
    """Clients that were printed: (id, secret) each."""
    found = [json.loads(line) for line in text.splitlines() if line.startswith('{"client_id"')]
    assert found and all(c["client_secret"] for c in found), text
    return [(c["client_id"], c["client_secret"]) for c in found]


def test_the_readmes_three_terminals(tmp_path):
    first, second, third = blocks("README.md", "Three terminals")
    project = write_project(tmp_path / "project", "local", {"type": "duckdb", "database": "shop.db"})
    with Shell(tmp_path, BIN) as shell:
        laptop, executors = clients(shell.run(first))
        _, printed = shell.start(filled(second, *executors))
        wait_for("an executor is up", lambda: "starting" in printed.read_text())
        lines = statements(third)
        shell.exports = filled(lines[0], *laptop).split("#")[0] + "\n"
        plan_dev, plan_prod, run, watch, why = lines[1:]
        assert "shop__dev.tea" in shell.run(plan_dev, project, "y\ny\n")
        shell.run(plan_prod, project, "y\ny\n")
        shell.run(run, project)
        process, printed = shell.start(watch, project)  # Right after a plan nothing is due, unless a day ends meanwhile.
        assert process.wait(60) == 0 or "there are no runs yet" in printed.read_text()
        tasks = json.loads(shell.run("towline task list -o json", project))["items"]
        assert shell.run(why.replace("ID", tasks[0]["id"]), project).strip()
        for command in ("doctor", "environments", "info", "lint", "test", "diff prod", "render shop.tea", "table_name shop.tea", "check_intervals"):
            assert command.split()[0] in (SOURCE / "README.md").read_text() + (SOURCE / "docs/moving_from_tobiko_cloud.md").read_text()
            shell.run(f"export SQLMESH__GATEWAYS__LOCAL__CONNECTION__DATABASE=:memory:; towline {command}" if command == "info" else f"towline {command}", project)


def sqlmesh_project(folder):
    project = write_project(folder, "prod", {"type": "duckdb", "database": "shop.db"})
    return project


def test_adopting_and_going_back(tmp_path):
    (taking,), (back,) = blocks("docs/adoption.md", "Taking over"), blocks("docs/adoption.md", "Going back")
    from_file, from_database, plan = statements(taking)
    venv = pathlib.Path(sys.executable).parent
    for number, command in enumerate((from_file, from_database)):
        folder = tmp_path / str(number)
        folder.mkdir()
        project = sqlmesh_project(folder / "project")
        with Shell(folder, f"{BIN}:{venv}", SQLMESH__DISABLE_ANONYMIZED_ANALYTICS="true", MAX_FORK_WORKERS="1") as shell:
            shell.run("sqlmesh plan --auto-apply --no-prompts", project)
            shell.run("towline-scheduler serve --listen 127.0.0.1:8080 >scheduler.log 2>&1 &")
            ((client_id, secret),) = clients(shell.run(f"towline-scheduler client create --project {PROJECT} --name laptop --scope admin"))
            shell.exports = f"export TCLOUD_URL=http://localhost:8080/sqlmesh/{PROJECT} TCLOUD_CLIENT_ID={client_id} TCLOUD_CLIENT_SECRET={secret}\n"
            shell.run(command, project, "y\ny\n")
            assert plan.split("#")[1].strip() in shell.run(plan, project)
            if number == 0:
                export, give_back, plan_again = statements(back)
                shell.run(export, project)
                shell.run(give_back, project, "y\ny\n")
                assert plan_again.split("#")[1].strip() in shell.run(plan_again, project)


# `docker` of an engine without networks of its own: all share the loopback of the first container, under the name that the network gives it.
DOCKER_SHIM = """#!/bin/bash
if [ "$1 $2" = "network create" ]; then exit 0; fi
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --network) if %(docker)s inspect "$PREFIX"scheduler >/dev/null 2>&1; then arguments+=(--network "container:${PREFIX}scheduler"); else arguments+=(--network none --add-host scheduler:127.0.0.1); fi; shift 2 ;;
    -p) shift 2 ;;
    --name) arguments+=(--name "$PREFIX$2"); shift 2 ;;
    -v) case $2 in /*|./*) arguments+=(-v "$2") ;; *) arguments+=(-v "$PREFIX$2") ;; esac; shift 2 ;;
    scheduler | run-1 | apply-1) arguments+=("$PREFIX$1"); shift ;;
    *) arguments+=("$1"); shift ;;
  esac
done
exec %(docker)s "${arguments[@]}"
"""


def shims(folder, **scripts):
    path = folder / "shims"
    path.mkdir()
    for name, text in scripts.items():
        (path / name).write_text(text)
        (path / name).chmod(0o755)
    return path


def test_docker_as_documented(tmp_path):
    (script, check) = blocks("docs/deploy/docker.md", "Run")
    assert f"towline-executor:{version()}" in script and f"towline-scheduler:{version()}" in script
    prefix = f"d{os.getpid()}-"
    path = shims(tmp_path, docker=DOCKER_SHIM % {"docker": DOCKER})
    with World() as world:
        postgres = None
        names = [prefix + name for name in ("scheduler", "run-1", "apply-1")]
        world.volumes += names
        try:
            with Shell(tmp_path, path, PREFIX=prefix, DOCKER_HOST=os.environ["TOWLINE_DOCKER_HOST"]) as shell:
                at = script.index("cat > engine.env")
                executors, laptop = clients(shell.run(script[:at]))
                postgres = world.run("--network", f"container:{names[0]}", "-e", "POSTGRES_USER=towline", "-e", "POSTGRES_DB=shop", "-e", "POSTGRES_PASSWORD=xyzzy-password", "postgres:15-bookworm")
                wait_for("the database is up", lambda: postgres.exec("psql", "-h", "/tmp", "-U", "towline", "-d", "shop", "-c", "SELECT 1").returncode == 0)
                shell.run(filled(script[at:], *executors, "localhost", "shop", "towline", "xyzzy-password"))
                wait_for("the documented check answers", lambda: shell.start(check)[0].wait(30) == 0)
                project = write_project(tmp_path / "project", "warehouse", {"type": "postgres", "host": "localhost", "user": "x", "password": "x", "database": "shop"})
                from containers import cli
                scheduler = Container.__new__(Container)
                scheduler.name = names[0]
                cli(scheduler, {"client_id": laptop[0], "client_secret": laptop[1]}, project, "plan", "prod", "--auto-apply", "--no-prompts")
        finally:
            for name in reversed(names):
                subprocess.run([DOCKER, "rm", "-fv", name], env=engine_environment(), capture_output=True, timeout=60)


# `docker compose` by docker-compose 1, which waits for nobody, with the changes that test_compose.py explains.
COMPOSE_SHIM = """#!/bin/bash
if [ "$1" != compose ]; then exec %(docker)s "$@"; fi  # docker-compose itself calls docker
shift
arguments=()
for argument in "$@"; do [ "$argument" = --wait ] || arguments+=("$argument"); done
docker-compose -p "$NAME" -f compose.yaml config > rendered.yaml.new
"$PYTHON" "$CHANGE" rendered.yaml.new rendered.yaml
[ "$1" != exec ] || arguments=(exec -T "${arguments[@]:1}")
exec docker-compose -p "$NAME" -f rendered.yaml "${arguments[@]}"
"""
CHANGE = """import sys
from ruamel.yaml import YAML
file = YAML(typ="safe").load(open(sys.argv[1]))
for name, service in file["services"].items():
    service.pop("networks", None)
    service.pop("ports", None)
    service["network_mode"] = "none" if name == "postgres" else "service:postgres"
file.pop("networks", None)
YAML(typ="safe").dump(file, open(sys.argv[2], "w"))
"""


def test_compose_as_documented(tmp_path):
    (script,) = blocks("docs/deploy/compose.md", "First start")
    folder = tmp_path / "compose"
    shutil.copytree(SOURCE / "compose", folder)
    (tmp_path / "change.py").write_text(CHANGE)
    name = f"c{os.getpid()}"
    path = shims(tmp_path, docker=COMPOSE_SHIM % {"docker": DOCKER})
    copy, up_scheduler, create, up, create_laptop = statements(script)

    def health(shell, service):
        identity = shell.run(f"docker-compose -p {name} -f rendered.yaml ps -q {service}", folder).strip()
        return subprocess.run([DOCKER, "inspect", "-f", "{{.State.Health.Status}}", identity], env=engine_environment(), capture_output=True, text=True).stdout.strip()

    def edit(**settings):
        text = (folder / ".env").read_text()
        for key, value in settings.items():
            assert re.search(rf"^#?{key}=", text, re.M), f"{key} is not in .env.example"
            text = re.sub(rf"^#?{key}=.*$", f"{key}={value}", text, flags=re.M)
        (folder / ".env").write_text(text)

    with Shell(tmp_path, path, NAME=name, PYTHON=sys.executable, CHANGE=str(tmp_path / "change.py"), DOCKER_HOST=os.environ["TOWLINE_DOCKER_HOST"]) as shell:
        try:
            shell.run(copy, folder)
            # "passwords, your database": here the database is the scheduler's PostgreSQL.
            edit(STORE_PASSWORD="xyzzy", DB_HOST="localhost", DB_NAME="towline", DB_USER="towline", DB_PASSWORD="xyzzy", TOWLINE_ORIGIN="http://localhost:8080")
            with open(folder / ".env", "a") as out:
                out.write("STORE_HOST=localhost\n")
            shell.run(up_scheduler, folder)
            wait_for("the scheduler is healthy", lambda: health(shell, "scheduler") == "healthy")
            ((client_id, secret),) = clients(shell.run(create, folder))
            edit(TCLOUD_CLIENT_ID=client_id, TCLOUD_CLIENT_SECRET=secret)
            shell.run(up, folder)
            for service in ("run-executor", "apply-executor"):
                wait_for(f"{service} is healthy", lambda: health(shell, service) == "healthy")
            assert clients(shell.run(create_laptop, folder))
        finally:
            shell.run(f"docker-compose -p {name} -f rendered.yaml down -v -t 20", folder)


def test_commands_of_other_documents_are_those_that_are_run():
    """What cannot be run here (kubectl exec needs a kubelet) says the same as what is."""
    run = "\n".join(blocks("docs/deploy/docker.md", "Run") + blocks("docs/deploy/compose.md", "First start"))
    documented = "\n".join("\n".join(blocks(d)) for d in ("docs/deploy/kubernetes.md", "docs/deploy/docker.md"))
    inside = set(re.findall(r"towline-scheduler client create .*?(?=$| #|\))", documented.replace("\\\n  ", ""), flags=re.M))
    assert len(inside) >= 2
    for command in inside:
        words = shlex.split(command)
        scopes = " ".join(words[words.index("--scope"):])
        assert scopes in run, command
        parsed = subprocess.run([str(BIN / "towline-scheduler"), *words[1:], "--help"], capture_output=True, text=True, timeout=30)
        assert parsed.returncode == 0, parsed.stderr
    for document in sorted((SOURCE / "docs").rglob("*.md")):
        for command in re.findall(r"`(towline(?:-scheduler|-executor)? [a-z][^`]*)`", document.read_text()):
            words = [w for w in command.split() if re.fullmatch(r"[a-z_-]+", w)]
            shown = subprocess.run([str(BIN / words[0]), *words[1:2], "--help"], capture_output=True, text=True, timeout=30)
            assert shown.returncode == 0, f"{document.name}: {command}\n{shown.stderr}"
