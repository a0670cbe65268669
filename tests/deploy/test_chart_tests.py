"""What `helm test` runs, run: the containers of the charts' test jobs, with their arguments, environment and restrictions, in a real engine."""

import base64

from charts import container, render, value_files
from containers import PROGRAM, World, docker, image

SERVICE = "rel-towline-scheduler"


def jobs(chart, values, *arguments):
    """Test jobs of a release and its other manifests."""
    manifests = render(chart, values, *arguments)
    return [m for (kind, _), m in manifests.items() if kind == "Job" and m["metadata"]["annotations"]["helm.sh/hook"] == "test"], manifests


def values_of(chart, name):
    return next(path for path in value_files(chart) if path.name == name)


def restrictions(job):
    """Flags of docker for what the manifest demands."""
    pod, own = job["spec"]["template"]["spec"]["securityContext"], container(job)["securityContext"]
    assert own["readOnlyRootFilesystem"] and own["capabilities"]["drop"] == ["ALL"] and not own["allowPrivilegeEscalation"]
    memory = container(job)["resources"]["limits"]["memory"].replace("Mi", "m")
    return ["--user", f"{pod['runAsUser']}:{pod['runAsGroup']}", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--memory", memory, "--tmpfs", "/tmp", "--tmpfs", "/var/lib/towline:mode=1777"]


def secret_environment(job, manifests):
    """Variables of the Secret that the job takes in."""
    out = {}
    for source in container(job).get("envFrom", []):
        secret = manifests[("Secret", source["secretRef"]["name"])]
        out |= {k: base64.b64decode(v).decode() for k, v in (secret.get("data") or {}).items()} | (secret.get("stringData") or {})
    return out


def test_the_executors_test_jobs_judge_its_settings():
    found, manifests = jobs("towline-executor", values_of("towline-executor", "minimal.yaml"))
    assert {container(job)["args"][1] for job in found} == {"apply", "run"}
    for job in found:
        secrets = secret_environment(job, manifests)
        assert secrets
        plain = {item["name"]: item["value"] for item in container(job)["env"]}
        flags = [flag for name, value in {**secrets, **plain}.items() for flag in ("-e", f"{name}={value}")]
        done = docker("run", "--rm", "--network", "none", *restrictions(job), *flags, image("executor"), *container(job)["args"], check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert plain["TCLOUD_URL"] in done.stdout
        assert not [name for name, value in secrets.items() if len(value) > 3 and value in done.stdout + done.stderr]
        broken = docker("run", "--rm", "--network", "none", *restrictions(job), *flags, "-e", "TOWLINE_DRAIN_SECONDS=soon", image("executor"), *container(job)["args"], check=False)
        assert broken.returncode == 2 and "TOWLINE_DRAIN_SECONDS" in broken.stderr


def test_the_schedulers_test_job_asks_a_running_one():
    (job,), manifests = jobs("towline-scheduler", values_of("towline-scheduler", "minimal.yaml"))
    port = manifests[("Service", SERVICE)]["spec"]["ports"][0]["port"]
    assert f"{SERVICE}:{port}" in container(job)["args"]
    with World() as world:
        # What a Service does, on loopback: the name and port lead to the container's.
        scheduler = world.scheduler("-e", f"TOWLINE_LISTEN=0.0.0.0:{port}")
        scheduler.wait_healthy()
        arguments = [argument.replace(SERVICE, "127.0.0.1") for argument in container(job)["args"]]
        done = docker("run", "--rm", "--network", f"container:{scheduler.name}", *restrictions(job), image("scheduler"), *arguments, check=False)
        assert done.returncode == 0 and "answer" in done.stdout, done.stdout + done.stderr
        gone = docker("run", "--rm", "--network", "none", *restrictions(job), image("scheduler"), *arguments, check=False)
        assert gone.returncode == 1 and "refused" in gone.stderr, gone.stdout + gone.stderr
        assert scheduler.exec(PROGRAM["scheduler"], "serve", "--check", "--listen", f"127.0.0.1:{port}").returncode == 0
