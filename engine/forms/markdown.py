"""Markdown of a form's text, as safe HTML: headings, paragraphs, lists, quotes, rules, tables, and marks in a line.

HTML in it is shown as it stands. Values that a template puts in are escaped (`literal`), so that a star in a
name stays a star.
"""

from __future__ import annotations

import re
from html import escape

from engine.forms.markup import is_image_source, is_link

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*")
_BULLET = re.compile(r"\s{0,3}[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\s{0,3}\d{1,4}[.)]\s+(.*)")
_QUOTE = re.compile(r"\s{0,3}>\s?(.*)")
_TABLE_LINE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
#: Marks in a line, first come first: escape, code, image, link, bold, italic.
_MARK = re.compile(
    r"\\(?P<literal>[!-/:-@\[-`{-~])"
    r"|`(?P<code>[^`\n]+)`"
    r"|!\[(?P<alt>[^\]\n]*)\]\((?P<source>[^)\s]+)\)"
    r"|\[(?P<text>[^\]\n]+)\]\((?P<target>[^)\s]+)\)"
    r"|\*\*(?P<bold>(?:\\.|[^*\n\\])+)\*\*|__(?P<bold_>(?:\\.|[^_\n\\])+)__"
    r"|\*(?P<italic>(?:\\.|[^*\n\\])+)\*"
)
#: What could be read as a mark, at the beginning of a line or inside one.
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~<])")
#: The page's headings are h1 and h2; a text's begin under them.
_FIRST_HEADING = 3


def literal(text: str) -> str:
    """A value that is put into Markdown and stays what it is: no marks, one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def html_of(markdown: str) -> str:
    """Safe HTML of a text."""
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    levels = [len(heading[1]) for line in lines if (heading := _HEADING.fullmatch(line))]
    # Whatever its author begins with, the first heading stands right under the section's.
    deeper = _FIRST_HEADING - min(levels, default=1)
    written: list[str] = []
    place = 0
    while place < len(lines):
        place = _block(lines, place, written, deeper)
    return "".join(written)


def _block(lines: list[str], place: int, written: list[str], deeper: int) -> int:
    """Write the block that begins at `place`; gives the line after it."""
    line = lines[place]
    if not line.strip():
        return place + 1
    if heading := _HEADING.fullmatch(line):
        level = min(len(heading[1]) + deeper, 6)
        written.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        return place + 1
    if _RULE.fullmatch(line):
        written.append("<hr>")
        return place + 1
    for tag, item in (("ul", _BULLET), ("ol", _NUMBERED)):
        if item.fullmatch(line):
            end = _while(lines, place, item)
            items = "".join(f"<li>{_inline(item.fullmatch(one)[1])}</li>" for one in lines[place:end])  # type: ignore[index]
            written.append(f"<{tag}>{items}</{tag}>")
            return end
    if _QUOTE.fullmatch(line):
        end = _while(lines, place, _QUOTE)
        quoted = "<br>".join(_inline(_QUOTE.fullmatch(one)[1]) for one in lines[place:end])  # type: ignore[index]
        written.append(f"<blockquote><p>{quoted}</p></blockquote>")
        return end
    if "|" in line and place + 1 < len(lines) and "|" in lines[place + 1] and _TABLE_LINE.fullmatch(lines[place + 1]):
        return _table(lines, place, written)
    end = place + 1
    while end < len(lines) and lines[end].strip() and not _begins_a_block(lines[end]):
        end += 1
    written.append(f"<p>{'<br>'.join(_inline(one.strip()) for one in lines[place:end])}</p>")
    return end


def _begins_a_block(line: str) -> bool:
    return any(one.fullmatch(line) for one in (_HEADING, _RULE, _BULLET, _NUMBERED, _QUOTE))


def _while(lines: list[str], place: int, pattern: re.Pattern[str]) -> int:
    end = place
    while end < len(lines) and pattern.fullmatch(lines[end]):
        end += 1
    return end


def _table(lines: list[str], place: int, written: list[str]) -> int:
    end = place + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    heads = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in _cells(lines[place]))
    rows = "".join(
        "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in _cells(line)) + "</tr>"
        for line in lines[place + 2 : end]
    )
    written.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    return end


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))]


def _inline(text: str) -> str:
    written: list[str] = []
    position = 0
    for mark in _MARK.finditer(text):
        written.append(escape(text[position : mark.start()], quote=False))
        written.append(_marked(mark))
        position = mark.end()
    written.append(escape(text[position:], quote=False))
    return "".join(written)


def _marked(mark: re.Match[str]) -> str:
    kind = mark.lastgroup or ""
    if kind == "literal":
        return escape(mark["literal"], quote=False)
    if kind == "code":
        return f"<code>{escape(mark['code'], quote=False)}</code>"
    if kind == "source":
        source = _plain(mark["source"])
        return f'<img src="{escape(source)}" alt="{escape(_plain(mark["alt"]))}">' if is_image_source(source) else ""
    if kind == "target":
        target, said = _plain(mark["target"]), escape(_plain(mark["text"]), quote=False)
        return f'<a href="{escape(target)}">{said}</a>' if is_link(target) else said
    tag = {"bold": "strong", "bold_": "strong", "italic": "em"}[kind]
    return f"<{tag}>{escape(_plain(mark[kind]), quote=False)}</{tag}>"


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
