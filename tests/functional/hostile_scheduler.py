"""A scheduler over HTTPS that answers as it is told: well until a test gives it something else to say.

`answers[call]` is one of "token", "register", "sync", "snapshots" and "log", and holds a function that gets the request's handler and
answers in its own way. Everything asked is counted, and what a sync delivered is kept.
"""

import collections
import http.server
import json
import ssl
import threading

TOKEN = "hostile-access-token-0123456789"
PARKED_SECONDS = 1.0


def reply(handler, status, body, headers=None):
    """A whole answer; the body is JSON unless it is bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def says(status, body, headers=None):
    return lambda handler: reply(handler, status, body, headers)


class HostileScheduler:
    def __init__(self, certificate, key):
        self.answers, self.asked, self.completions = {}, collections.Counter(), []
        self.tasks, self.changed, self.ended, self.syncs = [], threading.Condition(), False, collections.Counter()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True  # The executor had enough of an answer.

            def act(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                call = outer.call_of(self.path)
                outer.asked[call] += 1
                (outer.answers.get(call) or outer.good(call))(self)

            do_GET = do_POST = do_PUT = act

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        with self.changed:
            self.ended = True
            self.changed.notify_all()
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def call_of(path):
        path = path.split("?")[0]
        return next((call for call, end in {"token": "/oauth/token", "register": "/executors", "sync": "/sync", "snapshots": "/snapshots"}.items()
                     if path.endswith(end)), "log")

    def good(self, call):
        return {
            "token": says(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}),
            "register": says(201, {"executor_id": "e1", "lease_ttl_ms": 30_000, "sync_wait_ms": 20_000, "clock_skew_ms": 0}),
            "sync": self.sync, "snapshots": says(200, {"items": []}), "log": says(200, {"next_offset": 1 << 40}),
        }[call]

    def sync(self, handler):
        request = json.loads(handler.body)
        with self.changed:
            boot = request["boot_id"]
            self.syncs[boot] += 1
            mine = self.syncs[boot]
            self.completions += request["completions"]
            self.changed.notify_all()
            if not request["completions"]:
                self.changed.wait_for(lambda: self.tasks or self.ended or self.syncs[boot] > mine, PARKED_SECONDS)
            tasks = []
            if self.syncs[boot] == mine:  # An older call was cut short; nobody reads its answer.
                tasks, self.tasks = self.tasks, []
        acks = [{"attempt_id": c["lease"]["attempt_id"], "ack": "accepted"} for c in request["completions"]]
        reply(handler, 200, {"lease_ttl_ms": 30_000, "acks": acks, "lost": [], "tasks": tasks, "cancels": [], "drain": False})

    def outcome_of(self, task, seconds=60):
        """Gives a task and waits for its completion."""
        attempt = task["lease"]["attempt_id"]
        with self.changed:
            self.tasks.append(task)
            self.changed.notify_all()
            found = lambda: next((c for c in self.completions if c["lease"]["attempt_id"] == attempt), None)  # noqa: E731
            assert self.changed.wait_for(found, seconds), f"no result of {task['spec']['key']}"
            return found()
