"""What the documents, alerts, dashboard, charts and units say, against the sources they speak of."""

import json
import re
import subprocess

from charts import CHARTS, SOURCE, environment, load, render, value_files

ALERTS = CHARTS["towline-scheduler"] / "files/alerts.yaml"
DASHBOARD = CHARTS["towline-scheduler"] / "files/dashboard.json"
# Labels that Prometheus adds, and the one of buckets.
SCRAPED = {"le", "instance", "job"}
RUNBOOK = (SOURCE / "docs/runbook.md").read_text()


def sources(*folders):
    return "\n".join(p.read_text() for f in folders for p in sorted((SOURCE / f).rglob("*")) if p.suffix in (".cpp", ".h"))


def metrics():
    """{name: labels} of every metric that a program registers."""
    found = {}
    for name, labels in re.findall(r'\{\s*"(towline_[a-z_]+)",\s*(?:"[^"]*"\s*)+,?\s*(?:\{([^}]*)\})?', sources("scheduler", "agent", "common")):
        found[name] = set(re.findall(r'"([a-z_]+)"', labels))
    assert len(found) >= 7, found
    return found


def check_expression(expression, known):
    used = re.findall(r"(towline_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\{([^}]*)\})?(?![a-z_])", expression)
    assert used, expression
    for name, selectors in used:
        assert name in known, f"{name} is not a metric; known: {sorted(known)}"
        for label in re.findall(r"([a-z_]+)\s*(?:=|!=|=~|!~)\s*\"", selectors or ""):
            assert label in known[name] | SCRAPED, f"{name} has no label {label}"
    names = {name for name, _ in used}
    for group in re.findall(r"by \(([a-z_, ]+)\)", expression):
        for label in re.split(r",\s*", group):
            assert any(label in known[name] | SCRAPED for name in names), f"no metric of {expression} has the label {label}"


def test_alerts_name_metrics_and_labels_that_exist():
    known = metrics()
    rules = [rule for group in load(ALERTS.read_text())[0]["groups"] for rule in group["rules"]]
    assert len(rules) >= 7
    for rule in rules:
        check_expression(rule["expr"], known)
        assert rule["labels"]["severity"] in ("critical", "warning") and rule["annotations"]["summary"] and rule["annotations"]["description"]


def test_the_dashboard_names_metrics_and_labels_that_exist():
    known = metrics()
    board = json.loads(DASHBOARD.read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) >= 12 and len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for expression in expressions:
        check_expression(expression, known)
    for name, label in re.findall(r"label_values\((towline_[a-z_]+), ([a-z_]+)\)", DASHBOARD.read_text()):
        assert label in known[name]


def test_the_page_of_metrics_is_that_of_the_sources():
    rows = re.findall(r"^\| `(towline_[a-z_]+)` \| (\w+) \| (.+?) \| (.+) \|$", (SOURCE / "docs/metrics.md").read_text(), re.M)
    documented = {name: set(re.findall(r"`([a-z_]+)`", labels)) for name, _, labels, _ in rows}
    known = metrics() | {"towline_executor_egress_bytes_total": set()}  # the journal's, beside the registry
    assert documented == known and len(rows) == len(known)
    for name, kind, _, _ in rows:
        assert name.endswith("_total") == (kind == "counter"), name


def test_a_wrong_metric_would_be_found():
    known = metrics()
    for wrong in ("sum(towline_backlog_task)", 'towline_backlog_tasks{stat="ready"}', "sum by (shop) (towline_backlog_tasks)"):
        try:
            check_expression(wrong, known)
        except AssertionError:
            continue
        raise AssertionError(f"{wrong} was let through")


def test_every_alert_has_its_section():
    names = {rule["alert"]: rule for group in load(ALERTS.read_text())[0]["groups"] for rule in group["rules"]}
    sections = set(re.findall(r"^### (\w+)$", RUNBOOK, re.M))
    assert sections == set(names)
    for name, rule in names.items():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"


