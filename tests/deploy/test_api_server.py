"""The charts against a real Kubernetes API server (etcd and kube-apiserver, no kubelets): installed, upgraded, rolled back, removed.

Namespaces enforce Pod Security `restricted`, so a pod that Kubernetes would not let in fails here. What runs inside pods is the
matter of test_images.py.
"""

import contextlib
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

from charts import CACHE, CHARTS, helm, load, value_files

TOKEN = "test-admin-token"
# Kinds of operators: accepted as they are.
CUSTOM = [("monitoring.coreos.com", "v1", "ServiceMonitor"), ("monitoring.coreos.com", "v1", "PrometheusRule"),
          ("keda.sh", "v1alpha1", "ScaledObject"), ("external-secrets.io", "v1", "ExternalSecret")]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


class ApiServer:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towline-kube."))
        self.processes = []
        client, peer, self.port = free_ports(3)
        key = self.folder / "sa.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        (self.folder / "tokens").write_text(f"{TOKEN},admin,admin,system:masters\n")
        self.start("etcd", "--data-dir", self.folder / "etcd", "--listen-client-urls", f"http://127.0.0.1:{client}", "--advertise-client-urls",
                   f"http://127.0.0.1:{client}", "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--unsafe-no-fsync")
        self.start("kube-apiserver", "--etcd-servers", f"http://127.0.0.1:{client}", "--bind-address", "127.0.0.1", "--secure-port", self.port,
                   "--cert-dir", self.folder / "certs", "--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.0.0.0/24",
                   "--token-auth-file", self.folder / "tokens", "--authorization-mode", "RBAC", "--service-account-issuer", "https://kubernetes.default.svc",
                   "--service-account-key-file", key, "--service-account-signing-key-file", key)
        self.kubeconfig = self.folder / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "t", "contexts": [{"name": "t", "context": {"cluster": "t", "user": "t"}}],
            "clusters": [{"name": "t", "cluster": {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True}}],
            "users": [{"name": "t", "user": {"token": TOKEN}}]}))
        try:
            deadline = time.monotonic() + 120
            while self.call("GET", "/readyz")[0] != 200:
                assert time.monotonic() < deadline and all(p.poll() is None for p in self.processes), self.log()
                time.sleep(0.2)
            self.add_custom_kinds()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        for process in reversed(self.processes):
            process.kill()
            process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, program, *arguments):
        with open(self.folder / f"{program}.log", "wb") as log:
            self.processes.append(subprocess.Popen([str(CACHE / "bin" / program), *map(str, arguments)], stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def log(self):
        return (self.folder / "kube-apiserver.log").read_text()[-3000:]

    def call(self, method, path, body=None):
        """Status and parsed body; 0 if it cannot be reached."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", method=method, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
                                         data=json.dumps(body).encode() if body else None)
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                text = answer.read().decode()
                return answer.status, json.loads(text) if text.startswith("{") else text
        except urllib.error.HTTPError as failure:
            return failure.code, failure.read().decode()
        except OSError as failure:
            return 0, str(failure)

    def add_custom_kinds(self):
        for group, version, kind in CUSTOM:
            plural = f"{kind.lower()}s"
            status, text = self.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"},
                "spec": {"group": group, "scope": "Namespaced", "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
                         "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}})
            assert status == 201, text
            deadline = time.monotonic() + 30
            while self.call("GET", f"/apis/{group}/{version}/{plural}")[0] != 200:
                assert time.monotonic() < deadline, f"{kind} is not served"
                time.sleep(0.1)

    def namespace(self, name):
        labels = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}
        assert self.call("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})[0] == 201
        return name

    def helm(self, *arguments, check=True):
        return helm(*arguments, check=check, env={"KUBECONFIG": str(self.kubeconfig), "HELM_CACHE_HOME": str(self.folder / "helm"), "HELM_CONFIG_HOME": str(self.folder / "helm")})

    def admit(self, namespace, template):
        """Would Kubernetes let this pod in? Status and what it says."""
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "labels": template["metadata"].get("labels", {})}, "spec": template["spec"]}
        return self.call("POST", f"/api/v1/namespaces/{namespace}/pods?dryRun=All&fieldValidation=Strict", pod)


@pytest.fixture(scope="module")
def server():
    with ApiServer() as running:
        yield running


def pod_templates(text):
    return [(m["kind"], m["metadata"]["name"], m["spec"]["template"]) for m in load(text) if "template" in m.get("spec", {}) and m["kind"] in ("StatefulSet", "Deployment", "Job")]


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
                volumes = template["spec"].setdefault("volumes", [])
                if "state" not in {v["name"] for v in volumes}:  # what a StatefulSet makes of its volumeClaimTemplates
                    volumes.append({"name": "state", "persistentVolumeClaim": {"claimName": "state"}} if kind == "StatefulSet" else {"name": "state", "emptyDir": {}})
                status, said = server.admit(namespace, template)
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
