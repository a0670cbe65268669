"""What `plan` says before it starts: headline, differences, categories and what is to be loaded, line by line as SQLMesh says it."""

import re

TREES = ("Models:", "Standalone Audits:", "Models needing backfill:", "Directly Modified:", "Metadata Updated:", "Models selected for restatement:")
BRANCH = re.compile(r"^([│ ]*)[├└]── ")


def trees(output, command):
    """The trees of a plan in their order, each with its branches sorted: SQLMesh keeps what is modified in a set. Text differences between
    them are left out: ours show the author's text. So is what a restatement says of previews: SQLMesh decides that before it takes the
    intervals away and loads by what it decides afterwards; ours says what is loaded."""
    out = []
    for line in map(str.rstrip, output.splitlines()):
        if "--restate-model" in command:
            line = line.removesuffix(" (preview)")
        branch = BRANCH.match(line)
        if line.startswith(TREES):
            out.append([line])
            above = ""
        elif out and branch:
            leaf = line[branch.end():]
            above = above if branch[1] else leaf
            out[-1].append(f"{above} / {leaf}" if branch[1] else leaf)
    return [[tree[0], *sorted(tree[1:])] for tree in out]
