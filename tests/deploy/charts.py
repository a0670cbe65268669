"""Charts through the real helm."""

import io
import os
import pathlib
import subprocess

from ruamel.yaml import YAML

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("TOWLINE_DEPLOY_CACHE", pathlib.Path.home() / ".cache/towline/deploy"))
CHARTS = {name: SOURCE / "helm" / name for name in ("towline-executor", "towline-scheduler")}


def helm(*arguments, check=True, env=None, text=None):
    done = subprocess.run([str(CACHE / "bin/helm"), *map(str, arguments)], capture_output=True, text=True, timeout=120, input=text, env={**os.environ, **(env or {})})
    assert not check or done.returncode == 0, f"helm {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
    return done


def load(text):
    return [document for document in YAML(typ="safe").load_all(io.StringIO(text)) if document]


def value_files(chart):
    return sorted((CHARTS[chart] / "ci").glob("*.yaml"))


def render(chart, values, *arguments):
    """{(kind, name): manifest} of a release called rel."""
    done = helm("template", "rel", CHARTS[chart], "-n", "team", "-f", values, *arguments)
    return {(m["kind"], m["metadata"]["name"]): m for m in load(done.stdout)}


def refused(chart, values, *arguments):
    """What helm says when it does not take the values."""
    done = helm("template", "rel", CHARTS[chart], "-n", "team", "-f", values, *arguments, check=False)
    assert done.returncode != 0, "helm took it"
    return done.stderr


def container(manifest):
    return manifest["spec"]["template"]["spec"]["containers"][0]


def environment(manifest):
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in container(manifest)["env"]}
