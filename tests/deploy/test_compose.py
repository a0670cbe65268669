"""The compose files as shipped: every combination is valid, and the whole of it comes up, plans a project and runs it.

The engine here has no networks of its own, so before it is started the rendered file is changed in two ways only: all services
share the loopback of `postgres`, and no port is published.
"""

import io
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from containers import SOURCE, Container, cli, engine_environment, write_project

COMPOSE = SOURCE / "compose"
FILES = {
    "whole": ["compose.yaml"], "executors": ["executors.yaml"], "tls": ["compose.yaml", "tls.yaml"],
    "executors-hot-reload": ["executors.yaml", "hot-reload.yaml"], "hot-reload": ["compose.yaml", "hot-reload.yaml"], "all": ["compose.yaml", "tls.yaml", "hot-reload.yaml"],
}


def compose(folder, *arguments, files, timeout=300, check=True):
    command = ["docker-compose", "--env-file", str(folder / ".env"), *[f for name in files for f in ("-f", str(name))], *arguments]
    keep = {k: engine_environment()[k] for k in ("PATH", "HOME", "DOCKER_HOST")}
    done = subprocess.run(command, env=keep, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done


def render(folder, names):
    done = compose(folder, "config", files=[folder / name for name in names])
    return YAML(typ="safe").load(io.StringIO(done.stdout))


@pytest.fixture
def folder(tmp_path):
    """What the head of compose.yaml starts from: the folder as shipped, and .env.example as .env."""
    made = tmp_path / "compose"
    shutil.copytree(COMPOSE, made)
    shutil.copy(COMPOSE / ".env.example", made / ".env")
    return made


def change_env(folder, **settings):
    path = folder / ".env"
    kept = [line for line in path.read_text().splitlines() if line.split("=")[0] not in settings]
    path.write_text("\n".join([*kept, *(f"{key}={value}" for key, value in settings.items())]) + "\n")


@pytest.mark.parametrize("name", FILES)
def test_each_combination_is_valid_and_hardened(folder, name):
    services = render(folder, FILES[name])["services"]
    executors = {"apply-executor", "run-executor"}
    assert set(services) == (executors if name.startswith("executors") else executors | {"scheduler", "postgres"})
    for key in services.keys() - {"postgres"}:
        service = services[key]
        assert service["user"] == "65532:65532" and service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["healthcheck"]["test"][0] == "CMD" and "--check=ready" in service["healthcheck"]["test"]
        assert service["deploy"]["resources"]["limits"].keys() == {"memory", "cpus"}
    for key in executors:
        environment = services[key]["environment"]
        grace = re.fullmatch(r"(?:(\d+)m)?(\d+)s", services[key]["stop_grace_period"])
        assert int(grace[1] or 0) * 60 + int(grace[2]) > int(environment["TOWLINE_DRAIN_SECONDS"])
        assert "ports" not in services[key]
        assert not any("STORE" in variable for variable in environment), "the store's password is none of an executor's business"
    if "scheduler" in services:
        assert services["scheduler"]["ports"] == ["127.0.0.1:8080:8080/tcp"] or "127.0.0.1" in str(services["scheduler"]["ports"])
        assert not any("SQLMESH" in v or "DB_" in v for v in services["scheduler"]["environment"]), "an engine credential is none of the scheduler's business"


def test_a_missing_setting_is_named(folder):
    for variable in ("STORE_PASSWORD", "DB_HOST", "ORGANIZATION"):
        before = (folder / ".env").read_text()
        change_env(folder, **{variable: ""})
        done = compose(folder, "config", files=[folder / "compose.yaml"], check=False)
        assert done.returncode != 0 and f"set {variable} in .env" in done.stderr, done.stderr
        (folder / ".env").write_text(before)


class Running:
    """The rendered files, on one private loopback."""

    def __init__(self, folder, names, project):
        self.folder, self.names, self.project = folder, names, project
        self.path = folder / "rendered.yaml"

    def render(self):
        rendered = render(self.folder, self.names)
        for key, service in rendered["services"].items():
            service.pop("networks", None)
            service.pop("ports", None)
            service["network_mode"] = "none" if key == "postgres" else "service:postgres"
        rendered.pop("networks", None)
        with open(self.path, "w") as out:
            YAML(typ="safe").dump(rendered, out)

    def up(self, *services):
        self.render()
        self("up", "-d", "--no-build", *services)

    def __call__(self, *arguments, check=True):
        return compose(self.folder, "-p", self.project, *arguments, files=[self.path], check=check)

    def container(self, service):
        name = self("ps", "-q", service).stdout.strip()
        found = Container.__new__(Container)
        found.name = name
        return found

    def wait_ready(self, *services):
        for service in services:
            self.container(service).wait_healthy(90)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            print(self("logs", "--no-color", check=False).stdout[-6000:])
        self("down", "-v", "--remove-orphans", "-t", "20", check=False)


def client(stack, name, *scopes):
    done = stack.container("scheduler").exec("/usr/local/bin/towline-scheduler", "client", "create", "--project", "acme/shop", "--name", name, "--scope", *scopes)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def sql(stack, database, statement):
    done = stack.container("postgres").exec("psql", "-h", "/tmp", "-U", "towline", "-d", database, "-Atc", statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


LOOPBACK = {"STORE_HOST": "localhost", "DB_HOST": "localhost", "DB_USER": "towline", "DB_NAME": "shop", "DB_PASSWORD": "change-me-long-and-random",
            "TOWLINE_ORIGIN": "http://localhost:8080"}


def bring_up(stack, folder, **settings):
    """What the head of compose.yaml says to do; the admin client."""
    change_env(folder, **{**LOOPBACK, **settings})
    stack.up("scheduler")
    stack.wait_ready("scheduler")
    sql(stack, "towline", "CREATE DATABASE shop")
    worker = client(stack, "executors", "executor:run", "executor:apply")
    change_env(folder, TCLOUD_CLIENT_ID=worker["client_id"], TCLOUD_CLIENT_SECRET=worker["client_secret"])
    stack.up()
    stack.wait_ready("apply-executor", "run-executor")
    return client(stack, "admin", "admin")


def test_the_whole_comes_up_plans_runs_and_survives_a_restart(folder):
    with Running(folder, FILES["whole"], f"t{os.getpid()}") as stack:
        admin = bring_up(stack, folder)
        project = write_project(folder / "project", "gateway_a", {
            "type": "postgres", "host": "localhost", "port": "5432", "user": "nobody", "password": "unused", "database": "shop"})
        scheduler = stack.container("scheduler")
        planned = cli(scheduler, admin, project, "plan", "prod", "--auto-apply", "--no-prompts")
        assert "shop.tea" in planned
        assert sql(stack, "shop", "SELECT cups FROM shop.tea") == "8"
        assert sql(stack, "shop", "SELECT count(*) FROM shop.days") == "1"
        cli(scheduler, admin, project, "run", "prod", "--ignore-cron")
        names = {e["name"] for e in json.loads(cli(scheduler, admin, project, "executor", "list", "-o", "json"))["items"]}
        assert names == {"apply-1", "run-1"}

        stack("restart", "-t", "20", "scheduler")
        stack.wait_ready("scheduler", "apply-executor", "run-executor")
        again = cli(stack.container("scheduler"), admin, project, "plan", "prod", "--auto-apply", "--no-prompts")
        assert "No changes" in again or "up to date" in again, again

        stack("stop", "-t", "30")
        for service in ("scheduler", "apply-executor", "run-executor"):
            assert stack.container(service).state()["ExitCode"] == 0, service


def test_with_tls_and_a_credential_file(folder):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder / "tls")

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test ca", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "tls/ext").write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.crt")
    (folder / "tls/ca.key").unlink()
    # The password of the engine is only in the file; the one in the environment is wrong.
    (folder / "engine/.env").write_text(f"SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD='{LOOPBACK['DB_PASSWORD']}'\n")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    for parent in folder.parents:
        if parent.owner() == "root" and parent.is_relative_to("/tmp") and parent != pathlib.Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
    with Running(folder, FILES["all"], f"t{os.getpid()}tls") as stack:
        admin = bring_up(stack, folder, TOWLINE_ORIGIN="https://localhost:8080", DB_PASSWORD="wrong")
        scheduler = stack.container("scheduler")
        assert "tls=true" in scheduler.logs()
        project = write_project(folder / "project", "gateway_a", {
            "type": "postgres", "host": "localhost", "port": "5432", "user": "nobody", "password": "unused", "database": "shop"})
        cli(scheduler, admin, project, "plan", "prod", "--auto-apply", "--no-prompts",
            environment={"TCLOUD_URL": "https://localhost:8080/sqlmesh/acme/shop", "TOWLINE_CA_FILE": str(folder / "tls/ca.crt")})
        assert sql(stack, "shop", "SELECT cups FROM shop.tea") == "8"
        rows = stack.container("apply-executor").exec("/app/pex", "query", "SELECT cups FROM shop.tea")
        assert rows.returncode == 0 and "8" in rows.stdout, rows.stdout + rows.stderr
        for service in ("apply-executor", "run-executor", "scheduler"):
            assert LOOPBACK["DB_PASSWORD"] not in stack.container(service).logs()
