"""Networks as customers have them: proxies with passwords, mutual TLS, old TLS, captive portals, IPv6, servers that ask for patience."""

import base64
import contextlib
import http.server
import json
import pathlib
import select
import socket
import ssl
import subprocess
import threading
import time

from proxy import Proxy
from stack import PROJECT, Stack, wait_for


class Server:
    """Accepts on loopback and hands each connection to `serve(socket)` in a thread of its own."""

    def __init__(self, serve, family=socket.AF_INET):
        self.serve = serve
        self.listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with contextlib.suppress(OSError, ValueError), client:
            client.settimeout(60)
            self.serve(client)


def pump(client, port):
    """Bytes in both directions until one side ends."""
    with socket.create_connection(("127.0.0.1", port), 10) as server:
        while True:
            waiting = isinstance(client, ssl.SSLSocket) and client.pending()
            readable = [client] if waiting else select.select([client, server], [], [], 60)[0]
            for one in readable:
                data = one.recv(65536)
                if not data:
                    return
                (server if one is client else client).sendall(data)


def tls_front(stack, port, **changes):
    """Ends TLS with the stack's certificate and passes on to a plain port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stack.folder / "server.crt", stack.folder / "server.key")
    if changes.get("client_certificates"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(stack.folder / "ca.crt")
    if changes.get("old"):
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    def serve(client):
        secure = context.wrap_socket(client, server_side=True)
        if "seen" in changes:
            changes["seen"].append(dict(pair[0] for pair in secure.getpeercert()["subject"])["commonName"])
        pump(secure, port)

    return Server(serve)


def client_certificate(stack, name="client"):
    run = lambda *a: subprocess.run(a, check=True, capture_output=True, cwd=stack.folder)  # noqa: E731
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    run("openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", f"{name}.crt")
    return {"TOWLINE_CLIENT_CERTIFICATE": str(stack.folder / f"{name}.crt"), "TOWLINE_CLIENT_KEY": str(stack.folder / f"{name}.key")}


def address(port, scheme="https", host="localhost"):
    return {"TCLOUD_URL": f"{scheme}://{host}:{port}/sqlmesh/{PROJECT}"}


def registered(stack, name):
    return (stack.executor(name) or {}).get("state") == "active"


def test_mutual_tls_and_old_tls():
    with Stack(executors=()) as stack:
        stack._make_certificate()
        trust = {"TOWLINE_CA_FILE": str(stack.folder / "ca.crt")}
        with tls_front(stack, stack.port, client_certificates=True) as front:
            program = stack.start_executor("run", "without", wait=False, env={**address(front.port), **trust})
            # TLS 1.3: the server refuses after the client's handshake, and its alert may be lost with the connection.
            wait_for("it says what is missing", lambda: "alert certificate required" in program.text() or "asks for a client certificate" in program.text())
            stack.start_executor("run", "with", env={**address(front.port), **trust, **client_certificate(stack)})
            assert not registered(stack, "without")
        with tls_front(stack, stack.port, old=True) as front:
            stack.start_executor("run", "old", wait=False, env={**address(front.port), **trust})
            wait_for("TLS 1.1 is refused", lambda: "version" in stack.reason_of("old").lower() or "protocol" in stack.reason_of("old").lower())
            assert not registered(stack, "old")


def test_certificates_are_exchanged_while_it_runs():
    """New files count for the next connection; a pair of which only one half is new is named, and the old one stays in use."""
    with Stack(executors=()) as stack:
        stack._make_certificate()
        seen = []
        with tls_front(stack, stack.port, client_certificates=True, seen=seen) as front:
            used = client_certificate(stack)
            fresh = {key: pathlib.Path(path) for key, path in client_certificate(stack, "renewed").items()}
            trusted = stack.folder / "trusted.crt"
            trusted.write_text((stack.folder / "ca.crt").read_text())
            program = stack.start_executor("run", "swap", env={**address(front.port), **used, "TOWLINE_CA_FILE": str(trusted)})
            assert set(seen) == {"client"}

            def put(key):
                path = pathlib.Path(used[key])
                path.with_suffix(".new").write_bytes(fresh[key].read_bytes())
                path.with_suffix(".new").replace(path)

            put("TOWLINE_CLIENT_CERTIFICATE")
            wait_for("the half pair is named", lambda: "TOWLINE_CLIENT_CERTIFICATE: the key does not belong to the certificate" in program.text(), 40)
            calls = stack.executor("swap")["last_seen_ts"]
            wait_for("it goes on with the old pair", lambda: stack.executor("swap")["last_seen_ts"] != calls, 60)
            assert set(seen) == {"client"}
            put("TOWLINE_CLIENT_KEY")
            wait_for("the new pair is used", lambda: "renewed" in seen, 60)

            # An authority that did not sign the server: refused from the next connection on, and back again.
            (stack.folder / "other.crt").write_text((stack.folder / "client.crt").read_text())
            good = trusted.read_text()
            trusted.write_text((stack.folder / "other.crt").read_text())
            wait_for("the new authority counts", lambda: "certificate" in stack.reason_of("swap").lower(), 60)
            trusted.write_text(good)
            wait_for("and the old one again", lambda: not stack.reason_of("swap") and stack.check_executor("run", "swap").returncode == 0, 60)
            assert "PRIVATE KEY" not in program.text()


def test_a_proxy_is_taken_from_the_env_file_and_left_when_the_file_says_so():
    used = {"one": 0, "two": 0}

    def serve(name):
        def one(client):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            used[name] += 1
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pump(client, int(head.split(b" ")[1].rsplit(b":", 1)[1]))
        return one

    with Stack(tls=True, executors=()) as stack, Server(serve("one")) as one, Server(serve("two")) as two:
        file = stack.folder / "executor.env"

        def write(text):
            fresh = file.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(file)

        write(f"HTTPS_PROXY=http://anna:pr0xy-passw0rd@127.0.0.1:{one.port}\n")
        program = stack.start_executor("run", "through", env={"TCLOUD_ENV_FILE": str(file), "https_proxy": "http://127.0.0.1:9"})
        assert used == {"one": used["one"], "two": 0} and used["one"]
        write(f"HTTPS_PROXY=http://127.0.0.1:{two.port}\n")
        wait_for("the other proxy is used", lambda: used["two"], 60)
        write("HTTPS_PROXY=http://pr0xy-passw0rd:\n")
        wait_for("a faulty one is named", lambda: "HTTPS_PROXY): expected" in program.text(), 60)
        before = dict(used)
        write(f"HTTPS_PROXY=http://127.0.0.1:{one.port}\nNO_PROXY=localhost\n")
        wait_for("settings are read again", lambda: program.text().count("settings were read again") >= 2, 60)
        seen = stack.executor("through")["last_seen_ts"]
        wait_for("it goes on", lambda: stack.executor("through")["last_seen_ts"] != seen, 60)
        assert used["one"] == before["one"]
        assert "pr0xy-passw0rd" not in program.text()


def test_half_a_client_certificate_is_a_fault():
    with Stack(executors=()) as stack:
        program = stack.start_executor("run", "half", wait=False, env={"TOWLINE_CLIENT_KEY": "/nowhere"})
        assert program.process.wait(20) == 2 and "TOWLINE_CLIENT_CERTIFICATE" in program.text()


def test_a_proxy_with_a_password_is_used_and_no_proxy_is_honoured():
    password = "pr0xy-passw0rd"
    asked = []

    def serve(client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65536)
        line, *fields = head.decode("latin-1").split("\r\n")
        asked.append(line)
        wanted = "Proxy-Authorization: Basic " + base64.b64encode(f"anna:{password}".encode()).decode()
        if wanted not in fields:
            return client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pump(client, int(line.split(" ")[1].rsplit(":", 1)[1]))

    with Stack(tls=True, executors=()) as stack, Server(serve) as proxy:
        way = {"HTTPS_PROXY": f"http://anna:{password}@127.0.0.1:{proxy.port}"}
        program = stack.start_executor("run", "through", env=way)
        assert asked and all(line.startswith(f"CONNECT localhost:{stack.port}") for line in asked)
        count = len(asked)
        stack.start_executor("run", "around", env={**way, "NO_PROXY": "localhost"})
        stack.start_executor("run", "refused", wait=False, env={"HTTPS_PROXY": f"http://anna:wrong@127.0.0.1:{proxy.port}"})
        wait_for("the proxy's refusal is named", lambda: "407" in stack.reason_of("refused"))
        assert len(asked) > count and not registered(stack, "refused")
        # The proxy's password is a secret like any other.
        assert password not in program.text()
        kept = b"".join(p.read_bytes() for p in (stack.folder / "spool-through").rglob("*") if p.is_file())
        assert password.encode() not in kept and base64.b64encode(f"anna:{password}".encode()) not in kept


def test_a_captive_portal_and_a_busy_server_are_waited_for():
    state = {"answer": "portal", "times": []}

    class Answers(http.server.BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state["times"].append(time.monotonic())
            body = b"<html>Please log in to the network</html>" if state["answer"] == "portal" else b"{}"
            self.send_response(200 if state["answer"] == "portal" else 503)
            self.send_header("Content-Type", "text/html" if state["answer"] == "portal" else "application/json")
            self.send_header("Content-Length", str(len(body)))
            if state["answer"] == "busy":
                self.send_header("Retry-After", "3")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_):
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        with Stack(executors=()) as stack, Proxy(stack.port) as door:
            door.target = other.server_address[1]
            program = stack.start_executor("run", "guest", wait=False, env=address(door.port, "http"))
            wait_for("the portal is met twice", lambda: len(state["times"]) >= 2)
            wait_for("it says so", lambda: stack.reason_of("guest"))
            state.update(answer="busy", times=[])
            wait_for("a busy server is asked twice", lambda: len(state["times"]) >= 2, 40)
            first, second = state["times"][:2]
            assert second - first >= 2.9, second - first
            assert program.alive() and stack.check_executor("run", "guest").returncode == 5
            door.target = stack.port
            door._end_all()
            wait_for("it gets in", lambda: registered(stack, "guest"), 40)
    finally:
        other.shutdown()
        other.server_close()


def test_ipv6():
    with Stack(executors=()) as stack, Server(lambda client: pump(client, stack.port), socket.AF_INET6) as front:
        stack.start_executor("run", "six", env=address(front.port, "http", "[::1]"))


def test_a_wrong_secret_is_named_and_a_better_one_is_taken_from_the_file():
    with Stack(executors=()) as stack:
        file = stack.folder / "executor.env"
        good = f"TCLOUD_CLIENT_ID={stack.worker['client_id']}\nTCLOUD_CLIENT_SECRET={stack.worker['client_secret']}\n"
        file.write_text(good.replace(stack.worker["client_secret"], "not-the-secret"))
        program = stack.start_executor("run", "shy", wait=False, env={"TCLOUD_ENV_FILE": str(file)})
        wait_for("the refusal names the reason", lambda: "does not accept this client id and secret" in stack.reason_of("shy"))
        assert program.alive() and stack.check_executor("run", "shy").returncode == 3
        fresh = stack.folder / "executor.env.new"
        fresh.write_text(good)
        fresh.rename(file)
        wait_for("the better secret is taken", lambda: registered(stack, "shy"), 40)
        assert "not-the-secret" not in program.text()
