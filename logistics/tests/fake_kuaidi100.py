"""A Kuaidi100 of our own on 127.0.0.1: speaks the documented forms, checks signatures, and misbehaves when told to."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

KEY, CUSTOMER, SECRET = "fake-key", "fake-customer", "fake-secret"
MEGABYTE = b" " * 2**20
SLOWLY = 0.05  # seconds between two bytes of an answer that never ends


class Fake(ThreadingHTTPServer):
    """`mode` is how it answers; `asked` what it was asked, `scans` what it knows of a number, `answers` overrides by path."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "well"
        self.asked: list[tuple[str, dict]] = []
        self.scans: dict[str, list[dict]] = {}
        self.answers: dict[str, dict] = {}
        self.sent_bytes = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def settings(self) -> dict[str, str]:
        return {"key": KEY, "customer": CUSTOMER, "secret": SECRET, "poll_url": self.url, "api_url": self.url}

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: Fake

    def log_message(self, *_args) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.server.asked.append((self.path, fields))
        getattr(self, f"answer_{self.server.mode}")(fields)

    def answer_well(self, fields) -> None:
        said = self.server.answers.get(self.path) or {
            "/poll": self._subscribed, "/poll/query.do": self._track, "/label/order": self._intercepted,
        }[self.path](fields)  # fmt: skip
        self._send(200, json.dumps(said, ensure_ascii=False).encode())

    def _subscribed(self, fields) -> dict:
        param = json.loads(fields["param"])
        known = fields["schema"] == "json" and param["key"] == KEY
        return {
            "result": known,
            "returnCode": "200" if known else "600",
            "message": "提交成功" if known else "不是合法的订阅者",
        }

    def _track(self, fields) -> dict:
        if fields["sign"] != md5(fields["param"] + KEY + CUSTOMER).upper():
            return {"result": False, "returnCode": "503", "message": "验证签名失败"}
        param = json.loads(fields["param"])
        data = self.server.scans.get(param["num"])
        if not data:
            return {"result": False, "returnCode": "500", "message": "查询无结果，请隔段时间再查"}
        return {"message": "ok", "state": "0", "status": "200", "com": param["com"], "nu": param["num"], "data": data}

    def _intercepted(self, fields) -> dict:
        if fields["sign"] != md5(fields["param"] + fields["t"] + KEY + SECRET).upper():
            return {"result": False, "returnCode": "503", "message": "验证签名失败"}
        return {"result": True, "returnCode": "200", "message": "提交成功", "data": {"orderId": "K100200300"}}

    def answer_500(self, fields) -> None:
        self._send(500, b"oops")

    def answer_429(self, fields) -> None:
        self._send(429, b"slow down")

    def answer_404(self, fields) -> None:
        self._send(404, b"gone")

    def answer_301(self, fields) -> None:
        self.send_response(301)
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()

    def answer_hanging(self, fields) -> None:
        self.server.over.wait(30)

    def answer_dripping(self, fields) -> None:
        """A header that never ends, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.over.wait(SLOWLY):
            self.wfile.write(b"x")
            self.wfile.flush()

    def answer_closing(self, fields) -> None:
        """Half an answer, then nothing more."""
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"result"')
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer_silent(self, fields) -> None:
        """Hangs up without a word."""
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer_huge(self, fields) -> None:
        """Ten gigabytes, for whoever reads them."""
        self.send_response(200)
        self.send_header("Content-Length", str(10 * 2**30))
        self.end_headers()
        for _megabyte in range(10 * 1024):
            self.wfile.write(MEGABYTE)
            self.server.sent_bytes += len(MEGABYTE)

    def answer_garbage(self, fields) -> None:
        self._send(200, b"<html>maintenance</html>")

    def answer_list(self, fields) -> None:
        self._send(200, b"[1, 2]")

    def answer_nested(self, fields) -> None:
        self._send(200, b'{"data": ' + b"[" * 20_000 + b"]" * 20_000 + b"}")

    def _send(self, status, body) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@contextmanager
def running() -> Iterator[Fake]:
    """A fake that answers while the block runs."""
    fake = Fake()
    thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        fake.shutdown()
        fake.server_close()
        thread.join(5)


def seconds(work) -> float:
    """How long `work` took, whatever it raised."""
    began = time.monotonic()
    try:
        work()
    except Exception:
        return time.monotonic() - began
    return time.monotonic() - began
