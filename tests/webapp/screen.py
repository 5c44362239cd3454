"""A client that sends the token of the page that it opened before, as every form of ours does."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Screen:
    """Opens and posts; the forms' token is fetched anew for every post."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.client.get(url, **options)

    def post(self, url: str, data: dict[str, Any] | None = None) -> TestResponse:
        """Post a form; values that are lists are sent once per entry."""
        return self.client.post(url, data={"csrf_token": self.token(), **(data or {})})

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.text("/track"))
        assert found is not None
        return found[1]

    def text(self, url: str) -> str:
        """The answered page, whatever its status."""
        return self.client.get(url).get_data(as_text=True)
