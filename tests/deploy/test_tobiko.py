"""What people have from Tobiko's documentation of hybrid executors: its compose file, its manifests, its values, its `.env` file.

Each is written as that documentation shows it, and taken over with two changes: the image and the scheduler's address.
"""

import io
import subprocess

import pytest
from ruamel.yaml import YAML

from charts import CHARTS, container, environment, helm, load
from containers import DOCKER, World, cli, docker, engine_environment, image, wait_for, write_project

EXECUTOR = """
  %(kind)s-executor:
    image: IMAGE
    platform: linux/amd64
    command: executor %(kind)s
    restart: unless-stopped
    environment:
      TCLOUD_URL: ADDRESS/sqlmesh/${ORGANIZATION}/${PROJECT}
      TCLOUD_CLIENT_ID: ${TCLOUD_CLIENT_ID}
      TCLOUD_CLIENT_SECRET: ${TCLOUD_CLIENT_SECRET}
      SQLMESH__DEFAULT_GATEWAY: ${DEFAULT_GATEWAY:-GATEWAY_A}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__TYPE: ${DB_TYPE}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__HOST: ${DB_HOST}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PORT: ${DB_PORT}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__DATABASE: ${DB_NAME}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__USER: ${DB_USER}
      SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD: ${DB_PASSWORD}
      SQLMESH__GATEWAYS__GATEWAY_B__CONNECTION__TYPE: snowflake
      SQLMESH__GATEWAYS__GATEWAY_B__CONNECTION__ACCOUNT: ${SNOWFLAKE_ACCOUNT}
    volumes:
      - %(kind)s-executor-data:/app/data
    deploy:
      resources:
        limits:
          memory: ${%(limit)s_MEMORY_LIMIT:-4g}
          cpus: ${%(limit)s_CPU_LIMIT:-2}
        reservations:
          memory: ${%(limit)s_MEMORY_REQUEST:-2g}
          cpus: ${%(limit)s_CPU_REQUEST:-1}
"""
COMPOSE = "services:" + EXECUTOR % {"kind": "apply", "limit": "APPLY"} + EXECUTOR % {"kind": "run", "limit": "PLAN"} + """
volumes:
  apply-executor-data: {}
  run-executor-data: {}
"""
DOTENV = """# Tobiko Cloud Configuration
ORGANIZATION=acme
PROJECT=shop
TCLOUD_CLIENT_ID=%(id)s
TCLOUD_CLIENT_SECRET=%(secret)s

# Database Configuration
DEFAULT_GATEWAY=GATEWAY_A
DB_TYPE=postgres
DB_HOST=localhost
DB_PORT=5432
DB_NAME=shop
DB_USER=towline
DB_PASSWORD=engine-password-xyzzy
SNOWFLAKE_ACCOUNT=acc

# Optional: Resource Limits
APPLY_MEMORY_LIMIT=4g
PLAN_CPU_REQUEST=1 """
SCHEDULER = "http://localhost:8080"


class Site:
    """A scheduler, and the customer's PostgreSQL beside it."""

    def __init__(self, world):
        self.scheduler = world.scheduler()
        self.database = world.run("--network", f"container:{self.scheduler.name}", "-e", "POSTGRES_USER=towline", "-e", "POSTGRES_DB=shop",
                                  "-e", "POSTGRES_PASSWORD=engine-password-xyzzy", "postgres:15-bookworm")
        self.scheduler.wait_healthy()
        wait_for("the database is up", lambda: self.psql("SELECT 1").returncode == 0)
        self.admin = world.client(self.scheduler, "admin", "admin")
        self.worker = world.client(self.scheduler, "executors", "executor:run", "executor:apply")
        self.project = write_project(world.folder / "project", "gateway_a", {
            "type": "postgres", "host": "localhost", "port": "5432", "user": "nobody", "password": "unused", "database": "shop"})

    def psql(self, statement):
        return self.database.exec("psql", "-h", "/tmp", "-U", "towline", "-d", "shop", "-Atc", statement)

    def plan(self):
        cli(self.scheduler, self.admin, self.project, "plan", "prod", "--auto-apply", "--no-prompts")
        assert self.psql("SELECT cups FROM shop.tea").stdout.strip() == "8"


