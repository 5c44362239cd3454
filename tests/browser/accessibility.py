"""Every page with axe, in both languages, on the desk and on the phone.

`python -m tests.browser.accessibility` visits them all and writes docs/accessibility.md.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from tests.browser.every_page import Browsers, Found, every_page
from tests.browser.person import FIND, PHONE, RULES, TOO_WIDE, WIDE
from tests.browser.site import Site, served
from tests.browser.visits import Visit
from tests.frontend.kit import AXE
from tests.support.chromium import CHROMIUM
from tests.support.database import OFFICE, database_copy, settings_for, throwaway_server
from tests.support.web import SeparateRequests
from tests.webapp.day import begun
from webapp import catalogue, clock, create_app, moments
from webapp.languages import COOKIE, LANGUAGES
from webapp.settings import PROJECT_FOLDER

DOC = PROJECT_FOLDER / "docs" / "accessibility.md"
MARK = "<!-- Below this line: make accessibility -->"
TABLE = ("| Page | 中文 1440 | 中文 390 | English 1440 | English 390 |", "|---|---|---|---|---|")
WIDTHS = (WIDE, PHONE)
PATIENCE_MS = 20_000
BROWSER_ARGUMENTS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@dataclass(frozen=True)
class Look:
    """A page looked at in one language at one width. `faults`: what axe and the ruler found."""

    page: str
    language: str
    width: int
    faults: tuple[str, ...]


def looks(
    browser: Browser,
    site: Site,
    browsers: Browsers,
    visits: Sequence[Visit],
    language: str,
    rules_at: Collection[tuple[int, int]] = WIDTHS,
    without: Mapping[int, Sequence[str]] = {},
) -> Iterator[Look]:
    """Each page in this language at every width, each person in one browser profile; with axe at `rules_at`, at a
    width `without` some of its rules."""
    whose: dict[tuple[str, int], list[Visit]] = {}
    for visit in visits:
        whose.setdefault(visit.who, []).append(visit)
    for who, theirs in whose.items():
        context = _profile(browser, site, browsers.cookie(*who), language)
        page = context.new_page()
        for visit in theirs:
            yield from _look(page, visit, language, rules_at, without)
        context.close()


def _profile(browser: Browser, site: Site, session: str, language: str) -> BrowserContext:
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": WIDE[0], "height": WIDE[1]},
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        permissions=["camera"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    cookies = {COOKIE: language} | ({site.app.config["SESSION_COOKIE_NAME"]: session} if session else {})
    context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    return context


def _look(
    page: Page, visit: Visit, language: str, rules_at: Collection[tuple[int, int]], without: Mapping[int, Sequence[str]]
) -> Iterator[Look]:
    """Opened once; the window is made narrower for the phone."""
    wrong: list[str] = []
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    answer = _opened(page, visit)
    if (
        answer is None
        or answer.status != 200
        or page.url.partition("?")[0].endswith("/sign-in") != (visit.page == "/sign-in")
    ):
        wrong.append(f"not this page: {page.url} {answer.status if answer else ''}")
    if rules_at:
        for diagram in page.locator(
            "[data-diagram], [data-designer], [data-decision-editor], [data-form-editor]"
        ).all():
            expect(diagram).to_have_attribute("data-ready", "", timeout=PATIENCE_MS)
        page.evaluate(AXE_TEXT)
    for width, height in WIDTHS:
        if width != WIDE[0]:
            page.set_viewport_size({"width": width, "height": height})
            expect(page.locator("html")).to_have_js_property("clientWidth", width)
            page.evaluate(NEXT_FRAME)
        broken = page.evaluate(FIND, [RULES, without.get(width, [])]) if (width, height) in rules_at else []
        found = [" ".join(" | ".join(one).split()) for one in broken]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than the screen: {page.evaluate(TOO_WIDE)}")
        yield Look(visit.page, language, width, (*wrong, *found))


def _opened(page: Page, visit: Visit) -> Response | None:
    """The address opened, or a form sent to it from the first page of who visits."""
    if not visit.sent:
        return page.goto(visit.url)
    page.goto("/")
    with page.expect_navigation() as led_to:
        page.evaluate(SEND, [visit.url, visit.sent])
    return led_to.value


#: What a script draws, and says when it is done.
DRAWN = "[data-diagram], [data-designer], [data-decision-editor], [data-form-editor]"
#: Sends a form with these controls, and the token of the page's own forms.
SEND = """([action, controls]) => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = action;
  const token = document.querySelector('input[name=csrf_token]');
  for (const [name, value] of [...controls, [token.name, token.value]]) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  document.body.append(form);
  form.submit();
}"""
#: What follows a change of the window's size has been done.
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
AXE_TEXT = AXE.read_text("utf-8") if AXE.exists() else ""


@dataclass(frozen=True)
class Pages:
    """Every page, found in an office that is in the middle of its work."""

    site: Site
    browsers: Browsers
    found: Found

    def looks(
        self,
        browser: Browser,
        language: str,
        rules_at: Collection[tuple[int, int]] = WIDTHS,
        without: Mapping[int, Sequence[str]] = {},
    ) -> Iterator[Look]:
        return looks(browser, self.site, self.browsers, self.found.visits, language, rules_at, without)


@contextmanager
def all_pages(app: Flask) -> Iterator[Pages]:
    """The application served, with something behind every page."""
    with app.app_context():
        day, browsers = begun(), Browsers(app)
        found = every_page(app, day, browsers)
    with served(app) as site:
        yield Pages(site, browsers, found)


@contextmanager
def application(sockets: str, name: str, home: Path) -> Iterator[Flask]:
    """An application over a database of its own."""
    with database_copy(sockets, name, OFFICE) as database:
        app = create_app(settings_for(sockets, database, home))
        app.test_client_class = SeparateRequests
        catalogue.forget()
        yield app
        catalogue.forget()
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def rule_of(page: str) -> str:
    """The route of a page, without what is different on it."""
    return page.partition(" (")[0]


def listed(doc: str) -> set[str]:
    """The pages that the document has a line for."""
    return set(re.findall(r"^\| `([^`]+)` \|", doc, re.MULTILINE))


def written(document: str, seen: Iterable[Look], on: date) -> str:
    """The document with what was found, in place of what stood below its mark."""
    lines: dict[str, dict[tuple[str, int], int]] = {}
    for look in seen:
        lines.setdefault(look.page, {})[look.language, look.width] = len(look.faults)
    columns = [(language, width) for language in LANGUAGES for width, _ in WIDTHS]
    rows = [
        f"| `{page}` | " + " | ".join(_words(counted.get(column)) for column in columns) + " |"
        for page, counted in sorted(lines.items())
    ]
    faults = sum(count for counted in lines.values() for count in counted.values())
    result = f"Visited on {on.isoformat()}: {len(lines)} pages. Violations of {', '.join(RULES)}: {_words(faults)}."
    return document.partition(MARK)[0] + "\n\n".join([MARK, result, "\n".join([*TABLE, *rows])]) + "\n"


def _words(faults: int | None) -> str:
    return "not visited" if faults is None else "none" if not faults else f"{faults} found"


def main() -> int:
    """Visit every page and write the document; 1 where something was found."""
    with ExitStack() as stack:
        sockets = stack.enter_context(throwaway_server())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        app = stack.enter_context(application(sockets, "accessibility", home))
        pages = stack.enter_context(all_pages(app))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        seen = [look for language in LANGUAGES for look in pages.looks(browser, language)]
        browser.close()
    for look in seen:
        for fault in look.faults:
            print(look.page, look.language, look.width, fault, sep="\n    ")
    DOC.write_text(written(DOC.read_text("utf-8"), seen, clock.today(moments.OFFICE_ZONE)), "utf-8")
    print(f"{DOC}: {len({look.page for look in seen})} pages; no page for: {', '.join(pages.found.missing) or '-'}")
    return 1 if pages.found.missing or any(look.faults for look in seen) else 0


if __name__ == "__main__":
    sys.exit(main())
