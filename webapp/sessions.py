"""The cookie of a session: Flask's own, signed as Flask signs it, with less work for each request.

The key that signs is derived once, the content is plain JSON (what we keep in a session are texts, numbers and lists
of them, which need none of the tags with which Flask tells Python's types apart), and it is not compressed: a few
hundred bytes become hardly fewer by it.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask
from flask.sessions import SecureCookieSessionInterface, session_json_serializer
from itsdangerous import Signer, TimedSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode


class PlainJson:
    """JSON without tags. Reads those of cookies from before, whose tags are keys that begin with a space."""

    @staticmethod
    def dumps(value: Any) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str) -> Any:
        """The mark of a key stands bare; inside a text it would be escaped."""
        return (session_json_serializer if '{" ' in text else orjson).loads(text)


class Uncompressed(URLSafeTimedSerializer):
    """Writes its content as it is; reads what was compressed before, too."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(TimedSerializer.dump_payload(self, obj))


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
        self._serializer = Uncompressed(derived, salt=self.salt, serializer=PlainJson, signer_kwargs=signing)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return self._serializer


def bind(app: Flask) -> None:
    app.session_interface = Sessions(app)