def test_the_compose_file_works_with_another_image_and_address():
    with World() as world:
        site = Site(world)
        file = YAML(typ="safe").load(COMPOSE.replace("IMAGE", image("executor")).replace("ADDRESS", SCHEDULER))
        for service in file["services"].values():  # The engine of the tests has no network of its own.
            service["network_mode"] = f"container:{site.scheduler.name}"
        out = io.StringIO()
        YAML(typ="safe").dump(file, out)
        (world.folder / "docker-compose.yml").write_text(out.getvalue())
        (world.folder / ".env").write_text(DOTENV % {"id": site.worker["client_id"], "secret": site.worker["client_secret"]})

        def compose(*arguments):
            keep = {k: engine_environment()[k] for k in ("PATH", "HOME", "DOCKER_HOST")}
            return subprocess.run(["docker-compose", *arguments], cwd=world.folder, env=keep, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)

        try:
            started = compose("up", "-d")
            assert started.returncode == 0, started.stderr
            for kind in ("apply", "run"):
                wait_for(f"the {kind} executor's check answers 0", lambda: compose("exec", "-T", f"{kind}-executor", "/app/pex", "executor", kind, "--check").returncode == 0)
            site.plan()
            logs = compose("logs", "--no-color").stdout
            assert "gateway_b" in logs and "snowflake" in logs and "engine-password-xyzzy" not in logs and site.worker["client_secret"] not in logs
        finally:
            ended = compose("down", "-v", "-t", "30")
        assert ended.returncode == 0, ended.stderr


def test_the_charts_pods_work_with_another_image_and_address():
    """The container of the Deployments that Tobiko's chart makes: its arguments, variables, limits and probe."""
    with World() as world:
        site = Site(world)
        gateway = {"TYPE": "postgres", "HOST": "localhost", "PORT": "5432", "DATABASE": "shop", "USER": "towline", "PASSWORD": "engine-password-xyzzy"}
        variables = {"TCLOUD_URL": f"{SCHEDULER}/sqlmesh/acme/shop", "TCLOUD_CLIENT_ID": site.worker["client_id"], "TCLOUD_CLIENT_SECRET": site.worker["client_secret"],
                     "SQLMESH__DEFAULT_GATEWAY": "GATEWAY_A", **{f"SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__{k}": v for k, v in gateway.items()}}
        flags = [flag for name, value in variables.items() for flag in ("-e", f"{name}={value}")]
        for kind in ("apply", "run"):
            pod = world.run("--network", f"container:{site.scheduler.name}", "--memory", "4g", "--cpus", "2", *flags, image("executor"), "executor", kind)
            probe = [DOCKER, "exec", pod.name, "/app/pex", "executor", kind, "--check"]
            wait_for("the readiness probe answers within its 5 seconds", lambda: subprocess.run(probe, env=engine_environment(), capture_output=True, timeout=5).returncode == 0)
        site.plan()


def test_an_env_file_that_is_mounted_and_written_in_place():
    with World() as world:
        site = Site(world)
        path = world.folder / "engine.env"
        prefix = "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__"
        settings = {"TYPE": "postgres", "HOST": "localhost", "PORT": "5432", "DATABASE": "shop", "USER": "towline"}
        text = "".join(f"{prefix}{name}={value}\n" for name, value in settings.items())
        path.write_text(text + f"{prefix}PASSWORD=a-token-that-expired\n")
        path.chmod(0o644)
        executor = world.run("--network", f"container:{site.scheduler.name}", "-v", f"{path}:/app/.env:ro", "-e", "TCLOUD_ENV_FILE=/app/.env", "-e", f"TCLOUD_URL={SCHEDULER}/sqlmesh/acme/shop",
                             "-e", f"TCLOUD_CLIENT_ID={site.worker['client_id']}", "-e", f"TCLOUD_CLIENT_SECRET={site.worker['client_secret']}", image("executor"), "executor", "apply")
        executor.wait_healthy()
        path.write_text(text + f"{prefix}PASSWORD=engine-password-xyzzy\n")
        wait_for("the new token is read", lambda: "settings were read again" in executor.logs())
        site.plan()
        assert "a-token-that-expired" not in executor.logs() and "engine-password-xyzzy" not in executor.logs()


CLOUD = {"org": "my-organization", "project": "my-project", "clientId": "my-client"}
GATEWAY = {"type": "postgres", "host": "my-db-host", "port": 5432, "database": "sqlmesh", "user": "sqlmesh_user"}
KEPT = {"secrets": {"existingSecret": "my-sqlmesh-secrets"}}


def values(secret="", connection=None, sqlmesh=None, **more):
    cloud = {**CLOUD, **({"clientSecret": secret} if secret else {})}
    gateways = {"gateway_a": {"connection": {**GATEWAY, **(connection or {})}}}
    return {"global": {"cloud": cloud, "sqlmesh": {"gateways": gateways, **(sqlmesh or {})}, **more.pop("globals", {})}, **more}