def test_every_error_code_is_explained():
    words = re.findall(r'Word\{ErrorCode::\w+, "(\w+)"\}', sources("common/base"))
    assert len(words) >= 15
    table = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", RUNBOOK, re.M)
    words += re.findall(r'hand_back\([^;]*"(\w+)"\);', sources("agent/loop"))  # a word of its own instead of the code's
    assert sorted(row[0] for row in table) == sorted(words)


def test_charts_compose_and_units_use_settings_that_exist():
    executor = set(re.findall(r"\"((?:TOWLINE|TCLOUD)_[A-Z_]+)\"", sources("agent/credentials")))
    scheduler = set(re.findall(r"\"(TOWLINE_[A-Z_]+)\"", sources("scheduler/program")))
    assert "TOWLINE_SPOOL_DIR" in executor and "TOWLINE_STORE_URL" in scheduler

    def ours(names):
        return {name for name in names if name.startswith(("TOWLINE_", "TCLOUD_"))}

    def unknown(names, known):
        return {n for n in ours(names) if n not in known and n.removesuffix("_FILE") not in known}

    for chart, known in (("towline-executor", executor), ("towline-scheduler", scheduler)):
        for values in value_files(chart):
            for (kind, _), manifest in render(chart, values).items():
                if kind in ("StatefulSet", "Deployment"):
                    assert not unknown(environment(manifest), known), (values, unknown(environment(manifest), known))
    for name in ("executors.yaml", "hot-reload.yaml"):
        text = (SOURCE / "compose" / name).read_text()
        assert not unknown(re.findall(r"^ +([A-Z][A-Z_]+): ", text, re.M), executor)
    for line in (SOURCE / "Dockerfile").read_text().splitlines():
        if line.startswith("ENV "):
            assert not unknown(re.findall(r"([A-Z_]+)=", line), executor | scheduler)
    for unit in sorted((SOURCE / "deploy/systemd").glob("*.service")):
        known = executor if "executor" in unit.name else scheduler
        assert not unknown(re.findall(r"^Environment=([A-Z_]+)=", unit.read_text(), re.M), known)


def test_units_are_valid_and_hardened(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for unit in sorted((SOURCE / "deploy/systemd").glob("*.service")):
        text = unit.read_text()
        program = re.search(r"^ExecStart=/opt/towline/bin/(\S+)", text, re.M).group(1)
        (programs / program).write_text("#!/bin/true\n")
        (programs / program).chmod(0o755)
        copy = tmp_path / unit.name.replace("@", "@run" if "@" in unit.name else "@")
        copy.write_text(text.replace("/opt/towline/bin", str(programs)))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)], capture_output=True, text=True, timeout=60)
        assert verified.returncode == 0 and not verified.stderr.strip(), verified.stderr
        judged = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(copy)], capture_output=True, text=True, timeout=60)
        assert judged.returncode == 0, judged.stdout[-3000:] + judged.stderr


def test_links_in_the_deployment_documents_lead_somewhere():
    documents = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
    for document in documents:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.relative_to(SOURCE)}: {target}"


def test_the_schedulers_settings_are_documented_as_they_are():
    table = (SOURCE / "scheduler/program/settings.cpp").read_text().split("kTable{")[1].split("};\n")[0]
    rows = []
    for flag, name, default, text in re.findall(r'SettingInfo\{"([^"]*)",\s*"([^"]+)",\s*"([^"]*)",\s*((?:"[^"]*"\s*)+),', table):
        meaning = "".join(re.findall(r'"([^"]*)"', text))
        rows.append(f"| `{name}` | {f'`--{flag}`' if flag else '–'} | {f'`{default}`' if default else '–'} | {meaning} |")
    assert len(rows) == table.count("SettingInfo{") >= 10
    documented = re.findall(r"^\| `TOWLINE_.*\|$", (SOURCE / "docs/configuration_scheduler.md").read_text(), re.M)
    assert documented == rows, "\n".join(rows)
