"""Reading pages as a person does: headings, rows, forms with what stands in them."""

from __future__ import annotations

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.support.database import PASSWORD


class Page:
    """One answered page."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.text = response.get_data(as_text=True)
        self.tree = html.fromstring(self.text)
        assert unexplained(self.tree) == []

    @property
    def heading(self) -> str:
        return " ".join(self.tree.xpath("string(//h1)").split())

    def words(self, path: str = "//main") -> str:
        """The text of an element, spaces collapsed."""
        return " ".join(self.tree.xpath(f"string({path})").split())

    def rows(self) -> list[list[str]]:
        """The cells of every body row on the page, but for the box with which it is chosen."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td[not(@class='select')]")]
            for row in self.tree.xpath("//tbody/tr")
        ]

    def links(self) -> list[str]:
        return [str(href) for href in self.tree.xpath("//main//a/@href")]

    def fields(self, action: str) -> dict[str, str]:
        """What the form with this action would post: hidden and typed values, chosen radios."""
        form = next(form for form in self.tree.forms if str(form.get("action")) == action)
        return dict(form.form_values())

    def errors(self) -> dict[str, str]:
        """Anchor -> message, of the error summary."""
        links = self.tree.xpath("//*[contains(@class, 'error-summary')]//a")
        return {str(link.get("href")): link.text_content() for link in links}


def unexplained(tree: html.HtmlElement) -> list[str]:
    """The due days of a page that neither lead to their explanation nor have it folded up behind them."""
    badges = tree.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' due ')]")
    return [
        " ".join(one.text_content().split())
        for one in badges
        if "due-none" not in one.get("class") and not one.get("href")
        if not one.xpath("ancestor::details//ul[contains(@class, 'explain')]")
    ]


class Browser:
    """Someone at a screen: signs in, opens pages, posts their forms with the token that stands in them."""

    def __init__(self, client: FlaskClient, login: str = "") -> None:
        self.client = client
        self.token = ""
        if login:
            self.sign_in(login)

    def sign_in(self, login: str) -> None:
        """Sign in through the page; whoever was signed in is gone."""
        with self.client.session_transaction() as session:
            session.clear()
        self.open("/sign-in")
        answer = self.post("/sign-in", login=login, password=PASSWORD)
        assert answer.status_code == 302, login
        self.token = ""

    def open(self, url: str) -> Page:
        """Open a page and keep the token of its forms."""
        page = Page(self.client.get(url))
        self.token = str(page.tree.xpath("string(//meta[@name='csrf-token']/@content)")) or self.token
        return page

    def post(self, url: str, **data: str) -> TestResponse:
        """Send a form. Names with a dot are written with two underscores."""
        if not self.token:
            self.open("/sign-in" if not self._signed_in() else "/inbox")
        typed = {name.replace("__", "."): value for name, value in data.items()}
        return self.client.post(url, data={"csrf_token": self.token, **typed})

    def _signed_in(self) -> bool:
        with self.client.session_transaction() as session:
            return "token" in session

    def act(self, task_id: int, **typed: str) -> TestResponse:
        """Fill in the act of a task's page and send it, with whatever the page itself carries."""
        page = self.open(f"/tasks/{task_id}")
        carried = {name: value or "" for name, value in page.fields(f"/tasks/{task_id}/act").items()}
        return self.post(f"/tasks/{task_id}/act", **{**carried, **typed})
