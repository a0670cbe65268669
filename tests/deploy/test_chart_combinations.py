"""Every pair of the charts' choices together, against a real API server that takes no unknown field, no name twice and no pod that `restricted` forbids."""

import itertools
import random

import pytest

from api_server import ApiServer, as_pods, pod_templates
from charts import CHARTS, helm, load

GATEWAY = "global.sqlmesh.gateways.warehouse.connection."
POSTGRES = [f"{GATEWAY}type=postgres", f"{GATEWAY}host=db", f"{GATEWAY}database=shop", f"{GATEWAY}user=towline"]
IN_VALUES = ["global.cloud.clientSecret=not-a-real-secret", f"{GATEWAY}password=not-a-real-password"]
KEDA = "run.autoscaling.keda.enabled=true,apply.autoscaling.keda.enabled=true"
LONG = "a-release-whose-name-is-about-as-long-as-helm-allows"

# Axis → choice → what `--set` is given.
EXECUTOR = {
    "secrets": {
        "values": IN_VALUES, "numbers": ["global.cloud.clientSecret=not-a-number", f"{GATEWAY}password=87654321"],
        "existing": ["secrets.existingSecret=mine"], "sealed": ["secrets.sealedSecrets.enabled=true"],
        "external": ["secrets.externalSecrets.enabled=true,secrets.externalSecrets.secretStore=vault", f"{GATEWAY}password="],
        "each its own": ["run.envFromSecret=run-secrets,apply.envFromSecret=apply-secrets"],
        "file": [*IN_VALUES, "secrets.envFile.existingSecret=engine-env"],
        "further": [*IN_VALUES, "secrets.data.MY_TOKEN=xyzzy"],
    },
    "gateways": {
        "postgres": [*POSTGRES, f"{GATEWAY}port=6432"], "text port": [*POSTGRES, f"{GATEWAY}port=@6432"],
        "two": [*POSTGRES, "global.sqlmesh.gateways.FILES.connection.type=duckdb,global.sqlmesh.defaultGateway=files"],
        "another engine": [*POSTGRES, "global.sqlmesh.gateways.lake.connection.type=snowflake,global.sqlmesh.defaultGateway=warehouse"],
        "maps": [*POSTGRES, "global.sqlmesh.gateways.files.connection.type=duckdb,global.sqlmesh.gateways.files.connection.catalogs.shop=/x.db"],
    },
    "scaling": {
        "none": [], "many": ["run.replicaCount=3"], "nobody": ["run.replicaCount=0"], "hpa": ["run.autoscaling.hpa.enabled=true"],
        "cpu": ["run.autoscaling.hpa.enabled=true,run.autoscaling.hpa.externalMetric="], "keda": [KEDA],
        "keda and prometheus": [KEDA, "run.autoscaling.keda.prometheusAddress=http://prometheus:9090,run.autoscaling.minReplicas=0"],
        "at once": ["run.autoscaling.hpa.enabled=true,run.autoscaling.scaleDownSeconds=0"],
    },
    "kinds": {"both": [], "run": ["apply.enabled=false"], "apply": ["run.enabled=false"]},
    "network": {
        "default": [], "none": ["networkPolicy.enabled=false"], "ports": ["networkPolicy.enginePorts={5432,5433},networkPolicy.schedulerPort=8443"],
        "peers": ["networkPolicy.schedulerPeers[0].ipBlock.cidr=203.0.113.7/32,networkPolicy.enginePeers[0].podSelector.matchLabels.app=db"],
        "more": ["networkPolicy.extraEgress[0].ports[0].port=443"],
        "proxy": ["proxy.https=http://user:pass@proxy.example.com:3128,proxy.noProxy=db"],
    },
    "metrics": {"default": [], "none": ["metrics.enabled=false"], "monitor": ["metrics.serviceMonitor.enabled=true"],
                "labels": ["metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.fromNamespaceLabels.team=ops,metrics.port=9999"]},
    "state": {"none": [], "volume": ["run.persistence.enabled=true,apply.persistence.enabled=true"], "class": ["run.persistence.enabled=true,run.persistence.storageClass=fast"]},
    "account": {"own": [], "named": ["serviceAccount.name=mine"], "default": ["serviceAccount.create=false"], "theirs": ["serviceAccount.create=false,serviceAccount.name=theirs"]},
    "files": {"none": [], "ca": ["ca.existingSecret=ca"], "ca map": ["ca.existingConfigMap=ca,ca.key=root.pem"], "client": ["clientCertificate.existingSecret=client"],
              "policy": ["policy.content.default=allow"], "policy map": ["policy.existingConfigMap=rules"]},
    "extras": {
        "none": [], "replaced": ["run.extraEnvVars[0].name=TOWLINE_LOG_LEVEL,run.extraEnvVars[0].value=debug"],
        "twice": ["run.extraEnvVars[0].name=X,run.extraEnvVars[0].value=a,run.additionalEnv[0].name=X,run.additionalEnv[0].value=b"],
        "field": ["run.extraEnvVars[0].name=NODE,run.extraEnvVars[0].valueFrom.fieldRef.fieldPath=spec.nodeName"],
        "volume": ["run.extraVolumes[0].name=scratch,run.extraVolumes[0].emptyDir.sizeLimit=1Gi,run.extraVolumeMounts[0].name=scratch,run.extraVolumeMounts[0].mountPath=/scratch"],
        "labels": ["run.podLabels.team=data,run.podAnnotations.team=data"],
    },
    "place": {
        "default": [], "spread": ["run.topologySpreadConstraints[0].maxSkew=2,run.topologySpreadConstraints[0].topologyKey=zone,run.topologySpreadConstraints[0].whenUnsatisfiable=DoNotSchedule"],
        "nodes": ["run.nodeSelector.pool=data,run.tolerations[0].key=data,run.tolerations[0].operator=Exists"], "no pdb": ["run.pdb.enabled=false,apply.pdb.enabled=false"],
        "no probes": ["probes.startup.enabled=false,probes.liveness.enabled=false,probes.readiness.enabled=false"], "pull": ["global.imagePullSecrets[0].name=registry"],
    },
    "name": {"rel": [], LONG: []},
}
SCHEDULER = {
    "store": {"sqlite": [], "emptied": ["store.persistence.enabled=false"], "url": ["store.url=postgresql://db/towline"], "secret": ["store.existingSecret=store"]},
    "replicas": {"one": [], "many": ["replicaCount=3"]},
    "tls": {"none": [], "own": ["tls.existingSecret=tls"]},
    "ingress": {"none": [], "host": ["ingress.enabled=true,ingress.host=scheduler.example.com"]},
    "metrics": {"none": [], "all": ["metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true,metrics.dashboard.enabled=true"]},
    "extras": {"none": [], "replaced": ["extraEnvVars[0].name=TOWLINE_LOG_LEVEL,extraEnvVars[0].value=debug"], "labels": ["podLabels.team=data,podAnnotations.team=data"]},
    "network": {"default": [], "none": ["networkPolicy.enabled=false"], "peers": ["networkPolicy.from[0].podSelector.matchLabels.app=web,networkPolicy.storePeers[0].ipBlock.cidr=10.0.0.1/32"]},
    "name": {"rel": [], LONG: []},
}


