"""The charts: what they render from several values files, what they refuse and how, and whether Kubernetes knows every field."""

import re
import subprocess

import pytest

import charts
from charts import CACHE, CHARTS, SOURCE, container, environment, helm, load, refused, render, value_files

EXECUTOR = CHARTS["towline-executor"]
MINIMAL, TOBIKO, EVERYTHING = (EXECUTOR / "ci" / f"{name}.yaml" for name in ("minimal", "tobiko", "everything"))
RUN, APPLY = ("StatefulSet", "rel-towline-executor-run"), ("StatefulSet", "rel-towline-executor-apply")
# Kinds of operators, whose schemas Kubernetes does not carry.
OPERATORS = {"ServiceMonitor", "PrometheusRule", "ScaledObject", "ExternalSecret"}
OLDEST, NEWEST = "1.25.0", "1.37.0"


def test_charts_lint_without_a_warning():
    for chart, folder in CHARTS.items():
        files = value_files(chart)
        assert files
        for values in files:
            done = helm("lint", "--strict", folder, "-f", values)
            assert "[WARNING]" not in done.stdout and "[ERROR]" not in done.stdout, done.stdout


def test_every_manifest_is_known_to_old_and_new_kubernetes(tmp_path):
    checked = 0
    for chart, folder in CHARTS.items():
        for values in value_files(chart):
            text = helm("template", "rel", folder, "-n", "team", "-f", values).stdout
            for index, part in enumerate(re.split(r"^---$", text, flags=re.M)):
                documents = load(part)
                if not documents or documents[0]["kind"] in OPERATORS:
                    continue
                path = tmp_path / f"{chart}-{values.stem}-{index}.yaml"
                path.write_text(part)
                checked += 1
    files = sorted(map(str, tmp_path.glob("*.yaml")))
    for version in (OLDEST, NEWEST):
        done = subprocess.run([str(CACHE / "bin/kubernetes-validate"), "--strict", "-k", version, *files], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    assert checked > 40


def test_no_field_is_let_through_by_mistake(tmp_path):
    text = helm("template", "rel", EXECUTOR, "-f", MINIMAL, "-s", "templates/executors.yaml").stdout.replace("podManagementPolicy:", "podManagmentPolicy:", 1)
    path = tmp_path / "typo.yaml"
    path.write_text(next(part for part in re.split(r"^---$", text, flags=re.M) if "podManagmentPolicy" in part))
    done = subprocess.run([str(CACHE / "bin/kubernetes-validate"), "--strict", "-k", NEWEST, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "podManagmentPolicy" in done.stdout + done.stderr


def test_tobikos_values_give_tobikos_variables():
    out = render("towline-executor", TOBIKO)
    run, apply = environment(out[RUN]), environment(out[APPLY])
    assert run["TCLOUD_URL"] == "https://cloud.example.com/sqlmesh/my-organization/my-project"
    assert run["TCLOUD_CLIENT_ID"] == "your-client-id"
    assert run["SQLMESH__DEFAULT_GATEWAY"] == "GATEWAY_A"
    assert run["SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PORT"] == "5432"
    # Named in nonSecretParams, so it is no secret although its name says token.
    assert run["SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__TOKEN_ENDPOINT"] == "https://idp.example.com/token"
    assert apply["MY_CUSTOM_ENV_VAR"] == "my_value" and "MY_CUSTOM_ENV_VAR" not in run
    assert out[RUN]["spec"]["replicas"] == 2
    assert container(out[RUN])["args"] == ["executor", "run"] and container(out[APPLY])["args"] == ["executor", "apply"]
    assert container(out[RUN])["envFrom"] == [{"secretRef": {"name": "run-executor-secrets"}}]
    assert container(out[APPLY])["envFrom"] == [{"secretRef": {"name": "my-sqlmesh-secrets"}}]
    assert not any(kind == "Secret" for kind, _ in out)


@pytest.mark.parametrize("name, arguments, secret", [
    ("password", [], True), ("api_token", [], True), ("client_secret", [], True), ("access_key", [], False),
    ("access_key", ["--set", "global.sqlmesh.secretParams={access_key}"], True),
    ("password", ["--set", "global.sqlmesh.nonSecretParams={password}"], False),
])
def test_secrets_are_told_by_their_names(name, arguments, secret):
    out = render("towline-executor", MINIMAL, "--set", f"global.sqlmesh.gateways.gateway_a.connection.{name}=xyzzy", *arguments)
    variable = f"SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__{name.upper()}"
    kept = out[("Secret", "rel-towline-executor")]["stringData"]
    assert (variable in kept, variable in environment(out[RUN])) == (secret, not secret)
    assert kept["TCLOUD_CLIENT_SECRET"] == "not-a-real-secret"


def test_no_secret_stands_outside_the_secret():
    out = render("towline-executor", MINIMAL)
    for key, manifest in out.items():
        if key[0] != "Secret":
            assert "not-a-real" not in str(manifest), key


@pytest.mark.parametrize("chart, arguments, message", [
    ("towline-executor", ["--set", "global.cloud.url="], "global.cloud.url is not set"),
    ("towline-executor", ["--set", "global.cloud.url=scheduler.example.com"], "/global/cloud/url"),
    ("towline-executor", ["--set", "global.cloud.org="], "global.cloud.org and global.cloud.project are not set"),
    ("towline-executor", ["--set", "global.cloud.clientId="], "global.cloud.clientId is not set"),
    ("towline-executor", ["--set", "global.cloud.clientSecret="], "there is no client secret"),
    ("towline-executor", ["--set", "secrets.existingSecret=mine"], "the values also hold secrets: SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD, TCLOUD_CLIENT_SECRET"),
    ("towline-executor", ["--set", "global.sqlmesh.gateways=null"], "an executor needs at least one connection"),
    ("towline-executor", ["--set", "global.sqlmesh.gateways.gateway_a.connection.type=null"], "/connection/type"),
    ("towline-executor", ["--set", "run.replicas=3"], "'replicas' not allowed"),
    ("towline-executor", ["--set", "run.replicaCount=many"], "/run/replicaCount"),
    ("towline-executor", ["--set", "probes.livenes.enabled=false"], "'livenes' not allowed"),
    ("towline-executor", ["--set", "run.autoscaling.hpa.enabled=true,run.autoscaling.keda.enabled=true"], "KEDA makes the autoscaler itself"),
    ("towline-executor", ["--set", "secrets.externalSecrets.enabled=true,global.cloud.clientSecret=,global.sqlmesh.gateways.gateway_a.connection.password="], "name your SecretStore"),
    ("towline-scheduler", ["--set", "replicaCount=2"], "the store is a SQLite file"),
    ("towline-scheduler", ["--set", "store.url=mysql://x"], "/store/url"),
    ("towline-scheduler", ["--set", "store.url=postgresql://x/y,store.existingSecret=z"], "use one of them"),
    ("towline-scheduler", ["--set", "ingress.enabled=true"], "ingress.host is not set"),
])
def test_wrong_values_are_refused_with_a_sentence(chart, arguments, message):
    assert message in refused(chart, CHARTS[chart] / "ci/minimal.yaml", *arguments)


def test_probes_drain_and_rights_are_there_by_default():
    out = render("towline-executor", MINIMAL)
    for kind, key in (("run", RUN), ("apply", APPLY)):
        pod = out[key]["spec"]["template"]["spec"]
        own = container(out[key])
        program = ["/usr/local/bin/towline-executor", kind]
        assert own["startupProbe"]["exec"]["command"] == [*program, "--check"]
        # Liveness never asks the network: an outage of the scheduler restarts nobody.
        assert own["livenessProbe"]["exec"]["command"] == [*program, "--check"]
        assert own["readinessProbe"]["exec"]["command"] == [*program, "--check=ready"]
        assert pod["terminationGracePeriodSeconds"] > int(environment(out[key])["TOWLINE_DRAIN_SECONDS"])
        assert own["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 65532
        assert pod["automountServiceAccountToken"] is False
        assert pod["topologySpreadConstraints"]
        assert ("PodDisruptionBudget", key[1]) in out
    shorter = render("towline-executor", MINIMAL, "--set", "drainSeconds=40")[RUN]
    assert shorter["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 55


def test_an_executor_may_call_only_what_it_must():
    policy = render("towline-executor", MINIMAL)[("NetworkPolicy", "rel-towline-executor")]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and policy["ingress"] == []
    assert [[port["port"] for port in rule["ports"]] for rule in policy["egress"]] == [[53, 53], [443], [5432]]
    narrowed = render("towline-executor", EVERYTHING)[("NetworkPolicy", "rel-towline-executor")]["spec"]["egress"]
    assert narrowed[1] == {"ports": [{"port": 8443, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "203.0.113.7/32"}}]}
    assert narrowed[2] == {"ports": [{"port": 6432, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "198.51.100.0/24"}}]}


def test_autoscalers_count_what_runs_and_leave_the_number_alone():
    out = render("towline-executor", EVERYTHING)
    assert "replicas" not in out[RUN]["spec"] and "replicas" not in out[APPLY]["spec"]
    keda = out[("ScaledObject", RUN[1])]["spec"]
    assert keda["triggers"][0]["metadata"]["query"] == 'sum(max by (state) (towline_backlog_tasks{project="acme/shop",kind="run"}))'
    assert keda["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 600}]
    assert out[("HorizontalPodAutoscaler", APPLY[1])]["spec"]["metrics"][0]["external"]["metric"]["name"] == "towline_backlog_tasks"
    direct = render("towline-executor", EVERYTHING, "--set", "run.autoscaling.keda.prometheusAddress=")[("ScaledObject", RUN[1])]["spec"]
    assert direct["advanced"]["scalingModifiers"]["formula"] == "ready + leased"
    assert [t["metadata"]["valueLocation"] for t in direct["triggers"]] == [
        f'towline_backlog_tasks{{project="acme/shop",kind="run",state="{state}"}}' for state in ("ready", "leased")]
    assert out[RUN]["spec"]["template"]["metadata"]["annotations"]["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"


def test_secrets_from_elsewhere_are_named_not_held():
    out = render("towline-executor", EVERYTHING)
    assert not any(kind == "Secret" for kind, _ in out)
    wanted = {item["secretKey"]: item["remoteRef"]["key"] for item in out[("ExternalSecret", "rel-towline-executor")]["spec"]["data"]}
    assert wanted == {name: f"sqlmesh/{name}" for name in ("TCLOUD_CLIENT_SECRET", "SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__PASSWORD", "MY_TOKEN")}
    env = environment(out[RUN])
    assert env["SQLMESH__GATEWAYS__FILES__CONNECTION__CATALOGS"] == '{"shop":"/var/lib/towline/shop.duckdb"}'
    assert env["SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__KEEPALIVES_IDLE"] == "1000000"
    assert env["TCLOUD_ENV_FILE"] == "/etc/towline/env/.env"
    mounts = {mount["name"]: mount["mountPath"] for mount in container(out[RUN])["volumeMounts"]}
    assert mounts["env"] == "/etc/towline/env" and mounts["ca"] == "/etc/towline/ca" and mounts["scratch"] == "/scratch"
    assert env["TOWLINE_POLICY_FILE"] == "/etc/towline/policy/policy.yaml" and mounts["policy"] == "/etc/towline/policy"
    assert "effect: allow" in out[("ConfigMap", "rel-towline-executor-policy")]["data"]["policy.yaml"]
    assert env["TOWLINE_CLIENT_CERTIFICATE"] == "/etc/towline/client/tls.crt" and mounts["client"] == "/etc/towline/client"
    assert env["TOWLINE_HEALTH_LISTEN"] == "0.0.0.0:9464"
    assert container(out[RUN])["image"].endswith("towline-executor@sha256:" + "0" * 64)


def test_a_changed_secret_rolls_the_pods():
    def annotation(*arguments):
        return render("towline-executor", MINIMAL, *arguments)[RUN]["spec"]["template"]["metadata"]["annotations"]["checksum/secret"]

    assert annotation() == annotation() != annotation("--set", "global.cloud.clientSecret=another")


def test_the_schedulers_store_decides_how_it_is_rolled():
    chart = "towline-scheduler"
    embedded = render(chart, CHARTS[chart] / "ci/minimal.yaml")
    name = ("Deployment", "rel-towline-scheduler")
    assert embedded[name]["spec"]["strategy"] == {"type": "Recreate"}
    assert ("PersistentVolumeClaim", "rel-towline-scheduler") in embedded
    full = render(chart, CHARTS[chart] / "ci/everything.yaml")
    assert full[name]["spec"]["strategy"]["type"] == "RollingUpdate"
    assert ("PersistentVolumeClaim", "rel-towline-scheduler") not in full
    own = container(full[name])
    assert own["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http", "scheme": "HTTPS"}
    assert own["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert environment(full[name])["TOWLINE_STORE_URL"] == {"secretKeyRef": {"name": "scheduler-store", "key": "url"}}
    groups = full[("PrometheusRule", "rel-towline-scheduler")]["spec"]["groups"]
    assert groups == charts.load((CHARTS[chart] / "files/alerts.yaml").read_text())[0]["groups"]


def test_charts_and_the_project_have_one_version():
    version = (SOURCE / "CMakeLists.txt").read_text().split("project(towline VERSION ")[1].split()[0]
    for folder in CHARTS.values():
        chart = load((folder / "Chart.yaml").read_text())[0]
        assert str(chart["version"]) == str(chart["appVersion"]) == version
