"""A person with cookies, as far as the fault tests need one: pages by GET, forms by POST."""

import re
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from http.cookiejar import CookieJar

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass
class Answer:
    status: int
    url: str
    text: str
    seconds: float


class Person:
    def __init__(self, port: int):
        self.root = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        return self._ask(urllib.request.Request(self.root + path))

    def post(self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None) -> Answer:
        """The page's own hidden fields (token, request key) plus `fields`; `file` is sent as the field `file`."""
        hidden = dict(_pair(tag) for tag in HIDDEN.findall(self.get(path).text))
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**hidden, **fields}.items()
        ]
        if file:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
            parts.append(head.encode() + b"Content-Type: text/csv\r\n\r\n" + file[1] + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        request = urllib.request.Request(self.root + path, data=body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> Answer:
        begun = time.monotonic()
        try:
            with self.opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.url, answer.read().decode(), time.monotonic() - begun)
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.url or "", refused.read().decode(), time.monotonic() - begun)


def _pair(tag: str) -> tuple[str, str]:
    found = dict(ATTRIBUTE.findall(tag))
    return found.get("name", ""), found.get("value", "")
