"""The executor's own policy: what the customer's side forbids is not done, whoever asks for it."""

from shop import DAILY, Background
from stack import Stack, wait_for

REFUSE_TOTAL = """
rules:
  - name: totals are done elsewhere
    effect: refuse
    kinds: [evaluate]
    models: ["shop__*.*total*", "shop.total"]
"""


def test_a_refused_task_names_the_rule_and_is_done_once_it_is_allowed():
    with Stack(executors=(), slots=1) as stack:
        file = stack.folder / "policy.yaml"
        file.write_text(REFUSE_TOTAL)
        program = stack.start_executor("apply", "apply-1", env={"TOWLINE_POLICY_FILE": str(file)})
        stack.project(DAILY)
        with Background(stack, "plan", "prod", "--auto-apply", "--no-prompts") as plan:
            def refused():
                return next((t for t in stack.api("GET", "/tasks?limit=200")["items"] if t["kind"] == "evaluate" and "total" in t["name"] and
                             "totals are done elsewhere" in (stack.api("GET", f"/tasks/{t['id']}/why")["reason"] or "")), None)

            task = wait_for("the task says who refused it", refused, 40)
            shown = stack.cli("task", "why", task["id"])
            assert "the rule 'totals are done elsewhere' of the executor's own policy refuses it" in shown
            attempts = stack.api("GET", f"/tasks/{task['id']}")["attempts"]
            assert {a["error_code"] for a in attempts if a["state"] != "leased"} == {"policy_refused"}, attempts
            # A broken file changes nothing; a better one is taken over without a restart.
            file.write_text("rules: [")
            wait_for("the broken file is named", lambda: "policy.yaml" in program.text() and "refused, the old values" in program.text(), 40)
            file.write_text("default: allow\n")
            assert plan.end(60)[0] == 0
        assert stack.rows("SELECT n FROM shop.total") == [(5,)]


def test_a_broken_policy_stops_the_start():
    with Stack(executors=()) as stack:
        file = stack.folder / "policy.yaml"
        file.write_text("rules:\n  - {name: a, effect: refuse, modles: [x]}\n")
        program = stack.start_executor("apply", "apply-1", wait=False, env={"TOWLINE_POLICY_FILE": str(file)})
        assert program.process.wait(20) == 2
        assert "policy.yaml:2: a rule has no 'modles'" in program.text()
