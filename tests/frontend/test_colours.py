"""Colours that older browsers do not know become the plain ones that a newer browser shows for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.frontend.kit import ASSETS
from tests.support.chromium import CHROMIUM, ensure_nothing_is_missing, skipped_without_chromium

pytestmark = [pytest.mark.slow, skipped_without_chromium]

PROPERTIES = """:root { --primary: #1a56db; --ink: var(--dark); --dark: rgb(31, 41, 55); --share: .25; }
:host, :root { --mixed: color-mix(in oklab, var(--ink) 10%, transparent); }
.alert { --ink: red; } .btn { --share: 1; } .btn { --own: blue; }"""
#: What becomes plain; a blend that was transparent stays so.
PLAIN = [
    "color-mix(in oklab, var(--primary) 10%, transparent)",
    "color-mix(in oklab, var(--primary), #ffffff)",
    "color-mix(in oklab, #000 60%, var(--primary))",
    "color-mix(in oklab, black 20%, rgb(180 35 24))",
    "color-mix(in oklab, var(--primary) calc(.25 * 100%), #f6f7f9)",
    "color-mix(in oklab, var(--nowhere, var(--dark)) 20%, transparent)",
    "color-mix(in srgb, #ff000080 40%, #0000ff)",
    "color-mix(in srgb, white 90%, transparent)",
    "color-mix(in oklab, #ff0000 20%, #0000ff 20%)",
    "color-mix(in srgb, hsl(205, 100%, 50%) 15%, transparent)",
    "oklch(67.38% 0.1885 153.31)",
    "oklch(0.5 0.1 250 / 40%)",
    "oklch(from var(--primary) calc(l + .05) c h)",
]
#: What only the element knows on which it stands.
LEFT = [
    "color-mix(in oklab, var(--ink) 10%, transparent)",
    "color-mix(in oklab, var(--primary) calc(var(--share) * 100%), white)",
    "color-mix(in oklab, var(--own) 10%, transparent)",
    "color-mix(in oklab, currentcolor 10%, transparent)",
    "color-mix(in hsl, red, blue)",
]
MADE = """async ([code, properties, values]) => {
    const { plainColours } = await import('data:text/javascript;charset=utf-8,' + encodeURIComponent(code));
    const plain = plainColours([properties]);
    return values.map((value) => /^a \\{ color: (.*); \\}$/.exec(plain(`a { color: ${value}; }`))[1]);
}"""
SHEET = """async ([code, sheet]) => {
    const { plainColours } = await import('data:text/javascript;charset=utf-8,' + encodeURIComponent(code));
    return plainColours([sheet])(sheet);
}"""
SHOWN = """([properties, values]) => {
    const style = document.createElement('style');
    style.textContent = properties;
    document.head.append(style);
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    return values.map((value) => {
        const one = document.createElement('p');
        one.style.color = value;
        document.body.append(one);
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = getComputedStyle(one).color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    });
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    ensure_nothing_is_missing()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def made(page: Page, values: list[str]) -> list[str]:
    code = (ASSETS / "colours.mjs").read_text("utf-8")
    plain: list[str] = page.evaluate(MADE, [code, PROPERTIES, values])
    return plain


def test_a_plain_colour_is_what_the_browser_shows(page: Page) -> None:
    plain = made(page, PLAIN)
    assert all(one.startswith("#") for one in plain)
    wanted, got = page.evaluate(SHOWN, [PROPERTIES, PLAIN]), page.evaluate(SHOWN, [PROPERTIES, plain])
    for value, one, other in zip(PLAIN, wanted, got, strict=True):
        # A canvas keeps colours multiplied by how opaque they are: thin ones are coarse there.
        coarse = 2 if one[3] > 200 else 12
        assert abs(one[3] - other[3]) <= 2, (value, one, other)
        assert all(abs(a - b) <= coarse for a, b in zip(one[:3], other[:3], strict=True)), (value, one, other)


def test_what_is_set_at_the_root_is_made_of_what_is_set_there(page: Page) -> None:
    code = (ASSETS / "colours.mjs").read_text("utf-8")
    made = page.evaluate(SHEET, [code, PROPERTIES])
    assert ":host, :root { --mixed: #1f29371a; }" in made


def test_all_of_one_colour_is_that_colour(page: Page) -> None:
    mixture = "color-mix(in oklab, var(--ink) calc(var(--nowhere, 1) * 100%), transparent)"
    assert made(page, [mixture]) == ["var(--ink)"]


def test_what_only_the_page_knows_stays_as_it_is(page: Page) -> None:
    assert made(page, LEFT) == LEFT