# The documented values files: name → (values, variables of the Secret, variables beside it, the Secret's name).
VALUES = {
    "quick start": (values("my-secret"), {"TCLOUD_CLIENT_SECRET"}, {}, None),
    "detection": (values("my-secret", {"password": "p@ssw0rd", "client_secret": "xyz123", "api_token": "abc456", "access_key": "key123"}),
                  {"TCLOUD_CLIENT_SECRET", "PASSWORD", "CLIENT_SECRET", "API_TOKEN"}, {"ACCESS_KEY": "key123"}, None),
    "lists": (values("my-secret", {"access_key": "key123", "certificate": "pem", "token_endpoint": "https://idp", "password_policy": "strict"},
                     {"secretParams": ["access_key", "certificate"], "nonSecretParams": ["token_endpoint", "password_policy"]}),
              {"TCLOUD_CLIENT_SECRET", "ACCESS_KEY", "CERTIFICATE"}, {"TOKEN_ENDPOINT": "https://idp", "PASSWORD_POLICY": "strict"}, None),
    "existing": (values(**KEPT, apply={"replicaCount": 1}, run={"replicaCount": 2}, globals={"image": {"repository": "tobikodata/tcloud", "tag": "latest"}}), None, {}, "my-sqlmesh-secrets"),
    "existing for two": (values(**KEPT, sqlmesh={"gateways": {"gateway_a": {"connection": GATEWAY}, "gateway_b": {"connection": {"type": "snowflake"}}}}), None, {}, "my-sqlmesh-secrets"),
    "each executor its own": (values(apply={"envFromSecret": "apply-executor-secrets"}, run={"envFromSecret": "run-executor-secrets"}), None, {}, "run-executor-secrets"),
    "external": (values(secrets={"externalSecrets": {"enabled": True, "secretStore": "aws-secretsmanager", "keyPrefix": "sqlmesh/"}}), None, {}, "executors-towline-executor"),
    "sealed": (values(secrets={"sealedSecrets": {"enabled": True}}), None, {}, "executors-towline-executor-sealed-secrets"),
    "older names": (values(secrets={"tcloudClientSecret": "my-secret", "data": {"CUSTOM_SECRET": "custom"}}, run={"additionalEnv": [{"name": "MY_VAR", "value": "x"}]}),
                    {"TCLOUD_CLIENT_SECRET", "CUSTOM_SECRET"}, {}, None),
    "upper case": (values("my-secret", sqlmesh={"defaultGateway": "GATEWAY_A", "gateways": {"GATEWAY_A": {"connection": GATEWAY}}}), {"TCLOUD_CLIENT_SECRET"}, {}, None),
    "variables": (values("my-secret", apply={"extraEnvVars": [{"name": "MY_CUSTOM_ENV_VAR", "value": "my_value"}]}, run={"extraEnvVars": [{"name": "MY_CUSTOM_ENV_VAR", "value": "my_value"}]}),
                  {"TCLOUD_CLIENT_SECRET"}, {}, None),
    "resources": (values("my-secret", run={"resources": {"requests": {"memory": "2Gi", "cpu": "1", "ephemeral-storage": "10Gi"}, "limits": {"memory": "4Gi", "cpu": "2"}}}),
                  {"TCLOUD_CLIENT_SECRET"}, {}, None),
}


@pytest.mark.parametrize("name", VALUES)
def test_documented_values_are_taken(tmp_path, name):
    given, secrets, plain, secret_name = VALUES[name]
    path = tmp_path / "my-values.yaml"
    with open(path, "w") as out:
        YAML(typ="safe").dump(given, out)
    text = helm("template", "executors", CHARTS["towline-executor"], "-f", path, "--set", "global.image.repository=towline-executor", "--set", "global.cloud.baseUrl=https://scheduler.example.com").stdout
    found = {(m["kind"], m["metadata"]["name"]): m for m in load(text)}
    run = found[("StatefulSet", "executors-towline-executor-run")]
    env = environment(run)
    prefix = "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__"
    assert env["TCLOUD_URL"] == "https://scheduler.example.com/sqlmesh/my-organization/my-project" and env["TCLOUD_CLIENT_ID"] == "my-client"
    assert env["SQLMESH__DEFAULT_GATEWAY"] == "GATEWAY_A" and env[prefix + "PORT"] == "5432"
    assert {key: env[prefix + key] for key in plain} == plain
    assert container(run)["args"] == ["executor", "run"]
    source = container(run)["envFrom"][0]["secretRef"]["name"]
    assert source == (secret_name or "executors-towline-executor")
    if secrets is not None:
        assert {key.removeprefix(prefix) for key in found[("Secret", source)]["stringData"]} == secrets
        assert not [key for key in secrets if key in env or prefix + key in env]
    labels = run["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/instance"] == "executors" and labels["app.kubernetes.io/component"] == "run-executor"


def test_the_image_has_no_other_entry_than_tobikos():
    for arguments in (["executor", "run", "--check"], ["executor", "apply", "--check"], ["run", "--check"]):
        done = docker("run", "--rm", "--network", "none", image("executor"), *arguments, check=False)
        assert done.returncode == 1 and "no executor has written" in done.stdout, done.stdout + done.stderr
