#!/usr/bin/env bash
# docker_engine.sh: a Docker engine on a private socket, for tests; root, no systemd, no network of its own.
#   docker_engine.sh start FOLDER   starts it and imports a Debian made by mmdebstrap as debian:bookworm-slim
#   docker_engine.sh stop FOLDER    removes its containers, stops it and removes the folder
# DOCKER_HOST is unix://FOLDER/docker.sock. A missing package is a failure; scripts/setup --tests installs them.
set -euo pipefail
W=${2:?folder}
export DOCKER_HOST=unix://$W/docker.sock
docker=/usr/bin/docker
base=${TOWLINE_DEPLOY_CACHE:-$HOME/.cache/towline/deploy}/bookworm.tar

# The official image cannot be had without a registry; this is the same distribution out of the same packages.
make_base() {
    [ -s "$base" ] && return
    mkdir -p "$(dirname "$base")"
    local sources=/etc/apt/sources.list.d/debian.sources
    [ -f "$sources" ] || sources=
    mmdebstrap --quiet --variant=minbase --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        bookworm "${base%.tar}.$$.tar" ${sources:+"$sources"}
    mv "${base%.tar}.$$.tar" "$base"
}

start() {
    make_base
    mkdir -p "$W"
    setsid dockerd --data-root "$W/data" --exec-root "$W/exec" --host "$DOCKER_HOST" --pidfile "$W/docker.pid" --bridge=none \
        --iptables=false --ip6tables=false --storage-driver overlay2 --exec-opt native.cgroupdriver=cgroupfs >"$W/dockerd.log" 2>&1 </dev/null &
    local pid=$!
    for _ in $(seq 240); do
        $docker version >/dev/null 2>&1 && break
        kill -0 $pid 2>/dev/null || { tail -20 "$W/dockerd.log" >&2; exit 1; }
        sleep 0.25
    done
    $docker import -c 'CMD ["bash"]' "$base" debian:bookworm-slim >/dev/null
}

stop() {
    [ -f "$W/docker.pid" ] || return 0
    local pid; pid=$(cat "$W/docker.pid")
    if kill -0 "$pid" 2>/dev/null; then
        # One that ends by itself meanwhile makes rm complain; what counts is that none is left.
        for _ in $(seq 40); do
            [ -n "$($docker ps -aq)" ] || break
            $docker ps -aq | xargs -r "$docker" rm -fv >/dev/null 2>"$W/rm.log" || sleep 0.25
        done
        [ -z "$($docker ps -aq)" ] || { echo "docker_engine.sh: containers are left:" >&2; cat "$W/rm.log" >&2; exit 1; }
        kill "$pid"
    fi
    for _ in $(seq 120); do kill -0 "$pid" 2>/dev/null || break; sleep 0.25; done
    ! kill -0 "$pid" 2>/dev/null || { echo "docker_engine.sh: the engine does not end" >&2; exit 1; }
    if grep -qF " $W/exec/netns/default " /proc/self/mountinfo; then umount "$W/exec/netns/default"; fi
    rm -rf "$W"
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
