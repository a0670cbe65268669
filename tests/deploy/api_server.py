"""A real Kubernetes API server: etcd and kube-apiserver, no kubelets."""

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

from charts import CACHE, helm, load

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

    def call(self, method, path, body=None, content="application/json"):
        """Status and parsed body; 0 if it cannot be reached."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", method=method, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": content},
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

    def dry_run(self, namespace, manifest):
        """Would Kubernetes take this manifest from Helm, with server-side apply and every field known? Status and what it says."""
        group, _, version = manifest["apiVersion"].rpartition("/")
        plural = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}.get(manifest["kind"], f"{manifest['kind'].lower()}s")
        root = f"apis/{group}/{version}" if group else f"api/{version}"
        path = f"/{root}/namespaces/{namespace}/{plural}/{manifest['metadata']['name']}?dryRun=All&fieldManager=helm&fieldValidation=Strict"
        return self.call("PATCH", path, manifest, "application/apply-patch+yaml")


def pod_templates(text):
    return [(m["kind"], m["metadata"]["name"], m["spec"]["template"]) for m in load(text) if "template" in m.get("spec", {}) and m["kind"] in ("StatefulSet", "Deployment", "Job")]


def as_pods(kind, template):
    """The template with the volumes that a StatefulSet makes of its volumeClaimTemplates."""
    volumes = template["spec"].setdefault("volumes", [])
    if "state" not in {v["name"] for v in volumes}:
        volumes.append({"name": "state", "persistentVolumeClaim": {"claimName": "state"}} if kind == "StatefulSet" else {"name": "state", "emptyDir": {}})
    return template
