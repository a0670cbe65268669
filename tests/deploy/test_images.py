"""The shipped images in a real Docker engine: who they run as, what they may write, how they become healthy and stop."""

import json
import pathlib
import re
import subprocess

import containers
from containers import GATEWAY, PROGRAM, World, cli, docker, image, replaced, wait_for, write_project



def fetch(container, url):
    """Status and text of a GET from inside a container's network."""
    done = subprocess.run(["nsenter", "-t", str(container.pid()), "-n", "curl", "-s", "-m", "10", "-w", "\n%{http_code}", url], capture_output=True, text=True, timeout=30)
    text, _, status = done.stdout.rpartition("\n")
    return status, text


def host_status(pid, field):
    return re.search(rf"^{field}:\s+(.*)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1).split()


def test_images_carry_one_program_and_no_shell():
    for target, program in PROGRAM.items():
        config = json.loads(docker("image", "inspect", image(target)).stdout)[0]["Config"]
        assert config["User"] == "65532:65532"
        assert config["Entrypoint"] == [program]
        assert config["Healthcheck"]["Test"][:2] == ["CMD", program]
        labels = config["Labels"]
        assert labels["org.opencontainers.image.title"] == f"towline-{target.removesuffix('-slim')}" and labels["org.opencontainers.image.licenses"] == "Apache-2.0"
        assert config["WorkingDir"] == "/var/lib/towline" and "HOME=/var/lib/towline" in config["Env"] and config["StopSignal"] == "SIGTERM"
        assert labels["org.opencontainers.image.version"] == containers.version()
        assert re.fullmatch(r"[0-9a-f]{12}|unknown", labels["org.opencontainers.image.revision"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", labels["org.opencontainers.image.created"])
        for shell in ("/bin/sh", "/usr/bin/dash", "/usr/bin/apt"):
            done = docker("run", "--rm", "--network", "none", "--entrypoint", shell, image(target), "-c", "true", check=False)
            assert done.returncode == 127, f"{target} has {shell}"
        assert docker("run", "--rm", "--network", "none", image(target), "--version").stdout.strip().endswith(containers.version())


def test_a_scanner_finds_the_packages_and_licences():
    with World() as world:
        holder = world.run("--network", "none", image("executor"), "--help")
        docker("cp", f"{holder.name}:/var/lib/dpkg/status.d", world.folder / "status.d")
        docker("cp", f"{holder.name}:/usr/share/doc/towline", world.folder / "licences")
        packages = {path.name for path in (world.folder / "status.d").iterdir()}
        assert {"libc6", "libssl3", "libcurl4", "libpq5", "ca-certificates", "tzdata"} <= packages
        for path in (world.folder / "status.d").iterdir():
            assert re.search(r"^Version: \S+", path.read_text(), re.M), path.name
        assert {"LICENSE", "LICENSE.duckdb"} <= {path.name for path in (world.folder / "licences").iterdir()}


def test_the_scheduler_runs_hardened_turns_healthy_and_stops_at_once():
    with World() as world:
        volume = world.volume()
        scheduler = world.scheduler("--memory", "64m", "--memory-swap", "64m", volume=volume)
        scheduler.wait_healthy()
        assert host_status(scheduler.pid(), "Uid") == ["65532"] * 4
        assert host_status(scheduler.pid(), "Gid") == ["65532"] * 4
        assert host_status(scheduler.pid(), "CapEff") == ["0000000000000000"]
        assert scheduler.inspect()["HostConfig"]["Memory"] == 64 << 20
        assert not scheduler.inspect()["State"]["OOMKilled"]
        ready = scheduler.exec(PROGRAM["scheduler"], "serve", "--check=ready")
        assert (ready.returncode, ready.stdout) == (0, "the scheduler and its store answer\n")
        elsewhere = scheduler.exec(PROGRAM["scheduler"], "serve", "--check", "--listen", "127.0.0.1:9")
        assert elsewhere.returncode == 1 and "refused" in elsewhere.stderr
        client = world.client(scheduler, "admin", "admin")
        code, seconds = scheduler.stop()
        assert code == 0 and seconds < 15, scheduler.logs()

        # The volume belongs to the user of the image, and what is in it outlives the container.
        again = world.scheduler(volume=volume)
        again.wait_healthy()
        assert json.loads(cli(again, client, world.folder, "executor", "list", "-o", "json"))["items"] == []


def test_executors_start_as_tobikos_manifests_do_and_work():
    with World() as world:
        scheduler = world.scheduler()
        scheduler.wait_healthy()
        admin, worker = world.client(scheduler, "admin", "admin"), world.client(scheduler, "executors", "executor:run", "executor:apply")
        apply = world.executor(scheduler, worker, "apply", "--memory", "512m")
        run = world.executor(scheduler, worker, "run", "--memory", "512m")
        for kind, executor in (("apply", apply), ("run", run)):
            executor.wait_healthy()
            assert host_status(executor.pid(), "Uid") == ["65532"] * 4
            wait_for("it is ready", lambda: executor.exec("/app/pex", "executor", kind, "--check=ready").returncode == 0)
            assert executor.exec(PROGRAM["executor"], kind, "--check").returncode == 0
            config = executor.exec("/app/pex", "executor", "config", kind)
            assert config.returncode == 0 and worker["client_secret"] not in config.stdout, config.stdout
            assert worker["client_secret"] not in executor.logs()

        project = write_project(world.folder / "project", "local", {"type": "duckdb", "database": "warehouse.duckdb"})
        cli(apply, admin, project, "plan", "prod", "--auto-apply", "--no-prompts")
        rows = apply.exec("/app/pex", "query", "SELECT cups FROM shop.tea")
        assert rows.returncode == 0 and "8" in rows.stdout, rows.stdout + rows.stderr
        for executor in (apply, run):
            code, seconds = executor.stop()
            assert code == 0 and seconds < 25, executor.logs()[-2000:]


def test_the_charts_port_answers_probes_and_prometheus():
    with World() as world:
        scheduler = world.scheduler()
        scheduler.wait_healthy()
        worker = world.client(scheduler, "executors", "executor:run", "executor:apply")
        executor = world.executor(scheduler, worker, "run", environment={"TOWLINE_HEALTH_LISTEN": "0.0.0.0:9464"})
        for path in ("livez", "readyz"):
            wait_for(f"/{path} is 200", lambda: fetch(executor, f"http://127.0.0.1:9464/{path}")[0] == "200")
        status, text = fetch(executor, "http://127.0.0.1:9464/metrics")
        assert status == "200" and "\ntowline_executor_ready_ratio 1\n" in text, text
        assert worker["client_secret"] not in text + fetch(executor, "http://127.0.0.1:9464/status")[1]
        wait_for("it is counted at the scheduler", lambda: 'towline_online_executors{project="acme/shop",kind="run",state="active"} 1' in fetch(scheduler, "http://127.0.0.1:8080/metrics")[1])


def test_liveness_needs_no_scheduler_and_readiness_says_why():
    with World() as world:
        alone = world.run("--network", "none", *containers.HARDENED, "-v", f"{world.volume()}:/var/lib/towline",
                          "-e", "TCLOUD_URL=http://localhost:8080/sqlmesh/acme/shop", "-e", "TCLOUD_CLIENT_ID=nobody", "-e", "TCLOUD_CLIENT_SECRET=nothing-at-all",
                          "-e", GATEWAY + "TYPE=duckdb", "-e", GATEWAY + "DATABASE=/var/lib/towline/warehouse.duckdb", image("executor"))
        alone.wait_healthy()
        ready = alone.exec("/app/pex", "executor", "run", "--check=ready")
        assert ready.returncode == 5 and "but it is unready" in ready.stdout, ready.stdout
        assert alone.exec("/app/pex", "executor", "run", "--check").returncode == 0
        code, seconds = alone.stop()
        assert code == 0 and seconds < 25

        nothing_runs = docker("run", "--rm", "--network", "none", image("executor"), "run", "--check", check=False)
        assert nothing_runs.returncode == 1 and "no executor has written" in nothing_runs.stdout


def test_the_slim_image_is_small_and_names_what_it_lacks():
    with World() as world:
        scheduler = world.scheduler()
        scheduler.wait_healthy()
        worker = world.client(scheduler, "executors", "executor:run", "executor:apply")
        slim = world.executor(scheduler, worker, "run", "--memory", "64m", target="executor-slim")
        slim.wait_healthy()
        lacking = slim.exec("/app/pex", "query", "SELECT 1")
        assert lacking.returncode != 0 and "DuckDB's library cannot be loaded" in lacking.stderr, lacking.stderr
        bytes_of = {t: json.loads(docker("image", "inspect", image(t)).stdout)[0]["Size"] for t in PROGRAM}
        assert bytes_of["executor-slim"] < 40 << 20 and bytes_of["scheduler"] < 40 << 20, bytes_of
        assert bytes_of["executor"] < 120 << 20, bytes_of


def test_a_replaced_env_file_in_a_mounted_folder_is_read_again():
    with World() as world:
        scheduler = world.scheduler()
        scheduler.wait_healthy()
        worker = world.client(scheduler, "executors", "executor:run", "executor:apply")
        engine = world.folder / "engine"
        engine.mkdir(mode=0o755)
        path = engine / ".env"
        with replaced(path) as fresh:
            fresh.write_text(f"{GATEWAY}DATABASE=/var/lib/towline/first.duckdb\n")
        executor = world.executor(scheduler, worker, "run", "-v", f"{engine}:/etc/towline/engine:ro", "-e", "TCLOUD_ENV_FILE=/etc/towline/engine/.env",
                                  "-e", "TOWLINE_LOG_LEVEL=info", environment={GATEWAY + "DATABASE": None})
        executor.wait_healthy()
        wait_for("it is ready", lambda: executor.exec("/app/pex", "executor", "run", "--check=ready").returncode == 0)

        with replaced(path) as fresh:
            fresh.write_text(f"{GATEWAY}DATABASE=/var/lib/towline/second.duckdb\nTOWLINE_LOG_LEVEL=debug\n")
        wait_for("the new file is read", lambda: "settings were read again" in executor.logs())

        with replaced(path) as fresh:
            fresh.write_text("this is not a setting = 'unfinished\n")
        wait_for("the fault is named", lambda: "the old values stay in force" in executor.logs())
        assert executor.exec("/app/pex", "executor", "run", "--check").returncode == 0
        code, _ = executor.stop()
        assert code == 0


def test_a_schedulers_name_that_moves_is_found_again():
    with World() as world:
        scheduler = world.scheduler("--add-host", "moving:127.0.0.9", "-e", "TOWLINE_LISTEN=127.0.0.1:8080")
        scheduler.wait_healthy()
        worker = world.client(scheduler, "executors", "executor:run", "executor:apply")
        executor = world.executor(scheduler, worker, "run", environment={"TCLOUD_URL": "http://moving:8080/sqlmesh/acme/shop"})
        executor.wait_healthy()
        wait_for("it cannot reach the old address", lambda: "no answer from moving" in executor.logs())
        assert executor.exec("/app/pex", "executor", "run", "--check=ready").returncode == 5
        hosts = pathlib.Path(scheduler.inspect()["HostsPath"])
        hosts.write_text(hosts.read_text().replace("127.0.0.9", "127.0.0.1"))
        wait_for("it is ready at the new one", lambda: executor.exec("/app/pex", "executor", "run", "--check=ready").returncode == 0, 120)
