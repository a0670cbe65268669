#!/usr/bin/env bash
# postgres.sh: a PostgreSQL server with TLS on loopback, in a folder of its own, for tests.
#   postgres.sh start FOLDER [PORT]   starts it and prints the exports of TOWLINE_TEST_PG and TOWLINE_TEST_PG_CA
#   postgres.sh stop FOLDER           stops it and removes the folder
#   postgres.sh kill FOLDER           kills it with all its processes, as a power cut would
#   postgres.sh again FOLDER          starts it again on the same port after `kill`
#   postgres.sh run COMMAND...        starts one in a temporary folder, runs the command with the exports, stops it
# The server runs as user postgres when we are root, because it refuses to run as root. No durability: fsync is off.
set -euo pipefail
BIN=${TOWLINE_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$BIN/initdb" ] || { echo "postgres.sh: no PostgreSQL server installed (apt-get install postgresql)" >&2; exit 1; }
PASSWORD=secretpw

as_server() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$W" LC_ALL=C.UTF-8 "$@"
    else
        env HOME="$W" LC_ALL=C.UTF-8 "$@"
    fi
}

free_port() {
    local port try
    for try in $(seq 100); do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
    done
    echo "postgres.sh: no free port" >&2
    return 1
}

certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=test-ca -keyout "$W/ca.key" -out "$W/ca.crt"
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$W/server.key" -out "$W/server.csr"
    openssl x509 -req -in "$W/server.csr" -CA "$W/ca.crt" -CAkey "$W/ca.key" -CAcreateserial -days 30 \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$W/server.crt"
}

start() {
    W=$1; PORT=${2:-$(free_port)}
    mkdir -p "$W"; chmod 755 "$W"
    certificates 2>/dev/null
    echo "$PASSWORD" > "$W/pw"; mkdir -p "$W/sock"; chmod 600 "$W/server.key"; chmod 644 "$W/ca.crt"
    if [ "$(id -u)" = 0 ]; then chown -R postgres: "$W"; fi
    as_server "$BIN/initdb" -D "$W/data" -U postgres --auth-local=trust --auth-host=scram-sha-256 --pwfile="$W/pw" \
        -E UTF8 --no-sync > "$W.initdb.log" 2>&1 || { cat "$W.initdb.log" >&2; exit 1; }
    rm -f "$W.initdb.log"
    cat >> "$W/data/postgresql.conf" <<X
listen_addresses='127.0.0.1'
port=$PORT
unix_socket_directories='$W/sock'
ssl=on
ssl_cert_file='$W/server.crt'
ssl_key_file='$W/server.key'
fsync=off
max_connections=200
X
    printf 'hostssl all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n' > "$W/data/pg_hba.conf"
    as_server "$BIN/pg_ctl" -D "$W/data" -w -t 30 -l "$W/log" start >/dev/null || { cat "$W/log" >&2; exit 1; }
    echo "export TOWLINE_TEST_PG_CA='$W/ca.crt'"
    echo "export TOWLINE_TEST_PG='host=localhost hostaddr=127.0.0.1 port=$PORT user=postgres password=$PASSWORD dbname=postgres sslmode=verify-full sslrootcert=$W/ca.crt'"
}

kill_all() {
    W=$1
    local pid children
    pid=$(head -1 "$W/data/postmaster.pid")
    children=$(ps -o pid= --ppid "$pid")
    # shellcheck disable=SC2086
    kill -9 "$pid" $children 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}

again() {
    W=$1
    local try
    # What is left of the killed ones may still hold the memory they shared.
    for try in $(seq 60); do
        as_server "$BIN/pg_ctl" -D "$W/data" -w -t 60 -l "$W/log" start >/dev/null 2>&1 && return
        sleep 0.5
    done
    cat "$W/log" >&2
    return 1
}

stop() {
    W=$1
    if [ -f "$W/data/postmaster.pid" ]; then as_server "$BIN/pg_ctl" -D "$W/data" -m fast -w stop >/dev/null; fi
    rm -rf "$W"
}

case "${1:-}" in
    start) start "${2:?folder}" "${3:-}" ;;
    stop) stop "${2:?folder}" ;;
    kill) kill_all "${2:?folder}" ;;
    again) again "${2:?folder}" ;;
    run)
        shift
        # mktemp makes the folder private; the server's user must be able to walk through it.
        FOLDER=$(mktemp -d); chmod 755 "$FOLDER"
        trap 'stop "$FOLDER/pg"; rm -rf "$FOLDER"' EXIT
        EXPORTS=$(start "$FOLDER/pg")
        eval "$EXPORTS"
        "$@"
        ;;
    *) sed -n '2,8p' "$0" >&2; exit 2 ;;
esac
