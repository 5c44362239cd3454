"""HTML of a form's author, and of what is put into it, made safe: an allow-list, written anew from the parsed tags.

What form-js allows in a text is allowed, without what our pages' policy forbids: styles, scripts, frames, and
images from elsewhere. `faults_of` says what would be lost, so that an upload can be refused for it.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

#: Tags that may stand in a form's HTML: the ones form-js lets through.
TAGS = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "span", "em", "a", "p", "div", "ul", "ol", "li", "hr", "blockquote"}
    | {"img", "pre", "code", "br", "strong", "table", "thead", "tbody", "tr", "th", "td"}
)
_VOID = frozenset({"hr", "img", "br"})
#: Attributes by tag; `id`, `name`, `class` and `style` would reach into the page around.
_ATTRIBUTES = {
    "a": frozenset({"href", "target", "rel", "title"}),
    "img": frozenset({"src", "alt", "title"}),
    "th": frozenset({"scope", "colspan", "rowspan"}),
    "td": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start"}),
}
#: Tags whose content is no text for people: it goes with them.
_WITH_CONTENT = frozenset(
    {"script", "style", "iframe", "object", "template", "noscript", "textarea", "title", "select"}
)
_DEEPEST = 64
#: A heading of the page and of its sections stands above every heading of a text.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}

_LINK = re.compile(r"(https?://[^\s]+|mailto:[^\s]+|tel:[0-9+() -]+|/(?!/)[^\s]*|#[^\s]*)", re.IGNORECASE)
_IMAGE = re.compile(
    r"(data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+|/static/(?!.*\.\.)[\w./-]+)", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]{1,4}")


def is_image_source(source: str) -> bool:
    """Whether the pages' policy lets an image come from there: inside the page, or from our own static files."""
    return _IMAGE.fullmatch(source.strip()) is not None


def is_link(target: str) -> bool:
    """Whether a link may lead there: http(s), mail, telephone, or a place of this site."""
    return _LINK.fullmatch(target.strip()) is not None


def safe_html(html: str) -> str:
    """The same HTML with nothing in it but what is allowed; always well formed."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.finished()


def faults_of(html: str) -> list[str]:
    """Tags and attributes that `safe_html` would take away, each once."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return list(dict.fromkeys(writer.faults))


class _Writer(HTMLParser):
    """Writes what it reads, as far as it is allowed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.silenced: list[str] = []

    def finished(self) -> str:
        return "".join(self.written) + "".join(f"</{tag}>" for tag in reversed(self.open))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
            if tag in _WITH_CONTENT:
                self.silenced.append(tag)
            return
        kept = self._attributes(tag, attrs)
        if self.silenced or len(self.open) >= _DEEPEST or (tag == "img" and "src" not in kept):
            return
        name = _HEADINGS.get(tag, tag)
        self.written.append("<" + name + "".join(f' {key}="{escape(value)}"' for key, value in kept.items()) + ">")
        if tag not in _VOID:
            self.open.append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silenced:
            del self.silenced[len(self.silenced) - 1 - self.silenced[::-1].index(tag) :]
            return
        name = _HEADINGS.get(tag, tag)
        if self.silenced or name not in self.open:
            return
        while self.open:
            closed = self.open.pop()
            self.written.append(f"</{closed}>")
            if closed == name:
                return

    def handle_data(self, data: str) -> None:
        if not self.silenced:
            self.written.append(escape(data, quote=False))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for key, value in attrs:
            if key in _ATTRIBUTES.get(tag, ()) and _is_allowed(key, value or ""):
                kept[key] = value or ""
            else:
                self.faults.append(f"<{tag} {key}>")
        if tag == "img":
            kept.setdefault("alt", "")
        if kept.get("target") == "_blank":
            kept["rel"] = "noopener noreferrer"
        return kept


def _is_allowed(key: str, value: str) -> bool:
    if key == "href":
        return is_link(value)
    if key == "src":
        return is_image_source(value)
    if key in ("colspan", "rowspan", "start"):
        return _NUMBER.fullmatch(value) is not None
    if key == "target":
        return value in ("_blank", "_self")
    if key == "scope":
        return value in ("row", "col")
    return True
