"""The servers of a run: each on a free port of the loopback interface, in a folder of its own, and
ended with the runner, however that ends."""

import getpass
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

START_LIMIT = 10.0
STOP_LIMIT = 5.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that listens on `port` between __enter__ and __exit__."""

    def __init__(self, name, command, folder, port):
        self.name = name
        self.command = command
        self.log = folder / (name + ".log")
        self.port = port
        self.process = None

    def __enter__(self):
        with open(self.log, "ab") as log:
            # setpriv: the kernel ends the server even when the runner is killed.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.await_listening()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def await_listening(self):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen:\n{self.log.read_text()[-2000:]}")

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


NGINX = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {site};
    add_header Cache-Control max-age=86400;
    location = /requests {{ stub_status; }}
  }}
}}
"""


class Nginx(Server):
    """One worker, as many requests per connection as come, and a count of them."""

    def __init__(self, folder, site):
        port = free_port()
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(user=user, folder=folder, site=site, port=port))
        super().__init__("nginx", ["nginx", "-e", str(folder / "nginx-error.log"), "-p",
                                   str(folder), "-c", str(config)], folder, port)
        self.url = f"http://127.0.0.1:{port}"

    def requests(self):
        """How many requests there have been, this one not counted."""
        with urllib.request.urlopen(self.url + "/requests", timeout=10) as answer:
            # The third line holds: accepts, handled, requests.
            return int(answer.read().split(b"\n")[2].split()[2])


class Redis(Server):
    """Without persistence."""

    def __init__(self, folder):
        port = free_port()
        super().__init__("redis", ["redis-server", "--bind", "127.0.0.1", "--port", str(port),
                                   "--save", "", "--appendonly", "no", "--dir", str(folder)],
                         folder, port)
        self.url = f"redis://127.0.0.1:{port}"

    def _ask(self, payload, replies):
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            reader = connection.makefile("rb")
            connection.sendall(payload)
            for _ in range(replies):
                line = reader.readline()
                if not line or line[:1] == b"-":
                    raise RuntimeError(f"Redis: {line!r}")
                if line[:1] == b"$":
                    yield reader.read(int(line[1:]) + 2)[:-2]
                else:
                    yield line[1:-2]

    def flush(self):
        list(self._ask(b"FLUSHALL SYNC\r\n", 1))

    def lookups(self):
        """How many found their key, and how many did not."""
        (text,) = self._ask(b"INFO stats\r\n", 1)
        fields = dict(line.split(":") for line in text.decode().split("\r\n") if ":" in line)
        return int(fields["keyspace_hits"]), int(fields["keyspace_misses"])

    def fill(self, pairs):
        """Stores (key, value) pairs, in batches."""
        pairs = list(pairs)
        for begin in range(0, len(pairs), 500):
            batch = pairs[begin:begin + 500]
            payload = b"".join(b"*3\r\n$3\r\nSET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"
                               % (len(key), key, len(value), value) for key, value in batch)
            list(self._ask(payload, len(batch)))


class Origin(Server):
    """forage-origin; `delay_unit`: milliseconds that a second of its delays takes."""

    def __init__(self, folder, program, delay_unit):
        port = free_port()
        super().__init__("origin", [str(program), "--port", str(port), "--delay-unit",
                                    str(delay_unit)], folder, port)
        self.url = f"http://127.0.0.1:{port}"

    def stats(self):
        with urllib.request.urlopen(self.url + "/stats", timeout=10) as answer:
            return json.load(answer)

    def requests(self, prefix):
        """How many requests there have been for paths that begin so."""
        by_target = self.stats()["by_target"]
        return sum(count for target, count in by_target.items() if target.startswith(prefix))
