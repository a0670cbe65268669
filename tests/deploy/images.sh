#!/usr/bin/env bash
# images.sh FOLDER PRESET: builds the shipped images from that preset's programs, the PostgreSQL that compose tests use and the
# systemd of the unit tests, in the engine of FOLDER; keeps the sizes in build/PRESET/image-sizes.txt, which scripts/test prints.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DOCKER_HOST=unix://$1/docker.sock DOCKER=/usr/bin/docker ENGINE_ARGS="--network host --quiet"
PRESET=$2 scripts/image scheduler executor executor-slim | grep ' MB$' | tee "build/$2/image-sizes.txt"
[ "$(wc -l < "build/$2/image-sizes.txt")" = 3 ]
DOCKER_BUILDKIT=1 $DOCKER build -q --network host -t postgres:15-bookworm -f tests/deploy/postgres.Dockerfile tests/deploy
DOCKER_BUILDKIT=1 $DOCKER build -q --network host -t towline-test-systemd -f tests/deploy/systemd.Dockerfile tests/deploy
