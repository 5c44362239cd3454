"""One person at one screen: opens pages, acts on them, and has every page that is reached looked over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Browser, ConsoleMessage, Locator, expect

from tests.browser import pictures
from tests.browser.site import Site
from tests.frontend.kit import AXE
from tests.support.database import PASSWORD

WIDE, PHONE = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: What another width does not change, and is half of the work: looked at on the desk.
OF_THE_DESK = ["color-contrast"]
FIND = """([tags, without]) => axe.run({
  runOnly: tags, resultTypes: ["violations"],
  rules: Object.fromEntries(without.map((rule) => [rule, {enabled: false}])),
}).then(
  (found) => found.violations.flatMap((v) => v.nodes.map((n) => [v.id, n.html.slice(0, 200), n.failureSummary])))"""
#: What stands out of the page at the right, for the message.
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5)
  .map((e) => e.outerHTML.slice(0, 120))"""
#: Chromium reports every answer of 4xx as an error of the page.
ANSWERED = re.compile(r"responded with a status of (\d+)")


class Person:
    """A browser profile of somebody's own.

    `faults` are what must never come: console and script errors. `refusals` are the status codes that the
    story gets on purpose, of a wrong form for example.
    """

    def __init__(self, browser: Browser, site: Site, *, script: bool = True) -> None:
        self.site = site
        self.script = script
        self.context = browser.new_context(
            base_url=site.url,
            viewport={"width": WIDE[0], "height": WIDE[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            permissions=["camera"],
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.refusals = {422}
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._listen)

    def _listen(self, said: ConsoleMessage) -> None:
        answered = ANSWERED.search(said.text)
        meant = answered and int(answered[1]) in self.refusals
        if said.type in ("error", "warning") and not meant:
            self.faults.append(f"{self.page.url}: {said.text}")

    def sign_in(self, login: str) -> None:
        """Through the page, from wherever it leads."""
        self.page.goto("/sign-in")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")
        expect(self.page.locator(".topbar-user")).to_be_visible()

    def open(self, path: str, heading: str | re.Pattern[str]) -> None:
        """Go to an address and look the page over."""
        self.page.goto(path)
        self.arrives(heading)

    def arrives(self, heading: str | re.Pattern[str], *, look: bool = True) -> None:
        """The page with this heading is there; it is looked over unless it was a moment ago."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self.page.wait_for_load_state()  # what hears keys and gestures is there once the scripts ran
        if look:
            self.look_over()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button of this name."""
        (within or self.page).get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the link of this name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def draw_signature(self, within: Locator) -> None:
        """A stroke with the mouse on the signature's canvas."""
        canvas = within.locator("canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        left, top = box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.35
        for points in STROKES:
            (x, y), *rest = points
            self.page.mouse.move(left + x, top + y)
            self.page.mouse.down()
            for x, y in rest:
                self.page.mouse.move(left + x, top + y, steps=6)
            self.page.mouse.up()
        expect(within.locator("[data-signature-state]")).to_have_text("已签名")

    def look_over(self) -> None:
        """Nothing for axe to find and nothing wider than the screen, on the desk and on the phone."""
        self._wait_for_diagrams()
        for width, height in (PHONE, WIDE):
            self._resize(width, height)
            self._fits(width)
            if self.script:
                self._ask_axe(width)

    def _resize(self, width: int, height: int) -> None:
        """Change the window and wait until the page is laid out for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        expect(self.page.locator("html")).to_have_js_property("clientWidth", width)

    def _fits(self, width: int) -> None:
        """Nothing stands out at the side."""
        try:
            expect(self.page.locator("html")).to_have_js_property("scrollWidth", width)
        except AssertionError as failure:
            raise AssertionError(self.page.url, width, self.page.evaluate(TOO_WIDE)) from failure

    def _ask_axe(self, width: int) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(FIND, [RULES, OF_THE_DESK if width == PHONE[0] else []])
        assert found == [], (self.page.url, width, found)

    def _wait_for_diagrams(self) -> None:
        if self.script:
            for diagram in self.page.locator("[data-diagram]").all():
                expect(diagram).to_have_attribute("data-ready", "")

    def picture(self, name: str, *, size: tuple[int, int] = WIDE, at: str = "") -> None:
        """A picture for the documentation, when pictures are asked for; `at`: what stands at its top."""
        if not pictures.WANTED:
            return
        self._resize(*size)
        self._wait_for_diagrams()
        if at:
            self.page.locator(at).first.evaluate("element => element.scrollIntoView({block: 'start'})")
        else:
            self.page.evaluate("scrollTo(0, 0)")
        pictures.keep(name, self.page.screenshot(animations="disabled", caret="hide"))
        self._resize(*WIDE)


#: A name written by hand, in pixels from the first stroke's corner.
STROKES: Sequence[Sequence[tuple[int, int]]] = (
    ((0, 14), (48, 8)),
    ((24, -8), (22, 60)),
    ((20, 26), (2, 46)),
    ((26, 26), (48, 44)),
    ((70, 10), (118, 4)),
    ((94, -10), (92, 62)),
    ((90, 24), (70, 48)),
    ((98, 24), (122, 46)),
    ((142, 0), (190, -4)),
    ((166, -12), (160, 20), (144, 40)),
    ((160, 20), (188, 36)),
    ((150, 44), (182, 40), (170, 66), (152, 58)),
)
