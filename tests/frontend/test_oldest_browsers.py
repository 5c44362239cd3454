"""What is built asks nothing that the oldest browsers of offices lack, unless it asks first or brings it along.

No such browser can be started here, so the built files are read: the compiler lowers the language (TARGET in
build.mjs), but not what is called by name, nor most of what style sheets say. The versions are those of MDN's
compatibility data; the table holds what at least one of the targets lacks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.frontend.kit import ASSETS, DIST, WEBAPP
from tests.frontend.test_editors import MANIFEST, loaded

pytestmark = pytest.mark.skipif(not MANIFEST.exists(), reason="assets are not built")

#: Chromium 109 is the last one on Windows 7; domestic browsers follow it. Read again from the build in a test.
TARGETS = {"chrome": 109.0, "firefox": 115.0, "safari": 16.0}
NEVER = 999.0


@dataclass(frozen=True, slots=True)
class Newer:
    """Something that came after a target. `used`: how a file shows that it uses it; `since`: Chrome, Firefox, Safari.

    `asked`: what must stand in a file that the same page loads, where it is used: the question whether the browser has
    it, or what is brought along in its place. "" where nothing may use it.
    """

    used: str
    since: tuple[float, float, float]
    asked: str = ""


SCRIPTS = {
    "copying array methods": Newer(
        r"\.(?:toSorted|toReversed|toSpliced)\(", (110, 115, 16), r"\w+\(Array\.prototype,\"toSorted\",function"
    ),
    "Array.prototype.with": Newer(r"\]\.with\(", (110, 115, 16)),
    "Object.groupBy": Newer(r"\bObject\.groupBy\(", (117, 119, 17.4)),
    "Map.groupBy": Newer(r"\bMap\.groupBy\(", (117, 119, 17.4), r"Map\.groupBy\?"),
    "Promise.withResolvers": Newer(r"\bPromise\.withResolvers\(", (119, 121, 17.4), r"\{withResolvers:function"),
    "Promise.try": Newer(r"\bPromise\.try\(", (128, 134, 18.2), r"\},\{try:function"),
    "Array.fromAsync": Newer(r"\bArray\.fromAsync\(", (121, 115, 16.4)),
    "set methods": Newer(
        r"\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\("
        r"|new Set\([^()]*\)\.(?:union|intersection|difference)\(",
        (122, 127, 17),
        r"target:\"Set\",proto:!0,real:!0",
    ),
    "iterator helpers": Newer(
        r"\.(?:values|keys|entries)\(\)\.(?:map|filter|some|every|find|reduce|flatMap|take|drop|forEach|toArray)\("
        r"|\bIterator\.from\(",
        (122, 131, 18.4),
        r"target:\"Iterator\",proto:!0,real:!0",
    ),
    "URL.canParse": Newer(r"\bURL\.canParse\(", (120, 115, 17), r"\w+\(URL,\"canParse\","),
    "URL.parse": Newer(r"\bURL\.parse\(", (126, 126, 18), r"target:\"URL\",stat:!0,forced:[^}]*\},\{parse:"),
    "well-formed strings": Newer(r"\.(?:isWellFormed|toWellFormed)\(", (111, 119, 16.4)),
    "RegExp.escape": Newer(r"\bRegExp\.escape\(", (136, 134, 18.2)),
    "looking behind in expressions": Newer(
        r"/[^/\n]*\(\?<[=!][^/\n]*/[a-z]*|\"\(\?<[=!]", (62, 78, 16.4), r"try\{return!!new RegExp\(\"\(\?<=1\)"
    ),
    "Intl.Segmenter": Newer(r"\bnew Intl\.Segmenter\(", (87, 125, 14.1), r"Intl\.Segmenter\?"),
    "Intl.DurationFormat": Newer(r"\bIntl\.DurationFormat\b", (129, 136, 16.4)),
    "AbortSignal.any": Newer(r"\bAbortSignal\.any\(", (116, 124, 17.4), r"typeof AbortSignal\.any!=\"function\"&&"),
    "Math.sumPrecise": Newer(r"\bMath\.sumPrecise\(", (147, 137, 26.2), r"\{sumPrecise:function"),
    "bytes in Base64": Newer(
        r"\.(?:fromBase64|toBase64|fromHex|toHex)\(",
        (140, 133, 18.2),
        r"\},\{toBase64:function",
    ),
    "checkVisibility": Newer(r"\.checkVisibility\(", (105, 106, 17.4), r"\"checkVisibility\"in "),
    "requestIdleCallback": Newer(
        r"(?<!typeof )\brequestIdleCallback\(", (47, 55, NEVER), r"typeof requestIdleCallback<\"u\"&&"
    ),
    "moveBefore": Newer(r"\.moveBefore\(", (133, 144, NEVER), r"if\(\w+\.moveBefore\)"),
    "view transitions": Newer(r"\.startViewTransition\(", (111, 144, 18), r"document\.startViewTransition(?:\)|&&)"),
    "navigation API": Newer(r"\bnavigation\.addEventListener\(", (102, 147, 26.2), r"window\.navigation&&"),
    "popovers": Newer(r"\.(?:showPopover|hidePopover|togglePopover)\(", (114, 125, 17)),
    "made style sheets": Newer(
        r"\bnew CSSStyleSheet\b", (73, 101, 16.4), r"\"adoptedStyleSheets\"in document|try\{[\w.]+=new CSSStyleSheet"
    ),
    "Response.json": Newer(r"\bResponse\.json\(", (105, 115, 17)),
    "HTML of shadows": Newer(r"\.(?:getHTML|setHTMLUnsafe)\(", (124, 123, 17.4)),
    "caretPositionFromPoint": Newer(
        r"\.caretPositionFromPoint\(", (128, 63, 26), r"\.caretPositionFromPoint\)|\.caretPositionFromPoint\?"
    ),
    "cookieStore": Newer(r"\bcookieStore\.", (87, 140, 18.4)),
    "scheduler": Newer(r"\bscheduler\.(?:postTask|yield)\(", (94, 142, NEVER)),
    "moved buffers": Newer(r"\.transferToFixedLength\(", (114, 122, 17.4), r"\{transferToFixedLength:function"),
    "half floats": Newer(
        r"\bnew Float16Array\b|\bMath\.f16round\(", (135, 129, 18.2), r"\.isFloat16ArraySupported(?:\?|\))"
    ),
}

#: Where a browser that does not know it shows less, and nothing that is needed: what is missed there.
SHOWS_LESS = {
    ":has(": "Firefox 115: the chosen answer has no border of its own (it is ticked); the rest is in @supports",
    "field-sizing": "a box of the panel does not grow with its text",
    "scrollbar-color": "the browser's own scroll bars",
    "scrollbar-width": "the browser's own scroll bars",
    "content-visibility": "what is out of sight is laid out too",
    "backdrop-filter": "what lies behind a bar is not blurred",
    "text-wrap": "a heading may break badly",
    "@property": "a number does not count up",
}
STYLES = {
    "color-mix(": (111, 113, 16.2),
    "oklch(": (111, 113, 15.4),
    "oklab(": (111, 113, 15.4),
    "oklch%28": (111, 113, 15.4),
    "light-dark(": (123, 120, 17.5),
    "rgb(from": (119, 128, 16.4),
    ":has(": (105, 121, 15.4),
    "@scope": (118, 146, 17.4),
    "@starting-style": (117, 129, 17.5),
    "@property": (85, 128, 16.4),
    ":popover-open": (114, 125, 17),
    ":user-invalid": (119, 88, 16.5),
    ":dir(": (120, 49, 16.4),
    "field-sizing": (123, NEVER, 26),
    "anchor-name": (125, 147, 26),
    "position-area": (129, 147, 26),
    "interpolate-size": (129, NEVER, NEVER),
    "transition-behavior": (117, 129, 17.4),
    "scrollbar-color": (121, 64, 26),
    "scrollbar-width": (121, 64, 18.2),
    "content-visibility": (85, 125, 18),
    "backdrop-filter": (76, 103, 18),
    "text-wrap": (114, 121, 17.4),
    "text-box": (133, NEVER, 18.2),
    "subgrid": (117, 71, 16),
    "view-transition": (111, 144, 18),
}
#: Classes of Tabler that nothing of ours has.
UNUSED = ("card-gradient", "nav-link-icon")
#: Nesting: Chromium 112 and Firefox 117 read it; the compiler unfolds it.
NESTED = re.compile(r"[{;]\s*&")


def lacking(since: tuple[float, float, float]) -> list[str]:
    return [name for (name, target), first in zip(TARGETS.items(), since, strict=True) if first > target]


def scripts() -> dict[str, set[str]]:
    """What is loaded together: the entry of a page with all its pieces, and scripts that run by themselves."""
    manifest: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    entries = {plain: loaded(built) for plain, built in manifest.items() if plain.endswith(".js")}
    workers = {path.relative_to(DIST).as_posix() for path in DIST.glob("pdfjs-*/**/*.js")}
    return entries | {name: {name} for name in workers}


def test_the_table_speaks_of_the_browsers_that_are_built_for() -> None:
    said = re.search(r"const TARGET = \[(.*)\];", (ASSETS / "build.mjs").read_text("utf-8"))
    assert said is not None
    assert said[1] == ", ".join(f"'{name}{version:g}'" for name, version in TARGETS.items())


def test_the_table_holds_nothing_that_every_target_has() -> None:
    assert [name for name, newer in SCRIPTS.items() if not lacking(newer.since)] == []
    assert [name for name, since in STYLES.items() if not lacking(since)] == []


@pytest.mark.parametrize("entry", sorted(scripts()) if MANIFEST.exists() else [])
def test_scripts_call_nothing_that_a_target_lacks_without_asking(entry: str) -> None:
    texts = {name: (DIST / name).read_text("utf-8") for name in scripts()[entry]}
    unasked = []
    for what, newer in SCRIPTS.items():
        using = [name for name, text in texts.items() if re.search(newer.used, text)]
        if using and not (newer.asked and any(re.search(newer.asked, text) for text in texts.values())):
            unasked.append(f"{what}: {', '.join(lacking(newer.since))} lacks it, {', '.join(using)} calls it")
    assert unasked == []


@pytest.mark.parametrize("path", sorted(DIST.glob("*.css")), ids=lambda path: path.name.partition("-")[0])
def test_styles_say_nothing_that_a_target_lacks_and_needs(path: Path) -> None:
    text = re.sub(r"@supports selector\(:has\(\*\)\)\{(?:[^{}]*\{[^{}]*\})*\}", "", path.read_text("utf-8"))
    text = re.sub(rf"[^{{}}]*\.(?:{'|'.join(UNUSED)})\b[^{{}}]*\{{[^{{}}]*\}}", "", text)
    missed = {name: lacking(since) for name, since in STYLES.items() if name in text and name not in SHOWS_LESS}
    assert missed == {}
    assert not NESTED.search(re.sub(r"url\([^)]*\)|\"[^\"]*\"", "", text))


def test_nothing_has_a_class_whose_rules_are_not_read() -> None:
    sources = [*(WEBAPP / "templates").rglob("*.html"), *(ASSETS / "src").rglob("*.js")]
    named = re.compile(rf"\b(?:{'|'.join(UNUSED)})\b")
    assert [path.name for path in sources if named.search(path.read_text("utf-8"))] == []
