"""A TCP proxy on loopback that keeps every byte it passes on, and can be cut."""

import contextlib
import socket
import threading


class Proxy:
    """`recorded` holds [(bytes to the server, bytes from the server)] per connection. `cut` ends all and refuses new ones."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.recorded = []
        self.open = []
        self.is_cut = False
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._end_all()
        self.thread.join(20)

    def cut(self):
        self.is_cut = True
        self._end_all()

    def mend(self):
        self.is_cut = False

    def traffic(self):
        """Every byte so far, both ways."""
        with self.lock:
            return b"\n".join(bytes(part) for pair in self.recorded for part in pair)

    def requests(self):
        """(request line, body) of every finished request with a Content-Length."""
        out = []
        with self.lock:
            streams = [bytes(to_server) for to_server, _ in self.recorded]
        for stream in streams:
            while b"\r\n\r\n" in stream:
                head, rest = stream.split(b"\r\n\r\n", 1)
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
                length = int(headers.get("content-length", 0))
                if len(rest) < length:
                    break
                out.append((lines[0], rest[:length]))
                stream = rest[length:]
        return out

    def _end_all(self):
        with self.lock:
            sockets, self.open = self.open, []
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = None
            if not self.is_cut:
                with contextlib.suppress(OSError):
                    server = socket.create_connection(("127.0.0.1", self.target), 10)
            if server is None:
                client.close()
                continue
            server.settimeout(None)
            with self.lock:
                pair = (bytearray(), bytearray())
                self.recorded.append(pair)
                self.open += [client, server]
            threading.Thread(target=self._pump, args=(client, server, pair[0]), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, pair[1]), daemon=True).start()

    def _pump(self, source, target, record):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with self.lock:
                    record += data
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