def impossible(chart, chosen):
    return chart == "towline-scheduler" and chosen["replicas"] == "many" and chosen["store"] in ("sqlite", "emptied")


def cover(chart, axes):
    """Few combinations in which every pair of choices of two axes occurs."""
    dice = random.Random(5)
    wanted = {((a, x), (b, y)) for a, b in itertools.combinations(axes, 2) for x in axes[a] for y in axes[b]}
    out = []
    while wanted:
        best, gain = None, set()
        (a, x), (b, y) = min(wanted)
        for _ in range(40):
            chosen = {axis: dice.choice(list(choices)) for axis, choices in axes.items()} | {a: x, b: y}
            got = wanted & set(itertools.combinations(chosen.items(), 2))
            if not impossible(chart, chosen) and len(got) > len(gain):
                best, gain = chosen, got
        if best is None:
            wanted.discard(((a, x), (b, y)))  # the two exclude each other
            continue
        wanted -= gain
        out.append(best)
    return out


@pytest.fixture(scope="module")
def server():
    with ApiServer() as running:
        yield running


def flags(axes, chosen):
    for axis, choice in chosen.items():
        for item in axes[axis][choice]:
            yield from ("--set-string", item.replace("=@", "=")) if "=@" in item else ("--set", item)


@pytest.mark.parametrize("chart, axes, base, least", [
    ("towline-executor", EXECUTOR, ["--set", "global.cloud.url=https://scheduler.example.com,global.cloud.org=acme,global.cloud.project=shop,global.cloud.clientId=me"], 60),
    ("towline-scheduler", SCHEDULER, [], 8)])
def test_every_pair_of_choices_is_taken(server, chart, axes, base, least):
    namespace = server.namespace(f"pairs-{chart}")
    server.call("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": "default"}})
    for name in ("mine", "theirs", "rel-towline-executor", "rel-towline-scheduler"):
        server.call("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name}})
    combinations = cover(chart, axes)
    assert len(combinations) >= least
    for chosen in combinations:
        done = helm("template", chosen["name"], CHARTS[chart], "-n", namespace, *base, *flags(axes, chosen), check=False)
        assert done.returncode == 0, (chosen, done.stderr)
        for manifest in load(done.stdout):
            status, said = server.dry_run(namespace, manifest)
            assert status in (200, 201), (chosen, manifest["kind"], said)
        for kind, name, template in pod_templates(done.stdout):
            assert kind != "StatefulSet" or len(name) + 11 <= 63, f"{name}: Kubernetes could not label its pods"
            template["spec"]["serviceAccountName"] = "default"  # what is not installed cannot be used
            status, said = server.admit(namespace, as_pods(kind, template))
            assert status == 201, (chosen, kind, name, said)
