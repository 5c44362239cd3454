"""A designer at a trial's page, without script: begins, acts, reads what it says."""

from __future__ import annotations

import json
import re

from tests.webapp.browsing import Browser
from webapp.services.files import Upload
from webapp.settings import PROJECT_FOLDER

LEAVE = Upload("leave.bpmn", (PROJECT_FOLDER / "docs" / "examples" / "leave.bpmn").read_bytes())


def tried(browser: Browser, file: Upload | bytes, variables: str = "", **typed: str) -> Browser:
    """A trial of a diagram alone, from the page where diagrams are checked."""
    given = file if isinstance(file, Upload) else Upload("p.bpmn", file)
    browser.open("/studio/check")
    browser.submit("/check", files={"file": [given]}, press=("try", "1"))
    browser.submit("/beginning", {"variables": variables, "at": "2026-11-27T09:00", **typed})
    assert browser.status == 200, browser.errors()
    return browser


def together(first: bytes, second: bytes) -> bytes:
    """Two processes in one file. Flow ids of the second get a letter of their own."""
    text = re.sub(r'id="f(\d)', r'id="g\1', second.decode())
    inner = text[text.index("<process") : text.index("</definitions>")]
    return first.decode().replace("</definitions>", f"{inner}</definitions>").encode()


def act(browser: Browser, kind: str, element: str = "", nth: int = 0, **typed: str) -> Browser:
    """Fill in the form for an act, at an element where there is one, and press its button."""
    forms = [one for one in browser.page.forms if one.fields.get("seen") and _offers(one, kind)]
    if element:
        forms = [one for one in forms if one.fields.get("element") == element]
    data = dict(forms[nth].form_values()) | typed | {"kind": kind}
    return browser.send(forms[nth].get("action"), data)


def _offers(form, kind: str) -> bool:
    pressed = form.xpath(".//button[@name='kind']/@value")
    return kind in pressed or form.fields.get("kind") == kind


def section(browser: Browser, title: str) -> str:
    """The words of a card, "" where there is none."""
    found = browser.page.xpath(f"//section[.//h2[starts-with(normalize-space(), '{title}')]]")
    return " ".join(found[0].text_content().split()) if found else ""


def state(browser: Browser) -> dict[str, object]:
    """What the picture shows."""
    (text,) = browser.page.xpath("//script[@data-state]/text()")
    return json.loads(text)


def acts(browser: Browser) -> list[str]:
    entries = browser.page.xpath("//ol[contains(@class, 'act-list')]/li")
    return [" ".join(entry.text_content().split()) for entry in entries]


def main(browser: Browser) -> str:
    """Every word of the page but what was just done."""
    return " ".join(browser.page.xpath("//div[@class='layout-trial']")[0].text_content().split())
