"""The charts against a real Kubernetes API server (etcd and kube-apiserver, no kubelets): installed, upgraded, rolled back, removed.

Namespaces enforce Pod Security `restricted`, so a pod that Kubernetes would not let in fails here. What runs inside pods is the
matter of test_images.py.
"""

import base64
import json
import os
import subprocess

import pytest

from api_server import ApiServer, as_pods, pod_templates
from charts import CACHE, CHARTS, load, value_files
from documents import blocks, filled, statements


@pytest.fixture(scope="module")
def server():
    with ApiServer() as running:
        yield running


def test_every_values_file_installs_upgrades_and_leaves_nothing(server):
    for chart, folder in CHARTS.items():
        for values in value_files(chart):
            namespace = server.namespace(f"{chart}-{values.stem}")
            server.helm("install", "rel", folder, "-n", namespace, "-f", values)
            server.helm("upgrade", "rel", folder, "-n", namespace, "-f", values, "--set-string", "nameOverride=,logLevel=debug")
            server.helm("rollback", "rel", "1", "-n", namespace)
            kept = load(server.helm("get", "manifest", "rel", "-n", namespace).stdout)
            assert {m["kind"] for m in kept} & {"StatefulSet", "Deployment"}
            server.helm("uninstall", "rel", "-n", namespace)
            for group in ("apis/apps/v1", "apis/policy/v1", "apis/networking.k8s.io/v1"):
                for plural in {"apis/apps/v1": ("statefulsets", "deployments"), "apis/policy/v1": ("poddisruptionbudgets",), "apis/networking.k8s.io/v1": ("networkpolicies", "ingresses")}[group]:
                    status, listed = server.call("GET", f"/{group}/namespaces/{namespace}/{plural}")
                    assert status == 200 and listed["items"] == [], (values, plural)


def test_a_restricted_namespace_lets_every_pod_in(server):
    seen = 0
    for chart, folder in CHARTS.items():
        for values in value_files(chart):
            namespace = server.namespace(f"pods-{chart}-{values.stem}")
            server.helm("install", "rel", folder, "-n", namespace, "-f", values)
            for name in ("high",):
                server.call("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": 1000})
            text = server.helm("template", "rel", folder, "-n", namespace, "-f", values).stdout
            for kind, name, template in pod_templates(text):
                status, said = server.admit(namespace, as_pods(kind, template))
                assert status == 201, (values, kind, name, said)
                seen += 1
    assert seen >= 14


def test_the_server_would_refuse_what_must_not_pass(server):
    namespace = server.namespace("refusals")
    values = value_files("towline-executor")[1]
    text = server.helm("template", "rel", CHARTS["towline-executor"], "-n", namespace, "-f", values).stdout
    server.helm("install", "rel", CHARTS["towline-executor"], "-n", namespace, "-f", values)
    _, _, template = next(t for t in pod_templates(text) if t[0] == "StatefulSet")
    rooted = json.loads(json.dumps(template))
    rooted["spec"]["securityContext"]["runAsNonRoot"] = False
    status, said = server.admit(namespace, rooted)
    assert status == 403 and "runAsNonRoot" in said
    misspelt = json.loads(json.dumps(template))
    misspelt["spec"]["terminationGracePeriod"] = 5
    status, said = server.admit(namespace, misspelt)
    assert status == 400 and "terminationGracePeriod" in said
    failed = server.helm("upgrade", "rel", CHARTS["towline-executor"], "-n", namespace, "-f", values, "--set", "run.resources.limits.memory=lots", check=False)
    assert failed.returncode != 0 and "lots" in failed.stderr + failed.stdout or "quantit" in failed.stderr


def test_what_rolls_pods_and_what_does_not(server):
    namespace = server.namespace("rolls")
    chart, values = CHARTS["towline-executor"], CHARTS["towline-executor"] / "ci/minimal.yaml"

    def template(*arguments):
        server.helm("upgrade", "--install", "rel", chart, "-n", namespace, "-f", values, *arguments)
        status, found = server.call("GET", f"/apis/apps/v1/namespaces/{namespace}/statefulsets/rel-towline-executor-run")
        assert status == 200, found
        return found["spec"]["template"]

    first = template()
    assert template() == first
    changed = template("--set", "global.cloud.clientSecret=another-secret")
    assert changed != first
    status, secret = server.call("GET", f"/api/v1/namespaces/{namespace}/secrets/rel-towline-executor")
    assert status == 200 and base64.b64decode(secret["data"]["TCLOUD_CLIENT_SECRET"]) == b"another-secret"
    # Read again while it runs: the policy's text, and the file of a Secret.
    policy = ["--set", "policy.content.default=allow", "--set", "secrets.envFile.existingSecret=engine-env"]
    with_policy = template(*policy)
    assert template(*policy, "--set", "policy.content.default=refuse") == with_policy


def test_kubernetes_as_documented(server, tmp_path):
    """Every command of the document that an API server alone can answer; the others name what exists."""
    for chart in CHARTS:
        (tmp_path / "helm").mkdir(exist_ok=True)
        (tmp_path / "helm" / chart).symlink_to(CHARTS[chart])
    values = {"url='postgresql": ["xyzzy"], "cat > values.yaml": ["me"], "TCLOUD_CLIENT_SECRET": ["client", "engine"]}
    ran = set()
    for command in [c for block in blocks("docs/deploy/kubernetes.md") for c in statements(block)]:
        fill = next((v for k, v in values.items() if k in command), [])
        text = filled(command, *fill)
        words = text.split()
        if words[0] == "for" or words[:2] == ["helm", "test"]:
            continue  # A registry, and jobs that only a kubelet carries out.
        if words[:2] == ["kubectl", "exec"]:
            text = f"kubectl get {words[2]}"
        if words[:2] == ["kubectl", "port-forward"]:
            assert words[3] == "8080:8080"
            text = f"kubectl get {words[2]} -o jsonpath='{{.spec.ports[?(@.port==8080)].port}}' | grep -qx 8080"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PATH": f"{CACHE / 'bin'}:{os.environ['PATH']}", "KUBECONFIG": str(server.kubeconfig), "HELM_CACHE_HOME": str(tmp_path / "cache")})
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        ran.add(" ".join(words[:2]))
    assert {"kubectl create", "helm install", "kubectl exec", "cat >", "kubectl port-forward"} <= ran, ran
