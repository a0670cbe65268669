#!/usr/bin/env bash
# Prints the path of a Python that has the pinned SQLMesh, installing it once into a cache folder.
set -euo pipefail
here=$(cd "$(dirname "$0")/../differential" && pwd)
venv=${TOWLINE_ORACLE_VENV:-$HOME/.cache/towline/oracle-$(sha256sum "$here/requirements.txt" | cut -c1-12)}
if [ ! -f "$venv/.complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt" >&2
  touch "$venv/.complete"
fi
echo "$venv/bin/python"
