"""Somebody at a browser without script, over real HTTP: signs in, uploads files under any name, reads pages."""

from __future__ import annotations

import http.client
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

from lxml import html

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What the server said, and how long it took. Status 0: it broke the connection."""

    path: str
    status: int
    seconds: float
    kind: str
    body: bytes
    location: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def page(self) -> html.HtmlElement:
        """The parsed page; an empty one where it is none."""
        is_page = self.kind.startswith("text/html") and self.body.strip()
        return html.fromstring(self.body if is_page else b"<html></html>")


class Visitor:
    """One person's browser on an installation at `port` of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: SimpleCookie = SimpleCookie()
        self._token = ""

    def sign_in(self, login: str, password: str) -> None:
        """Raises ConnectionError where it does not work."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": login, "password": password})
        if answer.status != 302:
            raise ConnectionError(f"{login} cannot sign in: {answer.status}")
        self.get("/studio")

    def get(self, path: str) -> Answer:
        answer = self._send("GET", path)
        token = answer.page().xpath("string(//meta[@name='csrf-token']/@content)")
        self._token = str(token) or self._token
        return answer

    def post(self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] | None = None) -> Answer:
        """Posts a form, with a file under exactly this name."""
        boundary = uuid.uuid4().hex
        parts = [_field(name, value) for name, value in {"csrf_token": self._token, **fields}.items()]
        if file is not None:
            parts.append(_file("file", *file))
        body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
        body += b"--%s--\r\n" % boundary.encode()
        return self._send("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def followed(self, answer: Answer) -> Answer:
        """The page that an answer leads to, the answer itself where it leads nowhere."""
        for _ in range(5):
            if answer.status not in (301, 302, 303):
                break
            answer = self.get(urlsplit(urljoin(answer.path, answer.location)).path)
        return answer

    def _send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        began = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as broken:
            return Answer(path, 0, time.monotonic() - began, "", repr(broken).encode())
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(cookie)
        location = response.headers.get("Location", "")
        kind = response.headers.get("Content-Type", "")
        return Answer(path, response.status, time.monotonic() - began, kind, content, location)


def _field(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def _file(field: str, name: str, content: bytes) -> bytes:
    quoted = name.replace("\\", "\\\\").replace('"', "%22")
    head = f'Content-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n'
    return head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content
