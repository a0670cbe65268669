"""Containers of the shipped images in a real Docker engine that has no network of its own.

Everything that talks to each other shares the network of one container that has nothing but loopback, so nothing leaves
the machine and no port of it is taken.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import uuid

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["TOWLINE_BIN"])
DOCKER = "/usr/bin/docker"
HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", "128", "--tmpfs", "/tmp"]
PROJECT = "acme/shop"
PROGRAM = {"scheduler": "/usr/local/bin/towline-scheduler", "executor": "/usr/local/bin/towline-executor", "executor-slim": "/usr/local/bin/towline-executor"}
GATEWAY = "SQLMESH__GATEWAYS__LOCAL__CONNECTION__"


def version():
    text = (SOURCE / "CMakeLists.txt").read_text()
    return text.split("project(towline VERSION ")[1].split()[0]


def image(target):
    return f"towline-{target}:{version()}"


def engine_environment():
    return {**os.environ, "DOCKER_HOST": os.environ["TOWLINE_DOCKER_HOST"]}


def docker(*arguments, check=True, timeout=120):
    done = subprocess.run([DOCKER, *map(str, arguments)], env=engine_environment(), capture_output=True, text=True, timeout=timeout)
    assert not check or done.returncode == 0, f"docker {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
    return done


def wait_for(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    seen = None
    while time.monotonic() < deadline:
        seen = condition()
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}; last seen: {seen!r}")


class Container:
    def __init__(self, *arguments):
        self.name = f"t{uuid.uuid4().hex[:12]}"
        docker("run", "-d", "--name", self.name, *arguments)

    def inspect(self):
        return json.loads(docker("inspect", self.name).stdout)[0]

    def state(self):
        return self.inspect()["State"]

    def health(self):
        return self.state().get("Health", {}).get("Status")

    def pid(self):
        return self.state()["Pid"]

    def logs(self):
        done = docker("logs", self.name)
        return done.stdout + done.stderr

    def exec(self, *arguments):
        return docker("exec", self.name, *arguments, check=False)

    def stop(self, seconds=30):
        """SIGTERM; the exit code and how long it took."""
        began = time.monotonic()
        docker("stop", "-t", seconds, self.name)
        return self.state()["ExitCode"], time.monotonic() - began

    def wait_healthy(self, seconds=60):
        try:
            wait_for(f"{self.name} is healthy", lambda: self.health() == "healthy", seconds)
        except AssertionError:
            print(self.logs()[-4000:])
            raise


class World:
    """Containers, volumes and a folder that are gone at the end."""

    def __enter__(self):
        self.containers, self.volumes = [], []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towline-deploy."))
        self.folder.chmod(0o755)
        return self

    def __exit__(self, kind, error, trace):
        for container in reversed(self.containers):
            if kind is not None:
                print(f"--- {container.name}\n{container.logs()[-4000:]}")
            docker("rm", "-fv", container.name, check=False)
        for volume in self.volumes:
            docker("volume", "rm", "-f", volume, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def volume(self):
        name = f"v{uuid.uuid4().hex[:12]}"
        docker("volume", "create", name)
        self.volumes.append(name)
        return name

    def run(self, *arguments):
        container = Container(*arguments)
        self.containers.append(container)
        return container

    def scheduler(self, *arguments, volume=None):
        volume = volume or self.volume()
        return self.run("--network", "none", *HARDENED, "-v", f"{volume}:/var/lib/towline", *arguments, image("scheduler"))

    def client(self, scheduler, name, *scopes):
        done = scheduler.exec("/usr/local/bin/towline-scheduler", "client", "create", "--project", PROJECT, "--name", name, "--scope", *scopes)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def executor(self, scheduler, client, kind, *arguments, target="executor", environment=None, command=None):
        """An executor beside the scheduler, on a DuckDB file in its own volume unless the environment says otherwise."""
        settings = {
            "TCLOUD_URL": f"http://localhost:8080/sqlmesh/{PROJECT}", "TCLOUD_CLIENT_ID": client["client_id"],
            "TCLOUD_CLIENT_SECRET": client["client_secret"], GATEWAY + "TYPE": "duckdb", GATEWAY + "DATABASE": "/var/lib/towline/warehouse.duckdb",
            **(environment or {}),
        }
        flags = [flag for key, value in settings.items() if value is not None for flag in ("-e", f"{key}={value}")]
        return self.run("--network", f"container:{scheduler.name}", *HARDENED, "-v", f"{self.volume()}:/var/lib/towline", *flags,
                        *arguments, image(target), *(command or ["executor", kind]))


def cli(container, client, project, *arguments, environment=None):
    """The command line of the build, inside the network of a container."""
    settings = {"TCLOUD_URL": f"http://localhost:8080/sqlmesh/{PROJECT}", "TCLOUD_CLIENT_ID": client["client_id"],
                "TCLOUD_CLIENT_SECRET": client["client_secret"], "NO_COLOR": "1", "PATH": os.environ["PATH"], "HOME": str(project), **(environment or {})}
    done = subprocess.run(["nsenter", "-t", str(container.pid()), "-n", str(BIN / "towline"), "-p", str(project), *arguments],
                          env=settings, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"towline {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def write_project(folder, gateway, connection):
    """A project with a seedless full model, an incremental one over it and a view."""
    models = folder / "models"
    models.mkdir(parents=True)
    settings = "".join(f"      {key}: {value}\n" for key, value in connection.items())
    (folder / "config.yaml").write_text(
        f"gateways:\n  {gateway}:\n    connection:\n{settings}default_gateway: {gateway}\n"
        f"model_defaults:\n  dialect: {connection['type']}\n  start: '2024-01-01'\n")
    (models / "days.sql").write_text(
        "MODEL (name shop.days, kind INCREMENTAL_BY_TIME_RANGE (time_column day), start '2024-01-01', cron '@daily');\n"
        "SELECT CAST(@start_ds AS DATE) AS day, 1 AS one WHERE CAST(@start_ds AS DATE) BETWEEN @start_date AND @end_date\n")
    (models / "cups.sql").write_text("MODEL (name shop.cups, kind FULL);\nSELECT 7 AS cups\n")
    (models / "tea.sql").write_text("MODEL (name shop.tea, kind VIEW);\nSELECT cups + 1 AS cups FROM shop.cups\n")
    return folder


@contextlib.contextmanager
def replaced(path):
    """A file to write that takes the place of `path` by a rename."""
    fresh = path.with_name(path.name + ".new")
    yield fresh
    fresh.chmod(0o644)
    os.replace(fresh, path)
