"""What `plan` says before it starts: headline, differences, categories and what is to be loaded, line by line as SQLMesh says it."""

import re

TREES = ("Models:", "Standalone Audits:", "Models needing backfill:", "Directly Modified:", "Metadata Updated:", "Models selected for restatement:")
FOLDED = " more ...."  # of such a tree two names are left, which ones is chance
BRANCH = re.compile(r"^([│ ]*)[├└]── ")
EXPLAINED = "Explained plan"


def without_folded(branches):
    folded = {branch.rpartition(" / ")[0] for branch in branches if FOLDED in branch}
    return [branch for branch in branches if FOLDED in branch or branch.rpartition(" / ")[0] not in folded]


def trees(output, command):
    """The trees of a plan in their order, each with its branches sorted: SQLMesh keeps what is modified in a set. Text differences between
    them are left out: ours show the author's text. So is what restatements and --min-intervals say of previews: SQLMesh decides that before
    it takes the intervals away, and with other starts than those it loads by; ours says what is loaded."""
    out = []
    for line in map(str.rstrip, output.splitlines()):
        if {"--restate-model", "-r", "--min-intervals"} & set(command):
            line = line.removesuffix(" (preview)")
        if line == EXPLAINED:
            break
        branch = BRANCH.match(line)
        if line.startswith(TREES):
            out.append([line])
            above = ""
        elif out and branch:
            leaf = line[branch.end():]
            above = above if branch[1] else leaf
            out[-1].append(f"{above} / {leaf}" if branch[1] else leaf)
    return [[tree[0], *sorted(without_folded(tree[1:]))] for tree in out]
