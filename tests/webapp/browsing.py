"""A browser without script: opens pages, fills forms with what stands in them, presses a button."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.office import PASSWORD
from tests.support.pages import unexplained
from webapp.services.files import Upload


class Browser:
    """One person's browser. `page` is the parsed page, `url` its path, `status` its code."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.url = "/"
        self.status = 0
        self.page: html.HtmlElement = html.fromstring("<html></html>")

    @classmethod
    def of(cls, client: FlaskClient, login: str) -> Browser:
        """A browser in which `login` has signed in."""
        browser = cls(client)
        browser.open("/sign-in")
        browser.submit("/sign-in", {"login": login, "password": PASSWORD}, follow=False)
        assert browser.status == 302, browser.text
        return browser

    @property
    def text(self) -> str:
        """Every word on the page, in single spaces."""
        return " ".join(self.page.text_content().split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.xpath("string(//h1)").split())

    def errors(self) -> list[str]:
        """The entries of the list at the top."""
        entries = self.page.xpath("//section[contains(@class, 'error-summary')]//li")
        return [" ".join(entry.text_content().split()) for entry in entries]

    def links(self, *, containing: str) -> list[str]:
        return [href for href in self.page.xpath("//a/@href") if containing in href]

    def open(self, path: str) -> Browser:
        return self._show(self.client.get(path), follow=True)

    def form(self, action: str) -> Any:
        """The form that posts to an address ending in `action`."""
        posting = [one for one in self.page.forms if one.method == "POST"]
        forms = [one for one in posting if urlsplit(one.get("action") or self.url).path.endswith(action)]
        assert forms, f"no form to {action} on {self.url}"
        return forms[0]

    def submit(
        self,
        action: str,
        values: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Iterable[Upload]] | None = None,
        press: tuple[str, str] | None = None,
        follow: bool = True,
    ) -> Browser:
        """Post the form with what stands in it, `values` typed over it, and the pressed button."""
        form = self.form(action)
        data: MultiDict[str, Any] = MultiDict(form.form_values())
        for key, value in (values or {}).items():
            data.setlist(key, list(value) if isinstance(value, (list, tuple)) else [value])
        for key, uploads in (files or {}).items():
            data.setlist(key, [(io.BytesIO(one.content), one.name) for one in uploads])
        if press:
            data.add(*press)
        return self.send(form.get("action") or self.url, data, follow=follow)

    def send(
        self,
        path: str,
        data: Mapping[str, Any],
        *,
        follow: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Browser:
        """Post `data` as the page's own scripts do."""
        response = self.client.post(path, data=data, content_type="multipart/form-data", headers=headers)
        # A large post lies in a temporary file, which the test client leaves open.
        response.request.environ["wsgi.input"].close()
        return self._show(response, follow=follow)

    def token(self) -> str:
        """The page's own CSRF token."""
        return str(self.page.xpath("string(//meta[@name='csrf-token']/@content)"))

    def _show(self, response: TestResponse, *, follow: bool) -> Browser:
        while follow and response.status_code in (302, 303):
            response = self.client.get(urljoin(self.url, response.headers["Location"]).partition("#")[0])
        self.status, self.url = response.status_code, urlsplit(response.request.url).path
        self.response = response
        if response.mimetype == "text/html" and response.data:
            self.page = html.fromstring(response.get_data(as_text=True))
            if self.page.tag == "html" and self.page.xpath("//main"):
                check_page(self.page, self.url)
        return self


def check_page(page: html.HtmlElement, url: str) -> None:
    """What holds for every page: one h1 that the title repeats, ids once, every control named, every day explained."""
    assert unexplained(page) == [], url
    headings = [" ".join(one.text_content().split()) for one in page.xpath("//h1")]
    assert len(headings) == 1, (url, headings)
    assert headings[0] in " ".join(page.xpath("string(//title)").split()), url
    ids = page.xpath("//@id")
    assert sorted(ids) == sorted(set(ids)), (url, [one for one in ids if ids.count(one) > 1])
    labelled = set(page.xpath("//label/@for"))
    for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        named = control.get("aria-label") or control.get("id") in labelled or control.xpath("ancestor::label")
        assert named, (url, html.tostring(control))
