"""Browser stories: Chromium on a served application. Each story has a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.person import Person
from tests.browser.site import Site, served
from tests.frontend.kit import AXE
from tests.support.chromium import CHROMIUM, MISSING, REQUIRED, ensure_nothing_is_missing

FAILED = pytest.StashKey[bool]()
#: A story shares its processor with others.
PATIENCE_MS = 15_000
LACKING = MISSING if AXE.exists() else [*MISSING, "axe-core is not there (make assets)"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every story is slow; where something is missing, it says what, and fails where it must run."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            if LACKING and not REQUIRED:
                item.add_marker(pytest.mark.skip(reason="; ".join(LACKING)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all stories; every person in them has a profile of their own."""
    ensure_nothing_is_missing(LACKING)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(committed_app: Flask) -> Iterator[Site]:
    """The application served on this machine."""
    with served(committed_app) as one:
        yield one


@pytest.fixture
def somebody(
    site: Site, chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Person]]:
    """Opens a browser for a person: `somebody("lixiaoyun")` is signed in, `somebody()` is the public.

    At the end nobody's browser may have met a script error, a console error or a breach of the policy.
    """
    people: list[Person] = []

    def opened(login: str = "", *, script: bool = True) -> Person:
        person = Person(chromium, site, script=script)
        people.append(person)
        if login:
            person.sign_in(login)
        return person

    yield opened
    failed = request.node.stash.get(FAILED, False)
    for count, person in enumerate(people if failed else ()):  # what was on the screens last, for whoever looks into it
        person.page.screenshot(path=tmp_path / f"last-{count}.png")
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.context.close()
    assert faults == []
