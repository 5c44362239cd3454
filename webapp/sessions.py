"""The cookie of a session: Flask's own, signed as Flask signs it, with less work for each request.

The key that signs is derived once, the content is plain JSON (what we keep in a session are texts, numbers and lists
of them, which need none of the tags with which Flask tells Python's types apart), it is not compressed (a few
hundred bytes become hardly fewer by it), and what stands around the value in the header is put together once.
"""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from typing import Any

import orjson
from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin, session_json_serializer
from itsdangerous import Signer, URLSafeTimedSerializer
from itsdangerous.encoding import int_to_bytes
from werkzeug.http import dump_cookie

#: The digest with which Flask signs.
DIGEST = "sha1"


class PlainJson:
    """JSON without tags. Reads those of cookies from before, whose tags are keys that begin with a space."""

    @staticmethod
    def dumps(value: Any) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str) -> Any:
        """The mark of a key stands bare; inside a text it would be escaped."""
        return (session_json_serializer if '{" ' in text else orjson).loads(text)


class AtOnce(URLSafeTimedSerializer):
    """Writes its content as it is, signed with the key as it is; reads what was compressed before, too."""

    def __init__(self, key: bytes, **options: Any) -> None:
        super().__init__(key, **options)
        self._signing = hmac.new(key, digestmod=DIGEST)

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """What itsdangerous writes part by part through its signer, made at once."""
        value = b"%b.%b" % (_text(orjson.dumps(obj)), _text(int_to_bytes(int(time.time()))))
        signing = self._signing.copy()
        signing.update(value)
        return f"{value.decode()}.{_text(signing.digest()).decode()}"


def _text(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


class Sessions(SecureCookieSessionInterface):
    """For one application, whose secret key stays."""

    def __init__(self, app: Flask) -> None:
        derived = Signer(
            app.config["SECRET_KEY"],
            salt=self.salt,
            key_derivation=self.key_derivation,
            digest_method=self.digest_method,
        ).derive_key()
        signing = {"key_derivation": "none", "digest_method": self.digest_method}
        self._serializer = AtOnce(derived, salt=self.salt, serializer=PlainJson, signer_kwargs=signing)
        self._before, self._after = self._around(app)

    def _around(self, app: Flask) -> tuple[str, str]:
        """What stands before and behind the value of a cookie that ends with the browser."""
        whole = dump_cookie(
            self.get_cookie_name(app),
            domain=self.get_cookie_domain(app),
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            httponly=self.get_cookie_httponly(app),
            samesite=self.get_cookie_samesite(app),
            partitioned=self.get_cookie_partitioned(app),
        )
        name, equals, after = whole.partition("=")
        return name + equals, after

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask does it; the usual cookie without asking for its attributes and quoting its value again."""
        if session and session.modified and not session.permanent:
            cookie = f"{self._before}{self._serializer.dumps(dict(session))}{self._after}"
            if len(cookie) <= response.max_cookie_size:  # past it Flask warns
                response.headers.add("Set-Cookie", cookie)
                response.vary.add("Cookie")
                return
        super().save_session(app, session, response)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return self._serializer


def bind(app: Flask) -> None:
    app.session_interface = Sessions(app)
